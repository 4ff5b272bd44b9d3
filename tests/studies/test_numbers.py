"""Registered, started, randomised and analysed stay four numbers, and disagreements are shown."""

from collections.abc import Callable, Mapping, Sequence

import msgspec
import pytest

from models.published import PublishedStudy
from models.results import FlowCount, MeasureTable, ParticipantFlow, PostedResults, ResultGroup
from models.screening import Numbers
from models.synthesis import ArmResult
from models.trial import TrialRecord
from models.vocabulary import ArmRole, CountType, EvidenceWord, OutcomeRole
from studies.discrepancies import in_numbers, in_results, in_time
from studies.numbers import not_randomised_by_group, numbers_of, randomised_in_text, screened_in_text, started

Trials = Callable[..., TrialRecord]


def count(group: str, n: int | None, comment: str | None = None, milestone: str = "STARTED", period: str = "Study"):
    return FlowCount(period=period, milestone=milestone, group_id=group, count=n, comment_text=comment)


@pytest.mark.parametrize(
    ("text", "n"),
    [
        ("A total of 196 participants were randomized.", 196),
        ("64 subjects were randomised at stage 2", 64),
        ("Randomized 1,024 patients", 1024),
        ("randomised a total of 40 people", 40),
        ("8 participants were not randomised", None),
        ("8 non-randomised participants", None),
        ("Participants of stage 2 were randomised", None),
        ("Visit 5 is when subjects were randomised", None),
        ("", None),
    ],
)
def test_a_number_randomised_is_read_where_it_is_stated(text: str, n: int | None):
    assert randomised_in_text(ParticipantFlow(recruitment_text=text)) == n


@pytest.mark.parametrize(
    ("comment", "n"),
    [
        ("including 8 subjects from stage 1", 8),
        ("8 of them were not randomised", 8),
        ("counting the 8 participants who took part in stage 1", 8),
        ("including safety follow-up", None),
        (None, None),
    ],
)
def test_people_who_were_not_randomised_are_read_from_a_comment(comment: str | None, n: int | None):
    found = not_randomised_by_group(ParticipantFlow(counts=(count("FG000", 41, comment),)))
    assert found == ({"FG000": n} if n else {})


def test_only_the_first_period_starts():
    counts = (count("A", 31), count("B", 33), count("A", 31, milestone="COMPLETED"), count("A", 20, period="Extension"))
    assert started(ParticipantFlow(counts=counts)) == 64
    assert started(ParticipantFlow()) is None


def test_the_four_numbers_are_kept_apart(trial: Trials):
    flow = ParticipantFlow(counts=(count("A", 41), count("B", 31)), recruitment_text="64 subjects were randomised")
    table = MeasureTable(
        title="ALSFRS-R",
        role=OutcomeRole.PRIMARY,
        groups=(ResultGroup(id="A", title="Cells"), ResultGroup(id="B", title="Control")),
        denominators={"A": 37, "B": 29},
    )
    record = trial(
        enrolment_count=72,
        enrolment_type=CountType.ACTUAL,
        has_results=True,
        results=PostedResults(flow=flow, outcomes=(table,)),
    )
    assert numbers_of(record) == Numbers(
        n_registered=72,
        n_registered_type="actual",
        n_started=72,
        n_randomised=64,
        n_randomised_source="participant flow, in words",
        n_analysed=66,
        n_analysed_source="posted primary outcome",
    )


def test_a_persons_number_comes_before_a_machines(trial: Trials):
    study = PublishedStudy(study_id="NCT10000001", label="A", n_randomised=64, evidence=EvidenceWord.VERBATIM)
    flow = ParticipantFlow(recruitment_text="65 subjects were randomised")
    numbers = numbers_of(trial(results=PostedResults(flow=flow)), study)
    assert (numbers.n_randomised, numbers.n_randomised_source) == (64, "published version of the review")


def test_enrolment_is_never_taken_for_the_number_randomised(trial: Trials):
    assert numbers_of(trial(enrolment_count=263, enrolment_type=CountType.ACTUAL)).n_randomised is None


@pytest.mark.parametrize(
    ("numbers", "words"),
    [
        (Numbers(n_registered=263, n_registered_type="actual", n_randomised=196, n_randomised_source="report"),
         "263 registered (actual), 196 randomised (report)"),
        (Numbers(n_registered=200, n_registered_type="estimated", n_randomised=196, n_randomised_source="report"), None),
        (Numbers(n_registered=196, n_registered_type="actual", n_started=196), None),
        (Numbers(n_registered=196, n_registered_type="actual"), None),
    ],
)  # fmt: skip
def test_numbers_that_differ_are_shown_and_a_plan_is_no_difference(numbers: Numbers, words: str | None):
    found = list(in_numbers("NCT10000001", numbers, []))
    assert [item.value for item in found] == ([words] if words else [])


def test_registers_that_differ_are_shown(trial: Trials):
    records = [
        trial(enrolment_count=263, enrolment_type=CountType.ACTUAL),
        trial("ISRCTN17473621", enrolment_count=196, enrolment_type=CountType.ACTUAL),
        trial("DRKS00012346", enrolment_count=200, enrolment_type=CountType.ESTIMATED),
    ]
    [item] = in_numbers("NCT10000001", Numbers(), records)
    assert item.value == "263 NCT10000001, 196 ISRCTN17473621"


def test_an_actual_number_that_moved_is_shown_with_its_days(archived: Mapping[str, Sequence[TrialRecord]]):
    """261 and 263 were screened, 196 randomised, and each was the registry's actual number."""
    [item] = in_time("NCT03280056", archived["NCT03280056"])
    assert item.value == "261 as of 2019-10-23, 263 as of 2021-10-06, 196 as of 2024-02-29"
    assert [list(in_time(nct_id, archived[nct_id])) for nct_id in ("NCT02290886", "NCT01363401")] == [[], []]


@pytest.mark.parametrize(
    ("text", "n"),
    [
        ("Of 263 people screened, 196 were randomised.", 263),
        ("A total of 1,263 participants were screened", 1263),
        ("We screened 80 patients", 80),
        ("Screened at week 12", None),
        ("", None),
    ],
)
def test_a_number_screened_is_another_number(text: str, n: int | None):
    assert screened_in_text(ParticipantFlow(recruitment_text=text)) == n


def test_nct03280056_screened_randomised_and_treated(archived: Mapping[str, Sequence[TrialRecord]]):
    numbers = numbers_of(archived["NCT03280056"][-1])
    assert (numbers.n_screened, numbers.n_randomised, numbers.n_started, numbers.n_registered) == (263, 196, 196, 196)


def arm(report: str, role: ArmRole = ArmRole.CONTROL, **numbers: float) -> ArmResult:
    return ArmResult(
        study_id="NCT10000001",
        comparison="cells_vs_control",
        outcome="serious_adverse_events",
        timepoint="4 to 6 months",
        arm=role,
        report=report,
        place="Table 2",
        **({"n_analysed": 94} | numbers),  # type: ignore[arg-type]
    )


def test_registry_and_paper_that_disagree_are_shown_side_by_side():
    paper, posted = arm("PMID:1", n_events=17), arm("NCT10000001", n_events=18)
    [item] = in_results([paper], [posted])
    assert item.reason == "PMID:1 has 17 of 94, NCT10000001 has 18 of 94"
    assert (item.kind, item.field) == ("discrepancy", "serious_adverse_events, 4 to 6 months, control")


@pytest.mark.parametrize(
    ("note", "is_confirmed", "is_settled"),
    [
        ("The paper counts to week 24; the registry has 18  of 94, to week 28.", True, True),
        ("The paper is used.", True, False),
        ("18 of 940", True, False),
        ("118 of 94", True, False),
        ("18 of 94", False, False),
        ("", True, False),
    ],
)
def test_a_person_settles_a_difference_by_naming_the_other_numbers_in_the_note_of_a_confirmed_row(
    note: str, is_confirmed: bool, is_settled: bool
):
    paper, posted = arm("PMID:1", n_events=17), arm("NCT10000001", n_events=18)
    chosen = msgspec.structs.replace(paper, note=note, is_confirmed=is_confirmed)
    assert (list(in_results([chosen], [posted])) == []) is is_settled
    later = arm("NCT10000001", n_events=19)
    assert len(list(in_results([chosen], [later]))) == 1, "the registry has posted other numbers since"


def test_registry_and_paper_that_agree_and_arms_that_only_one_has_are_not():
    paper = arm("PMID:1", n_events=17)
    assert list(in_results([paper], [arm("NCT10000001", n_events=17)])) == []
    assert list(in_results([paper], [arm("NCT10000001", ArmRole.INTERVENTION, n_events=3)])) == []
    means = arm("PMID:1", mean=-3.1, sd=3.51), arm("NCT10000001", mean=-3.1, sd=3.51 * (1 + 1e-15))
    assert list(in_results([means[0]], [means[1]])) == []
