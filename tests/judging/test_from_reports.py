"""What reports add to a night: studies that no register tells of, links, questions; the same in whatever order they come."""

import itertools
import random
from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import NamedTuple

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from judging.from_reports import criteria_of
from judging.judge import judge
from models.dates import at_night
from models.folder_rows import DecisionRow, LinkRow
from models.judgement import Judgement, Told
from models.report import RelatedReport, Report
from models.review import Review, load_review
from models.screening import RunContext
from models.trial import Arm, Intervention, Observation, Reference, TrialRecord
from models.vocabulary import (
    Allocation,
    ArmType,
    CountType,
    LinkMethod,
    ReferenceType,
    RelationKind,
    ReportKind,
    StudyList,
    StudyType,
    Verdict,
    VersionOrigin,
)
from reporting.reports import flow_of_reports

REVIEW = replace(load_review(Path(__file__).parents[1] / "reviews" / "pressure_ulcers"), extraction=())
"""Without numbers: what is pooled is no part of these tests."""
NIGHT = date(2026, 11, 1)
LISTED = {study.study_id for version in REVIEW.versions for study in (*version.included, *version.ongoing)}
"""Studies of its published versions, which are no part of these tests."""

KNOWN = TrialRecord(
    source="ctgov",
    registry="ClinicalTrials.gov",
    registry_id="NCT90000301",
    registry_date="2019-03-01",
    first_posted_date="2019-03-01",
    brief_title="Alternating-pressure overlays to prevent pressure ulcers in stroke units",
    acronym="OVERLAY",
    study_type=StudyType.INTERVENTIONAL,
    allocation=Allocation.RANDOMISED,
    conditions=("Pressure Ulcer",),
    arms=(
        Arm(label="Overlay", type=ArmType.EXPERIMENTAL),
        Arm(label="Standard mattress", type=ArmType.ACTIVE_COMPARATOR),
    ),
    interventions=(
        Intervention(name="Alternating pressure overlay", arm_labels=("Overlay",)),
        Intervention(name="Standard mattress", arm_labels=("Standard mattress",)),
    ),
    sponsor="Fenwater Infirmary",
    countries=("Ireland",),
    start_date="2019-02",
    enrolment_count=180,
    enrolment_type=CountType.ACTUAL,
)


def paper(report_id: str, title: str, abstract: str = "", **more: object) -> Report:
    fields = {
        "source": "pubmed",
        "registry_date": "2024-02-01",
        "published_date": "2024-02-01",
        "journal": "Journal of Made-Up Nursing",
        "first_author": "Quill A",
        "publication_types": ("Journal Article", "Randomized Controlled Trial"),
    }
    return Report(report_id=report_id, title=title, abstract_text=abstract or None, **(fields | more))  # type: ignore[arg-type]


def copies(original: Report, doi: str) -> tuple[Report, Report, Report]:
    """The same paper by PubMed, as an Embase export, and by Europe PMC."""
    number = original.report_id.removeprefix("PMID:")
    first = msgspec.structs.replace(original, doi=doi, entered_date="2024-02-03", registry_date="2024-02-03")
    exported = msgspec.structs.replace(
        original,
        source="ris",
        report_id=f"DOI:{doi}",
        doi=doi,
        accessions=(f"EMBASE:20{number}",),
        title=original.title.upper(),
        registry_date="2024",
        published_date="2024",
        publication_types=("Article",),
    )
    repeated = msgspec.structs.replace(
        original, source="europepmc", doi=doi.upper(), origin=VersionOrigin.COPY, registry_date="2024-02-05"
    )
    return first, exported, repeated


UNREGISTERED = copies(
    paper(
        "PMID:90000401",
        "Alternating pressure against pressure ulcers in hospices: a randomised trial",
        "Ninety-four people in hospices were randomised to alternating-pressure mattresses or standard mattresses. "
        "Pressure ulcers were fewer.",
        first_author="Brook T",
    ),
    "10.99999/mun.401",
)
NOT_HELD = copies(
    paper(
        "PMID:90000402",
        "Alternating air mattresses to prevent pressure injury after hip surgery: randomised controlled trial",
        "One hundred and twelve patients were randomised to an alternating air mattress or a standard mattress "
        "(ChiCTR9900099901). New pressure injuries: 3 and 9.",
        first_author="Lin W",
    ),
    "10.99999/mun.402",
)
COMPANION = copies(
    paper(
        "PMID:90000403",
        "Sleep on alternating-pressure overlays: a secondary outcome of the randomised OVERLAY trial",
        "Of the 180 people of stroke units in Ireland randomised to alternating pressure or standard mattresses to prevent "
        "pressure ulcers, 150 kept sleep diaries.",
        first_author="Fen R",
    ),
    "10.99999/mun.403",
)
ALL = (*UNREGISTERED, *NOT_HELD, *COMPANION)


def seen(items: Sequence[Report | TrialRecord], day: date = NIGHT) -> list[Observation]:
    return [Observation(item=item, observed_at=at_night(day)) for item in items]


def concluded(
    reports: Sequence[Report],
    records: Sequence[TrialRecord] = (KNOWN,),
    review: Review = REVIEW,
    known: dict[str, str] | None = None,
) -> Judgement:
    """What one night concludes of reports, in the order given."""
    told = Told(newest=seen(records), trials=seen(records), reports=seen(reports), nights=[at_night(NIGHT)])
    context = RunContext(as_of=at_night(NIGHT), baseline_search_date=date(2018, 1, 1))
    return judge(context, review, told, known=known or {})


class Outcome(NamedTuple):
    studies: frozenset[str]
    links: frozenset[tuple[str, str, str]]
    events: frozenset[tuple[str, str, str]]
    queue: frozenset[str]


def studies_of(judgement: Judgement) -> set[str]:
    return set(judgement.screened.screening) - LISTED


def outcome(judgement: Judgement) -> Outcome:
    return Outcome(
        frozenset(studies_of(judgement)),
        frozenset((item.study_id, item.report_id, item.kind) for item in judgement.screened.linked.reports),
        frozenset((event.key, event.event_date, str(event.public_date)) for event in judgement.events),
        frozenset(item.item for item in judgement.queue),
    )


@pytest.fixture(scope="module")
def of_all() -> Outcome:
    """What comes of all reports in the order in which they are written here."""
    return outcome(concluded(ALL))


def test_each_is_told_once_whatever_databases_describe_it(of_all: Outcome) -> None:
    assert of_all.studies == {"NCT90000301", "DOI:10.99999/mun.401", "ChiCTR9900099901"}
    assert {(study, report) for study, report, _ in of_all.links} == {
        ("DOI:10.99999/mun.401", "PMID:90000401"),
        ("ChiCTR9900099901", "PMID:90000402"),
        ("NCT90000301", "PMID:90000403"),
    }
    told = sorted(key for key, _, _ in of_all.events if key.startswith("E3"))
    assert told == [
        "E3:ChiCTR9900099901:PMID:90000402",
        "E3:DOI:10.99999/mun.401:PMID:90000401",
        "E3:NCT90000301:PMID:90000403",
    ]


@given(st.randoms(use_true_random=False))
@settings(max_examples=25)
def test_any_order_of_sources_gives_the_same(of_all: Outcome, shuffled: random.Random) -> None:
    reports = list(ALL)
    shuffled.shuffle(reports)
    assert outcome(concluded(reports)) == of_all


@pytest.mark.parametrize("paper_", [UNREGISTERED, NOT_HELD, COMPANION], ids=["unregistered", "not held", "companion"])
@pytest.mark.parametrize("order", list(itertools.permutations(range(3))), ids=str)
def test_a_further_copy_makes_no_further_study_or_event(paper_: tuple[Report, ...], order: tuple[int, ...]) -> None:
    n_events = []
    for n in range(1, 4):
        judgement = concluded([paper_[place] for place in order[:n]])
        n_events.append(len([event for event in judgement.events if event.event_code == "E3"]))
        assert len(studies_of(judgement)) == (1 if paper_ is COMPANION else 2)
    assert n_events == [1, 1, 1]


def test_a_study_of_its_own_waits_for_a_person_and_calls_for_no_action() -> None:
    judgement = concluded(UNREGISTERED)
    [status] = [item for item in judgement.statuses if item.study_id.startswith("DOI:")]
    assert status.list is StudyList.AWAITING
    assert {event.grade for event in judgement.events if event.study_id == status.study_id} == {"watch"}
    asked = [item.kind for item in judgement.queue if item.subject == status.study_id]
    assert sorted(asked) == ["eligibility", "results"]


def test_people_decide_a_study_of_its_own_under_any_name_of_its_reports() -> None:
    for name in ("PMID:90000401", "DOI:10.99999/mun.401", "doi:10.99999/MUN.401", "EMBASE:2090000401"):
        row = DecisionRow(
            study_id=name,
            criterion="list",
            verdict=StudyList.EXCLUDED,
            decided_by="AB",
            known_from=date(2026, 1, 1),
            reason="not randomised on reading",
        ).at(2)
        judgement = concluded(UNREGISTERED, review=replace(REVIEW, decisions=(row,)))
        assert [item for item in judgement.queue if item.kind == "ruling"] == [], name
        [status] = [item for item in judgement.statuses if item.study_id.startswith("DOI:")]
        assert status.list is StudyList.EXCLUDED, name


ABSTRACT = paper(
    "DOI:10.99999/mun.390",
    "Alternating pressure against pressure ulcers in hospices: a randomised trial",
    "Of 94 people randomised to alternating pressure or a standard mattress the first 60 are reported; fewer had ulcers.",
    doi="10.99999/mun.390",
    first_author="Brook T",
    publication_types=("Meeting Abstract",),
    journal="Proceedings of a Made-Up Congress",
    published_date="2023-05",
    registry_date="2023-05",
)


def test_an_abstract_and_its_paper_are_one_study_with_two_reports() -> None:
    judgement = concluded([ABSTRACT, UNREGISTERED[0]])
    kinds = {item.report_id: item.kind for item in judgement.screened.linked.reports}
    assert kinds == {"DOI:10.99999/mun.390": ReportKind.ABSTRACT, "PMID:90000401": ReportKind.RESULTS}
    assert len(studies_of(judgement)) == 2


def test_a_study_keeps_the_id_that_it_was_given_first() -> None:
    judgement = concluded(UNREGISTERED, known={"EMBASE:2090000401": "EMBASE:2090000401"})
    assert "EMBASE:2090000401" in judgement.screened.screening


@pytest.mark.parametrize("written", ["ChiCTR9900099901", "ChiCTR-TRC-9900099901", "chictr9900099901"])
def test_a_registration_that_comes_later_joins_the_study_that_its_number_named(written: str) -> None:
    record = msgspec.structs.replace(
        KNOWN, source="ictrp", registry="ChiCTR", registry_id=written, acronym=None, enrolment_count=112
    )
    known = {"ChiCTR9900099901": "ChiCTR9900099901", "PMID:90000402": "ChiCTR9900099901"}
    judgement = concluded(NOT_HELD, [record], known=known)
    [link] = judgement.screened.linked.reports
    assert (link.study_id, link.method) == ("ChiCTR9900099901", LinkMethod.MINED_ID)
    assert studies_of(judgement) == {"ChiCTR9900099901"}


def test_a_person_says_of_which_study_a_report_is() -> None:
    vague = paper(
        "PMID:90000404",
        "Alternating-pressure overlays for stroke: pressure ulcers in a randomised trial",
        "One hundred and eighty people were randomised to alternating pressure or standard mattresses.",
    )
    [question] = [item for item in concluded([vague]).queue if item.kind == "report"]
    assert (question.subject, "NCT90000301" in question.reason) == ("PMID:90000404", True)

    def said(is_linked: bool) -> Review:
        row = LinkRow(
            study_id="NCT90000301",
            item_id="PMID:90000404",
            relation="report",
            kind=ReportKind.RESULTS,
            is_linked=is_linked,
            known_from=date(2026, 1, 1),
            decided_by="AB",
            reason="read it",
        )
        return replace(REVIEW, links=(row.at(2),))

    joined = concluded([vague], review=said(True))
    assert [(item.study_id, item.method) for item in joined.screened.linked.reports] == [
        ("NCT90000301", LinkMethod.PERSON)
    ]
    apart = concluded([vague], review=said(False))
    assert [item.study_id for item in apart.screened.linked.reports] == ["PMID:90000404"]
    assert not [item for item in (*joined.queue, *apart.queue) if item.kind == "report"]


@pytest.mark.parametrize(
    ("title", "types"),
    [
        ("Alternating pressure in pigs: randomised comparison of pressure ulcers", ("Journal Article",)),
        ("Alternating pressure for pressure ulcers: a systematic review of randomised trials", ("Review",)),
        ("Alternating pressure and pressure ulcers: a retrospective cohort", ("Journal Article",)),
        ("Reply: alternating pressure for pressure ulcers", ("Comment", "Letter")),
    ],
)
def test_what_reports_no_trial_makes_no_study(title: str, types: tuple[str, ...]) -> None:
    judgement = concluded([paper("PMID:90000405", title, publication_types=types)])
    assert studies_of(judgement) == {"NCT90000301"}
    assert judgement.screened.reports["PMID:90000405"].verdict is Verdict.NOT_MET


def test_a_retraction_by_any_copy_is_told_once() -> None:
    first, exported, repeated = COMPANION
    notice = (RelatedReport(kind=RelationKind.RETRACTION_IN, pmid="90000999"),)
    retracted = [
        msgspec.structs.replace(exported, publication_types=("Retracted Publication",), registry_date="2026-10-30"),
        msgspec.structs.replace(repeated, related=notice, registry_date="2026-10-29"),
    ]
    for order in itertools.permutations([first, *retracted]):
        found = [event for event in concluded(order).events if event.event_code == "E7"]
        assert [event.reference for event in found] == ["PMID:90000403, retraction_in"]


def test_a_registration_without_that_number_takes_over_the_study_and_its_name() -> None:
    """It names the paper as its result: one study, under the id that people know, with their rows."""
    record = msgspec.structs.replace(
        KNOWN,
        registry_id="NCT90000399",
        acronym=None,
        sponsor=None,
        brief_title="Hospice mattresses",
        enrolment_count=None,
        references=(Reference(doi="10.99999/mun.401", type=ReferenceType.RESULT),),
    )
    known = dict.fromkeys(("DOI:10.99999/mun.401", "PMID:90000401"), "DOI:10.99999/mun.401")
    judgement = concluded(UNREGISTERED, [record], known=known)
    assert studies_of(judgement) == {"DOI:10.99999/mun.401"}
    assert judgement.screened.linked.leading["DOI:10.99999/mun.401"] == "NCT90000399"
    [link] = judgement.screened.linked.reports
    assert (link.study_id, link.method) == ("DOI:10.99999/mun.401", LinkMethod.REGISTRY_REFERENCE)


def test_rows_under_a_report_apply_to_the_registered_study_that_it_turns_out_to_be_of() -> None:
    record = msgspec.structs.replace(
        KNOWN, registry_id="NCT90000399", references=(Reference(doi="10.99999/mun.401", type=ReferenceType.RESULT),)
    )
    row = DecisionRow(
        study_id="PMID:90000401",
        criterion="list",
        verdict=StudyList.EXCLUDED,
        decided_by="AB",
        known_from=date(2026, 1, 1),
        reason="not randomised on reading",
    ).at(2)
    known = {"NCT90000399": "NCT90000399", "PMID:90000401": "DOI:10.99999/mun.401"}
    judgement = concluded(UNREGISTERED, [record], replace(REVIEW, decisions=(row,)), known)
    assert [(item.study_id, item.list) for item in judgement.statuses if item.study_id not in LISTED] == [
        ("NCT90000399", StudyList.EXCLUDED)
    ]
    assert [item for item in judgement.queue if item.kind == "ruling"] == []


@pytest.mark.parametrize(
    ("title", "types", "kind"),
    [
        ("Retraction: {}", ("Retraction of Publication",), "retraction_in"),
        ("Retraction notice to: {}", ("Journal Article",), "retraction_in"),
        ("Expression of concern: {}", ("Expression of Concern",), "concern_in"),
        ("Correction to: {}", ("Published Erratum",), "erratum_in, PMID:90000406"),
    ],
)
def test_a_notice_that_comes_alone_is_heard(title: str, types: tuple[str, ...], kind: str) -> None:
    original = COMPANION[0]
    notice = paper("PMID:90000406", title.format(original.title), publication_types=types, published_date="2026-10-28")
    judgement = concluded([original, notice])
    assert {item.report_id: item.kind for item in judgement.screened.linked.reports} == {
        "PMID:90000403": ReportKind.RESULTS,
        "PMID:90000406": ReportKind.NOTICE,
    }
    assert [event.reference for event in judgement.events if event.event_code == "E7"] == [f"PMID:90000403, {kind}"]


def aliases(study_id: str, *names: str) -> dict[str, str]:
    return dict.fromkeys((study_id, *names), study_id)


KNOWN_AS = aliases("DOI:10.99999/mun.401", "PMID:90000401", "EMBASE:2090000401")


@pytest.mark.parametrize("name", ["DOI:10.99999/mun.401", "PMID:90000401", "EMBASE:2090000401"])
@pytest.mark.parametrize("known", [{}, KNOWN_AS], ids=["the first night", "a later night"])
@pytest.mark.parametrize("is_linked", [True, False])
def test_people_say_whether_two_reports_of_no_registration_are_one_trial(
    name: str, known: dict[str, str], is_linked: bool
) -> None:
    other = paper(
        "PMID:90000407",
        "Sleep in hospices on alternating pressure: a randomised trial of mattresses and pressure ulcers",
        "Ninety-four people were randomised to alternating-pressure mattresses or standard mattresses.",
        first_author="Brook T",
    )
    row = LinkRow(
        study_id=name,
        item_id="PMID:90000407",
        relation="report",
        is_linked=is_linked,
        known_from=date(2026, 1, 1),
        decided_by="AB",
        reason="read both",
    ).at(2)
    judgement = concluded([*UNREGISTERED, other], review=replace(REVIEW, links=(row,)), known=known)
    of = {item.report_id: item.study_id for item in judgement.screened.linked.reports}
    assert set(of) == {"PMID:90000401", "PMID:90000407"}
    assert (of["PMID:90000401"] == of["PMID:90000407"]) is is_linked
    assert [item for item in judgement.queue if item.kind in {"link", "report"}] == []


def test_a_report_that_people_take_from_a_registered_study_makes_one_of_its_own() -> None:
    """Not the registered one again, whose name it once was."""
    row = LinkRow(
        study_id="NCT90000301",
        item_id="PMID:90000403",
        relation="report",
        is_linked=False,
        known_from=date(2026, 1, 1),
        decided_by="AB",
        reason="another trial",
    ).at(2)
    known = aliases("NCT90000301", "PMID:90000403", "DOI:10.99999/mun.403")
    judgement = concluded(COMPANION, review=replace(REVIEW, links=(row,)), known=known)
    assert studies_of(judgement) == {"NCT90000301", "DOI:10.99999/mun.403"}
    assert judgement.screened.record_of("NCT90000301").source == "ctgov"


def test_further_reports_that_state_the_number_belong_to_its_study() -> None:
    survey = paper(
        "PMID:90000408",
        "What nurses thought of air mattresses after hip surgery: interviews",
        "Nurses of the trial ChiCTR9900099901 were interviewed about pressure ulcers and mattresses in use.",
        publication_types=("Journal Article",),
    )
    judgement = concluded([*NOT_HELD, survey])
    assert {item.report_id: item.study_id for item in judgement.screened.linked.reports} == {
        "PMID:90000402": "ChiCTR9900099901",
        "PMID:90000408": "ChiCTR9900099901",
    }


def test_an_abstract_before_two_papers_of_one_beginning_is_of_the_one_that_it_is() -> None:
    second = msgspec.structs.replace(
        UNREGISTERED[0],
        report_id="PMID:90000409",
        doi="10.99999/mun.409",
        title=f"{UNREGISTERED[0].title}: costs",
        pages="400",
    )
    for order in itertools.permutations([ABSTRACT, UNREGISTERED[0], second]):
        links = concluded(order).screened.linked.reports
        of = {item.report_id: item.study_id for item in links}
        assert of["DOI:10.99999/mun.390"] == of["PMID:90000401"]


@pytest.mark.parametrize(
    "related",
    [
        (RelatedReport(kind=RelationKind.RETRACTION_OF, source_text="J Made-Up Nurs. 2024"),),
        (RelatedReport(kind=RelationKind.RETRACTION_OF, pmid="90000998"),),
        (RelatedReport(kind=RelationKind.RETRACTION_OF, report_id="DOI:10.99999/MUN.403"),),
        (RelatedReport(kind=RelationKind.RETRACTION_OF, pmid="90000403"),),
    ],
    ids=["by its place", "an unknown number, and the title", "a DOI in capitals", "its number"],
)
def test_a_notice_is_told_however_it_names_its_report(related: tuple[RelatedReport, ...]) -> None:
    notice = paper(
        "PMID:90000406",
        f"Retraction: {COMPANION[0].title}",
        publication_types=("Retraction of Publication",),
        related=related,
    )
    events = [event for event in concluded([COMPANION[0], notice]).events if event.event_code == "E7"]
    assert [event.reference for event in events] == ["PMID:90000403, retraction_in"]


def test_an_erratum_by_its_place_and_as_a_report_is_one() -> None:
    by_place = (RelatedReport(kind=RelationKind.ERRATUM_IN, source_text="J Made-Up Nurs. 2026 Oct"),)
    corrected = msgspec.structs.replace(COMPANION[0], related=by_place, registry_date="2026-10-29")
    notice = paper("PMID:90000406", f"Correction to: {corrected.title}", publication_types=("Published Erratum",))
    events = [event for event in concluded([corrected, notice]).events if event.event_code == "E7"]
    assert [event.reference for event in events] == ["PMID:90000403, erratum_in, PMID:90000406"]


def test_two_files_of_one_kind_tell_one_paper_in_either_order() -> None:
    """CENTRAL and Embase are both loaded as RIS, under one DOI; one of them declares the registration."""
    central = msgspec.structs.replace(UNREGISTERED[1], database="central", registry_ids=("NCT90000301",))
    embase = msgspec.structs.replace(UNREGISTERED[1], database="embase", title=UNREGISTERED[0].title)
    one, other = concluded([central, embase]), concluded([embase, central])
    assert outcome(one) == outcome(other)
    assert {item.study_id for item in one.screened.linked.reports} == {"NCT90000301"}
    assert len(one.literature.copies["DOI:10.99999/mun.401"]) == 2


@pytest.mark.parametrize("acronym", ["Pressure RELIEF", "Care at HOME", "Trial of ALL"])
def test_a_word_in_small_letters_is_no_acronym(acronym: str) -> None:
    record = msgspec.structs.replace(KNOWN, acronym=acronym)
    unrelated = paper(
        "PMID:90000410",
        "Pressure care at home: trial of alternating pressure against ulcers, randomised",
        "Forty people were randomised to alternating pressure or standard mattresses; pressure ulcers were rare.",
    )
    assert not [
        item for item in concluded([unrelated], [record]).screened.linked.reports if item.study_id == "NCT90000301"
    ]


def test_a_registration_that_is_recognised_by_likeness_takes_over_the_study_and_its_name() -> None:
    record = msgspec.structs.replace(KNOWN, registry_id="NCT90000398", brief_title=UNREGISTERED[0].title)
    judgement = concluded(UNREGISTERED, [record], known=KNOWN_AS)
    assert studies_of(judgement) == {"DOI:10.99999/mun.401"}
    [link] = judgement.screened.linked.reports
    assert (link.study_id, link.method) == ("DOI:10.99999/mun.401", LinkMethod.MATCH)
    [event] = [event for event in judgement.events if event.event_code == "E3"]
    assert event.grade == "watch", "that it is of the study is not certain"


def test_only_studies_without_a_record_are_counted_as_known_by_reports_alone() -> None:
    """A name that a registered study once had makes it none."""
    known = aliases("NCT90000301", "PMID:90000403", "DOI:10.99999/mun.403")
    flow = flow_of_reports(concluded([*COMPANION, *UNREGISTERED], known=known))
    assert (flow.n_unregistered, flow.n_of_studies, flow.n_duplicates) == (1, 2, 4)


@pytest.mark.parametrize(
    ("study_id", "said"),
    [
        ("NCT09999999", "no source has told of NCT09999999 yet, and no report tells of it"),
        ("Birch 2012", "no registration is known, and no report tells of it"),
    ],
)
def test_a_registration_that_is_known_and_not_told_yet_is_not_called_unknown(study_id: str, said: str) -> None:
    asked = criteria_of(study_id, None, REVIEW.protocol.eligibility)
    assert {item.quote for item in asked} == {said}
