"""The classic XML says the same as the API, and its pseudo rows and old words are not taken at face value."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import pytest

from connectors import CONNECTORS
from models.results import MeasureTable, PostedResults
from models.trial import Page, Rejected, TrialRecord

Parse = Callable[[bytes], tuple[list[TrialRecord], list[Rejected]]]


@pytest.fixture
def xml(fixtures: Path) -> bytes:
    return (fixtures / "ctgov-classic" / "made_up_trial.xml").read_bytes()


@pytest.fixture
def parse(page_of: Callable[..., Page]) -> Parse:
    def read(body: bytes) -> tuple[list[TrialRecord], list[Rejected]]:
        found = list(CONNECTORS["ctgov-classic"].parse(page_of("ctgov-classic", body, kind="file", url="old.xml")))
        records = [item for item in found if isinstance(item, TrialRecord)]
        return records, [item for item in found if isinstance(item, Rejected)]

    return read


def test_both_forms_of_one_trial_give_one_record(
    parse: Parse, xml: bytes, fixtures: Path, page_of: Callable[..., Page]
) -> None:
    [classic], _ = parse(xml)
    [current] = CONNECTORS["ctgov"].parse(page_of("ctgov", (fixtures / "ctgov" / "made_up_trial.json").read_bytes()))
    assert isinstance(current, TrialRecord)
    assert _comparable(classic) == _comparable(current)


@pytest.mark.parametrize(
    ("minimum", "maximum", "expected"),
    [
        ("18 Years", "N/A", ("18 Years", None, ())),
        ("N/A", "17 Years", (None, "17 Years", ())),
        ("N/A", "N/A", (None, None, ("CHILD", "ADULT", "OLDER_ADULT"))),
    ],
)
def test_ages_read_as_in_the_api(
    parse: Parse, xml: bytes, minimum: str, maximum: str, expected: tuple[object, ...]
) -> None:
    body = xml.replace(b"18 Years", minimum.encode()).replace(b"75 Years", maximum.encode())
    [record], _ = parse(body)
    assert (record.minimum_age_text, record.maximum_age_text, record.age_groups) == expected


def _comparable(record: TrialRecord) -> dict[str, Any]:
    """Without what each form says in its own way: its name, verbatim words, places and local group ids."""
    fields: dict[str, Any] = msgspec.to_builtins(record)
    for name in ("source", "origin", "status_text"):
        fields.pop(name, None)
    assert record.results is not None
    fields["results"] = _results(record.results)
    return fields


def _results(results: PostedResults) -> dict[str, Any]:
    flow_titles = {group.id: group.title for group in results.flow.groups}
    events: list[dict[str, Any]] = msgspec.to_builtins(results.adverse_events.groups)
    return {
        "flow": [
            (flow_titles[one.group_id], one.period, one.milestone, one.count, one.comment_text)
            for one in results.flow.counts
        ],
        "drop-outs": [
            (flow_titles[one.group_id], one.period, one.reason_text, one.count, one.comment_text)
            for one in results.flow.drop_outs
        ],
        "texts": (results.flow.recruitment_text, results.flow.pre_assignment_text),
        "analyses": [
            msgspec.structs.asdict(one) | {"groups": [group.title for group in one.groups], "path": ""}
            for one in results.analyses
        ],
        "more": (results.limitations_text, results.agreement),
        "baseline": [_table(table) for table in results.baseline],
        "outcomes": [(*_table(table), table.dispersion_text) for table in results.outcomes],
        "events": [{name: one[name] for name in sorted(one.keys() - {"id", "path"})} for one in events],
        "event texts": (results.adverse_events.time_frame, results.adverse_events.frequency_threshold_text),
    }


def _table(table: MeasureTable) -> tuple[Any, ...]:
    titles = {group.id: group.title for group in table.groups}
    cells = [(titles[cell.group_id], *msgspec.structs.astuple(cell)[1:]) for cell in table.measurements]
    return (
        (table.title, table.role, table.time_frame, table.population_text, table.param_text, table.unit_text),
        {titles[group]: number for group, number in table.denominators.items()},
        {
            (others.unit_text, titles[group]): number
            for others in table.other_denominators
            for group, number in others.counts.items()
        },
        cells,
    )


def test_totals_come_from_the_total_row_and_are_not_counted_twice(parse: Parse, xml: bytes) -> None:
    [record], _ = parse(xml)
    assert record.results is not None
    cells, control = record.results.adverse_events.groups
    assert (cells.serious_affected, cells.serious_at_risk) == (3, 41)
    assert (control.other_affected, control.other_at_risk) == (22, 31)


def test_without_a_total_row_nothing_is_summed(parse: Parse, xml: bytes) -> None:
    [record], _ = parse(xml.replace(b"<title>Total</title><event_list>", b"<title>Else</title><event_list>"))
    assert record.results is not None
    assert [group.serious_affected for group in record.results.adverse_events.groups] == [None, None]


@pytest.mark.parametrize(
    ("old", "new", "path"),
    [
        (b"Active, not recruiting", b"Asleep", "overall_status"),
        (b">Randomized<", b">By lot<", "study_design_info/allocation"),
        (b"May 25, 2018", b"25/05/2018", "last_update_posted"),
        (b'type="Actual">72<', b'type="Actual">many<', "enrollment"),
        (b'<enrollment type="Actual"', b'<enrollment type="Hoped"', "enrollment/@type"),
        (b"Phase 1/Phase 2", b"Phase 1/Phase 9", "phase"),
        (b"Double (Participant", b"Twice (Participant", "study_design_info/masking"),
        (
            b"<param>Mean</param>\n          <dispersion>Standard Deviation</dispersion>\n          <analyzed",
            b"<param>Sum</param><analyzed",
            "clinical_results/outcome_list/outcome[1]/measure/param",
        ),
    ],
)
def test_a_bad_field_costs_itself_and_is_told(parse: Parse, xml: bytes, old: bytes, new: bytes, path: str) -> None:
    assert old in xml
    [record], [rejected] = parse(xml.replace(old, new))
    assert (rejected.record_ref, rejected.path) == ("NCT90000001", path)
    assert record.sponsor == "A Company"


@pytest.mark.parametrize(
    ("printed", "read"),
    [
        (b"Phase 1/Phase 2", "PHASE1/PHASE2"),
        (b"Phase 3", "PHASE3"),
        (b"N/A", "NA"),
        (b"Early Phase 1", "EARLY_PHASE1"),
    ],
)
def test_phases_are_the_apis(parse: Parse, xml: bytes, printed: bytes, read: str) -> None:
    [record], _ = parse(xml.replace(b"Phase 1/Phase 2", printed))
    assert record.phase_text == read


@pytest.mark.parametrize(
    ("printed", "read"),
    [
        (b"None (Open Label)", "NONE"),
        (b"Quadruple (Participant, Care Provider, Investigator, Outcomes Assessor)", "QUADRUPLE"),
        (b"Single (Outcomes Assessor)", "SINGLE"),
    ],
)
def test_masking_is_read_without_the_people(parse: Parse, xml: bytes, printed: bytes, read: str) -> None:
    [record], _ = parse(xml.replace(b"Double (Participant, Investigator)", printed))
    assert record.masking_text == read


def test_older_files_date_by_their_last_change(parse: Parse, xml: bytes) -> None:
    older = xml.replace(b"last_update_posted", b"not_yet_invented").replace(
        b"last_update_submitted", b"lastchanged_date"
    )
    [record], _ = parse(older)
    assert record.registry_date == "2018-05-24"


@pytest.mark.parametrize("joined", [b"\n", b"</r><r>"], ids=["one after another", "in one document"])
def test_a_file_may_hold_several_records(parse: Parse, xml: bytes, joined: bytes) -> None:
    second = b'<?xml version="1.0"?>' * (joined == b"\n") + xml.replace(b"NCT90000001", b"NCT90000002")
    records, rejected = parse(b"<r>" + xml + joined + second + b"</r>")
    assert [record.registry_id for record in records] == ["NCT90000001", "NCT90000002"]
    assert rejected == []


def test_a_broken_record_costs_no_other_and_its_line_is_told(parse: Parse, xml: bytes) -> None:
    broken = xml.replace(b"NCT90000001", b"NCT90000002").replace(b"</brief_title>", b"</brief>")
    records, [rejected] = parse(xml + broken + xml)
    assert [record.registry_id for record in records] == ["NCT90000001", "NCT90000001"]
    assert rejected.record_ref == "NCT90000002"
    line = xml.count(b"\n") + broken[: broken.index(b"</brief>")].count(b"\n") + 1
    assert rejected.path == f"old.xml:{line}"


BOMB = (
    b"""<!DOCTYPE clinical_study [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;"><!ENTITY c SYSTEM "file:///etc/passwd">]>"""
)


@pytest.mark.parametrize("entity", [b"&b;", b"&c;"])
def test_no_entity_of_a_file_is_expanded(parse: Parse, xml: bytes, entity: bytes) -> None:
    records, [rejected] = parse(BOMB + xml.replace(b"Cells for a Disease", entity))
    assert records == []
    assert "not well-formed" in rejected.reason


def test_a_text_beyond_every_measure_is_rejected(parse: Parse, xml: bytes) -> None:
    records, [rejected] = parse(xml.replace(b"Cells for a Disease", b"x" * 11_000_000))
    assert records == []
    assert rejected.record_ref == "NCT90000001"


def test_the_real_nct01363401_gives_its_three_numbers(samples: Path, parse: Parse) -> None:
    """Registry numbers of the included trial: 72 registered, 41 + 31 started, 39 + 27 = 66 analysed."""
    [record], rejected = parse((samples / "ctgov/classic/NCT01363401_classic_2018-05-29.xml").read_bytes())
    assert rejected == []
    assert (record.registry_id, record.registry_date) == ("NCT01363401", "2017-03-14")
    assert (record.enrolment_count, record.enrolment_type) == (72, "actual")
    assert (record.results_submitted_date, record.results_posted_date) == ("2015-12-08", "2016-07-20")
    assert record.results is not None
    started = [one for one in record.results.flow.counts if one.milestone == "STARTED"]
    assert [(one.group_id, one.count) for one in started] == [("P1", 41), ("P2", 31)]
    assert "8 subjects of Phase 1" in (started[0].comment_text or "")
    assert started[1].comment_text is None
    primary = record.results.outcomes[0]
    assert (primary.role, primary.param_text, primary.dispersion_text) == ("primary", "MEAN", "Standard Deviation")
    assert primary.denominators == {"O1": 39, "O2": 27}
    assert [(cell.value_text, cell.spread_text) for cell in primary.measurements] == [
        ("-1.36", "2.39"),
        ("-4.67", "3.25"),
    ]
    assert [(one.serious_affected, one.serious_at_risk) for one in record.results.adverse_events.groups] == [
        (3, 41),
        (3, 31),
    ]
    assert [(one.other_affected, one.other_at_risk) for one in record.results.adverse_events.groups] == [
        (28, 41),
        (22, 31),
    ]


@pytest.mark.parametrize(
    ("day", "status", "count", "kind", "completion", "posted"),
    [
        ("2018-05-29", "recruiting", 200, "estimated", "2019-04-30", "2018-05-25"),
        ("2020-07-28", "ended_recruiting", 261, "actual", "2020-10", "2019-10-23"),
    ],
)
def test_the_real_nct03280056_moved_between_two_dumps(
    samples: Path, parse: Parse, day: str, status: str, count: int, kind: str, completion: str, posted: str
) -> None:
    [record], rejected = parse((samples / f"ctgov/classic/NCT03280056_classic_{day}.xml").read_bytes())
    assert rejected == []
    assert (record.status, record.enrolment_count, record.enrolment_type) == (status, count, kind)
    assert (record.primary_completion_date, record.primary_completion_type) == (completion, "estimated")
    assert (record.registry_date, record.has_results) == (posted, False)
    assert record.arms[0].type == "active_comparator"
