"""What a night puts before a person about links and decisions, beyond what the rules could not decide."""

from collections import defaultdict
from collections.abc import Mapping, Sequence

from models.judgement import Linked, Screened
from models.protocol import LinkRow
from models.review import Review
from models.screening import QueueItem
from models.trial import Observation, Report, TrialRecord
from models.vocabulary import Verdict
from studies.discrepancies import in_numbers, in_time
from studies.lifecycle import StudyFile
from studies.likeness import like_records, like_reports, to_queue
from studies.reopening import reopened
from studies.verdicts import Verdicts


def look_alikes(
    linked: Linked,
    records: Mapping[str, TrialRecord],
    reports: Mapping[str, Report],
    wanted: Sequence[str],
    rows: Sequence[LinkRow],
) -> list[QueueItem]:
    """Records and reports that look like a wanted study, as long as links.csv says nothing of the pair."""
    study_of = {item.record_id: item.study_id for item in linked.records}
    pairs = [
        *like_records(records, study_of, wanted),
        *like_reports(records, reports, study_of, wanted, [item.report_id for item in linked.reports]),
    ]
    decided = {frozenset((row.study_id, row.item_id)) for row in rows}
    return [to_queue(pair) for pair in pairs if frozenset((pair.first, pair.second)) not in decided]


def reopened_decisions(
    review: Review, screened: Screened, versions: Mapping[str, Sequence[Observation]], verdicts: Verdicts
) -> list[QueueItem]:
    """People's decisions under which a record has changed; `versions` by study."""
    decisions = review.decisions
    return [
        item
        for study_id in sorted({row.study_id for row in decisions} & set(versions))
        for item in reopened(study_id, of_leading_record(study_id, screened, versions), verdicts, decisions)
    ]


def number_conflicts(files: Sequence[StudyFile], linked: Linked, records: Mapping[str, TrialRecord]) -> list[QueueItem]:
    """Numbers of people that differ, of studies that are eligible or may be."""
    members: dict[str, list[TrialRecord]] = defaultdict(list)
    for item in linked.records:
        members[item.study_id].append(records[item.record_id])
    return [
        item
        for study in files
        if study.screening.verdict is not Verdict.NOT_MET
        for item in (
            *in_numbers(study.study_id, study.numbers, members[study.study_id]),
            *in_time(study.study_id, [item.item for item in study.versions if isinstance(item.item, TrialRecord)]),
        )
    ]


def of_leading_record(
    study_id: str, screened: Screened, versions: Mapping[str, Sequence[Observation]]
) -> list[TrialRecord]:
    """Versions of the record that a study is judged by, in the order given."""
    leading = screened.linked.leading[study_id]
    records = [version.item for version in versions.get(study_id, ()) if isinstance(version.item, TrialRecord)]
    return [record for record in records if record.record_id == leading]
