"""What the ledger remembers of forecasts: each as it was kept, and how it was answered."""

from collections.abc import Sequence
from datetime import datetime

import msgspec
from sqlalchemy import select
from sqlalchemy.orm import Session

from models.forecast import ForecastScore, KeptForecast
from stores.ledger_sessions import Sessions
from stores.ledger_tables import ForecastRow, ForecastScoreRow


class Forecasts(Sessions):
    """The part of the ledger that knows what was forecast of trials that had not reported."""

    def forecasts(self, review: str, before: datetime) -> tuple[KeptForecast, ...]:
        """Every forecast that was kept on a night before a moment, oldest first."""
        row = ForecastRow
        query = select(row.document).where(row.review == review, row.made_at < before)
        with self._reading() as session:
            found = session.scalars(query.order_by(row.made_at, row.study_id, row.analysis, row.convention))
            return tuple(msgspec.json.decode(document, type=KeptForecast) for document in found)

    def forecast_scores(self, review: str, before: datetime) -> tuple[ForecastScore, ...]:
        """Every score that was found on a night before a moment, oldest first."""
        row = ForecastScoreRow
        query = select(row.document).where(row.review == review, row.scored_at < before)
        with self._reading() as session:
            found = session.scalars(query.order_by(row.scored_at, row.study_id, row.analysis, row.convention))
            return tuple(msgspec.json.decode(document, type=ForecastScore) for document in found)


def keep_forecasts(session: Session, run_id: int, review: str, forecasts: Sequence[KeptForecast]) -> None:
    """Keep what differs from what was kept before; a night that is concluded again replaces its own."""
    row = ForecastRow
    for item in forecasts:
        place = (row.review == review, row.study_id == item.study_id, row.analysis == item.analysis)
        query = select(row.digest).where(*place, row.convention == item.convention, row.made_at <= item.made_at)
        if session.scalar(query.order_by(row.made_at.desc()).limit(1)) != item.digest:
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
