"""One night of the ALS review, 29 February 2024: two studies included, one more with numbers from a registry."""

import math
import os
import shutil
from collections.abc import Callable
from datetime import UTC, date, datetime

import msgspec
import pytest
from playwright.sync_api import Page

from models.page import FlowNumbers, ReplayedRecord, ReportEntry, ReviewPage, StudyEntry, VersionComparison
from models.protocol import Protocol
from models.published import PublishedVersion
from models.screening import CriterionVerdict, Event, Numbers, QueueItem, ScreeningDecision
from models.synthesis import EffectInput, PooledEffect, Signal, SourceFreshness, UpdateDecision, Weight
from models.vocabulary import (
    AlertGrade,
    Convention,
    Criterion,
    EventCode,
    EvidenceSet,
    EvidenceWord,
    Interval,
    Measure,
    Model,
    Rationale,
    ReportKind,
    Rule,
    SourceState,
    StudyList,
    StudyState,
    UpdateStatus,
    Verdict,
)

AS_OF = datetime(2024, 2, 29, 6, tzinfo=UTC)
EARLY, LATE = "4 to 6 months", "12 months"
CELLS = "cells-v-control"
TERMS = {"terms": ["stem cell"]}

PROTOCOL = Protocol.model_validate(
    {
        "review": "als_cell_therapy",
        "title": "Cell-based therapies for amyotrophic lateral sclerosis/motor neuron disease (ALS/MND)",
        "version": "1.0",
        "question": "What are the effects of cell-based therapy for people with ALS/MND, compared with placebo or no"
        " additional treatment?",
        "pico": {"population": ["ALS"]},
        "searches": {"ctgov": {}, "pubmed": {}},
        "eligibility": dict.fromkeys(
            ("population", "not_population", "intervention", "not_intervention", "needs_person", "comparator"), TERMS
        ),
        "comparisons": [
            {
                "id": CELLS,
                "title": "Cell-based therapy versus placebo or no additional treatment",
                "intervention": "Cell-based therapy",
                "control": "Placebo or no additional treatment",
            }
        ],
        "timepoints": [
            {"name": EARLY, "from_days": 105, "to_days": 198},
            {"name": LATE, "from_days": 330, "to_days": 400},
        ],
        "outcomes": [
            {
                "id": "alsfrs_r",
                "short": "ALSFRS-R",
                "title": "Functional impairment (change in ALSFRS-R)",
                "measure": "MD",
                "unit": "points",
                "direction": "higher",
                "timepoints": [EARLY, LATE],
                "is_primary": True,
                "mid": 4,
                "registry": "outcome_measure",
            },
            {
                "id": "fvc",
                "short": "FVC",
                "title": "Respiratory function (change in FVC)",
                "measure": "MD",
                "unit": "% predicted",
                "direction": "higher",
                "timepoints": [EARLY],
                "registry": "outcome_measure",
            },
            {
                "id": "survival",
                "short": "survival",
                "title": "Overall survival",
                "measure": "RR",
                "unit": "",
                "direction": "higher",
                "timepoints": [EARLY],
                "registry": "survivors",
            },
            {
                "id": "adverse_events",
                "short": "adverse events",
                "title": "Total adverse events",
                "measure": "RR",
                "unit": "",
                "direction": "lower",
                "timepoints": [EARLY],
                "registry": "none",
            },
            {
                "id": "serious_adverse_events",
                "short": "serious adverse events",
                "title": "Serious adverse events",
                "measure": "RR",
                "unit": "",
                "direction": "lower",
                "timepoints": [EARLY],
                "registry": "serious_adverse_events",
            },
            {
                "id": "muscle_strength",
                "short": "muscle strength",
                "title": "Muscle strength",
                "measure": "MD",
                "unit": "",
                "direction": "higher",
                "timepoints": [EARLY],
                "registry": "none",
            },
        ],
        "conventions": [
            {
                "name": "revman5",
                "continuous": [{"model": "common", "interval": "wald"}, {"model": "DL", "interval": "wald"}],
                "dichotomous": [{"model": "mh", "interval": "wald"}, {"model": "DL", "interval": "wald"}],
            },
            {
                "name": "revman2025",
                "continuous": [{"model": "REML", "interval": "wald"}, {"model": "REML", "interval": "hksj"}],
                "dichotomous": [{"model": "REML", "interval": "wald"}, {"model": "REML", "interval": "hksj"}],
            },
        ],
    }
)

BASELINE = PublishedVersion.model_validate(
    {
        "version": "2019",
        "search_date": "2019-07-31",
        "included": [
            {
                "study_id": "NCT01363401",
                "label": "Oh 2018",
                "n_randomised": 64,
                "contributes_data": True,
                "evidence": "verbatim",
            },
            {"study_id": "NCT02017912", "label": "NurOwn phase 2", "n_randomised": 48, "evidence": "verbatim"},
        ],
        "ongoing": [],
    }
)

LINES = (
    (Convention.REVMAN5, None, Interval.WALD, True),
    (Convention.REVMAN5, Model.DL, Interval.WALD, False),
    (Convention.REVMAN2025, Model.REML, Interval.WALD, True),
    (Convention.REVMAN2025, Model.REML, Interval.HKSJ, False),
)


def _weights(**pct: float) -> tuple[Weight, ...]:
    return tuple(Weight(row=(0, "", study, ""), pct=value) for study, value in pct.items())


def _one_study(
    outcome: str, measure: Measure, evidence: EvidenceSet, n: int, numbers: tuple[float, ...]
) -> list[PooledEffect]:
    estimate, low, high, p = numbers
    fixed = Model.COMMON if measure is Measure.MD else Model.MH
    return [
        PooledEffect(
            evidence_set=evidence,
            convention=convention,
            comparison=CELLS,
            outcome=outcome,
            timepoint=EARLY,
            analysis=f"{outcome}:{EARLY}",
            measure=measure,
            model=model or fixed,
            interval=interval,
            k=1,
            n_studies=1,
            n_participants=n,
            estimate=estimate,
            ci_low=low,
            ci_high=high,
            p_value=p,
            tau2=0.0,
            weights=_weights(NCT01363401=100.0),
            is_headline=headline,
        )
        for convention, model, interval, headline in LINES
    ]


MANTEL_HAENSZEL = {
    "survival": (33 * 28 / 64, 95 * 90 / 189),
    "serious_adverse_events": (33 * 6 / 64, 95 * 17 / 189),
}
"""n1 * c / N of both studies."""


def _two_studies(outcome: str, logs: dict[str, tuple[float, ...]], tau2: float, i2: float) -> list[PooledEffect]:
    effects = []
    first, second = MANTEL_HAENSZEL[outcome]
    of_both = first + second
    for (convention, model, interval, headline), name in zip(LINES, ("mh", "dl", "reml", "hksj"), strict=True):
        estimate, low, high, p = logs[name]
        effects.append(
            PooledEffect(
                evidence_set=EvidenceSet.PROVISIONAL,
                convention=convention,
                comparison=CELLS,
                outcome=outcome,
                timepoint=EARLY,
                analysis=f"{outcome}:{EARLY}",
                measure=Measure.RR,
                model=model or Model.MH,
                interval=interval,
                k=2,
                n_studies=2,
                n_participants=253,
                estimate=math.exp(estimate),
                ci_low=math.exp(low),
                ci_high=math.exp(high),
                p_value=p,
                tau2=None if name == "mh" else tau2,
                i2_pct=i2,
                weights=_weights(NCT01363401=100 * first / of_both, NCT03280056=100 * second / of_both)
                if name == "mh"
                else (),
                is_headline=headline,
            )
        )
    return effects


def _effects() -> tuple[PooledEffect, ...]:
    """Limits of the published review at k = 1, metafor's at k = 2."""
    effects = []
    one = {
        ("alsfrs_r", Measure.MD, 56): (3.3800000000000012, 1.2166946192213972, 5.5433053807786052, 0.0022),
        ("fvc", Measure.MD, 56): (-0.52999999999999947, -5.3656058317021254, 4.3056058317021266, 0.8299),
        ("survival", Measure.RR, 64): (1.0735930735930737, 0.9443, 1.2206, 0.2781),
        ("adverse_events", Measure.RR, 64): (0.857707509881423, 0.6192, 1.1880, 0.3557),
        ("serious_adverse_events", Measure.RR, 64): (0.4696969696969697, 0.1285, 1.7173, 0.2534),
    }
    two = {
        "survival": (
            {
                "mh": (-0.032364701194315372, -0.10124242995141911, 0.036513027562788354, 0.3571),
                "dl": (-0.0080654908633312414, -0.14270366536385903, 0.12657268363719654, 0.9065),
                "reml": (-0.0080654908633312414, -0.14270366536385903, 0.12657268363719654, 0.9065),
                "hksj": (-0.0080654908633312414, -0.88090816756689494, 0.86477718584023255, 0.9256),
            },
            0.0065688004232240995,
            68.2,
        ),
        "serious_adverse_events": (
            {
                "mh": (0.10229078633913211, -0.4010859099672458, 0.60566748264551007, 0.6904),
                "dl": (-0.061890253034326714, -1.0326405042140441, 0.90885999814539065, 0.9006),
                "reml": (-0.061890253034326853, -1.0326405042140445, 0.90885999814539087, 0.9006),
                "hksj": (-0.061890253034326853, -6.3551443824346032, 6.2313638763659496, 0.9209),
            },
            0.28920004237530644,
            52.7,
        ),
    }
    for (outcome, measure, n), figures in one.items():
        for evidence in (EvidenceSet.PUBLISHED, EvidenceSet.CONFIRMED, EvidenceSet.PROVISIONAL):
            if evidence is EvidenceSet.PROVISIONAL and outcome in two:
                continue
            effects += _one_study(outcome, measure, evidence, n, figures)
    for outcome, (logs, tau2, i2) in two.items():
        effects += _two_studies(outcome, logs, tau2, i2)
    for outcome, timepoint in (("alsfrs_r", LATE), ("muscle_strength", EARLY)):
        effects.append(
            PooledEffect(
                evidence_set=EvidenceSet.CONFIRMED,
                convention=Convention.REVMAN5,
                comparison=CELLS,
                outcome=outcome,
                timepoint=timepoint,
                analysis=f"{outcome}:{timepoint}",
                measure=Measure.MD,
                model=Model.COMMON,
                interval=Interval.WALD,
                k=0,
                n_studies=0,
                n_participants=0,
                is_headline=True,
            )
        )
    return tuple(effects)


def _continuous(outcome: str, arms: tuple[tuple[int, float, float], tuple[int, float, float]]) -> EffectInput:
    (n1, mean1, sd1), (n2, mean2, sd2) = arms
    return EffectInput(
        study_id="NCT01363401",
        comparison=CELLS,
        outcome=outcome,
        timepoint=EARLY,
        analysis=f"{outcome}:{EARLY}",
        measure=Measure.MD,
        evidence_set=EvidenceSet.PUBLISHED,
        n_intervention=n1,
        n_control=n2,
        yi=mean1 - mean2,
        vi=sd1**2 / n1 + sd2**2 / n2,
        mean_intervention=mean1,
        sd_intervention=sd1,
        mean_control=mean2,
        sd_control=sd2,
        source="PMC6175096, Table 3",
    )


def _dichotomous(study: str, outcome: str, table: tuple[int, int, int, int], evidence: EvidenceSet) -> EffectInput:
    a, n1, c, n2 = table
    is_published = evidence is EvidenceSet.PUBLISHED
    return EffectInput(
        study_id=study,
        comparison=CELLS,
        outcome=outcome,
        timepoint=EARLY,
        analysis=f"{outcome}:{EARLY}",
        measure=Measure.RR,
        evidence_set=evidence,
        n_intervention=n1,
        n_control=n2,
        yi=math.log((a / n1) / (c / n2)),
        vi=1 / a - 1 / n1 + 1 / c - 1 / n2,
        events_intervention=a,
        events_control=c,
        source="the only 2 × 2 table with the published ratio" if is_published else "posted results, adverse events",
        evidence=EvidenceWord.DERIVED if is_published else EvidenceWord.VERBATIM,
        note="" if is_published else "at risk minus deaths" if outcome == "survival" else "",
    )


INPUTS = (
    _continuous("alsfrs_r", ((31, -3.10, 3.51), (25, -6.48, 4.53))),
    _continuous("fvc", ((31, -11.28, 10.06), (25, -10.75, 8.40))),
    _dichotomous("NCT01363401", "survival", (32, 33, 28, 31), EvidenceSet.PUBLISHED),
    _dichotomous("NCT01363401", "adverse_events", (21, 33, 23, 31), EvidenceSet.PUBLISHED),
    _dichotomous("NCT01363401", "serious_adverse_events", (3, 33, 6, 31), EvidenceSet.PUBLISHED),
    _dichotomous("NCT03280056", "survival", (85, 95, 90, 94), EvidenceSet.PROVISIONAL),
    _dichotomous("NCT03280056", "serious_adverse_events", (23, 95, 17, 94), EvidenceSet.PROVISIONAL),
)


def _screening(study: str, **unmet: str) -> ScreeningDecision:
    quotes = {
        Criterion.POPULATION: ("conditions", "Amyotrophic Lateral Sclerosis"),
        Criterion.INTERVENTION: ("interventions", "mesenchymal stem cells"),
        Criterion.DESIGN: ("allocation", "Randomized"),
        Criterion.COMPARATOR: ("arms", "Placebo"),
        Criterion.CO_INTERVENTIONS: ("", ""),
    }
    criteria = tuple(
        CriterionVerdict(
            criterion=criterion,
            verdict=Verdict.NOT_MET if criterion in unmet else Verdict.MET,
            field=field or "not stated",
            quote=unmet.get(criterion, quote),
        )
        for criterion, (field, quote) in quotes.items()
    )
    return ScreeningDecision(study_id=study, verdict=Verdict.NOT_MET if unmet else Verdict.MET, criteria=criteria)


def paper(report_id: str) -> ReportEntry:
    """A report of results as two indexes describe it."""
    return ReportEntry(
        report_id=report_id,
        title="Cells, a randomised trial",
        kind=ReportKind.RESULTS,
        evidence="DataBank list names it",
        published_date="2018-08-31",
        journal="Annals of Made-Up Neurology",
        sources=("Europe PMC", "PubMed"),
    )


def _entry(study: str, title: str, members: StudyList, state: StudyState, **rest: object) -> StudyEntry:
    fields: dict[str, object] = {
        "registry_ids": (study,),
        "reports": (),
        "reason": "Randomised, compared with placebo, and not finished by the registry's own account.",
        "design": "Randomised, parallel groups",
        "product": "",
        "comparator": "Placebo",
        "sponsor": "",
        "countries": (),
        "status_text": "COMPLETED",
        "numbers": Numbers(),
        "planned_participants": None,
        "start_date": None,
        "completion_date": None,
        "results_date": None,
        "screening": _screening(study),
    }
    return msgspec.convert(
        {
            **{k: msgspec.to_builtins(v) for k, v in (fields | rest).items()},
            "study_id": study,
            "title": title,
            "list": members,
            "state": state,
        },
        StudyEntry,
    )


STUDIES = (
    _entry(
        "NCT01363401",
        "Safety and efficacy of autologous bone marrow-derived stem cell treatment (HYNR-CS) in ALS",
        StudyList.INCLUDED,
        StudyState.POOLED,
        reports=(paper("PMID:30048006"),),
        reason="Included in the 2019 version; arm-level numbers confirmed.",
        product="Lenzumestrocel, autologous bone marrow mesenchymal stem cells",
        comparator="Riluzole only, no treatment",
        sponsor="Corestem, Inc.",
        countries=("South Korea",),
        numbers=Numbers(
            n_registered=72,
            n_registered_type="actual",
            n_randomised=64,
            n_randomised_source="Oh 2018, abstract",
            n_analysed=56,
            n_analysed_source="Oh 2018, Table 3",
        ),
        start_date="2011-02",
        completion_date="2013-08",
        results_date="2016-07-20",
    ),
    _entry(
        "NCT02017912",
        "Phase 2 randomised trial of MSC-NTF cells in ALS",
        StudyList.INCLUDED,
        StudyState.RESULTS_PUBLISHED,
        reports=(paper("PMID:31740545"),),
        reason="Included in the 2019 version as an abstract without numerical data.",
        product="MSC-NTF (NurOwn)",
        sponsor="Brainstorm-Cell Therapeutics",
        countries=("United States",),
        numbers=Numbers(n_registered=48, n_registered_type="actual", n_randomised=48),
        start_date="2014-06",
        completion_date="2016-07",
        results_date="2019-11-18",
    ),
    _entry(
        "NCT03280056",
        "Phase 3 randomised trial of repeated administrations of NurOwn in ALS",
        StudyList.AWAITING,
        StudyState.RESULTS_POSTED,
        reason="Results were posted on 29 February 2024; no person has confirmed the numbers.",
        product="MSC-NTF (NurOwn)",
        sponsor="Brainstorm-Cell Therapeutics",
        countries=("United States",),
        numbers=Numbers(
            n_registered=196,
            n_registered_type="actual",
            n_randomised=196,
            n_randomised_source="participant flow",
            n_analysed=189,
            n_analysed_source="adverse events",
        ),
        start_date="2017-08-28",
        completion_date="2020-09-29",
        results_date="2024-02-29",
    ),
    _entry(
        "NCT02290886",
        "Autologous adipose mesenchymal stem cells in ALS",
        StudyList.ONGOING,
        StudyState.COMPLETED_NO_RESULTS,
        registry_ids=("NCT02290886", "2011-006254-85"),
        product="Adipose mesenchymal stem cells",
        sponsor="Andalusian Initiative for Advanced Therapies",
        countries=("Spain",),
        planned_participants=40,
        numbers=Numbers(n_registered=40, n_registered_type="estimated"),
        start_date="2013-02-08",
        completion_date="2022-04-06",
        replayed=ReplayedRecord(is_reconstructed=True),
    ),
    _entry(
        "NCT04745299",
        "Lenzumestrocel in ALS (ALSUMMIT)",
        StudyList.ONGOING,
        StudyState.FOLLOW_UP,
        product="Lenzumestrocel",
        sponsor="CorestemChemon",
        countries=("South Korea",),
        planned_participants=115,
        status_text="ACTIVE_NOT_RECRUITING",
        numbers=Numbers(n_registered=115, n_registered_type="estimated"),
        start_date="2021-03-23",
        completion_date="2026-05-03",
    ),
    _entry(
        "NCT06344260",
        "Human neural stem cells in ALS (STEMALS)",
        StudyList.ONGOING,
        StudyState.RECRUITING,
        product="Human fetal neural stem cells",
        comparator="Saline",
        sponsor="Casa Sollievo della Sofferenza IRCCS",
        countries=("Italy",),
        planned_participants=30,
        status_text="RECRUITING",
        start_date="2024-01-25",
        completion_date="2027-09-30",
    ),
    _entry(
        "NCT01254539",
        "Bone marrow mononuclear cells in ALS, extension",
        StudyList.ONGOING,
        StudyState.STALE,
        registry_ids=("NCT01254539", "2006-003096-12"),
        product="Bone marrow mononuclear cells",
        comparator="Intrathecal saline",
        countries=("Spain",),
        planned_participants=63,
        status_text="UNKNOWN",
        start_date="2010-10",
        completion_date="2015-12",
        replayed=ReplayedRecord(is_reconstructed=True),
    ),
    _entry(
        "NCT02286011",
        "Intramuscular bone marrow mononuclear cells in ALS",
        StudyList.EXCLUDED,
        StudyState.RESULTS_PUBLISHED,
        reports=(paper("PMID:32265627"),),
        reason="Leg against leg within each person; no outcome of the review can be compared.",
        product="Bone marrow mononuclear cells",
        comparator="Saline in the other leg",
        screening=_screening("NCT02286011", design="within-person"),
    ),
)

NEAR_MISSES = (
    _entry(
        "NCT02193893",
        "Stem cells in ALS, with a group labelled sham",
        StudyList.EXCLUDED,
        StudyState.COMPLETED_NO_RESULTS,
        screening=_screening("NCT02193893", design="Non-Randomized"),
    ),
    _entry(
        "NCT01933321",
        "Haematopoietic stem cells in ALS, phase 2/3",
        StudyList.EXCLUDED,
        StudyState.COMPLETED_NO_RESULTS,
        screening=_screening("NCT01933321", design="Single Group Assignment"),
    ),
    _entry(
        "NCT01377870",
        "Mesenchymal stem cells in multiple sclerosis",
        StudyList.EXCLUDED,
        StudyState.COMPLETED_NO_RESULTS,
        screening=_screening("NCT01377870", population="Multiple Sclerosis"),
    ),
)


def _event(code: EventCode, study: str, day: str, evidence: str, grade: AlertGrade) -> Event:
    public = date.fromisoformat(day)
    return Event(
        event_code=code,
        study_id=study,
        event_date=day,
        public_date=public,
        first_seen_at=datetime(public.year, public.month, public.day, 6, tzinfo=UTC),
        grade=grade,
        evidence=evidence,
        reference=day,
        is_news=True,
    )


POSTED = _event(
    EventCode.RESULTS_POSTED,
    "NCT03280056",
    "2024-02-29",
    "results first posted 2024-02-29; submitted 2023-12-01",
    AlertGrade.ACTION,
)
EVENTS = (
    _event(
        EventCode.REPORT_LINKED, "NCT02017912", "2019-11-18", "PMID:31740545 names the registry id", AlertGrade.ACTION
    ),
    _event(
        EventCode.REPORT_LINKED, "NCT02286011", "2020-03-24", "PMID:32265627 names the registry id", AlertGrade.WATCH
    ),
    _event(
        EventCode.COMPLETED, "NCT03280056", "2020-09-29", "status changed to Completed, last visit", AlertGrade.WATCH
    ),
    _event(EventCode.NEW_TRIAL, "NCT04745299", "2021-02-09", "first posted; every criterion is met", AlertGrade.WATCH),
    _event(EventCode.OVERDUE, "NCT02290886", "2023-04-06", "12 months after completion, no results", AlertGrade.WATCH),
    POSTED,
)


def _signal(rule: Rule, outcome: str, fired: bool, value: float, threshold: float, words: str) -> Signal:
    is_provisional = outcome in {"survival", "serious_adverse_events"} and rule is not Rule.S0
    return Signal(
        rule=rule,
        outcome=outcome,
        timepoint=EARLY,
        analysis=f"{outcome}:{EARLY}",
        evidence_set=EvidenceSet.PROVISIONAL if is_provisional else EvidenceSet.PUBLISHED,
        convention=Convention.REVMAN5,
        fired=fired,
        value=value,
        threshold=threshold,
        explanation=words,
    )


SIGNALS = (
    *(
        _signal(Rule.S0, outcome, False, 0.0, 0.005, "Estimate and limits agree with the printed ones.")
        for outcome in ("alsfrs_r", "fvc", "survival", "adverse_events", "serious_adverse_events")
    ),
    _signal(Rule.S1, "alsfrs_r", False, 0.0022, 0.05, "Still p < 0.05."),
    _signal(Rule.S1, "survival", False, 0.3571, 0.05, "Still not significant."),
    _signal(Rule.S2, "survival", True, 1.4533, 0.5, "The log ratio moved by 145% of its published size."),
    _signal(Rule.S3, "survival", True, 2.953125, 0.5, "189 new participants beside 64."),
    _signal(Rule.S5, "survival", True, 2, 2, "From one study to two."),
    _signal(Rule.S2, "serious_adverse_events", True, 1.1354, 0.5, "The log ratio changed its sign."),
    _signal(Rule.S3, "serious_adverse_events", True, 2.953125, 0.5, "189 new participants beside 64."),
    _signal(Rule.S5, "serious_adverse_events", True, 2, 2, "From one study to two."),
)


def _decision(status: UpdateStatus, rationale: Rationale, when: datetime, words: str) -> UpdateDecision:
    is_pending = status is UpdateStatus.UPDATE_PENDING
    return UpdateDecision(
        review="als_cell_therapy",
        decided_at=when,
        status=status,
        rationale=rationale,
        explanation=words,
        baseline_version="2019",
        fired_rules=tuple(signal.key for signal in SIGNALS if signal.fired) if is_pending else (),
        event_keys=(POSTED.key,) if is_pending else (),
        protocol_version="1.0",
        is_confirmed_only=not is_pending,
    )


def _source(source: str, title: str, **rest: object) -> SourceFreshness:
    fields = {
        "state": SourceState.COMPLETE,
        "last_complete_at": AS_OF,
        "is_stale": False,
        "is_overdue": False,
        "n_records": 51,
        "n_expected": 51,
    }
    return SourceFreshness(source=source, title=title, last_checked_at=AS_OF, limit_days=3, **(fields | rest))


FRESH = (_source("ctgov", "ClinicalTrials.gov"), _source("pubmed", "PubMed", n_records=9, n_expected=9))


@pytest.fixture(scope="session")
def review_page() -> ReviewPage:
    printed = {
        "alsfrs_r": ("MD 3.38 (1.22 to 5.54)",) * 4,
        "fvc": ("MD −0.53 (−5.37 to 4.31)",) * 4,
        "survival": ("RR 1.07 (0.94 to 1.22)",) * 3 + ("RR 0.97 (0.90 to 1.04)",),
        "adverse_events": ("RR 0.86 (0.62 to 1.19)",) * 4,
        "serious_adverse_events": ("RR 0.47 (0.13 to 1.72)",) * 3 + ("RR 1.11 (0.67 to 1.83)",),
    }
    return ReviewPage(
        protocol=PROTOCOL,
        baseline=BASELINE,
        as_of=AS_OF,
        previous_run=datetime(2024, 2, 28, 6, tzinfo=UTC),
        registries="replay",
        decision=_decision(
            UpdateStatus.UPDATE_PENDING,
            Rationale.LIKELY_TO_CHANGE,
            AS_OF,
            "Results of NCT03280056 were posted on 29 February 2024; with them, survival and serious adverse events"
            " can be pooled for the first time.",
        ),
        past_decisions=(
            _decision(
                UpdateStatus.UP_TO_DATE,
                Rationale.ALL_INCORPORATED,
                datetime(2019, 7, 31, 6, tzinfo=UTC),
                "All known studies are in the version in force.",
            ),
        ),
        signals=SIGNALS,
        events_since_run=(POSTED,),
        events_since_version=EVENTS,
        studies=STUDIES,
        near_misses=NEAR_MISSES,
        effects=_effects(),
        inputs=INPUTS,
        comparisons=tuple(
            VersionComparison(
                outcome=outcome,
                timepoint=EARLY,
                analysis=f"{outcome}:{EARLY}",
                printed=texts[0],
                reproduced=texts[1],
                confirmed_now=texts[2],
                provisional_now=texts[3],
            )
            for outcome, texts in printed.items()
        ),
        certainty={f"{outcome}:{EARLY}": "low" for outcome in printed},
        computed_certainty={"survival:4 to 6 months": "GRADE: low by the numbers alone, rated down for imprecision."},
        freshness=FRESH,
        flow=FlowNumbers(
            n_records=51,
            n_reports=9,
            n_studies=50,
            n_screened_out_population=2,
            n_screened_out_intervention=14,
            n_screened_out_design=24,
            n_screened_out_other=1,
            n_unclear=1,
            n_included=2,
            n_ongoing=4,
            n_awaiting=1,
            n_excluded=1,
            n_rejected=0,
        ),
        queue=(
            QueueItem(
                kind="extraction",
                subject="NCT03280056",
                reason="The registry leaves the number at risk of death empty.",
                field="adverseEventsModule.eventGroups[0].deathsNumAtRisk",
                value="10 deaths, NurOwn",
                action="Confirm 85/95 v 90/94 in extraction.csv, or correct it.",
            ),
            QueueItem(
                kind="eligibility",
                subject="NCT04055623",
                reason="The review has not decided whether regulatory T cells are cell-based therapy.",
                action="Add a row to decisions.csv.",
            ),
        ),
        n_new_versions=1,
        search_days=("21 June 2016", "31 July 2019"),
    )


@pytest.fixture(scope="session")
def stale_pubmed() -> SourceFreshness:
    return _source(
        "pubmed",
        "PubMed",
        state=SourceState.FAILED,
        last_complete_at=datetime(2024, 2, 20, 6, tzinfo=UTC),
        is_stale=True,
        is_overdue=True,
        n_records=9,
        n_expected=None,
        reason="esearch.fcgi answered 503 five times",
    )


@pytest.fixture(scope="session")
def quiet_page(review_page: ReviewPage) -> ReviewPage:
    """A night on which nothing happened and every source was searched to the end."""
    return msgspec.structs.replace(review_page, events_since_run=(), n_new_versions=0)


@pytest.fixture(scope="session")
def changed(review_page: ReviewPage) -> Callable[..., ReviewPage]:
    """The page with some fields replaced."""
    return lambda **fields: msgspec.structs.replace(review_page, **fields)


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, object]) -> dict[str, object]:
    """Use the distribution's Chromium; without one the browser tests are skipped, unless CI says they must run."""
    chromium = shutil.which("chromium")
    if chromium is None:
        if os.environ.get("CI") == "true":
            pytest.fail("CI=true, but there is no `chromium` on the PATH; install the distribution's package")
        pytest.skip("no `chromium` on the PATH: how the page looks in a browser is not tested")
    return browser_type_launch_args | {
        "executable_path": chromium,
        "args": [
            "--headless",
            "--no-sandbox",
            "--disable-gpu",
            "--disable-quic",
            "--no-first-run",
            "--disable-background-networking",
            "--disable-component-update",
            "--disable-sync",
        ],
    }


@pytest.fixture(scope="session")
def overlapping_text() -> Callable[[Page, str], list[str]]:
    """Texts of figures that lie upon each other, or leave their figure, in one of the two layouts."""

    def overlapping_text(page: Page, layout: str) -> list[str]:
        return page.evaluate(
            """layout => {
              const found = [];
              for (const figure of document.querySelectorAll('.forest-' + layout)) {
                const boxes = [...figure.querySelectorAll('text')].map(t => [t.textContent, t.getBoundingClientRect()]);
                boxes.forEach(([one, a], i) => boxes.slice(i + 1).forEach(([other, b]) => {
                  const wide = Math.min(a.right, b.right) - Math.max(a.left, b.left);
                  const high = Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top);
                  if (wide > 1 && high > 4) found.push(one + ' / ' + other);
                }));
                const frame = figure.getBoundingClientRect();
                for (const [text, box] of boxes) {
                  if (box.left < frame.left - 1 || box.right > frame.right + 1) found.push(text + ' leaves the figure');
                }
              }
              return found;
            }""",
            layout,
        )

    return overlapping_text
