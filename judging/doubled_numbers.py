"""One trial's events that stand in one analysis as numbers of arms and as an estimate, or as risks and as hazards."""

from collections.abc import Iterator, Sequence

from models.analysis import Analysis
from models.protocol import Protocol
from models.screening import QueueItem
from models.synthesis import ArmResult, Contrast
from models.vocabulary import Measure


def given_twice(settled: Sequence[ArmResult | Contrast], protocol: Protocol) -> Iterator[QueueItem]:
    """Studies with confirmed arms and a confirmed estimate in one analysis: the arms are pooled, the estimate is not."""
    for analysis in protocol.analyses:
        arms, ready = _parts(settled, analysis)
        for study_id in sorted({_row(arm) for arm in arms} & {_row(item) for item in ready}):
            everything: list[ArmResult | Contrast] = [*arms, *ready]
            both = [item for item in everything if _row(item) == study_id]
            yield QueueItem(
                kind="analysis",
                subject=study_id[0],
                reason=f"extraction.csv and contrasts.csv both have numbers of this study in {analysis.analysis}: the arms are"
                " pooled, and the estimate is not",
                field=f"{analysis.outcome}, {analysis.timepoint}",
                value="; ".join(dict.fromkeys(f"{item.report}, {item.place}" for item in both)),
                action="keep one of them, or name another analysis in the other one's rows",
            )


def risks_beside_hazards(settled: Sequence[ArmResult | Contrast], protocol: Protocol) -> Iterator[QueueItem]:
    """Peto's method pools log-rank tests as ratios of hazards and deaths at one time as ratios of odds: not both at once."""
    for analysis in protocol.analyses:
        if analysis.measure is Measure.PETO:
            arms, ready = _parts(settled, analysis)
            tests = {item.study_id for item in ready if item.o_minus_e is not None}
            if (risks := {arm.study_id for arm in arms} - tests) and tests:
                yield QueueItem(
                    kind="analysis",
                    subject=analysis.analysis,
                    reason="people with the event at one time and observed less expected events over time are pooled in one"
                    " analysis: odds ratios and hazard ratios are not the same",
                    field="measure",
                    value=f"O - E: {', '.join(sorted(tests))}; arms: {', '.join(sorted(risks))}",
                    action="make two outcomes, one with measure HR for O - E and one for people at a time",
                )


def _parts(settled: Sequence[ArmResult | Contrast], analysis: Analysis) -> tuple[list[ArmResult], list[Contrast]]:
    own = [item for item in settled if analysis.counts(item)]
    return [item for item in own if isinstance(item, ArmResult)], [item for item in own if isinstance(item, Contrast)]


def _row(item: ArmResult | Contrast) -> tuple[str, str, int, str]:
    return item.study_id, item.part, item.subgroup.number, item.subgroup.name
