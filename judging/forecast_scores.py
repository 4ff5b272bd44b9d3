"""Forecasts that are kept, and those of earlier nights held against what trials have reported since."""

import hashlib
from collections.abc import Iterator, Sequence
from typing import Any

import msgspec
from msgspec.structs import replace

from models.forecast import ForecastScore, KeptForecast, ResultsDate
from models.judgement import Judgement
from models.vocabulary import EvidenceSet, StudyList
from studies.slippage import middle
from synthesis.forecast import excludes_no_effect
from synthesis.forecast_scores import Answer, answered, reported

DIGITS = 6
"""Significant digits in which forecasts are told apart: the last ones are another machine's."""


def kept_of(judgement: Judgement) -> tuple[KeptForecast, ...]:
    """The forecasts of a night as they are kept, each with a digest that stays as long as they say the same.

    What is forecast only because another night has passed, the dates that are left, is no other forecast.
    """
    return tuple(
        KeptForecast(
            study_id=trial.study_id,
            analysis=effect.analysis,
            convention=effect.convention,
            made_at=judgement.context.as_of,
            digest=_digest([effect, _without_dates(trial.results)]),
            forecast=effect,
            results=trial.results,
        )
        for trial in judgement.supplements.forecast
        for effect in trial.effects
        if effect.planned is not None
    )


def _without_dates(results: ResultsDate) -> ResultsDate:
    """What a date rests on: the date itself, and how far the others have been followed, go on every night."""
    return replace(results, spread=None, chance=None, earliest_completion=None, horizon_months=None)


def _digest(said: Any) -> str:
    return hashlib.sha256(msgspec.json.encode(_rounded(msgspec.to_builtins(said)), order="deterministic")).hexdigest()


def _rounded(value: Any) -> Any:
    if isinstance(value, float):
        return f"{value:.{DIGITS}g}"
    if isinstance(value, dict):
        return {name: _rounded(item) for name, item in value.items()}
    return [_rounded(item) for item in value] if isinstance(value, list | tuple) else value


def with_scores(judgement: Judgement, kept: Sequence[KeptForecast], known: Sequence[ForecastScore]) -> Judgement:
    """A judgement with the scores of earlier nights and those that it adds.

    Parameters
    ----------
    kept : the newest forecasts of nights before
    known : scores that were found on nights before; what was scored then is not scored again
    """
    names = judgement.screened.study_of
    before = {(names.get(s.study_id, s.study_id), s.analysis, s.convention, s.evidence_set) for s in known}
    newest = {(names.get(k.study_id, k.study_id), k.analysis, k.convention): k for k in kept}
    new = [
        score
        for (study_id, _, _), forecast in newest.items()
        for score in _scores(judgement, study_id, forecast)
        if (score.study_id, score.analysis, score.convention, score.evidence_set) not in before
    ]
    supplements = replace(judgement.supplements, forecast_scores=(*known, *new))
    return replace(judgement, supplements=supplements)


def _scores(judgement: Judgement, study_id: str, kept: KeptForecast) -> Iterator[ForecastScore]:
    """At most one score: of the trial's confirmed numbers, or else of its provisional ones."""
    status = next((item for item in judgement.statuses if item.study_id == study_id), None)
    if status is None or status.list is StudyList.ONGOING:
        return
    results, spread = status.results_date, kept.results.spread
    on = middle(results) if results else None
    for evidence_set in (EvidenceSet.CONFIRMED, EvidenceSet.PROVISIONAL):
        rows = [
            item
            for item in judgement.inputs
            if (item.study_id, item.analysis, item.evidence_set) == (study_id, kept.analysis, evidence_set)
        ]
        if (estimate := reported(rows)) is None:
            continue
        answer = _answer(judgement, kept, evidence_set, estimate)
        yield ForecastScore(
            study_id=study_id,
            analysis=kept.analysis,
            convention=kept.convention,
            made_at=kept.made_at,
            scored_at=judgement.context.as_of,
            evidence_set=evidence_set,
            estimate=estimate,
            pit=answer.pit,
            in_50=answer.is_in(0.5),
            in_80=answer.is_in(0.8),
            in_95=answer.is_in(0.95),
            brier_excludes=answer.brier_excludes,
            brier_rules=answer.brier_rules,
            days_late=(on - spread.median).days if on and spread else None,
            in_50_date=spread.low50 <= on <= spread.high50 if on and spread else None,
            in_90_date=spread.low90 <= on <= spread.high90 if on and spread else None,
        )
        # Provisional numbers have all the confirmed ones, and say nothing of their own where those exist.
        return


def _answer(judgement: Judgement, kept: KeptForecast, evidence_set: EvidenceSet, estimate: float) -> Answer:
    place = (kept.analysis, kept.convention, evidence_set)
    headline = next(
        (e for e in judgement.effects if e.is_headline and (e.analysis, e.convention, e.evidence_set) == place), None
    )
    signals = [s for s in judgement.signals if (s.analysis, s.convention, s.evidence_set) == place]
    excludes = excludes_no_effect(headline) if headline is not None and headline.k else None
    return answered(kept.forecast, estimate, excludes, signals)
