"""Ways of pooling that no convention of Cochrane has: models of rare events, and further intervals."""

from models.vocabulary import Interval, Model

RARE_MODELS = frozenset(
    {
        Model.GLMM_CM_AL,
        Model.GLMM_CM_EL,
        Model.GLMM_UM_FS,
        Model.GLMM_CM_AL_EE,
        Model.GLMM_CM_EL_EE,
        Model.GLMM_UM_FS_EE,
        Model.BETA_BINOMIAL,
        Model.EXACT,
    }
)
"""Models of rare events, which take counts as they are. They stand beside a review's conventions and are none."""

CONVENTIONAL_INTERVALS = (Interval.WALD, Interval.HKSJ, Interval.HKSJ_TRUNCATED)

FURTHER_INTERVALS = frozenset(Interval) - {*CONVENTIONAL_INTERVALS}
"""Intervals that no convention of Cochrane has."""

EXACT_INTERVALS = (Interval.EXACT, Interval.MID_P)
"""Intervals of an exact odds ratio."""


def is_further(model: Model, interval: Interval) -> bool:
    """Whether a way of pooling is none of inverse variance, Mantel-Haenszel or Peto with an interval of Cochrane."""
    return model in RARE_MODELS or interval in FURTHER_INTERVALS
