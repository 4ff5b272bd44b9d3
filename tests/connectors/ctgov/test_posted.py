"""What a record posts beside its arms: analyses, drop-outs, limitations, who was masked; and what a bad block costs."""

import json
from collections.abc import Callable
from copy import deepcopy
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from connectors import CONNECTORS
from models.results import DropOut, PostedResults, ResultGroup, UnitsAnalysed
from models.trial import Page, Rejected, TrialRecord, content_hash
from models.vocabulary import Masked, OutcomeRole

Parse = Callable[[object], tuple[TrialRecord, list[Rejected]]]
OUTCOMES = "resultsSection.outcomeMeasuresModule.outcomeMeasures"


@pytest.fixture(scope="module")
def study(fixtures: Path) -> dict[str, Any]:
    made_up: dict[str, Any] = json.loads((fixtures / "ctgov" / "made_up_trial.json").read_bytes())
    return made_up


@pytest.fixture(scope="module")
def parse(page_of: Callable[..., Page]) -> Parse:
    def read(value: object) -> tuple[TrialRecord, list[Rejected]]:
        found = list(CONNECTORS["ctgov"].parse(page_of("ctgov", json.dumps(value).encode())))
        [record] = [item for item in found if isinstance(item, TrialRecord)]
        return record, [item for item in found if isinstance(item, Rejected)]

    return read


def results_of(record: TrialRecord) -> PostedResults:
    assert record.results is not None
    return record.results


def test_an_analysis_is_kept_as_it_is_printed(parse: Parse, study: dict[str, Any]) -> None:
    record, rejected = parse(study)
    [analysis] = results_of(record).analyses
    assert rejected == []
    assert msgspec.structs.asdict(analysis) == {
        "outcome_title": "Change of the score",
        "role": OutcomeRole.PRIMARY,
        "time_frame": "16 weeks",
        "unit_text": "points",
        "groups": (ResultGroup(id="OG000", title="Cells"), ResultGroup(id="OG001", title="Control")),
        "group_text": "All who came.",
        "method_text": "ANCOVA",
        "method_comment_text": "Adjusted for the score at baseline.",
        "p_text": "<0.001",
        "p_comment_text": "not adjusted for multiplicity",
        "estimate_type_text": "Mean Difference (Final Values)",
        "estimate_text": "1.25",
        "estimate_comment_text": "Cells minus control",
        "ci_pct_text": "95",
        "ci_sides_text": "TWO_SIDED",
        "ci_lower_text": "0.55",
        "ci_upper_text": "NA",
        "ci_lower_comment_text": None,
        "ci_upper_comment_text": "too few",
        "dispersion_type_text": "STANDARD_ERROR_OF_MEAN",
        "dispersion_text": "0.35",
        "is_non_inferiority_tested": False,
        "hypothesis_text": "SUPERIORITY",
        "hypothesis_comment_text": "none was planned",
        "other_text": "A made-up analysis.",
        "path": f"{OUTCOMES}[0].analyses[0]",
    }


def test_what_stands_beside_the_analyses_is_kept(parse: Parse, study: dict[str, Any]) -> None:
    record, _ = parse(study)
    results = results_of(record)
    assert results.flow.drop_outs == (
        DropOut(
            period="Overall Study",
            reason_text="Adverse Event",
            group_id="FG000",
            count=2,
            comment_text="both after the first dose",
        ),
        DropOut(period="Overall Study", reason_text="Adverse Event", group_id="FG001", count=0),
        DropOut(period="Overall Study", reason_text="Moved away", group_id="FG000", count=0),
        DropOut(period="Overall Study", reason_text="Moved away", group_id="FG001", count=1),
    )
    assert results.limitations_text == "Few took part."
    assert results.agreement is not None
    assert (results.agreement.is_investigator_employed, results.agreement.is_restrictive) == (False, False)
    [outcome] = results.outcomes
    assert outcome.other_denominators == (UnitsAnalysed(unit_text="Eyes", counts={"OG000": 78, "OG001": 54}),)
    assert [cell.comment_text for cell in outcome.measurements] == [None, "below what can be measured"]
    assert (record.who_masked, record.masking_details_text) == (
        (Masked.PARTICIPANT, Masked.INVESTIGATOR),
        "Syringes are covered.",
    )


def test_units_and_comments_of_the_flow_are_kept(parse: Parse, study: dict[str, Any]) -> None:
    flow = deepcopy(study)
    module = flow["resultsSection"]["participantFlowModule"]
    module["typeUnitsAnalyzed"] = "Eyes"
    milestone = module["periods"][0]["milestones"][0]
    milestone["comment"] = "both eyes of some"
    milestone["achievements"][0]["numUnits"] = "70"
    record, rejected = parse(flow)
    first = results_of(record).flow.counts[0]
    assert (results_of(record).flow.unit_text, first.n_units, first.milestone_text, rejected) == (
        "Eyes", 70, "both eyes of some", [],
    )  # fmt: skip


def test_an_outcome_whose_classes_are_tables_has_each_analysis_once(parse: Parse, study: dict[str, Any]) -> None:
    split = deepcopy(study)
    outcome = split["resultsSection"]["outcomeMeasuresModule"]["outcomeMeasures"][0]
    counts = [{"groupId": "OG000", "value": "30"}]
    outcome["classes"] = [
        {"title": title, "denoms": [{"units": "Participants", "counts": counts}]} for title in ("Month 4", "Month 6")
    ]
    record, _ = parse(split)
    assert (len(results_of(record).outcomes), len(results_of(record).analyses)) == (2, 1)


WORDS = [
    ("protocolSection.designModule.designInfo.maskingInfo.whoMasked[1]", ["PARTICIPANT", "DOG"]),
    (f"{OUTCOMES}[0].analyses[0].ciNumSides", "THREE_SIDED"),
    (f"{OUTCOMES}[0].analyses[0].dispersionType", "GUESS"),
    (f"{OUTCOMES}[0].analyses[0].nonInferiorityType", "BEAUTY"),
]


@pytest.mark.parametrize(("path", "value"), WORDS)
def test_an_unknown_word_goes_to_a_person(parse: Parse, study: dict[str, Any], path: str, value: Any) -> None:
    changed = deepcopy(study)
    if isinstance(value, list):
        changed["protocolSection"]["designModule"]["designInfo"]["maskingInfo"]["whoMasked"] = value
    else:
        _analyses(changed)[0][path.rpartition(".")[2]] = value
    record, [note] = parse(changed)
    assert (note.path, note.value) == (path, value[-1] if isinstance(value, list) else value)
    assert record.who_masked[0] is Masked.PARTICIPANT
    assert len(results_of(record).analyses) == 1


def _analyses(study: dict[str, Any]) -> Any:
    return study["resultsSection"]["outcomeMeasuresModule"]["outcomeMeasures"][0]["analyses"]


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)
BLOCKS: list[tuple[str, ...]] = [
    ("resultsSection", "outcomeMeasuresModule", "outcomeMeasures", "0", "analyses"),
    ("resultsSection", "participantFlowModule", "periods", "0", "dropWithdraws"),
    ("resultsSection", "moreInfoModule"),
    ("protocolSection", "designModule", "designInfo", "maskingInfo", "whoMasked"),
    ("protocolSection", "designModule", "designInfo", "maskingInfo", "maskingDescription"),
]


@pytest.mark.parametrize("block", BLOCKS, ids=lambda block: block[-1])
@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(value=json_values)
def test_a_malformed_block_costs_that_block_and_no_more(
    parse: Parse, study: dict[str, Any], block: tuple[str, ...], value: Any
) -> None:
    whole, _ = parse(study)
    changed = deepcopy(study)
    place: Any = changed
    for step in block[:-1]:
        place = place[int(step)] if step.isdigit() else place[step]
    place[block[-1]] = value
    record, rejected = parse(changed)
    assert _without_blocks(record) == _without_blocks(whole)
    assert all(block[-1] in item.path for item in rejected)


def _without_blocks(record: TrialRecord) -> TrialRecord:
    results = results_of(record)
    bare = msgspec.structs.replace(
        results,
        analyses=(),
        flow=msgspec.structs.replace(results.flow, drop_outs=()),
        limitations_text=None,
        agreement=None,
    )
    return msgspec.structs.replace(record, results=bare, who_masked=(), masking_details_text=None)


@given(value=json_values.filter(lambda value: value is not None and not isinstance(value, dict)))
@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_one_bad_analysis_costs_no_other(parse: Parse, study: dict[str, Any], value: Any) -> None:
    changed = deepcopy(study)
    good = _analyses(study)[0]
    changed["resultsSection"]["outcomeMeasuresModule"]["outcomeMeasures"][0]["analyses"] = [good, value, good]
    record, rejected = parse(changed)
    assert [item.path for item in results_of(record).analyses] == [f"{OUTCOMES}[0].analyses[{n}]" for n in (0, 2)]
    assert [item.path for item in rejected] == [f"{OUTCOMES}[0].analyses[1]"]


def test_a_record_without_anything_new_keeps_its_content_hash(parse: Parse, study: dict[str, Any]) -> None:
    """What is empty is not part of the content: a record changes with what its register says, and not with ours."""
    plain = deepcopy(study)
    del plain["resultsSection"]["moreInfoModule"]
    del plain["resultsSection"]["participantFlowModule"]["periods"][0]["dropWithdraws"]
    del plain["resultsSection"]["outcomeMeasuresModule"]["outcomeMeasures"][0]["analyses"]
    plain["protocolSection"]["designModule"]["designInfo"]["maskingInfo"] = {"masking": "DOUBLE"}
    record, _ = parse(plain)
    written = msgspec.json.encode(record)
    for name in (
        b"analyses",
        b"drop_outs",
        b"limitations",
        b"agreement",
        b"who_masked",
        b"masking_details",
        b"n_units",
    ):
        assert name not in written
    assert content_hash(record) != content_hash(parse(study)[0])


@pytest.mark.parametrize(
    ("name", "n_analyses", "n_reasons", "has_limitations"),
    [
        ("NCT00567567", 7, 30, False),
        ("NCT01987596", 3, 4, False),
        ("NCT02552212", 12, 63, False),
        ("NCT03275402", 0, 3, True),
    ],
)
def test_real_records_lose_no_analysis(
    samples: Path, page_of: Callable[..., Page], name: str, n_analyses: int, n_reasons: int, has_limitations: bool
) -> None:
    body = (samples / "ctgov" / "v2" / f"{name}.json").read_bytes()
    raw = json.loads(body)["resultsSection"]
    found = list(CONNECTORS["ctgov"].parse(page_of("ctgov", body)))
    [record] = [item for item in found if isinstance(item, TrialRecord)]
    results = results_of(record)
    posted = [
        item for outcome in raw["outcomeMeasuresModule"]["outcomeMeasures"] for item in outcome.get("analyses", ())
    ]
    assert [item.p_text for item in results.analyses] == [item.get("pValue") for item in posted]
    assert [item.estimate_text for item in results.analyses] == [item.get("paramValue") for item in posted]
    reasons = [
        given
        for period in raw["participantFlowModule"]["periods"]
        for left in period.get("dropWithdraws", ())
        for given in left["reasons"]
    ]
    assert [str(item.count) for item in results.flow.drop_outs] == [given["numSubjects"] for given in reasons]
    assert len(results.analyses) == n_analyses
    assert (results.limitations_text is not None) == has_limitations
    assert [item for item in found if isinstance(item, Rejected)] == []
    assert len(results.flow.drop_outs) == n_reasons
