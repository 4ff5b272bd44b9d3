"""Restricted mean survival of the review's studies, beside its hazard ratios."""

from collections.abc import Iterator, Sequence

import numpy as np

from judging.curves import StudyCurves
from models.analysis import Analysis
from models.protocol import Protocol
from models.rmst import RmstDifference
from models.vocabulary import Measure
from synthesis.rmst import compare_restricted_means


def rmst_of(curves: Sequence[StudyCurves], protocol: Protocol) -> Iterator[RmstDifference]:
    """One row for each study and analysis that its curves are of, in the order of the analyses."""
    for analysis in protocol.analyses:
        if analysis.measure is Measure.HR:
            yield from (_difference(item, analysis) for item in curves if _is_of(item, analysis))


def _is_of(curves: StudyCurves, analysis: Analysis) -> bool:
    if curves.place.analysis:
        return curves.place.analysis == analysis.analysis
    return curves.place[1:4] == analysis.place


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
