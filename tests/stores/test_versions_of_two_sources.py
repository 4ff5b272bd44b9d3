"""One record or report told by two sources: no taking turns at being new, and the source itself has the last word."""

from datetime import UTC, datetime
from pathlib import Path

import msgspec
import pytest

from models.report import Report
from models.trial import Observation, Page, TrialRecord
from models.vocabulary import VersionOrigin
from stores.archive import ArchivedPage
from stores.corpus import Corpus
from stores.duck import MEMORY
from stores.snapshot import Snapshot, fingerprint

RECORD = TrialRecord(
    source="ctgov", registry="ClinicalTrials.gov", registry_id="NCT90000001", registry_date="2020-02-05"
)
COPIED_RECORD = msgspec.structs.replace(
    RECORD, source="ictrp", origin=VersionOrigin.COPY, registry_date="2020-02-17", status_text="Not Recruiting"
)
REPORT = Report(
    source="pubmed",
    report_id="PMID:90000001",
    title="Cells.",
    registry_date="2020-01-15",
    registry_ids=("NCT90000001",),
)
COPIED_REPORT = msgspec.structs.replace(
    REPORT, source="europepmc", origin=VersionOrigin.COPY, title="Cells", registry_date="2020-02-01", registry_ids=()
)


def _page(item: TrialRecord | Report, night: datetime) -> Page:
    return Page(source=item.source, kind="record", url="https://made.up", body=b"", observed_at=night)


class Nights:
    """A corpus that is closed after every night and opened again."""

    def __init__(self, path: Path) -> None:
        self._path, self._n = path, 0

    def see(self, *items: TrialRecord | Report) -> int:
        """Load one page per item on the next night; returns the number of new versions."""
        self._n += 1
        night = datetime(2020, 3, self._n, 6, tzinfo=UTC)
        before = self.versions()
        with Corpus(self._path) as corpus:
            for number, item in enumerate(items):
                file = f"{item.source}/{self._n}-{number}"
                corpus.load(file, 1, [(ArchivedPage(_page(item, night), file, 0), [item])])
        return sum(seen not in before for seen in self.versions())

    def versions(self) -> list[Observation]:
        """All versions that are known."""
        if not self._path.exists():
            return []
        with Snapshot(MEMORY, self._path, datetime(2020, 12, 31, tzinfo=UTC)) as snapshot:
            return [*snapshot.trial_versions(), *snapshot.report_versions()]

    def tables(self) -> dict[str, str]:
        """Fingerprint of every table of a warehouse with all that is known."""
        path = self._path.with_name("warehouse.duckdb")
        Snapshot(path, self._path, datetime(2020, 12, 31, tzinfo=UTC)).close()
        return fingerprint(path)

    def sources(self) -> list[str]:
        """Sources of all versions that are known."""
        return [seen.item.source for seen in self.versions()]


@pytest.fixture
def nights(tmp_path: Path) -> Nights:
    return Nights(tmp_path / "store.duckdb")


@pytest.mark.parametrize(("original", "copy"), [(RECORD, COPIED_RECORD), (REPORT, COPIED_REPORT)])
def test_a_quiet_night_brings_nothing_new_from_either_source(
    nights: Nights, original: TrialRecord | Report, copy: TrialRecord | Report
) -> None:
    assert nights.see(copy, original) > 0
    assert [nights.see(copy, original), nights.see(original, copy), nights.see(copy)] == [0, 0, 0]


@pytest.mark.parametrize("copy_comes_first", [True, False])
def test_a_copy_stands_in_only_until_the_source_itself_is_heard(nights: Nights, copy_comes_first: bool) -> None:
    first, second = (COPIED_RECORD, RECORD) if copy_comes_first else (RECORD, COPIED_RECORD)
    nights.see(first)
    assert nights.sources() == [first.source]
    nights.see(second)
    assert nights.sources() == [RECORD.source]


def test_a_copy_of_what_no_other_source_tells_is_kept_with_its_changes(nights: Nights) -> None:
    refreshed = msgspec.structs.replace(COPIED_RECORD, registry_date="2020-02-25", status_text="Recruiting")
    counts = [nights.see(COPIED_RECORD), nights.see(refreshed), nights.see(refreshed), nights.see(COPIED_RECORD)]
    assert counts == [1, 1, 0, 0]
    assert nights.sources() == ["ictrp", "ictrp"]


def test_country_variants_of_one_export_are_each_new_only_once(nights: Nights) -> None:
    variants = [msgspec.structs.replace(COPIED_RECORD, brief_title=title) for title in ("Cells", "Zellen")]
    assert [nights.see(*variants), nights.see(*variants)] == [2, 0]


def test_an_export_that_goes_back_to_an_earlier_wording_is_heard_each_time(nights: Nights) -> None:
    other = msgspec.structs.replace(COPIED_RECORD, status_text="Ended")
    told = [nights.see(COPIED_RECORD), nights.see(other), nights.see(COPIED_RECORD), nights.see(COPIED_RECORD)]
    assert told == [1, 1, 1, 0]
    nights.see(other, COPIED_RECORD, other)
    assert [item.item.status_text for item in nights.versions()][-1] == "Ended", "what arrived last"


def test_what_was_once_dated_stays_so(nights: Nights) -> None:
    dated = msgspec.structs.replace(REPORT, published_date="2019-12")
    undated = msgspec.structs.replace(REPORT, registry_date="2020-03-02")
    assert [nights.see(dated), nights.see(undated), nights.see(dated)] == [1, 1, 0]
    assert [item.item.published_date for item in nights.versions()] == [None, "2019-12"]


def test_two_first_hand_sources_of_one_report_do_not_take_turns(nights: Nights) -> None:
    saved = msgspec.structs.replace(REPORT, source="nbib", title="Cells!")
    assert [nights.see(REPORT, saved), nights.see(REPORT, saved), nights.see(saved, REPORT)] == [2, 0, 0]


def test_a_source_that_goes_back_to_an_earlier_wording_is_heard_each_time(nights: Nights) -> None:
    other = msgspec.structs.replace(RECORD, status_text="RECRUITING")
    assert [nights.see(RECORD), nights.see(other), nights.see(RECORD), nights.see(RECORD)] == [1, 1, 1, 0]


def test_history_fills_the_gap_that_a_copy_leaves(nights: Nights) -> None:
    past = msgspec.structs.replace(RECORD, origin=VersionOrigin.HISTORY)
    nights.see(msgspec.structs.replace(COPIED_RECORD, registry_date=past.registry_date))
    assert nights.see(past) == 1
    assert nights.sources() == ["ctgov"]


def test_a_copy_that_the_same_night_replaces_is_not_counted_as_new(nights: Nights) -> None:
    assert nights.see(COPIED_RECORD, RECORD) == 1


def test_a_copy_of_a_report_stays_beside_it(nights: Nights) -> None:
    assert [nights.see(REPORT), nights.see(COPIED_REPORT), nights.see(REPORT, COPIED_REPORT)] == [1, 1, 0]
    assert nights.sources() == ["pubmed", "europepmc"]


def test_which_source_answered_first_within_a_night_changes_nothing(tmp_path: Path) -> None:
    other = msgspec.structs.replace(REPORT, report_id="PMID:90000002", title="Cells again.")
    orders = [RECORD, REPORT, COPIED_REPORT, other], [other, COPIED_REPORT, REPORT, RECORD]
    one, another = (Nights(tmp_path / f"{n}.duckdb") for n in range(2))
    for nights, items in zip((one, another), orders, strict=True):
        nights.see(*items)
    assert one.tables() == another.tables()
