"""The forecast of a night as rows."""

import msgspec

from models.forecast import EffectForecast, ForecastScore, TrialForecast
from models.vocabulary import Rule
from stores.rows import Row, columns_of, plain

_OF_RESULTS = (
    "completion_kind",
    "earliest_completion",
    "n_put_off",
    "days_put_off",
    "delay_from",
    "slippage_from",
    "unknown",
)
_OF_EFFECT = (
    *("study_id", "analysis", "comparison", "outcome", "timepoint", "convention", "prior", "se", "se_from"),
    *("is_ratio", "predicted", "pi_low", "pi_high", "excludes_now", "important_difference", "n_needed", "unknown"),
)
_RULES = (Rule.S1, Rule.S2, Rule.S3, Rule.S4, Rule.S5, Rule.S6)


def forecast_rows(forecasts: tuple[TrialForecast, ...], scores: tuple[ForecastScore, ...]) -> dict[str, list[Row]]:
    """Rows by table."""
    return {
        "review_forecast": [_of_trial(item) for item in forecasts],
        "review_forecast_effect": [_of_effect(effect) for item in forecasts for effect in item.effects],
        "review_forecast_score": [plain(msgspec.structs.asdict(item)) for item in scores],
    }


def _of_trial(item: TrialForecast) -> Row:
    results, spread = item.results, item.results.spread
    limits = ("median", "low50", "high50", "low90", "high90")
    return {
        "study_id": item.study_id,
        **columns_of(results, *_OF_RESULTS),
        **{f"results_{name}": getattr(spread, name) if spread else None for name in limits},
        "results_chance": results.chance,
        "results_horizon_months": results.horizon_months,
        "doubts": list(results.doubts),
    }


def _of_effect(item: EffectForecast) -> Row:
    planned = item.planned
    return {
        **columns_of(item, *_OF_EFFECT),
        "measures": planned.measures if planned else None,
        "measures_quote": planned.measures_quote if planned else None,
        "n_intervention": planned.n_intervention if planned else None,
        "n_control": planned.n_control if planned else None,
        "assumed": list(planned.assumed) if planned else [],
        "chance_excludes": item.excludes,
        "chance_benefit": item.excludes_benefit,
        "chance_harm": item.excludes_harm,
        "chance_clears": item.clears,
        "is_imprecise_now": item.rated_down_now,
        "chance_imprecision_changes": item.imprecision_changes,
        **{f"chance_{rule.lower()}": item.chance_of(rule) for rule in _RULES},
        "fires_now": [rule.value for rule in item.fires_now],
    }
