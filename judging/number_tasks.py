"""What people owe the numbers of a review: to confirm them, to look at arms that do not fit, and at what counts twice."""

from collections import defaultdict
from collections.abc import Iterator, Sequence

from models.analysis import Applicability
from models.protocol import Protocol
from models.screening import QueueItem
from models.synthesis import ArmResult, Contrast, EffectInput
from models.vocabulary import EvidenceSet
from studies.discrepancies import in_words
from studies.lifecycle import StudyFile
from synthesis.row_notes import counted, estimates_of, mixed, shared_controls


def to_confirm(provisional: Sequence[ArmResult], contrasts: Sequence[Contrast] = ()) -> Iterator[QueueItem]:
    """Numbers that are in the provisional set alone, by study, outcome and time."""
    places: dict[tuple[str, str, str], list[ArmResult]] = defaultdict(list)
    for arm in provisional:
        places[arm.study_id, arm.outcome, arm.timepoint].append(arm)
    for (study_id, outcome, timepoint), arms in places.items():
        yield QueueItem(
            kind="extraction",
            subject=study_id,
            reason=f"numbers of {', '.join(dict.fromkeys(arm.report for arm in arms))} are provisional: nobody has"
            " confirmed them",
            field=f"{outcome}, {timepoint}",
            value="; ".join(f"{arm.arm} {in_words(arm)}" for arm in arms),
            action=f"hold them against their place and confirm the rows (trialwatch extract {study_id} --append, then"
            " is_confirmed true)",
        )
    for item in contrasts:
        if not item.is_confirmed:
            yield QueueItem(
                kind="extraction",
                subject=item.study_id,
                reason=f"the estimate of {item.report} is provisional: nobody has confirmed it",
                field=f"{item.outcome}, {item.timepoint}",
                value=f"{item.measure} {item.yi:.6g} on the analysis scale, {item.place}",
                action=f"hold it against its place and confirm the row of contrasts.csv (trialwatch extract"
                f" {item.study_id} --append, then is_confirmed true)",
            )


def more_than_randomised(arms: Sequence[ArmResult], files: Sequence[StudyFile]) -> Iterator[QueueItem]:
    """Outcomes whose arms hold more people than the study is known to have randomised, or else to have started."""
    most: dict[str, tuple[int, str]] = {}
    for study in files:
        numbers = study.numbers
        known = ((numbers.n_randomised, "randomised"), (numbers.n_started, "started"))
        if found := [(n, what) for n, what in known if n is not None]:
            most[study.study_id] = found[0]
    analysed: dict[tuple[str, ...], int] = defaultdict(int)
    for arm in arms:
        if arm.counts_in is not Applicability.SUBGROUP:
            analysed[_estimate_of(arm)] += round(arm.n_analysed / arm.shared_by)
    for (study_id, outcome, timepoint, *_), n in analysed.items():
        limit, what = most.get(study_id, (n, ""))
        if n > limit:
            yield QueueItem(
                kind="discrepancy",
                subject=study_id,
                reason=f"the arms hold {n} people, and {limit} were {what}",
                field=f"{outcome}, {timepoint}",
                value=str(n),
                action="look for an arm that is entered twice, or for people who are not of the comparison",
            )


def one_sided(arms: Sequence[ArmResult]) -> Iterator[QueueItem]:
    """Outcomes of studies of which only one side is entered: nothing can be compared."""
    sides: dict[tuple[str, ...], set[str]] = defaultdict(set)
    for arm in arms:
        sides[*_estimate_of(arm), arm.part, arm.subgroup.name, str(arm.subgroup.number)].add(arm.arm)
    for (study_id, outcome, timepoint, *_), entered in sides.items():
        if len(entered) == 1:
            [side] = entered
            yield QueueItem(
                kind="extraction",
                subject=study_id,
                reason=f"only the {side} arm is entered, so nothing is pooled",
                field=f"{outcome}, {timepoint}",
                value=str(side),
                action="enter the other arm in extraction.csv",
            )


def counted_twice(inputs: Sequence[EffectInput], protocol: Protocol) -> Iterator[QueueItem]:
    """Control groups whose people count several times in one confirmed estimate."""
    for analysis in protocol.analyses:
        for where, rows in estimates_of(analysis, _confirmed(inputs)).items():
            for said in shared_controls(counted(rows), where):
                yield QueueItem(
                    kind="analysis",
                    subject=analysis.analysis,
                    reason=said,
                    field="shared_by",
                    value=said.partition(":")[0],
                    action="give the rows shared_by, so that the control group is divided among them; or combine the"
                    " arms, or keep one of the rows",
                )


def mixed_quantities(inputs: Sequence[EffectInput], protocol: Protocol) -> Iterator[QueueItem]:
    """Standardised mean differences of final values and of changes in one confirmed estimate."""
    for analysis in protocol.analyses:
        for where, rows in estimates_of(analysis, _confirmed(inputs)).items():
            if said := mixed(rows):
                changes = sorted({item.study_id for item in rows if item.quantity == "change"})
                yield QueueItem(
                    kind="analysis",
                    subject=analysis.analysis,
                    reason=f"{said}, in {where}",
                    field="quantity",
                    value=f"changes: {', '.join(changes)}",
                    action="enter one of the two for every study, pool mean differences, or make two subgroups without"
                    " an overall estimate",
                )


def _estimate_of(arm: ArmResult) -> tuple[str, ...]:
    """Study, outcome and time, and further what tells estimates apart."""
    return arm.study_id, arm.outcome, arm.timepoint, arm.comparison, arm.analysis


def _confirmed(inputs: Sequence[EffectInput]) -> list[EffectInput]:
    return [item for item in inputs if item.evidence_set is EvidenceSet.CONFIRMED]
