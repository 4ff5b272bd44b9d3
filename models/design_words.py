"""The designs of studies, a closed list, and the words by which each is called in titles, registers' fields and abstracts.

A word that two designs share stands in neither: a trial may follow *cohorts*, and patients may be *cases*.
"""

from collections.abc import Mapping
from enum import StrEnum

from models.design import CLUSTERS, CROSSOVER, QUASI, by_language
from models.terms import TermRule


class Design(StrEnum):
    """How a study is made, as far as a review may take it or not.

    Source: Cochrane Handbook 6.5, chapters 23 (variants on randomised trials) and 24 (non-randomised studies), table
    24.2.a, and the study designs of Cochrane's group on Effective Practice and Organisation of Care (EPOC).
    """

    RANDOMISED = "randomised"
    """Persons allocated at random, in parallel groups or, by default, crossing over."""
    QUASI_RANDOMISED = "quasi_randomised"
    CLUSTER_RANDOMISED = "cluster_randomised"
    CROSS_OVER = "cross_over"
    NON_RANDOMISED = "non_randomised"
    """Groups compared side by side, allocated by somebody and not at random."""
    BEFORE_AFTER = "controlled_before_after"
    TIME_SERIES = "interrupted_time_series"
    SINGLE_ARM = "single_arm"
    COHORT = "cohort"
    CASE_CONTROL = "case_control"
    CROSS_SECTIONAL = "cross_sectional"
    DIAGNOSTIC = "diagnostic_accuracy"


TRIALS = frozenset({Design.RANDOMISED, Design.QUASI_RANDOMISED, Design.CLUSTER_RANDOMISED, Design.CROSS_OVER})
"""Designs in which chance, or something like it, allocates."""
OBSERVATIONAL = frozenset({Design.COHORT, Design.CASE_CONTROL, Design.CROSS_SECTIONAL, Design.DIAGNOSTIC})
"""Designs in which nobody allocates."""


WORDS: Mapping[Design, TermRule] = {
    Design.QUASI_RANDOMISED: QUASI,
    Design.CLUSTER_RANDOMISED: CLUSTERS,
    Design.CROSS_OVER: CROSSOVER,
    Design.BEFORE_AFTER: by_language(
        {
            "en": "controlled before-after; controlled before-and-after; controlled before and after; controlled pre-post;"
            " difference in differences; differences in differences; before-after study with control*",
        },
        {"en": "uncontrolled before-after; uncontrolled before-and-after"},
    ),
    Design.TIME_SERIES: by_language(
        {
            "en": "interrupted time series; interrupted times series; controlled time series; segmented regression",
            "es": "series temporales interrumpidas; serie temporal interrumpida",
            "fr": "séries temporelles interrompues; série temporelle interrompue",
            "de": "unterbrochene zeitreihe*",
        }
    ),
    Design.NON_RANDOMISED: by_language(
        {
            "en": "non-randomi*; nonrandomi*; not randomi*; quasi-experiment*; non-equivalent control*; controlled cohort trial",
            "es": "no aleatoriz*; no randomiz*; cuasi-experimental*; cuasiexperimental*",
            "pt": "não randomiz*; não aleatoriz*",
            "fr": "non randomis*; quasi-expérimental*",
            "de": "nicht-randomi*; nicht randomi*",
            "it": "non randomizz*",
            "nl": "niet-gerandomiseerd*; niet gerandomiseerd*",
            "zh": "*非随机*; *非隨機*",
            "ja": "*非無作為*; *非ランダム*",
            "ko": "*비무작위*",
        },
        {"en": "non-randomi* part; non-randomi* phase; non-randomi* extension"},
    ),
    Design.SINGLE_ARM: by_language(
        {
            "en": "single-arm; one-arm; single-group; single-cohort trial; uncontrolled trial; uncontrolled study;"
            " uncontrolled before-after; uncontrolled before-and-after; one-group pretest-posttest",
            "es": "un solo brazo; brazo único",
            "pt": "braço único",
            "fr": "bras unique; monobras",
            "de": "einarmig*",
            "it": "braccio singolo",
            "zh": "*单臂*",
            "ja": "*単群*",
            "ko": "*단일군*",
        }
    ),
    Design.COHORT: by_language(
        {
            "en": "cohort study; cohort studies; prospective cohort; retrospective cohort; historical cohort; birth cohort;"
            " observational cohort; registry-based cohort",
            "es": "estudio de cohorte*; cohorte prospectiva; cohorte retrospectiva",
            "pt": "estudo de coorte; coorte prospectiva; coorte retrospectiva",
            "fr": "étude de cohorte; cohorte prospective; cohorte rétrospective",
            "de": "kohortenstudie*",
            "it": "studio di coorte",
            "zh": "*队列研究*",
            "ja": "*コホート研究*",
            "ko": "*코호트 연구*",
        }
    ),
    Design.CASE_CONTROL: by_language(
        {
            "en": "case-control; case-referent; nested case-control",
            "es": "casos y controles",
            "pt": "caso-controle",
            "fr": "cas-témoins",
            "de": "fall-kontroll-studie*; fallkontrollstudie*",
            "it": "caso-controllo",
            "zh": "*病例对照*",
            "ja": "*症例対照*",
        }
    ),
    Design.CROSS_SECTIONAL: by_language(
        {
            "en": "cross-sectional",
            "es": "estudio transversal",
            "pt": "estudo transversal",
            "fr": "étude transversale",
            "de": "querschnittstudie*; querschnittsstudie*",
            "zh": "*横断面*",
            "ja": "*横断研究*",
        }
    ),
    Design.DIAGNOSTIC: by_language(
        {
            "en": "diagnostic accuracy; diagnostic test accuracy; diagnostic performance; test accuracy; accuracy of *;"
            " sensitivity and specificity; index test*",
            "es": "precisión diagnóstica; exactitud diagnóstica",
            "fr": "précision diagnostique",
            "de": "diagnostische genauigkeit",
            "zh": "*诊断试验*",
        }
    ),
}
