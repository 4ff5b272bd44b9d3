"""How right linkage, eligibility and extraction are on labelled data, with every single error named.

    python benchmarks/accuracy.py [--samples ../shared/samples]

Linkage: groups of `tests/studies/reference/links.yaml`, in which every pair is labelled; precision and recall of
pairs that were joined without a person, and of pairs that nobody declares and a person is shown. Eligibility:
50 labelled records of the replay archive, and the made-up registrations of `trials.yaml`. Extraction: every number of every candidate, read again from the raw
record along the candidate's path. Ends with status 1 when a target of the project is missed.
"""

import argparse
import csv
import json
import re
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from itertools import combinations
from pathlib import Path
from typing import Any

import yaml

from connectors import CONNECTORS
from models.dates import at_night
from models.protocol import Outcome, Protocol, Timepoint
from models.report import RelatedReport, Report
from models.review import load_review
from models.terms import TermRule
from models.trial import Arm, Intervention, Observation, Page, Reference, SecondaryId, TrialRecord
from models.vocabulary import Allocation, ArmType, ReferenceType, RelationKind, ReportKind, Status, StudyType, Verdict
from replay.archive import load_archive
from studies.eligibility import screen
from studies.extraction import extract
from studies.likeness import like_records
from studies.linkage import Linked, link
from studies.literature import literature_of

PROJECT = Path(__file__).parents[1]
REFERENCE = PROJECT / "tests" / "studies" / "reference"
TODAY = date(2026, 11, 20)
ANY_TIME = Timepoint(name="any time", from_days=1, to_days=100_000)
LEAST_RECALL = 0.98


@dataclass
class Tally:
    """Right and wrong answers about one question."""

    found: int = 0
    """Said yes, rightly."""
    wrong: list[str] = field(default_factory=list)
    """Said yes, wrongly."""
    missed: list[str] = field(default_factory=list)
    """Said no, wrongly."""

    @property
    def precision(self) -> float:
        said = self.found + len(self.wrong)
        return self.found / said if said else 1.0

    @property
    def recall(self) -> float:
        there = self.found + len(self.missed)
        return self.found / there if there else 1.0

    def count(self, said: set[Any], true: set[Any], name: str) -> None:
        self.found += len(said & true)
        self.wrong += [f"{name}: {item}" for item in sorted(said - true, key=str)]
        self.missed += [f"{name}: {item}" for item in sorted(true - said, key=str)]


def groups() -> list[dict[str, Any]]:
    """The labelled groups."""
    found: list[dict[str, Any]] = yaml.safe_load((REFERENCE / "links.yaml").read_text(encoding="utf-8"))
    return found


def linked_as(group: Mapping[str, Any]) -> Linked:
    """What linkage makes of one group."""
    records = records_of(group)
    seen = [Observation(item=report, observed_at=at_night(TODAY)) for report in _reports(group)]
    return link(records, literature_of(seen), ())


def records_of(group: Mapping[str, Any]) -> dict[str, TrialRecord]:
    """A group's records, by id."""
    return {record_id: _record(record_id, facts or {}, group) for record_id, facts in group["records"].items()}


def _record(record_id: str, facts: Mapping[str, Any], group: Mapping[str, Any]) -> TrialRecord:
    declared = [SecondaryId(id=text) for text in facts.get("declares", ())]
    own = [SecondaryId(id=text, kind="ORG_STUDY_ID") for text in facts.get("org", ())]
    named = [number for number, report in group.get("reports", {}).items() if report.get("reference")]
    return TrialRecord(
        source="labelled",
        registry=re.split(r"[\d/-]", record_id)[0] or "EU",
        registry_id=record_id,
        registry_date="2020-01-01",
        aliases=tuple(facts.get("aliases", ())),
        secondary_ids=(*declared, *own),
        brief_title=facts.get("title", f"Trial of {record_id}"),
        status=Status(facts["status"]) if "status" in facts else None,
        sponsor=facts.get("sponsor"),
        enrolment_count=facts.get("n"),
        summary_text=facts.get("summary"),
        start_date=facts.get("start"),
        first_posted_date=facts.get("posted"),
        references=tuple(Reference(pmid=item.removeprefix("PMID:"), type=ReferenceType.RESULT) for item in named),
    )


def _reports(group: Mapping[str, Any]) -> Iterator[Report]:
    for report_id, facts in group.get("reports", {}).items():
        yield Report(
            source="labelled",
            report_id=report_id,
            title=facts.get("title", "Cells in ALS"),
            registry_date=facts["published"],
            published_date=facts["published"],
            publication_types=tuple(facts.get("types", ())),
            registry_ids=tuple(facts.get("databank", ())),
            abstract_text=facts.get("abstract"),
            related=tuple(
                RelatedReport(kind=kind, report_id=facts[kind])
                for kind in (RelationKind.PREPRINT_OF, RelationKind.PREPRINT_IN)
                if kind in facts
            ),
        )


def linkage() -> dict[str, Tally]:
    """Tallies of joined pairs, of pairs put before a person, of relations and of reports of results."""
    tallies = {name: Tally() for name in ("records joined", "records shown", "relations", "reports of results")}
    for group in groups():
        linked, name = linked_as(group), group["trap"]
        study_of = {item.record_id: item.study_id for item in linked.records}
        joined = {frozenset(pair) for pair in combinations(study_of, 2) if study_of[pair[0]] == study_of[pair[1]]}
        same = {frozenset(pair) for pair in group["same"]}
        if group.get("undeclared"):
            shown = {
                frozenset((pair.first, pair.second)) for pair in like_records(records_of(group), study_of, study_of)
            }
            tallies["records shown"].count(shown, same, name)
            same = set()
        tallies["records joined"].count(joined, same, name)
        relations = {(item.study_id, item.other_id, str(item.kind)) for item in linked.relations}
        tallies["relations"].count(relations, {tuple(item) for item in group.get("relations", ())}, name)
        results = {(item.study_id, item.report_id) for item in linked.reports if item.kind is ReportKind.RESULTS}
        tallies["reports of results"].count(results, {tuple(pair) for pair in group.get("results", ())}, name)
    return tallies


def eligibility(protocol: Protocol) -> tuple[Tally, list[str]]:
    """Tally of labelled eligible trials judged as met, and the trials left to a person."""
    tally, unclear = Tally(), []
    with (REFERENCE / "labels.csv").open(encoding="utf-8") as file:
        labels = {row["nct_id"]: row["eligible_for_review"] for row in csv.DictReader(file)}
    archive = load_archive()
    for nct_id, label in labels.items():
        version = archive.history[nct_id][-1]
        [record] = _parsed("ctgov", version.encoded, version.shown_from)
        decision = screen(nct_id, record, protocol.eligibility)
        if decision.verdict is Verdict.UNCLEAR:
            why = next(item for item in decision.criteria if item.verdict is Verdict.UNCLEAR)
            unclear.append(f"{nct_id} ({why.criterion}, {why.field}: {why.quote[:60]}), labelled {label}")
        if label != "unclear":
            said = {nct_id} if decision.verdict is Verdict.MET else set()
            tally.count(said, {nct_id} if label == "yes" else set(), decision.verdict)
        elif decision.verdict is Verdict.NOT_MET:
            tally.missed.append(f"{nct_id}: called ineligible")
    return tally, unclear


def made_up_trials() -> list[tuple[dict[str, Any], TrialRecord]]:
    """Labelled registrations of `trials.yaml`: what is said of each, and its record."""
    told: list[dict[str, Any]] = yaml.safe_load((REFERENCE / "trials.yaml").read_text(encoding="utf-8"))
    return [(facts, _registration(facts)) for facts in told]


def _registration(facts: Mapping[str, Any]) -> TrialRecord:
    usual_arms = {"Cells": "experimental", "Placebo": "placebo_comparator"}
    usual = ["Mesenchymal stem cells -> Cells", "Placebo -> Placebo"]
    given = facts.get("given", [] if "arms" in facts else usual)
    split = [text.partition(" -> ") for text in given]
    allocation = facts.get("allocation", "randomised")
    return TrialRecord(
        source="labelled",
        registry="ClinicalTrials.gov",
        registry_id="NCT40000001",
        registry_date="2020-01-01",
        brief_title=facts.get("title", "Stem Cells in ALS"),
        conditions=tuple(facts.get("conditions", ["Amyotrophic Lateral Sclerosis"])),
        study_type=StudyType(facts.get("type", "interventional")),
        allocation=Allocation(allocation) if allocation else None,
        intervention_model_text=facts.get("model"),
        summary_text=facts.get("summary"),
        eligibility_text=facts.get("eligibility"),
        arms=tuple(
            Arm(
                label=label,
                type=ArmType(kind) if kind else None,
                description_text=facts.get("descriptions", {}).get(label),
            )
            for label, kind in facts.get("arms", usual_arms).items()
        ),
        interventions=tuple(
            Intervention(name=name, arm_labels=tuple(labels.split(", ")) if labels else ()) for name, _, labels in split
        ),
    )


def made_up_eligibility(protocol: Protocol) -> tuple[Tally, Tally]:
    """Tallies of made-up trials judged as met, and of those left to a person."""
    met, unclear = Tally(), Tally()
    for facts, record in made_up_trials():
        verdict, name = screen(record.record_id, record, protocol.eligibility).verdict, facts["trial"]
        for tally, word in ((met, Verdict.MET), (unclear, Verdict.UNCLEAR)):
            tally.count({name} if verdict is word else set(), {name} if facts["verdict"] == word else set(), verdict)
    return met, unclear


def extraction(protocol: Protocol, samples: Path | None) -> tuple[int, list[str]]:
    """Numbers compared with the raw record, and those that differ."""
    n, different = 0, []
    for record, raw in _with_results(samples):
        for made in (protocol, *_protocols(record, protocol)):
            for arm in extract(record.record_id, record, made).arms:
                stands = _numbers_at(raw, arm.place)
                at_risk = [number for number in (arm.n_analysed, arm.mean) if number is not None]
                dead = arm.n_events is not None and "minus deaths" in arm.note
                events = [arm.n_analysed - (arm.n_events or 0)] if dead else [arm.n_events]
                spread = [] if arm.note else [arm.sd]
                for number in (*at_risk, *events, *spread):
                    if number is not None:
                        n += 1
                        if float(number) not in stands:
                            different.append(f"{record.record_id}, {arm.place}: {number}")
    return n, different


def _with_results(samples: Path | None) -> Iterator[tuple[TrialRecord, Any]]:
    for nct_id, versions in load_archive().history.items():
        [record] = _parsed("ctgov", versions[-1].encoded, versions[-1].shown_from)
        if record.results:
            yield record, json.loads(versions[-1].encoded)
            assert record.record_id == nct_id
    for path in sorted((samples / "ctgov" / "v2").glob("*.json")) if samples else ():
        body = path.read_bytes()
        for record in _parsed("ctgov", body, TODAY):
            if record.results:
                yield record, json.loads(body)


def _parsed(source: str, body: bytes, day: date) -> list[TrialRecord]:
    page = Page(source=source, kind="record", url="labelled", body=body, observed_at=at_night(day))
    return [item for item in CONNECTORS[source].parse(page) if isinstance(item, TrialRecord)]


def _protocols(record: TrialRecord, protocol: Protocol) -> Iterator[Protocol]:
    """Each table and each adverse-event module with two groups as an outcome; the second is the comparator."""
    assert record.results
    tables = [
        ([group.title for group in table.groups], "outcome_measure", [table.title]) for table in record.results.outcomes
    ]
    harmed = [group.title for group in record.results.adverse_events.groups]
    no_titles: list[str] = []
    events = [(harmed, kind, no_titles) for kind in ("serious_adverse_events", "deaths")]
    for arms, kind, titles in (*tables, *events):
        if len(arms) == 2:
            first, second = (TermRule(terms=[title]) for title in arms)
            terms = protocol.eligibility.model_copy(update={"intervention": first, "comparator": second})
            outcome = protocol.outcomes[0].model_copy(
                update={
                    "registry": kind,
                    "direction": "lower",
                    "title_terms": titles,
                    "timepoints": [ANY_TIME.name],
                    "unit": "units",
                }
            )
            yield protocol.model_copy(
                update={"eligibility": terms, "timepoints": [ANY_TIME], "outcomes": [Outcome.model_validate(outcome)]}
            )


def _numbers_at(raw: Any, path: str) -> set[float]:
    """Every number below a path of the raw record."""
    for part in re.findall(r"[A-Za-z]+|\d+", path):
        raw = raw[int(part)] if part.isdigit() else raw[part]
    return set(_numbers_in(raw))


def _numbers_in(value: Any) -> Iterator[float]:
    if isinstance(value, dict | list):
        for item in value.values() if isinstance(value, dict) else value:
            yield from _numbers_in(item)
    elif isinstance(value, int | float | str):
        try:
            yield float(value)
        except ValueError:
            return


def _line(name: str, tally: Tally) -> str:
    n = tally.found + len(tally.missed)
    return f"{name:24} {n:>5} {tally.precision:>10.3f} {tally.recall:>8.3f}"


def _errors(name: str, items: Iterable[str]) -> list[str]:
    return [f"  {name}: {item}" for item in items]


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the figures; 0 when every target is met."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--samples", type=Path, default=PROJECT.parent / "shared" / "samples")
    given = parser.parse_args(arguments)
    samples = given.samples if given.samples.is_dir() else None
    protocol = load_review(PROJECT / "reviews" / "als_cell_therapy").protocol
    links, (eligible, unclear) = linkage(), eligibility(protocol)
    made_up, left = made_up_eligibility(protocol)
    screened = {"eligible, archive": eligible, "eligible, made up": made_up, "unclear, made up": left}
    n_numbers, different = extraction(protocol, samples)
    print(f"{'':24} {'n':>5} {'precision':>10} {'recall':>8}")
    for name, tally in (links | screened).items():
        print("\n".join([_line(name, tally), *_errors("wrong", tally.wrong), *_errors("missed", tally.missed)]))
    print("\n".join(_errors("left to a person", unclear)))
    where = "replay archive and real samples" if samples else "replay archive only"
    print(f"{'numbers extracted':24} {n_numbers:>5}   {len(different)} different from the record ({where})")
    print("\n".join(_errors("different", different)), end="")
    is_good = all(
        tally.precision == 1 and tally.recall >= LEAST_RECALL for tally in (*links.values(), *screened.values())
    )
    return 0 if is_good and not different else 1


if __name__ == "__main__":
    sys.exit(main())
