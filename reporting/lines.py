"""The lines of a figure or table: rows of studies, and pooled effects that say the same told once."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import NormalDist

from models.analysis import Analysis, Applicability
from models.counts import in_people, in_studies, joined, k_equals
from models.synthesis import EffectInput, PooledEffect, Subgroup
from models.vocabulary import EvidenceSet
from reporting import numbers, words

SETS = (EvidenceSet.PUBLISHED, EvidenceSet.CONFIRMED, EvidenceSet.PROVISIONAL)
"""Sets of evidence, each holding the one before."""

_COUNTS = {
    Applicability.BOTH: "",
    Applicability.SUBGROUP: "not in the total",
    Applicability.OVERALL: "in the total only",
}
_WHY_NOT = "not pooled: "
"""How the note of a row begins to say why it has no effect."""


@dataclass(frozen=True)
class StudyLine:
    """One row of an analysis: `estimate` and limits on the natural scale, None when not estimable."""

    input: EffectInput
    study: str
    """What readers call the study."""
    is_ratio: bool
    has_total: bool
    """Whether its analysis shows a total, in which it counts or not."""
    is_provisional: bool
    weight_pct: float | None
    estimate: float | None
    ci_low: float | None
    ci_high: float | None

    @property
    def label(self) -> str:
        """The study, with the part of it where it has several rows."""
        return f"{self.study}, {self.input.part}" if self.input.part else self.study

    @property
    def intervention(self) -> tuple[str, str]:
        """``("32/33", "")``, or mean with SD and the number analysed: ``("−3.10 (3.51)", "n = 31")``."""
        item = self.input
        return _arm(
            item.n_intervention,
            item.events_intervention,
            item.mean_intervention,
            item.sd_intervention,
            item.time_intervention,
        )

    @property
    def control(self) -> tuple[str, str]:
        """The same of the control arm."""
        item = self.input
        return _arm(item.n_control, item.events_control, item.mean_control, item.sd_control, item.time_control)

    @property
    def effect_text(self) -> str:
        if self.estimate is None:
            return "not estimable"
        return numbers.estimate(self.estimate, self.ci_low, self.ci_high, self.is_ratio)

    @property
    def weight_text(self) -> str:
        return numbers.percent(self.weight_pct)

    @property
    def counts(self) -> str:
        """Where it counts, if that is not everywhere."""
        return _COUNTS[self.input.counts_in] if self.has_total else ""

    @property
    def why_not(self) -> str:
        """Why it is not estimable, as far as its note says it."""
        parts = [part for part in self.input.note.split("; ") if part.startswith(_WHY_NOT)]
        return parts[0].removeprefix(_WHY_NOT) if parts and self.estimate is None else ""

    @property
    def marks(self) -> tuple[str, ...]:
        """What is to be known of the line beside its numbers."""
        return tuple(filter(None, ("provisional" if self.is_provisional else "", self.counts)))


@dataclass(frozen=True)
class PooledBlock:
    """The lines of one evidence set, or of several that rest on the same data and give the same numbers."""

    sets: tuple[EvidenceSet, ...]
    effects: tuple[PooledEffect, ...]

    @property
    def is_provisional(self) -> bool:
        return self.sets == (EvidenceSet.PROVISIONAL,)

    @property
    def k(self) -> int:
        return self.effects[0].k

    @property
    def title(self) -> str:
        return words.listed([words.EVIDENCE_SETS[item].lower() for item in self.sets]).capitalize()

    @property
    def is_uniform(self) -> bool:
        """Whether every model prints the same estimate, limits and p-value, as with one study."""
        return len({(printed(effect), numbers.p_value(effect.p_value)) for effect in self.effects}) == 1

    @property
    def size(self) -> str:
        return size_of(self.effects[0])

    @property
    def short_size(self) -> str:
        """``k = 5, 640 participants``."""
        effect = self.effects[0]
        people = in_people(effect.n_participants, effect.n_is_least)
        return joined(k_equals(effect.n_studies, effect.k), people)

    @property
    def lines(self) -> tuple[tuple[str, PooledEffect], ...]:
        """What is printed: every model by name, or all of them once when they print the same."""
        if self.is_uniform:
            return ((words.all_models(self.effects), self.effects[0]),)
        return tuple((words.model_name(effect), effect) for effect in self.effects)


@dataclass(frozen=True)
class SubgroupLines:
    """The rows of one subgroup, and what they are pooled to where the analysis shows it."""

    subgroup: Subgroup
    studies: tuple[StudyLine, ...]
    blocks: tuple[PooledBlock, ...]

    @property
    def title(self) -> str:
        return self.subgroup.name or ("Of no subgroup" if not self.subgroup.number else f"{self.subgroup.number}")


def study_lines(
    inputs: Sequence[EffectInput],
    analysis: Analysis,
    weights: dict[tuple[int, str, str, str], float],
    names: dict[str, str],
) -> tuple[StudyLine, ...]:
    """One line for each row: its newest numbers, provisional only if no firmer set holds it.

    Parameters
    ----------
    inputs : rows of the analysis, of all evidence sets
    weights : in per cent, by row
    names : what readers call studies, by id
    """
    newest = {item.row: item for item in sorted(inputs, key=lambda item: SETS.index(item.evidence_set))}
    firm = {item.row for item in inputs if item.evidence_set is not EvidenceSet.PROVISIONAL}
    ordered = sorted(newest.values(), key=lambda item: (*_group_order(item.subgroup), item.row not in firm, item.row))
    lines = []
    for item in ordered:
        low, estimate, high = _limits(item, analysis)
        lines.append(
            StudyLine(
                input=item,
                study=names.get(item.study_id, item.study_id),
                is_ratio=analysis.is_ratio,
                has_total=analysis.totals.has_overall,
                is_provisional=item.row not in firm,
                weight_pct=weights.get(item.row),
                estimate=estimate,
                ci_low=low,
                ci_high=high,
            )
        )
    return tuple(lines)


def subgroup_lines(studies: Sequence[StudyLine], effects: Sequence[PooledEffect]) -> tuple[SubgroupLines, ...]:
    """Rows by subgroup, in the order of their numbers; those of none come last, and nothing where there is no subgroup."""
    groups = dict.fromkeys(line.input.subgroup for line in studies)
    if not any(group.number for group in groups):
        return ()
    return tuple(
        SubgroupLines(
            subgroup=group,
            studies=tuple(line for line in studies if line.input.subgroup == group),
            blocks=pooled_blocks([effect for effect in effects if effect.subgroup == group and effect.k]),
        )
        for group in groups
    )


def pooled_blocks(effects: Sequence[PooledEffect]) -> tuple[PooledBlock, ...]:
    """Evidence sets in their order, those that print the same as one."""
    blocks: list[PooledBlock] = []
    for name in (*SETS, EvidenceSet.UNDISPUTED):
        lines = tuple(effect for effect in effects if effect.evidence_set is name)
        if not lines:
            continue
        if blocks and [shown(effect) for effect in blocks[-1].effects] == [shown(effect) for effect in lines]:
            blocks[-1] = PooledBlock((*blocks[-1].sets, name), lines)
        else:
            blocks.append(PooledBlock((name,), lines))
    return tuple(blocks)


def shown(effect: PooledEffect) -> tuple[object, ...]:
    """Everything of a pooled effect by which readers tell it from another."""
    return effect.convention, effect.model, effect.interval, effect.k, size_of(effect), printed(effect)


def size_of(effect: PooledEffect) -> str:
    """``5 studies in 7 rows, at least 640 participants``."""
    return joined(in_studies(effect.n_studies, effect.k), in_people(effect.n_participants, effect.n_is_least))


def printed(effect: PooledEffect) -> str:
    """Estimate and limits as readers meet them."""
    return numbers.estimate(effect.estimate, effect.ci_low, effect.ci_high, effect.is_ratio)


def _group_order(group: Subgroup) -> tuple[bool, int, str]:
    return not group.number, group.number, group.name


def _limits(item: EffectInput, analysis: Analysis) -> tuple[float | None, float | None, float | None]:
    if item.yi is None or item.vi is None:
        return None, None, None
    half = NormalDist().inv_cdf(0.5 + analysis.level / 2) * math.sqrt(item.vi)
    low, estimate, high = (item.yi - half, item.yi, item.yi + half)
    if analysis.is_ratio:
        return math.exp(low), math.exp(estimate), math.exp(high)
    return low, estimate, high


def _arm(n: int, events: int | None, mean: float | None, sd: float | None, time: float | None) -> tuple[str, str]:
    size = f"n = {numbers.count(n)}" if n else ""
    if events is not None and time is not None:
        return f"{numbers.count(events)} in {numbers.plain(time)}", size
    if events is not None:
        return f"{numbers.count(events)}/{numbers.count(n)}" if n else numbers.count(events), ""
    return (size, "") if mean is None or sd is None else (f"{numbers.fixed(mean, 2)} ({numbers.fixed(sd, 2)})", size)
