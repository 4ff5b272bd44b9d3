"""How the questions of reviews were answered: cursors, usual totals, and answers that reviews share.

A cursor belongs to a question, whichever review asked it. What was recorded before questions were kept belongs to
the review that recorded it, as long as that review has asked its source nothing else since.
"""

from collections import defaultdict
from collections.abc import Mapping, Set
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Select, and_, exists, func, or_, select, update
from sqlalchemy.orm import InstrumentedAttribute, aliased

from models.search import Question, SourceCheck
from models.vocabulary import Scope, SourceState
from stores.archive import answer_file
from stores.ledger_sessions import Sessions, Value
from stores.ledger_tables import RunRow, SourceCheckRow, columns_of

SHARED_FOR = timedelta(hours=12)
"""How long an answer that another review has got stands for this one, too."""

_LOST = "the archive no longer holds what it brought, or what it rested on"
_ONCE_COMPLETE = (SourceState.COMPLETE, SourceState.LOST)


class Searches(Sessions):
    """The part of the ledger that knows how far each question was answered, and when."""

    def record_source(self, run_id: int, check: SourceCheck) -> None:
        """Record how a scope of a source was searched; the same scope again in this run replaces it."""
        with self._writing() as session:
            session.merge(SourceCheckRow(run_id=run_id, **columns_of(check)))

    def hold_against(self, n_pages: Mapping[str, int], review: str, questions: Set[str]) -> frozenset[str]:
        """Let the answers to a review's questions count as complete only as long as the archive has what they rest on.

        An answer of what had changed since a day rests on one that was complete on that day or later. What comes back,
        from a backup, counts again. `n_pages` tells how many pages can be read of each file of the archive; those are
        returned that hold fewer than were received.
        """
        row = SourceCheckRow
        asked = (
            select(
                *(row.run_id, row.source, row.scope, row.question),
                *(row.state, row.checked_at, row.since, row.n_requests, RunRow.review),
            )
            .join(RunRow)
            .where(
                row.state.in_(_ONCE_COMPLETE),
                row.scope.in_(list(Scope)),
                # The first named answers rest on those from before questions were kept, of whichever review.
                row.question.in_(questions) | (row.question == "") | (RunRow.review == review),
            )
            .order_by(row.run_id)
        )
        held: dict[tuple[str, ...], list[datetime]] = defaultdict(list)
        taken: dict[tuple[str, datetime], bool] = {}
        short = set()
        with self._writing() as session:
            for check in session.execute(asked).all():
                own = (check.review, check.source, check.scope)
                question = (check.question,) if check.question else own
                bases = held[question] + held[own]
                is_held = check.since is None or any(
                    base < check.checked_at and base.date() >= check.since for base in bases
                )
                if check.n_requests:
                    file = answer_file(check.source, check.checked_at, check.run_id, Scope(check.scope))
                    is_whole = n_pages.get(file, 0) >= check.n_requests
                    is_held = is_held and is_whole
                    if file in n_pages and not is_whole:
                        short.add(file)
                    taken[check.question, check.checked_at] = is_held
                else:
                    # Another review's answer was taken, or there was nothing to ask.
                    is_held = taken.get((check.question, check.checked_at), is_held)
                if is_held:
                    held[question].append(check.checked_at)
                state, reason = (SourceState.COMPLETE, "") if is_held else (SourceState.LOST, _LOST)
                if check.state != state:
                    place = (row.run_id == check.run_id, row.source == check.source, row.scope == check.scope)
                    session.execute(update(row).where(*place).values(state=state, reason=reason))
        return frozenset(short)

    def source_checks(self, review: str, until: datetime | None = None) -> tuple[SourceCheck, ...]:
        """The newest check (not later than `until`) of every scope of every source, by source and scope."""
        newest = (
            select(SourceCheckRow.source, SourceCheckRow.scope, func.max(SourceCheckRow.run_id).label("run_id"))
            .join(RunRow)
            .where(RunRow.review == review, *_until(until))
            .group_by(SourceCheckRow.source, SourceCheckRow.scope)
            .subquery()
        )
        query = (
            select(SourceCheckRow)
            .join(
                newest,
                (SourceCheckRow.run_id == newest.c.run_id)
                & (SourceCheckRow.source == newest.c.source)
                & (SourceCheckRow.scope == newest.c.scope),
            )
            .order_by(SourceCheckRow.source, SourceCheckRow.scope)
        )
        return self._values(query, SourceCheck)

    def telling_checks(self, review: str, until: datetime) -> tuple[SourceCheck, ...]:
        """What freshness rests on: of every question the newest check, complete check and complete sweep, oldest first."""
        row, is_complete = SourceCheckRow, SourceCheckRow.state == SourceState.COMPLETE
        conditions: list[list[ColumnElement[bool]]] = [[], [is_complete], [is_complete, row.since.is_(None)]]
        found: dict[tuple[str, str, str, datetime, str], SourceCheck] = {}
        for extra in conditions:
            rank = func.row_number().over(
                partition_by=(row.source, row.scope, row.question), order_by=(row.checked_at.desc(), row.run_id.desc())
            )
            ranked = (
                select(row.run_id, row.source, row.scope, rank.label("place"))
                .join(RunRow)
                .where(RunRow.review == review, row.checked_at <= until, *extra)
                .subquery()
            )
            query = select(row).join(
                ranked,
                and_(row.run_id == ranked.c.run_id, row.source == ranked.c.source, row.scope == ranked.c.scope),
            )
            for check in self._values(query.where(ranked.c.place == 1).order_by(row.run_id), SourceCheck):
                found[check.source, check.scope, check.question, check.checked_at, check.state] = check
        return tuple(sorted(found.values(), key=lambda check: (check.checked_at, check.source, check.scope)))

    def questions_asked(self, review: str) -> frozenset[str]:
        """Ids of every question that a review has ever asked of a source."""
        query = select(SourceCheckRow.question).join(RunRow).where(RunRow.review == review).distinct()
        with self._reading() as session:
            return frozenset(session.scalars(query))

    def last_complete(
        self, review: str, question: Question, before: datetime | None = None, *, is_sweep: bool = False
    ) -> datetime | None:
        """The cursor: when a question was last answered to its end, by the newest run that asked it.

        Given `before`, in the nights before that moment: a night that is run again asks the same again. With
        `is_sweep`, only searches of everything count, and not those of what had changed.
        """
        checked = [SourceCheckRow.checked_at < before] if before else []
        sweeps = [SourceCheckRow.since.is_(None)] if is_sweep else []
        is_complete = SourceCheckRow.state == SourceState.COMPLETE
        return self._of_newest(SourceCheckRow.checked_at, review, question, is_complete, *checked, *sweeps)

    def usual_total(self, review: str, question: Question) -> int | None:
        """Records that the source announced at the newest complete search of everything; None if there was none."""
        was_complete = SourceCheckRow.state.in_(_ONCE_COMPLETE)
        return self._of_newest(
            SourceCheckRow.n_expected, review, question, was_complete, SourceCheckRow.since.is_(None)
        )

    def shared_answer(self, review: str, question: Question, as_of: datetime) -> SourceCheck | None:
        """The whole answer that another review has got to the same question since this one last asked it.

        It is the newest one of the last 12 hours, or None.
        """
        asked = (
            select(func.max(SourceCheckRow.checked_at))
            .join(RunRow)
            .where(RunRow.review == review, SourceCheckRow.question == question.id, SourceCheckRow.checked_at < as_of)
        )
        with self._reading() as session:
            since = session.scalar(asked)
        query = (
            select(SourceCheckRow)
            .join(RunRow)
            .where(
                RunRow.review != review,
                SourceCheckRow.question == question.id,
                SourceCheckRow.state == SourceState.COMPLETE,
                SourceCheckRow.checked_at <= as_of,
                SourceCheckRow.checked_at >= as_of - SHARED_FOR,
                *([SourceCheckRow.checked_at > since] if since else []),
            )
            .order_by(SourceCheckRow.checked_at.desc(), SourceCheckRow.run_id.desc())
            .limit(1)
        )
        return next(iter(self._values(query, SourceCheck)), None)

    def _of_newest(
        self,
        wanted: InstrumentedAttribute[Value],
        review: str,
        question: Question,
        *conditions: ColumnElement[bool],
    ) -> Value | None:
        """A column of the newest check of a question that meets the conditions."""
        query: Select[tuple[Value]] = select(wanted).join(RunRow).where(_answers(review, question), *conditions)
        with self._reading() as session:
            return session.scalar(query.order_by(SourceCheckRow.run_id.desc()).limit(1))


def _until(moment: datetime | None) -> list[ColumnElement[bool]]:
    return [SourceCheckRow.checked_at <= moment] if moment else []


def _answers(review: str, question: Question) -> ColumnElement[bool]:
    """Whether a check answers a question: it names it, or is the review's own from before questions were kept."""
    later, run = aliased(SourceCheckRow), aliased(RunRow)
    place = (later.source == question.source) & (later.scope == question.scope)
    asked_otherwise = exists().where(
        place, later.run_id == run.run_id, run.review == review, later.question.not_in(["", question.id])
    )
    unnamed = and_(
        SourceCheckRow.question == "",
        SourceCheckRow.source == question.source,
        SourceCheckRow.scope == question.scope,
        RunRow.review == review,
        ~asked_otherwise,
    )
    return or_(SourceCheckRow.question == question.id, unnamed)
