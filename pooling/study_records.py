"""The studies beneath an estimate as programs get them: effect, weight, limits, and what was added to their cells.

A number that does not exist is None, never NaN or infinite, so that every record is valid JSON.
"""

from math import isfinite

import numpy as np

from models.vocabulary import Measure
from pooling.effects import Studies
from synthesis.inverse_variance import critical_value
from synthesis.pooling import Pooled, natural


def study_records(studies: Studies, pooled: Pooled) -> list[dict[str, object]]:
    """Every study that counts.

    Returns
    -------
    list of dict
        `study` and `line` of the file; `yi`, `vi` and `se` on the analysis scale; `weight` in per cent of this way
        of pooling; `estimate`, `ci_low` and `ci_high` as people read them, ratios for ratio measures, by z; `n` people,
        None where the file does not tell; `added`, what was added to its cells, None where nothing was.
    """
    measure = pooled.measure
    weights = pooled.weights_pct or (float("nan"),) * len(studies.names)
    se = np.sqrt(studies.vi)
    reach = float(critical_value(pooled.level, np.inf)) * se
    found = []
    for i, (name, row) in enumerate(zip(studies.names, studies.rows, strict=True)):
        yi, half = float(studies.yi[i]), float(reach[i])
        found.append(
            {
                "study": name,
                "line": row.line,
                "yi": yi,
                "vi": finite(float(studies.vi[i])),
                "se": finite(float(se[i])),
                "weight": finite(weights[i]),
                "estimate": read(yi, measure),
                "ci_low": read(yi - half, measure),
                "ci_high": read(yi + half, measure),
                "n": finite(float(studies.people[i])),
                "added": studies.added[i] or None,
            }
        )
    return found


def finite(value: float | None) -> float | None:
    """A number, or None for what is none."""
    return float(value) if value is not None and isfinite(value) else None


def read(value: float | None, measure: Measure) -> float | None:
    """A number of the analysis scale as people read it, None where a ratio is beyond what a number can hold."""
    return finite(natural(value, measure))
