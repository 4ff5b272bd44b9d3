"""What an interval method beyond Wald and HKSJ makes of a set of studies."""

from dataclasses import dataclass

from models.vocabulary import Interval, Model


@dataclass(frozen=True)
class FurtherLimits:
    """A pooled effect with limits, on the analysis scale.

    Attributes
    ----------
    estimate, se : pooled effect and standard error; the latter None where limits do not rest on one
    ci_low, ci_high, p_value : by the method
    df : degrees of freedom of t behind them, None where there are none
    tau2 : between-study variance on the scale squared
    tau2_low, tau2_high : its limits by the method, None where it has none
    """

    estimate: float
    se: float | None
    ci_low: float
    ci_high: float
    p_value: float
    df: float | None
    tau2: float
    tau2_low: float | None = None
    tau2_high: float | None = None


MODELS_OF = {
    Interval.PROFILE: (Model.ML,),
    Interval.HENMI_COPAS: (Model.DL,),
    Interval.KENWARD_ROGER: (Model.REML, Model.ML),
}
"""Models that an interval method is defined for."""


def check_model(interval: Interval, model: Model) -> None:
    """Raise ValueError for a model that an interval method does not go with; the message names those that do."""
    if (wanted := MODELS_OF.get(interval)) and model not in wanted:
        raise ValueError(f"interval {interval} goes with model {' or '.join(wanted)}, not {model}")
