"""Since when a link could have been made: both for entries and for reports."""

from collections.abc import Callable, Sequence
from datetime import date
from typing import Any

import pytest

from models.folder_rows import LinkRow
from models.literature import Literature
from models.report import Report
from models.trial import Reference, SecondaryId, TrialRecord
from models.vocabulary import ReferenceType
from studies.link_dates import dated
from studies.linkage import link

Trials, Reports = Callable[..., TrialRecord], Callable[..., Report]
EUROPE = "2011-006254-85"


@pytest.fixture(scope="module")
def since(literature: Callable[..., Literature]) -> Callable[..., dict[str, date | None]]:
    def find(
        trials: Sequence[TrialRecord], reports: Sequence[Report] = (), rows: Sequence[LinkRow] = ()
    ) -> dict[str, date | None]:
        versions: dict[str, list[TrialRecord]] = {}
        papers: dict[str, list[Report]] = {}
        for item in trials:
            versions.setdefault(item.record_id, []).append(item)
        for paper in reports:
            papers.setdefault(paper.report_id, []).append(paper)
        newest = {key: items[-1] for key, items in versions.items()}
        linked = dated(link(newest, literature(*reports), rows), versions, papers, rows)
        return {item.record_id: item.known_from for item in linked.records} | {
            item.report_id: item.known_from for item in linked.reports
        }

    return find


def row(item_id: str, relation: Any) -> LinkRow:
    return LinkRow(
        study_id="NCT10000001", item_id=item_id, relation=relation, known_from=date(2021, 5, 1),
        decided_by="A. Author", reason="one protocol",
    )  # fmt: skip


def test_a_number_counts_from_the_version_that_first_declares_it(trial: Trials, since: Callable[..., Any]):
    europe = trial(EUROPE, registry="EU Clinical Trials Register", registry_date="2011-03-01")
    silent = trial(registry_date="2014-11-14")
    telling = trial(
        registry_date="2018-02-01", secondary_ids=(SecondaryId(id=f"EudraCT {EUROPE}", kind="EUDRACT_NUMBER"),)
    )
    assert since([europe, silent, telling]) == {EUROPE: date(2018, 2, 1), "NCT10000001": date(2014, 11, 14)}


def test_a_person_counts_from_the_day_of_the_row(trial: Trials, report: Reports, since: Callable[..., Any]):
    europe = trial(EUROPE, registry="EU Clinical Trials Register", registry_date="2011-03-01")
    found = since([europe, trial()], [report()], [row(EUROPE, "record"), row("PMID:1", "report")])
    assert (found[EUROPE], found["PMID:1"]) == (date(2021, 5, 1), date(2021, 5, 1))


def test_a_databank_counts_from_the_version_that_lists_the_number(
    trial: Trials, report: Reports, since: Callable[..., Any]
):
    papers = [
        report(registry_date="2022-01-10", entered_date="2022-01-10"),
        report(registry_date="2022-06-01", entered_date="2022-01-10", registry_ids=("NCT10000001",)),
    ]
    assert since([trial()], papers)["PMID:1"] == date(2022, 6, 1)


def test_a_registrys_reference_counts_from_the_version_that_gives_it(
    trial: Trials, report: Reports, since: Callable[..., Any]
):
    cites = (Reference(pmid="1", type=ReferenceType.RESULT),)
    trials = [trial(registry_date="2018-05-01"), trial(registry_date="2018-10-09", references=cites)]
    assert since(trials, [report(registry_date="2018-09-01", entered_date="2018-09-01")])["PMID:1"] == date(2018, 10, 9)
    assert since(trials, [report(registry_date="2019-09-01", entered_date="2019-09-01")])["PMID:1"] == date(2019, 9, 1)
