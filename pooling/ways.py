"""Ways of pooling: which models and intervals exist together, and which are meant where nobody names one."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from models.further_ways import CONVENTIONAL_INTERVALS, EXACT_INTERVALS, RARE_MODELS
from models.vocabulary import Convention, Interval, Measure, Model
from pooling.spreadsheet import PoolError
from synthesis.further_limits import MODELS_OF
from synthesis.pooling import COMMON_MODELS

PRESETS: dict[Convention, tuple[tuple[Model, Interval], ...]] = {
    Convention.REVMAN5: ((Model.DL, Interval.WALD),),
    Convention.REVMAN2025: ((Model.REML, Interval.WALD), (Model.REML, Interval.HKSJ)),
}
"""What a convention pools when no model is named, besides its common-effect model."""


def intervals_of(model: Model) -> tuple[Interval, ...]:
    """The intervals that a model can have, its own first."""
    if model is Model.EXACT:
        return EXACT_INTERVALS
    if model in COMMON_MODELS | RARE_MODELS:
        return (Interval.WALD,)
    return (*CONVENTIONAL_INTERVALS, *(interval for interval, models in MODELS_OF.items() if model in models))


@dataclass(frozen=True)
class Ways:
    """The models and intervals that somebody asks for; none of either is the usual."""

    models: tuple[Model, ...] = ()
    intervals: tuple[Interval, ...] = ()

    def check(self, path: Path, conventions: Sequence[Convention]) -> None:
        """Raise PoolError for an interval that none of the models can have, and that would be dropped in silence."""
        asked = self._models(conventions)
        for interval in self.intervals:
            if not any(interval in intervals_of(model) for model in asked):
                able = ", ".join(model for model in Model if interval in intervals_of(model))
                raise PoolError(f"{path}: interval {interval} cannot act with {', '.join(asked)}: it goes with {able}")

    def of(self, measure: Measure, convention: Convention | None, *, has_tables: bool) -> list[tuple[Model, Interval]]:
        """Every model with every interval that it can have, without repetition; its own where it can have none of them."""
        if self.models or convention is None:
            pairs = [(model, interval) for model in self._models(()) for interval in self.intervals or (None,)]
        else:
            common = Model.COMMON
            if has_tables:
                common = Model.PETO if measure is Measure.PETO else Model.MH
            preset = [(common, Interval.WALD), *PRESETS[convention]]
            pairs = [(model, chosen) for model, usual in preset for chosen in self.intervals or (usual,)]
        possible = [(model, interval) for model, interval in pairs if interval in intervals_of(model)]
        without = [model for model, _ in pairs if model not in {able for able, _ in possible}]
        own = [(model, intervals_of(model)[0]) for model in without]
        return sorted(dict.fromkeys([*possible, *own]), key=lambda pair: [model for model, _ in pairs].index(pair[0]))

    def _models(self, conventions: Sequence[Convention]) -> tuple[Model, ...]:
        """Those that are named; otherwise REML, or the first that each interval goes with."""
        if self.models:
            return self.models
        if conventions:
            return tuple(dict.fromkeys(model for name in conventions for model, _ in PRESETS[name]))
        usual = {interval: models[0] for interval, models in MODELS_OF.items()}
        usual |= dict.fromkeys(EXACT_INTERVALS, Model.EXACT)
        return tuple(dict.fromkeys(usual.get(interval, Model.REML) for interval in self.intervals)) or (Model.REML,)
