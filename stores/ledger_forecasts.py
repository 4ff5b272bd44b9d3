"""What the ledger remembers of forecasts: each as it was kept, and how it was answered."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy import ColumnElement, Select, and_, func, select
from sqlalchemy.orm import Session

from models.forecast import ForecastScore, KeptForecast
from stores.ledger_sessions import Sessions
from stores.ledger_tables import ForecastRow, ForecastScoreRow


class Forecasts(Sessions):
    """The part of the ledger that knows what was forecast of trials that had not reported."""

    def forecasts(self, review: str, before: datetime) -> tuple[KeptForecast, ...]:
        """The newest forecast of each trial, analysis and convention that was kept on a night before a moment."""
        row = ForecastRow
        query = _newest(select(row.document), review, row.made_at < before)
        with self._reading() as session:
            found = session.scalars(query.order_by(row.study_id, row.analysis, row.convention))
            return tuple(msgspec.json.decode(document, type=KeptForecast) for document in found)

    def forecast_scores(self, review: str, before: datetime) -> tuple[ForecastScore, ...]:
        """Every score that was found on a night before a moment, oldest first."""
        row = ForecastScoreRow
        query = select(row.document).where(row.review == review, row.scored_at < before)
        with self._reading() as session:
            found = session.scalars(query.order_by(row.scored_at, row.study_id, row.analysis, row.convention))
            return tuple(msgspec.json.decode(document, type=ForecastScore) for document in found)


def _newest(query: Select[Any], review: str, until: ColumnElement[bool]) -> Select[Any]:
    """The rows of a review that were kept last of their trial, analysis and convention until a moment."""
    row = ForecastRow
    key = (row.study_id, row.analysis, row.convention)
    last = (
        select(*key, func.max(row.made_at).label("made_at"))
        .where(row.review == review, until)
        .group_by(*key)
        .subquery()
    )
    is_last = and_(*(column == last.c[column.key] for column in (*key, row.made_at)))
    return query.join(last, is_last).where(row.review == review)


def keep_forecasts(session: Session, run_id: int, review: str, forecasts: Sequence[KeptForecast]) -> None:
    """Keep a night's forecasts that differ from those before; a night that is concluded again replaces its own."""
    if not forecasts:
        return
    row, (made_at,) = ForecastRow, {item.made_at for item in forecasts}
    query = _newest(select(row.study_id, row.analysis, row.convention, row.digest), review, row.made_at <= made_at)
    known = {tuple(key): digest for *key, digest in session.execute(query)}
    for item in forecasts:
        if known.get((item.study_id, item.analysis, item.convention)) != item.digest:
            session.merge(
                ForecastRow(
                    review=review,
                    study_id=item.study_id,
                    analysis=item.analysis,
                    convention=item.convention,
                    made_at=item.made_at,
                    digest=item.digest,
                    run_id=run_id,
                    document=msgspec.json.encode(item).decode(),
                )
            )


def keep_scores(session: Session, run_id: int, review: str, scores: Sequence[ForecastScore]) -> None:
    """Keep scores that are new; the first of its kind stays, since later nights know more than the forecast was about."""
    for item in scores:
        key = (review, item.study_id, item.analysis, item.convention, item.evidence_set)
        if session.get(ForecastScoreRow, key) is None:
            session.add(
                ForecastScoreRow(
                    review=review,
                    study_id=item.study_id,
                    analysis=item.analysis,
                    convention=item.convention,
                    evidence_set=item.evidence_set,
                    scored_at=item.scored_at,
                    run_id=run_id,
                    document=msgspec.json.encode(item).decode(),
                )
            )
