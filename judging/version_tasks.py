"""What the version in force leaves to people: studies to classify, numbers to look at, estimates that do not come out."""

from collections.abc import Iterator, Sequence

from judging.listed import is_looked_for
from models.judgement import Screened
from models.review import Review
from models.screening import QueueItem
from models.synthesis import Signal
from models.vocabulary import Rule, Verdict
from studies.linkage import is_listed_only

_HOW_MANY = 5
"""Studies that a question names."""


def awaiting_classification(screened: Screened, review: Review) -> Iterator[QueueItem]:
    """Studies that the version in force left to be classified and no person has decided since: in one question."""
    decided = {row.study_id for row in review.decisions}
    waiting = [
        study.label
        for study in review.baseline.awaiting
        if study.study_id not in decided
        and study.study_id in screened.screening
        and screened.screening[study.study_id].verdict is Verdict.UNCLEAR
    ]
    if waiting:
        more = f" and {len(waiting) - _HOW_MANY} more" if len(waiting) > _HOW_MANY else ""
        yield QueueItem(
            kind="eligibility",
            subject=review.protocol.review,
            reason=f"{len(waiting)} {'studies await' if len(waiting) > 1 else 'study awaits'} classification since version"
            f" {review.baseline.version}",
            field="awaiting",
            value=", ".join(waiting[:_HOW_MANY]) + more,
            action="assess their reports, and decide in decisions.csv (criterion list, verdict included or excluded)",
        )


def not_found(screened: Screened, review: Review) -> Iterator[QueueItem]:
    """Registrations of the version in force that no source has told of, in one question: they are followed by number."""
    lacking = [
        study.study_id
        for study in review.baseline.watched
        if is_looked_for(study.study_id)
        and study.study_id in screened.linked.leading
        and is_listed_only(screened.record_of(study.study_id))
    ]
    if lacking:
        more = f" and {len(lacking) - _HOW_MANY} more" if len(lacking) > _HOW_MANY else ""
        yield QueueItem(
            kind="recall",
            subject=review.protocol.review,
            reason=f"of {len(lacking)} registrations that version {review.baseline.version} lists no source has told",
            field="study_id",
            value=", ".join(lacking[:_HOW_MANY]) + more,
            action="load them from an export of WHO ICTRP or of their register (trialwatch ingest), or correct the numbers",
        )


def numbers_to_check(review: Review) -> Iterator[QueueItem]:
    """Registry numbers that stand near a study of the version in force and may be another's."""
    ruled = {(row.study_id, row.item_id) for row in review.links}
    for study in review.baseline.listed:
        for item in study.to_check:
            if not {(study.study_id, item.number), (study.label, item.number)} & ruled:
                yield QueueItem(
                    kind="link",
                    subject=study.study_id,
                    reason=f"{item.number} stands under {study.label} ({item.place}), and may be of another trial",
                    field=item.place,
                    value=item.sentence or item.number,
                    action=f"look, and say in links.csv whether record {item.number} is of {study.study_id} (is_linked)",
                )


def not_reproduced(signals: Sequence[Signal], review: Review) -> Iterator[QueueItem]:
    """Analyses whose published estimate does not come out of the data of its studies: nothing new is pooled there."""
    for signal in signals:
        if signal.rule is Rule.S0 and signal.fired:
            yield QueueItem(
                kind="analysis",
                subject=signal.analysis,
                reason=f"the published estimate of {signal.analysis} is not reproduced, so that no rule is applied to it",
                field="estimate",
                value=signal.explanation,
                action="correct the rows of the published studies or the estimate, or say in estimates.csv"
                f" (not_reproduced) why version {review.baseline.version} gives another",
            )
