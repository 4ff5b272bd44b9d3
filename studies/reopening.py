"""When a verdict on eligibility has to be looked at again: the record under it has changed."""

from collections.abc import Iterator, Sequence

from models.dates import PartialDate, first_day
from models.folder_rows import DecisionRow
from models.screening import CriterionVerdict, QueueItem
from models.trial import TrialRecord
from models.vocabulary import Criterion, Verdict
from studies.verdicts import Verdicts


def eligible_from(versions: Sequence[TrialRecord], verdicts: Verdicts) -> PartialDate | None:
    """Registry date of the version that made a record eligible; None when no change to that was seen.

    `versions` are those of one record, oldest first. Copies from other sources than the newest version's are
    passed over: they leave fields out, and a field left out screens out.
    """
    was_out = False
    for version in versions:
        if version.source != versions[-1].source:
            continue
        if not any(item.verdict is Verdict.NOT_MET for item in verdicts.of(version)):
            return version.registry_date if was_out else None
        was_out = True
    return None


def reopened(
    study_id: str, versions: Sequence[TrialRecord], verdicts: Verdicts, decisions: Sequence[DecisionRow]
) -> Iterator[QueueItem]:
    """People's decisions whose deciding field says something else than when they decided; the decision still holds.

    A decision on the list rests on all criteria. `versions` are those of one record, oldest first; `decisions` is
    decisions.csv as known on the night.
    """
    last = {row.criterion: row for row in decisions if row.study_id == study_id}
    for criterion, row in last.items():
        known = [item for item in versions if first_day(item.registry_date) <= row.known_from]
        if not known:
            continue
        before, after = (verdicts.of(item) for item in (known[-1], versions[-1]))
        rests_on = list(Criterion) if criterion == "list" else [Criterion(criterion)]
        pairs = [(_of(before, item), _of(after, item)) for item in rests_on]
        changed = [(then, now) for then, now in pairs if then and now and _said(then) != _said(now)]
        if changed:
            then, now = changed[0]
            yield QueueItem(
                kind="eligibility",
                subject=study_id,
                reason=f"{row.decided_by} decided that {criterion} is {row.verdict} on {row.known_from}, when the"
                f" record said “{then.quote}” ({then.field}); it has changed on {versions[-1].registry_date}",
                field=now.field,
                value=now.quote,
                action="look again; a newer row in decisions.csv confirms or changes the decision",
            )


def _said(item: CriterionVerdict) -> tuple[Verdict, str, str]:
    return item.verdict, item.field, item.quote


def _of(verdicts: Sequence[CriterionVerdict], criterion: Criterion) -> CriterionVerdict | None:
    """None where the record tells nothing of it."""
    return next((item for item in verdicts if item.criterion is criterion), None)
