"""Designs that a review takes or does not, on records and reports that tell one each."""

from collections.abc import Callable
from typing import Any

import pytest

from models.design_words import WORDS, Design
from models.eligibility import Eligibility
from models.protocol import Protocol
from models.report import Report
from models.trial import Arm, TrialRecord
from models.vocabulary import Allocation, Criterion, StudyType, Verdict
from studies.eligibility import judge_by_rules
from studies.report_screening import judge_report

Build = Callable[..., TrialRecord]
Taking = Callable[..., Eligibility]
MET, NOT_MET, UNCLEAR = Verdict.MET, Verdict.NOT_MET, Verdict.UNCLEAR
ONE, TWO = (Arm(label="Cells"),), (Arm(label="Cells"), Arm(label="Usual care"))
NON_RANDOMISED: dict[str, Any] = {"allocation": Allocation.NON_RANDOMISED, "arms": TWO}
SINGLE: dict[str, Any] = {
    "allocation": Allocation.NOT_APPLICABLE,
    "intervention_model_text": "SINGLE_GROUP",
    "arms": ONE,
}
COHORT: dict[str, Any] = {
    "study_type": StudyType.OBSERVATIONAL,
    "allocation": None,
    "observational_model_text": "COHORT",
    "arms": (),
}
SILENT: dict[str, Any] = {"allocation": None, "arms": (), "interventions": ()}


@pytest.fixture(scope="module")
def taking(protocol: Protocol) -> Taking:
    """The review's terms with other designs."""

    def build(designs: str, but_not: str = "") -> Eligibility:
        return Eligibility.model_validate(
            protocol.eligibility.model_dump(exclude_unset=True)
            | {"designs": designs.split(), "not_designs": but_not.split()}
        )

    return build


@pytest.mark.parametrize(
    ("designs", "but_not", "fields", "expected"),
    [
        ("randomised", "", {}, MET),
        ("randomised", "", {"intervention_model_text": "CROSSOVER"}, MET),
        ("randomised", "cross_over", {"intervention_model_text": "CROSSOVER"}, NOT_MET),
        ("randomised", "cross_over", {"intervention_model_text": "PARALLEL"}, MET),
        ("cross_over", "", {"intervention_model_text": "CROSSOVER"}, MET),
        ("cross_over", "", {"intervention_model_text": "PARALLEL"}, NOT_MET),
        ("randomised", "", {"official_title": "A cluster-randomised trial"}, UNCLEAR),
        ("randomised cluster_randomised", "", {"official_title": "A cluster-randomised trial"}, MET),
        ("randomised", "cluster_randomised", {"official_title": "A cluster-randomised trial"}, NOT_MET),
        ("randomised", "", {"official_title": "A quasi-randomised trial", "allocation": None}, UNCLEAR),
        ("randomised quasi_randomised", "", {"official_title": "A quasi-randomised trial", "allocation": None}, MET),
        ("randomised quasi_randomised", "", {"summary_text": "Allocated by alternation.", "allocation": None}, UNCLEAR),
        ("randomised quasi_randomised", "", NON_RANDOMISED, NOT_MET),
        ("randomised", "", NON_RANDOMISED, NOT_MET),
        ("randomised non_randomised", "", NON_RANDOMISED, MET),
        ("non_randomised", "", {}, NOT_MET),
        ("randomised non_randomised", "", NON_RANDOMISED | {"official_title": "A randomised trial"}, MET),
        ("non_randomised", "", NON_RANDOMISED | {"official_title": "A randomised trial"}, UNCLEAR),
        ("randomised non_randomised", "", SINGLE, NOT_MET),
        ("randomised single_arm", "", SINGLE, MET),
        ("randomised single_arm", "", NON_RANDOMISED, NOT_MET),
        ("randomised non_randomised", "", {"allocation": Allocation.NON_RANDOMISED, "arms": ()}, UNCLEAR),
        ("randomised cohort", "", COHORT, MET),
        ("randomised", "", COHORT, NOT_MET),
        ("randomised non_randomised", "", COHORT, NOT_MET),
        ("randomised case_control", "", COHORT, NOT_MET),
        ("randomised cohort", "", COHORT | {"observational_model_text": "OTHER"}, UNCLEAR),
        ("cohort", "", COHORT | {"observational_model_text": None, "official_title": "A prospective cohort"}, MET),
        ("cohort", "", {"study_type": StudyType.EXPANDED_ACCESS, "allocation": None}, NOT_MET),
        ("randomised interrupted_time_series", "", SILENT | {"official_title": "An interrupted time series"}, MET),
        ("randomised interrupted_time_series", "", SILENT | {"official_title": "A programme"}, UNCLEAR),
        ("controlled_before_after", "", SILENT | {"official_title": "A controlled before-and-after study"}, MET),
        ("controlled_before_after", "", SILENT | {"official_title": "An uncontrolled before-after study"}, NOT_MET),
        ("diagnostic_accuracy", "", COHORT | {"official_title": "Diagnostic accuracy of a blood test"}, MET),
    ],
)
def test_design_of_a_record(
    trial: Build, taking: Taking, designs: str, but_not: str, fields: dict[str, Any], expected: Verdict
):
    told = judge_by_rules(trial(**fields), taking(designs, but_not))
    assert {item.criterion: item.verdict for item in told}[Criterion.DESIGN] is expected


@pytest.mark.parametrize(
    ("designs", "fields", "expected"),
    [
        ("randomised", SINGLE, NOT_MET),
        ("randomised single_arm", SINGLE, MET),
        ("randomised cohort", COHORT | {"interventions": ()}, UNCLEAR),
        ("randomised single_arm", {}, MET),
    ],
)
def test_a_control_is_asked_only_of_designs_that_have_one(
    trial: Build, taking: Taking, designs: str, fields: dict[str, Any], expected: Verdict
):
    told = judge_by_rules(trial(**fields), taking(designs))
    assert {item.criterion: item.verdict for item in told}[Criterion.COMPARATOR] is expected


LONG = " The participants were followed for twelve months, and their function was measured at every visit of theirs."


@pytest.mark.parametrize(
    ("designs", "but_not", "title", "abstract", "expected"),
    [
        ("randomised", "", "Cells in ALS: a randomised trial", None, MET),
        ("randomised", "", "Cells in ALS: a retrospective cohort study", None, NOT_MET),
        ("randomised cohort", "", "Cells in ALS: a retrospective cohort study", None, MET),
        ("randomised single_arm", "", "Cells in ALS: a retrospective cohort study", None, NOT_MET),
        ("randomised single_arm", "", "Cells in ALS", "This was a single-arm trial." + LONG, MET),
        ("randomised", "", "Cells in ALS", "This was a single-arm trial." + LONG, NOT_MET),
        ("randomised non_randomised", "", "Cells in ALS", "Everybody was well." + LONG, UNCLEAR),
        ("cohort", "", "Cells in ALS: a randomised trial", None, NOT_MET),
        ("randomised", "", "Cells in ALS: a quasi-randomised trial", None, UNCLEAR),
        ("randomised quasi_randomised", "", "Cells in ALS: a quasi-randomised trial", None, MET),
        ("randomised", "cross_over", "Cells in ALS: a randomised cross-over trial", None, NOT_MET),
        ("randomised cohort", "", "Cells in mice: a cohort study of the SOD1 mouse", None, NOT_MET),
        ("randomised cohort", "", "Cohort studies of cells in ALS: a systematic review", None, NOT_MET),
    ],
)
def test_design_of_a_report(
    report: Callable[..., Report],
    taking: Taking,
    designs: str,
    but_not: str,
    title: str,
    abstract: str | None,
    expected: Verdict,
):
    told = judge_report(report(title=title, abstract_text=abstract), taking(designs, but_not))
    assert {item.criterion: item.verdict for item in told}[Criterion.DESIGN] is expected


def test_every_design_but_the_plain_randomised_one_has_words():
    assert set(WORDS) == set(Design) - {Design.RANDOMISED}
