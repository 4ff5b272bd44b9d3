"""How right identity, screening and joining of reports are on labelled data, with every single error named.

    python benchmarks/reports.py

The set is that of `tests/reports`: made-up reports of two reviews, labelled before any program was run on them. Identity:
pairs of descriptions that are of one report. Screening: reports that a person would not have excluded. Joining: of each
report whether it is joined to its study, put to a person, makes a study of its own, or is left. And the ten years of the
replay archive with an empty links.csv: which reports of results are joined without a person. Ends with status 1 when a target
is missed.
"""

import csv
import shutil
import sys
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import combinations
from pathlib import Path
from typing import NamedTuple

import msgspec
from accuracy import PROJECT, TODAY, Tally

from connectors.boundary import read_page
from flows.backtest import backtest
from judging.screened import screen_records
from models.dates import at_night
from models.judgement import Judgement, Screened
from models.report import Report
from models.review import Review, load_review
from models.settings import Settings
from models.trial import Observation, Page, TrialRecord
from models.vocabulary import ReportKind, Verdict
from replay.archive import known_until
from studies.linkage import is_listed_only
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
    of_copy = _ids(given)
    said, true = set(), set()
    for (one, first), (other, second) in combinations(given.rows, 2):
        pair = f"{_place(one)} and {_place(other)}: {one['report']}, {other['report']}"
        if of_copy[Copy.of(first)] == of_copy[Copy.of(second)]:
            said.add(pair)
        if one["report"] == other["report"]:
            true.add(pair)
    tally.count(said, true, "pair")
    return tally


def _ids(given: Labelled) -> Mapping[Copy, str]:
    return identify_reports(report for _, report in given.rows).of_copy


def judged(given: Labelled) -> Screened:
    """What a night makes of them."""
    newest = [Observation(item=record, observed_at=at_night(TODAY)) for record in given.records]
    screened, _ = screen_records(newest, literature_of(given.observed()), given.review)
    return screened


def screening(given: Labelled, screened: Screened) -> Tally:
    """Reports that are not excluded, each once, by the best that any copy of it tells."""
    tally, of_copy = Tally(), _ids(given)
    wanted: dict[str, set[str]] = {}
    for row, report in given.rows:
        wanted.setdefault(of_copy[Copy.of(report)], set()).add(row["verdict"])
    true = {name for name, verdicts in wanted.items() if verdicts & {"met", "unclear"}}
    said = {name for name in wanted if screened.reports[name].verdict is not Verdict.NOT_MET}
    tally.count(said, true, "report")
    return tally


def joining(given: Labelled, screened: Screened) -> dict[str, Tally]:
    """What becomes of each report, against what an information specialist expects."""
    of_copy = _ids(given)
    tallies = {name: Tally() for name in ("joined", "asked", "study of its own")}
    study_of = {item.record_id: item.study_id for item in screened.linked.records}
    asked = {item.subject for item in screened.linked.queue if item.kind == "report"}
    links = {item.report_id: item for item in screened.linked.reports}
    said: dict[str, set[str]] = {name: set() for name in tallies}
    true: dict[str, set[str]] = {name: set() for name in tallies}
    expected = {"joins": "joined", "asked": "asked", "study_of_its_own": "study of its own"}
    for row, report in given.rows:
        name = of_copy[Copy.of(report)]
        if wanted := expected.get(row["expected"]):
            study = f" to {study_of.get(row['study'], row['study'])}" if wanted == "joined" else ""
            true[wanted].add(f"{row['report']}{study}")
        link = links.get(name)
        if name in asked:
            said["asked"].add(row["report"])
        elif link and is_listed_only(screened.record_of(link.study_id)):
            said["study of its own"].add(row["report"])
        elif link:
            said["joined"].add(f"{row['report']} to {link.study_id}")
    for name, tally in tallies.items():
        tally.count(said[name], true[name], name)
    return tallies


class TenYears(NamedTuple):
    """Reports of results of the replay archive, as ``study, report``."""

    linked: set[str]
    """With the review's own links.csv."""
    by_machine: set[str]
    """Without it."""
    asked: set[str]
    """Reports that a person is asked about without it."""


def ten_years(name: str = "als_cell_therapy") -> TenYears:
    """Carry out the last night of the replay twice, with and without what people have linked."""
    with tempfile.TemporaryDirectory() as folder:
        reviews = Path(folder) / "reviews"
        shutil.copytree(REVIEWS[name], reviews / name)
        linked = _last_night(name, reviews, Path(folder) / "linked")
        links = reviews / name / "links.csv"
        links.write_text(links.read_text(encoding="utf-8").splitlines()[0] + "\n", encoding="utf-8")
        bare = _last_night(name, reviews, Path(folder) / "bare")
    asked = {item.subject for item in bare.queue if item.kind == "report"}
    asked |= {item.value for item in bare.queue if item.kind == "link"}
    return TenYears(_results(linked), _results(bare), asked)


def _last_night(name: str, reviews: Path, data: Path) -> Judgement:
    [last] = backtest(name, [known_until()], Settings(data=data, reviews=reviews))
    return last.judgement


def _results(judgement: Judgement) -> set[str]:
    return {
        f"{item.study_id}, {item.report_id}"
        for item in judgement.screened.linked.reports
        if item.kind is ReportKind.RESULTS
    }


def _place(row: Label) -> str:
    return f"{row['file']} {row['n']}"


TARGETS = {"identity, pairs": (1.0, 0.9), "not excluded": (0.9, 0.9), "joined": (0.9, 0.75)}
"""Least precision and recall; what is asked of people, and what makes a study of its own, is told without a target."""


def main(_: Sequence[str] | None = None) -> int:
    """Print the figures; 0 when every target is met."""
    print(f"{'':40} {'n':>5} {'precision':>10} {'recall':>8}")
    is_missed = False
    for name in REVIEWS:
        given = labelled(name)
        screened = judged(given)
        tallies = {"identity, pairs": identity(given), "not excluded": screening(given, screened)}
        for question, tally in (tallies | joining(given, screened)).items():
            n = tally.found + len(tally.missed)
            print(f"{name + ': ' + question:40} {n:>5} {tally.precision:>10.3f} {tally.recall:>8.3f}")
            for item in [*(f"wrong: {x}" for x in tally.wrong), *(f"missed: {x}" for x in tally.missed)]:
                print(f"  {item}")
            precision, recall = TARGETS.get(question, (0.0, 0.0))
            is_missed |= tally.precision < precision or tally.recall < recall
    years = ten_years()
    n = len(years.by_machine & years.linked)
    print(f"ten years of the replay, links.csv empty: {n} of {len(years.linked)} reports of results are joined")
    for pair in sorted(years.linked - years.by_machine):
        print(f"  {pair}: {'a person is asked' if pair.partition(', ')[2] in years.asked else 'missed'}")
    for pair in sorted(years.by_machine - years.linked):
        print(f"  {pair}: joined wrongly")
    return int(is_missed or bool(years.by_machine - years.linked))


if __name__ == "__main__":
    sys.exit(main())
