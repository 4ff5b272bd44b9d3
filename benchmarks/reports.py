"""How right identity, screening and joining of reports are on labelled data, with every single error named.

    python benchmarks/reports.py

The set is that of `tests/reports`: made-up reports of two reviews, labelled before any program was run on them. Identity:
pairs of descriptions that are of one report. Screening: reports that a person would not have excluded. Joining: of each
report whether it is joined to its study, put to a person, makes a study of its own, or is left. And the ten years of the
replay archive with an empty links.csv: which reports of results are joined without a person. Ends with status 1 when a target
is missed.
"""

import csv
import sys
from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import combinations

import msgspec
from accuracy import PROJECT, TODAY, Tally

from connectors.boundary import read_page
from judging.judge import screen_records
from models.dates import at_night
from models.judgement import Screened
from models.literature import Literature
from models.report import Report
from models.review import Review, load_review
from models.trial import Observation, Page, TrialRecord
from models.vocabulary import LinkMethod, Verdict
from studies.literature import literature_of
from studies.report_identity import Copy, identify_reports

LABELLED = PROJECT / "tests" / "reports"
SOURCES = {".xml": "pubmed", ".nbib": "nbib", ".json": "europepmc", ".ris": "ris"}
REVIEWS = {
    "als_cell_therapy": PROJECT / "reviews" / "als_cell_therapy",
    "pressure_ulcers": PROJECT / "tests" / "reviews" / "pressure_ulcers",
}
Label = Mapping[str, str]


class Labelled(msgspec.Struct, frozen=True):
    """One review's reports as its files give them, each with its labels."""

    review: Review
    records: list[TrialRecord]
    rows: list[tuple[Label, Report]]

    def observed(self) -> list[Observation]:
        return [Observation(item=report, observed_at=at_night(TODAY)) for _, report in self.rows]


def labelled(name: str) -> Labelled:
    """The labelled reports of a review; its own links and decisions do not belong to this world."""
    with (LABELLED / "labels.csv").open(encoding="utf-8") as file:
        labels = [row for row in csv.DictReader(file) if row["review"] == name]
    parsed = {row["file"]: _read(row["file"]) for row in labels}
    records = msgspec.json.decode((LABELLED / "records.json").read_bytes(), type=dict[str, list[TrialRecord]])[name]
    review = replace(load_review(REVIEWS[name]), links=(), decisions=(), extraction=(), versions=(), settled=())
    return Labelled(review, records, [(row, parsed[row["file"]][int(row["n"]) - 1]) for row in labels])


def _read(name: str) -> list[Report]:
    path = LABELLED / "files" / name
    source = SOURCES[path.suffix]
    page = Page(source=source, kind="file", url=name, body=path.read_bytes(), observed_at=at_night(TODAY))
    return [item for item in read_page(page) if isinstance(item, Report)]


def identity(given: Labelled) -> Tally:
    """Pairs of descriptions that are of one report."""
    tally = Tally()
    of_copy = identify_reports(report for _, report in given.rows).of_copy
    said, true = set(), set()
    for (one, first), (other, second) in combinations(given.rows, 2):
        pair = f"{_place(one)} and {_place(other)}: {one['report']}, {other['report']}"
        if of_copy[Copy.of(first)] == of_copy[Copy.of(second)]:
            said.add(pair)
        if one["report"] == other["report"]:
            true.add(pair)
    tally.count(said, true, "pair")
    return tally


def judged(given: Labelled) -> tuple[Literature, Screened]:
    """What a night makes of them."""
    literature = literature_of(given.observed())
    newest = [Observation(item=record, observed_at=at_night(TODAY)) for record in given.records]
    screened, _ = screen_records(newest, literature, given.review)
    return literature, screened


def screening(given: Labelled, literature: Literature, screened: Screened) -> Tally:
    """Reports that are not excluded, each once, by the best that any copy of it tells."""
    tally = Tally()
    wanted: dict[str, set[str]] = {}
    for row, report in given.rows:
        wanted.setdefault(_id(literature, report), set()).add(row["verdict"])
    true = {name for name, verdicts in wanted.items() if verdicts & {"met", "unclear"}}
    said = {name for name in wanted if screened.reports[name].verdict is not Verdict.NOT_MET}
    tally.count(said, true, "report")
    return tally


def joining(given: Labelled, literature: Literature, screened: Screened) -> dict[str, Tally]:
    """What becomes of each report, against what an information specialist expects."""
    tallies = {name: Tally() for name in ("joined", "asked", "study of its own")}
    study_of = {item.record_id: item.study_id for item in screened.linked.records}
    asked = {item.subject for item in screened.linked.queue if item.kind == "report"}
    links = {item.report_id: item for item in screened.linked.reports}
    said: dict[str, set[str]] = {name: set() for name in tallies}
    true: dict[str, set[str]] = {name: set() for name in tallies}
    expected = {"joins": "joined", "asked": "asked", "study_of_its_own": "study of its own"}
    for row, report in given.rows:
        name = _id(literature, report)
        if wanted := expected.get(row["expected"]):
            study = f" to {study_of.get(row['study'], row['study'])}" if wanted == "joined" else ""
            true[wanted].add(f"{row['report']}{study}")
        link = links.get(name)
        if name in asked:
            said["asked"].add(row["report"])
        elif link and link.method is LinkMethod.OWN_ID:
            said["study of its own"].add(row["report"])
        elif link:
            said["joined"].add(f"{row['report']} to {link.study_id}")
    for name, tally in tallies.items():
        tally.count(said[name], true[name], name)
    return tallies


def _id(literature: Literature, report: Report) -> str:
    [name] = {
        name
        for name in literature.told_as[report.report_id]
        if any(item.report.title == report.title for item in literature.copies[name])
    } or {min(literature.told_as[report.report_id])}
    return name


def _place(row: Label) -> str:
    return f"{row['file']} {row['n']}"


def main(_: Sequence[str] | None = None) -> int:
    """Print the figures; 0 when every target is met."""
    print(f"{'':44} {'n':>5} {'precision':>10} {'recall':>8}")
    for name in REVIEWS:
        given = labelled(name)
        literature, screened = judged(given)
        tallies = {"identity, pairs": identity(given), "not excluded": screening(given, literature, screened)}
        for question, tally in (tallies | joining(given, literature, screened)).items():
            n = tally.found + len(tally.missed)
            print(f"{name + ': ' + question:44} {n:>5} {tally.precision:>10.3f} {tally.recall:>8.3f}")
            print(
                "\n".join(
                    [*(f"  wrong: {item}" for item in tally.wrong), *(f"  missed: {item}" for item in tally.missed)]
                )
            )
    return 0


if __name__ == "__main__":
    sys.exit(main())
