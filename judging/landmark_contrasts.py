"""Hazard ratios from survival at one time, as rows of contrasts.csv that a person may take.

They are provisional, and stand back where any estimate of the study is known: that hazards are proportional is an
assumption, and which landmark is taken is a choice. A person who agrees enters the row.
"""

from math import sqrt

import numpy as np

from judging.curves import StudyCurves
from models.folder_rows import ContrastRow
from models.vocabulary import EvidenceWord, Measure
from synthesis.conversions import Effect
from synthesis.rmst import Curve
from synthesis.survival import Landmark, hazard_ratio_at_landmark


def offered_by(curves: StudyCurves) -> ContrastRow | None:
    """The hazard ratio at the last time at which both arms have survivors and deaths; None where nothing tells errors."""
    common = np.intersect1d(curves.intervention.times, curves.control.times)
    for days in common[:0:-1]:
        if (effect := _at(curves, float(days))) is not None:
            return _row(curves, float(days), effect)
    return None


def _at(curves: StudyCurves, days: float) -> Effect | None:
    found = [_landmark(curve, days) for curve in (curves.intervention, curves.control)]
    if found[0] is None or found[1] is None:
        return None
    return hazard_ratio_at_landmark(found[0], found[1])


def _landmark(curve: Curve, days: float) -> Landmark | None:
    at = int(np.flatnonzero(curve.times == days)[0])
    share, relative = float(curve.share[at]), float(curve.relative_variance[at])
    return Landmark(share, share * sqrt(relative)) if 0 < share < 1 and relative > 0 else None


def _row(curves: StudyCurves, days: float, effect: Effect) -> ContrastRow:
    first = curves.when(days)
    everybody = [curve.at_risk[0] for curve in (curves.intervention, curves.control)]
    n_intervention, n_control = (None if np.isnan(n) else int(n) for n in everybody)
    return ContrastRow.model_validate(
        {
            "study_id": curves.place.study_id,
            "comparison": curves.place.comparison,
            "outcome": curves.place.outcome,
            "timepoint": curves.place.timepoint,
            "analysis": curves.place.analysis,
            "measure": Measure.HR,
            "is_log": True,
            "estimate": effect.yi.value,
            "se": sqrt(effect.vi.value),
            "n_intervention": n_intervention,
            "n_control": n_control,
            "report": first.report,
            "table": first.table,
            "page": first.page,
            "population": first.population,
            "extractor": "trialwatch",
            "known_from": max(row.known_from for row in curves.rows),
            "evidence": EvidenceWord.DERIVED,
            "is_confirmed": False,
            "note": f"from survival at {first.when}, as if hazards were proportional: {effect.yi}; {effect.vi}",
        }
    )
