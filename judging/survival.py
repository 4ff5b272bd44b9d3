"""Restricted mean survival of the review's studies, beside its hazard ratios, and its confirmation by the second engine."""

from collections.abc import Iterator, Sequence

import numpy as np

from judging.curves import Place, StudyCurves, curves_of
from models.analysis import Analysis
from models.protocol import Protocol
from models.rmst import RmstDifference
from models.survival_rows import SurvivalRow
from models.vocabulary import Measure
from synthesis.crosscheck_rmst import Point, RmstDisagreement, crosscheck_rmst
from synthesis.rmst import Curve, compare_restricted_means


def rmst_of(curves: Sequence[StudyCurves], protocol: Protocol) -> Iterator[RmstDifference]:
    """One row for each study and analysis that its curves are of, in the order of the analyses."""
    for analysis in protocol.analyses:
        if analysis.measure is Measure.HR:
            yield from (_difference(item, analysis) for item in curves if analysis.counts(item.place))


def _difference(curves: StudyCurves, analysis: Analysis) -> RmstDifference:
    found = compare_restricted_means(curves.intervention, curves.control, analysis.level)
    last = curves.when(found.until)
    return RmstDifference(
        study_id=curves.place.study_id,
        evidence_set=curves.evidence_set,
        analysis=analysis.analysis,
        comparison=analysis.comparison,
        outcome=analysis.outcome,
        timepoint=analysis.timepoint,
        until=found.until,
        until_text=last.when,
        unit=last.time_unit,
        n_landmarks=len(np.intersect1d(curves.intervention.times, curves.control.times)) - 1,
        mean_intervention=found.intervention.mean,
        mean_control=found.control.mean,
        difference=found.difference,
        least=found.least,
        most=found.most,
        se=found.se,
        ci_low=found.ci_low,
        ci_high=found.ci_high,
        ratio=found.ratio,
        ratio_low=found.ratio_low,
        ratio_high=found.ratio_high,
        level=found.level,
        source=curves.source,
        note=found.note,
    )


_CONFIRMED = (
    "mean_intervention", "mean_control", "difference", "least", "most", "se", "ci_low", "ci_high", "ratio", "ratio_low",
    "ratio_high",
)  # fmt: skip


def unconfirmed(items: Sequence[RmstDifference], rows: Sequence[SurvivalRow]) -> Iterator[RmstDisagreement]:
    """Numbers of restricted means that the second engine does not confirm, starting from the rows' curves again."""
    known = {(item.place, item.evidence_set): item for item in curves_of(rows).curves}
    for item in items:
        place = (item.study_id, item.comparison, item.outcome, item.timepoint)
        own = Place(*place, item.analysis), Place(*place, "")
        curves = next(known[name, item.evidence_set] for name in own if (name, item.evidence_set) in known)
        arms = _points(curves.intervention, item.until), _points(curves.control, item.until)
        where = f"{item.study_id}, {item.analysis}, {item.evidence_set}, within {item.until_text}"
        yield from crosscheck_rmst(where, arms, item.level, {name: getattr(item, name) for name in _CONFIRMED})


def _points(curve: Curve, until: float) -> list[Point]:
    def told(value: float) -> float | None:
        return None if np.isnan(value) else float(value)

    return [
        (float(time), float(share), told(se), told(n))
        for time, share, se, n in zip(curve.times, curve.share, curve.se, curve.at_risk, strict=True)
        if time <= until
    ]
