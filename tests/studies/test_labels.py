"""Rules, not lists of ids: the verdict on every hand-labelled record of the archive, in each of its versions."""

from collections.abc import Mapping, Sequence

import pytest

from models.review import Review
from models.trial import TrialRecord
from models.vocabulary import Criterion, Verdict
from studies.eligibility import judge_by_rules, screen

VERDICTS = {"yes": Verdict.MET, "no": Verdict.NOT_MET, "unclear": Verdict.UNCLEAR}

TRAPS = [
    # record, criterion that decides, verdict, field, words of the quote
    ("NCT00212953", "population", "not_met", "conditions", "Cardiac Arrest"),  # advanced life support
    ("NCT01377870", "population", "not_met", "conditions", "Multiple Sclerosis"),  # cells, another sclerosis
    ("NCT02241057", "population", "not_met", "conditions", "Healthy"),  # a patch called 3-Cell
    ("NCT02241057", "intervention", "not_met", "interventions", "3-Cell"),
    ("NCT01825551", "intervention", "not_met", "interventions", "Granulocyte Colony Stimulating Factor"),
    ("NCT03766321", "intervention", "not_met", "interventions", "Fecal microbiota"),
    ("NCT02623699", "intervention", "not_met", "interventions", "Tofersen"),
    ("NCT00349622", "intervention", "not_met", "interventions", "ceftriaxone"),  # active arm: Active Comparator
    ("NCT00801333", "intervention", "not_met", "study_type", "observational"),  # stem cells are taken, not given
    ("NCT01933321", "design", "not_met", "allocation", "not_applicable"),  # labelled phase 2/3
    ("NCT01051882", "comparator", "not_met", "arms", "every arm receives the intervention"),
    ("NCT03482050", "design", "not_met", "arms", "one arm: AstroRx"),  # allocation is missing
    ("NCT04514952", "design", "not_met", "study_type", "expanded_access"),
    ("NCT04681118", "design", "not_met", "study_type", "expanded_access"),
    ("NCT02943850", "design", "not_met", "allocation", "not_applicable"),  # one side injected, raters masked
    ("NCT01348451", "design", "not_met", "allocation", "not_applicable"),  # cells typed Device
    ("NCT02881476", "intervention", "met", "interventions", "Cell-based therapy"),  # no cell word in the title
    ("NCT01363401", "comparator", "met", "arms", "Control group"),  # control arm typed Experimental
    ("NCT01363401", "intervention", "met", "interventions", "HYNR-CS"),  # no cell word in the intervention
    ("NCT02017912", "intervention", "met", "interventions", "MSC-NTF"),  # typed Active Comparator
    ("NCT02290886", "design", "met", "allocation", "randomised"),  # model says Single Group
    ("NCT02290886", "comparator", "met", "arms.type", "Placebo"),
    ("NCT04745299", "intervention", "met", "interventions", "enzumestrocel"),
    ("NCT01254539", "intervention", "met", "interventions", ""),  # cells typed Procedure
    ("NCT02286011", "design", "unclear", "outcomes", "tibialis anterior"),  # the leg is randomised
    ("NCT04055623", "intervention", "unclear", "interventions", "Treg"),
]


@pytest.fixture(scope="module")
def newest(archived: Mapping[str, Sequence[TrialRecord]]) -> dict[str, TrialRecord]:
    return {nct_id: versions[-1] for nct_id, versions in archived.items()}


def test_every_label_is_the_rules_verdict(
    newest: Mapping[str, TrialRecord], labels: Mapping[str, Mapping[str, str]], review: Review
):
    assert len(labels) == 50
    found = {nct_id: screen(nct_id, newest[nct_id], review.protocol.eligibility).verdict for nct_id in labels}
    expected = {nct_id: VERDICTS[row["eligible_for_review"]] for nct_id, row in labels.items()}
    assert found == expected


def test_each_single_label_is_the_criterions_verdict(
    newest: Mapping[str, TrialRecord], labels: Mapping[str, Mapping[str, str]], review: Review
):
    """People, cells, randomised, comparator: each is right for itself, so no verdict is right by luck."""
    columns = {
        Criterion.POPULATION: "is_als_mnd",
        Criterion.INTERVENTION: "is_cell_therapy",
        Criterion.DESIGN: "is_randomised",
    }
    wrong = []
    for nct_id, row in labels.items():
        by_criterion = {item.criterion: item for item in judge_by_rules(newest[nct_id], review.protocol.eligibility)}
        for criterion, column in columns.items():
            expected = VERDICTS[row[column]]
            found = by_criterion[criterion]
            if found.verdict not in {expected, Verdict.UNCLEAR}:
                wrong.append((nct_id, criterion, found.verdict, found.quote))
    assert wrong == []


@pytest.mark.parametrize(("nct_id", "criterion", "verdict", "field", "quote"), TRAPS)
def test_a_trap_is_decided_by_its_field(
    newest: Mapping[str, TrialRecord],
    review: Review,
    nct_id: str,
    criterion: str,
    verdict: str,
    field: str,
    quote: str,
):
    found = screen(nct_id, newest[nct_id], review.protocol.eligibility).of(Criterion(criterion))
    assert (found.verdict, found.field) == (verdict, field)
    assert quote in found.quote


def test_no_version_of_an_eligible_trial_was_ever_called_ineligible(
    archived: Mapping[str, Sequence[TrialRecord]], labels: Mapping[str, Mapping[str, str]], review: Review
):
    eligible = [nct_id for nct_id, row in labels.items() if row["eligible_for_review"] != "no"]
    judged = [
        (nct_id, version.registry_date)
        for nct_id in eligible
        for version in archived[nct_id]
        if screen(nct_id, version, review.protocol.eligibility).verdict is Verdict.NOT_MET
    ]
    assert judged == []


def test_every_unclear_verdict_is_explained(newest: Mapping[str, TrialRecord], review: Review):
    for nct_id, record in newest.items():
        for item in screen(nct_id, record, review.protocol.eligibility).criteria:
            assert item.field and item.quote, (nct_id, item)


def test_an_inferred_list_settles_nothing(newest: Mapping[str, TrialRecord], review: Review):
    def verdict(nct_id: str) -> Verdict:
        return screen(nct_id, newest[nct_id], review.protocol.eligibility, (), review.versions).verdict

    assert verdict("NCT02286011") is Verdict.UNCLEAR, "within person, and its place in the lists is inferred"
    assert verdict("NCT04055623") is Verdict.UNCLEAR
