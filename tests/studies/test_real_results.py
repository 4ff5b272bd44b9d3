"""Every real record with results: not one extracted number differs from what stands in the record.

The protocol's own outcomes are not in these trials, so each table and each adverse-event module is made an
outcome in turn; the raw payload is then read again along the candidate's path, without the connector.
"""

import json
import re
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from lxml import etree

from connectors import CONNECTORS
from models.dates import at_night
from models.protocol import Outcome, Protocol, Timepoint
from models.synthesis import ArmResult
from models.terms import TermRule
from models.trial import Page, TrialRecord
from models.vocabulary import ArmRole, EvidenceWord
from studies.extraction import extract

OBSERVED = date(2026, 11, 20)
ANY_TIME = Timepoint(name="any time", from_days=1, to_days=100_000)
N_LEAST = 50
"""Numbers compared in the payloads that are stored; fewer means that the test has stopped reading."""


def _records(samples: Path) -> Iterator[tuple[TrialRecord, Any]]:
    for path in sorted((samples / "ctgov").glob("v2/*.json")) + sorted((samples / "ctgov").glob("classic/*.xml")):
        body = path.read_bytes()
        slug = "ctgov" if path.suffix == ".json" else "ctgov-classic"
        page = Page(source=slug, kind="record", url=path.name, body=body, observed_at=at_night(OBSERVED))
        raw = json.loads(body) if path.suffix == ".json" else etree.fromstring(body)
        for record in CONNECTORS[slug].parse(page):
            if isinstance(record, TrialRecord) and record.results:
                yield record, raw


def _protocols(record: TrialRecord, protocol: Protocol) -> Iterator[Protocol]:
    """One protocol per table and pair of groups, in which the second group is the comparator."""
    assert record.results
    eligibility = protocol.eligibility

    def of(first: str, second: str, **outcome: Any) -> Protocol:
        terms = eligibility.model_copy(
            update={"intervention": TermRule(terms=[first]), "comparator": TermRule(terms=[second])}
        )
        usual = {
            "id": "outcome",
            "title": "outcome",
            "short": "outcome",
            "unit": "units",
            "direction": "lower",
            "timepoints": ["any time"],
        }
        made = Outcome(**(usual | {"measure": "MD"} | outcome))
        return protocol.model_copy(update={"eligibility": terms, "timepoints": [ANY_TIME], "outcomes": [made]})

    for table in record.results.outcomes:
        if len(table.groups) == 2:
            titles = [group.title for group in table.groups]
            yield of(*titles, registry="outcome_measure", title_terms=[table.title])
    groups = record.results.adverse_events.groups
    if len(groups) == 2:
        for kind in ("serious_adverse_events", "deaths"):
            yield of(groups[0].title, groups[1].title, registry=kind, measure="RR")


def _at(raw: Any, path: str) -> Any:
    if not isinstance(raw, dict):
        return raw.xpath("/clinical_study/" + path)[0]
    for part in re.findall(r"[A-Za-z]+|\d+", path):
        raw = raw[int(part)] if part.isdigit() else raw[part]
    return raw


def _stands(arm: ArmResult, title: str, raw: Any) -> bool:
    """Whether the numbers of a candidate stand at its path in the payload, in the column with its arm's title."""
    place = _at(raw, arm.place)
    if not isinstance(raw, dict):
        text = etree.tostring(place, encoding="unicode")
        return all(f'"{number:g}"' in text for number in (arm.n_analysed, arm.mean, arm.sd) if number is not None)
    if arm.n_events is not None and "seriousNumAtRisk" in place:
        assert place["title"] == title
        deaths, serious = place.get("deathsNumAffected"), place.get("seriousNumAffected")
        at_risk = {place.get("deathsNumAtRisk"), place["seriousNumAtRisk"]}
        return arm.n_analysed in at_risk and arm.n_events in {serious, arm.n_analysed - (deaths or 0)}
    [own] = [group["id"] for group in place["groups"] if group["title"] == title]
    cells = [cell for part in place["classes"] for category in part["categories"] for cell in category["measurements"]]
    [cell] = [item for item in cells if item["groupId"] == own]
    [n] = [int(item["value"]) for denom in place["denoms"] for item in denom["counts"] if item["groupId"] == own]
    is_spread = arm.evidence is not EvidenceWord.VERBATIM or arm.sd == float(cell["spread"])
    return arm.n_analysed == n and arm.mean == float(cell["value"]) and is_spread


@pytest.fixture(scope="module")
def extracted(samples: Path, protocol: Protocol) -> list[tuple[ArmResult, str, Any]]:
    """Candidates, each with the title of its arm and the payload."""
    return [
        (arm, _title(arm, made), raw)
        for record, raw in _records(samples)
        for made in _protocols(record, protocol)
        for arm in extract(record.record_id, record, made).arms
    ]


def _title(arm: ArmResult, made: Protocol) -> str:
    terms = made.eligibility
    [title] = (terms.intervention if arm.arm is ArmRole.INTERVENTION else terms.comparator).terms
    return title


def test_no_extracted_number_differs_from_the_record(extracted: list[tuple[ArmResult, str, Any]]):
    assert [(arm.study_id, arm.place) for arm, title, raw in extracted if not _stands(arm, title, raw)] == []


def test_enough_numbers_were_compared(extracted: list[tuple[ArmResult, str, Any]]):
    given = [number for arm, _, _ in extracted for number in (arm.n_analysed, arm.n_events, arm.mean, arm.sd)]
    assert sum(number is not None for number in given) >= N_LEAST


def test_every_real_record_can_be_read_with_the_reviews_own_protocol(samples: Path, protocol: Protocol):
    found = {record.record_id: extract(record.record_id, record, protocol) for record, _ in _records(samples)}
    assert {record_id for record_id, item in found.items() if item.arms} == set()
    assert [item.subject for item in found["NCT01363401"].queue] == ["NCT01363401"]
