"""Real payloads of every register that is read: numbers are recognised, links are declared, nothing is eligible."""

from collections.abc import Mapping
from datetime import date
from pathlib import Path

import pytest

from connectors import CONNECTORS
from models.dates import at_night
from models.literature import Literature
from models.review import Review
from models.trial import Page, TrialRecord
from models.vocabulary import LinkMethod, Verdict
from studies.eligibility import screen
from studies.identifiers import identify
from studies.linkage import link

PAYLOADS = {
    "ctgov": ["ctgov/v2/*.json"],
    "isrctn": ["isrctn/*.json"],
    "ctis": ["ctis/*.json"],
    "euctr": ["euctr/*.txt"],
    "ictrp": ["ictrp/fullexport*.csv", "ictrp/portal*.xml"],
}
OBSERVED = at_night(date(2026, 11, 20))


@pytest.fixture(scope="module")
def records(samples: Path) -> Mapping[str, TrialRecord]:
    found: dict[str, TrialRecord] = {}
    for source, patterns in PAYLOADS.items():
        for path in [path for pattern in patterns for path in sorted(samples.glob(pattern))]:
            page = Page(source=source, kind="file", url=path.name, body=path.read_bytes(), observed_at=OBSERVED)
            for item in CONNECTORS[source].parse(page):
                if isinstance(item, TrialRecord):
                    found.setdefault(item.record_id, item)
    return found


def test_the_number_of_every_real_record_is_recognised(records: Mapping[str, TrialRecord]):
    assert [record_id for record_id in records if identify(record_id) is None] == []
    assert len({record.registry for record in records.values()}) >= 10


def test_strangers_stay_strangers_and_a_declared_number_joins(records: Mapping[str, TrialRecord]):
    linked = link(records, Literature(), ())
    joined = [
        (item.study_id, item.record_id, item.method) for item in linked.records if item.study_id != item.record_id
    ]
    assert joined == [("2015-003026-14", "PER-016-17", LinkMethod.DECLARED_ID)]
    assert linked.queue == ()


def test_none_of_these_trials_is_of_cells_in_als(records: Mapping[str, TrialRecord], review: Review):
    eligibility = review.protocol.eligibility
    verdicts = {record_id: screen(record_id, record, eligibility).verdict for record_id, record in records.items()}
    assert [record_id for record_id, verdict in verdicts.items() if verdict is not Verdict.NOT_MET] == []
