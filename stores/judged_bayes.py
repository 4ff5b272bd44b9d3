"""Bayesian analyses as rows."""

from collections.abc import Sequence

import msgspec

from models.bayes import BayesAnswer, BayesLine
from stores.rows import Row, columns_of, plain

_ELSEWHERE = {"studies", "tau_curve", "mu_curve"}


def line_rows(lines: Sequence[BayesLine]) -> list[Row]:
    """One row per posterior."""
    return [
        plain({name: value for name, value in msgspec.structs.asdict(line).items() if name not in _ELSEWHERE})
        for line in lines
    ]


def study_rows(lines: Sequence[BayesLine]) -> list[Row]:
    """One row per study of a posterior."""
    return [
        columns_of(line, "evidence_set", "analysis", "prior")
        | columns_of(study, "study_id", "part", "estimate", "shrunk", "ci_low", "ci_high")
        | {"subgroup": study.subgroup.name, "subgroup_number": study.subgroup.number}
        for line in lines
        for study in line.studies
    ]


def answer_rows(answers: Sequence[BayesAnswer]) -> list[Row]:
    """One row per answer; `agreement` is the beginning of its sentence, and so no column."""
    return [
        plain({name: value for name, value in msgspec.structs.asdict(answer).items() if name != "agreement"})
        for answer in answers
    ]
