"""One outcome at one time as readers meet it: which lines belong together, study weights and study intervals.

Pooled numbers are taken from the page as they are. Only what a figure adds is computed here: a study's own
interval and its share of the weight, both from the inputs that were pooled.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import NormalDist

from models.analysis import Analysis
from models.page import ReviewPage, VersionComparison
from models.protocol import Comparison, Outcome, Timepoint
from models.synthesis import EffectInput, PooledEffect
from models.vocabulary import RATIOS, EvidenceSet, Interval, Measure, Model
from reporting import numbers, words

Z = NormalDist().inv_cdf(0.975)
"""Two-sided 95 % limits of a single study, as RevMan draws them."""

_SETS = (EvidenceSet.PUBLISHED, EvidenceSet.CONFIRMED, EvidenceSet.PROVISIONAL)


@dataclass(frozen=True)
class StudyLine:
    """One study's contribution: `estimate` and limits on the natural scale, None when not estimable."""

    input: EffectInput
    label: str
    is_provisional: bool
    weight_pct: float | None
    estimate: float | None
    ci_low: float | None
    ci_high: float | None

    @property
    def intervention(self) -> tuple[str, str]:
        """``("32/33", "")``, or mean with SD and the number analysed: ``("−3.10 (3.51)", "n = 31")``."""
        item = self.input
        return _arm(item.n_intervention, item.events_intervention, item.mean_intervention, item.sd_intervention)

    @property
    def control(self) -> tuple[str, str]:
        """The same of the control arm."""
        item = self.input
        return _arm(item.n_control, item.events_control, item.mean_control, item.sd_control)

    @property
    def effect_text(self) -> str:
        if self.estimate is None:
            return "not estimable"
        return numbers.estimate(self.input.measure, self.estimate, self.ci_low, self.ci_high)

    @property
    def weight_text(self) -> str:
        return numbers.percent(self.weight_pct)


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
    def n_participants(self) -> int:
        return self.effects[0].n_participants

    @property
    def title(self) -> str:
        return words.listed([words.EVIDENCE_SETS[item].lower() for item in self.sets]).capitalize()

    @property
    def is_uniform(self) -> bool:
        """Whether every model prints the same estimate, limits and p-value, as with one study."""
        return len({(_printed(effect), numbers.p_value(effect.p_value)) for effect in self.effects}) == 1

    @property
    def size(self) -> str:
        return f"{numbers.counted(self.k, 'study', 'studies')}, {numbers.counted(self.n_participants, 'participant')}"

    @property
    def lines(self) -> tuple[tuple[str, PooledEffect], ...]:
        """What is printed: every model by name, or all of them once when they print the same."""
        if self.is_uniform:
            return ((words.all_models(self.effects), self.effects[0]),)
        return tuple((words.model_name(effect), effect) for effect in self.effects)


@dataclass(frozen=True)
class OutcomeResult:
    """Everything that one outcome at one time shows.

    `blocks` leaves out evidence sets without any study; `headlines` are the headline lines of the
    protocol's first convention by evidence set; `undisputed` is that line of the sensitivity analysis without
    disputed studies, where there is one, be it of no study at all.
    """

    analysis: Analysis
    outcome: Outcome
    timepoint: Timepoint
    comparison: Comparison
    studies: tuple[StudyLine, ...]
    blocks: tuple[PooledBlock, ...]
    headlines: dict[EvidenceSet, PooledEffect]
    weight_model: Model | None
    undisputed: PooledEffect | None
    version: VersionComparison | None
    certainty: str | None
    notes: tuple[str, ...]

    @property
    def key(self) -> str:
        """Fragment identifier, unique on the page."""
        parts = (self.comparison.id, self.outcome.id, self.timepoint.name)
        return "-".join("".join(c if c.isalnum() else "-" for c in part.lower()) for part in parts)

    @property
    def is_empty(self) -> bool:
        return not self.studies and not self.blocks

    @property
    def has_hksj_of_two(self) -> bool:
        """Whether an interval on one degree of freedom is shown that no note explains."""
        lines = (effect for block in self.blocks for effect in block.effects)
        return any(e.k == 2 and e.interval is not Interval.WALD and not e.note for e in lines)

    @property
    def result(self) -> PooledEffect | None:
        """What may be called the review's result: the confirmed headline, the published one in its absence."""
        return self.headlines.get(EvidenceSet.CONFIRMED) or self.headlines.get(EvidenceSet.PUBLISHED)

    @property
    def provisional(self) -> PooledEffect | None:
        """The provisional headline where it differs from the result."""
        line = self.headlines.get(EvidenceSet.PROVISIONAL)
        return line if line and (not self.result or _numbers(line) != _numbers(self.result)) else None

    def sentence(self, effect: PooledEffect) -> str:
        """A pooled line in plain words."""
        studies = numbers.counted(effect.k, "study", "studies")
        size = f"{studies}, {numbers.counted(effect.n_participants, 'participant')}"
        if effect.k == 0:
            is_left = effect.evidence_set is not EvidenceSet.UNDISPUTED
            return "No study reports this outcome at this time." if is_left else "No study is left."
        if effect.estimate is None or effect.ci_low is None or effect.ci_high is None:
            return f"{size}: the data do not allow an estimate."
        name = words.MEASURES[effect.measure].lower()
        printed = (
            f"{name} {numbers.effect(effect.measure, effect.estimate)}"
            f" (95% CI {numbers.interval(effect.measure, effect.ci_low, effect.ci_high)})"
        )
        return f"{size}: {printed}, {self._reading(effect.measure, effect.ci_low, effect.ci_high)}."

    def _reading(self, measure: Measure, low: float, high: float) -> str:
        null = null_value(measure)
        if low <= null <= high:
            return "no clear difference (the interval includes no effect)"
        is_benefit = (low > null) == (self.outcome.direction == "higher")
        return f"favouring {as_phrase(self.comparison.intervention if is_benefit else self.comparison.control)}"


def null_value(measure: Measure) -> float:
    """The value of no effect on the natural scale."""
    return 1.0 if measure in RATIOS else 0.0


def as_phrase(title: str) -> str:
    """A title inside a sentence: its first letter small, unless it begins with an abbreviation."""
    return title[:1].lower() + title[1:] if title[1:2].islower() else title


def collect_results(page: ReviewPage) -> tuple[OutcomeResult, ...]:
    """Every analysis of the protocol, in its order; without data where there are none."""
    return tuple(_collect(page, analysis) for analysis in page.protocol.analyses)


def _collect(page: ReviewPage, analysis: Analysis) -> OutcomeResult:
    effects = [e for e in page.effects if e.analysis == analysis.analysis]
    inputs = [i for i in page.inputs if i.analysis == analysis.analysis]
    first = page.protocol.conventions[0].name
    inputs = [item for item in inputs if item.evidence_set is not EvidenceSet.UNDISPUTED]
    lines = {e.evidence_set: e for e in effects if e.is_headline and e.convention == first}
    headlines = {name: line for name, line in lines.items() if line.k}
    undisputed = lines.get(EvidenceSet.UNDISPUTED)
    widest = next((headlines[name] for name in reversed(_SETS) if name in headlines), None)
    notes = dict.fromkeys(_sentence(part) for e in effects for part in e.note.split("; ") if part)
    return OutcomeResult(
        analysis=analysis,
        outcome=page.protocol.outcome(analysis.outcome),
        timepoint=page.protocol.timepoint(analysis.timepoint),
        comparison=page.protocol.comparison(analysis.comparison),
        studies=_study_lines(inputs, widest, words.study_labels(page.baseline)),
        blocks=_blocks([e for e in effects if e.k]),
        headlines=headlines,
        weight_model=widest.model if widest else None,
        undisputed=undisputed if inputs else None,
        version=next((v for v in page.comparisons if v.analysis == analysis.analysis), None),
        certainty=page.certainty.get(analysis.analysis),
        notes=tuple(notes),
    )


def _study_lines(
    inputs: Sequence[EffectInput], widest: PooledEffect | None, labels: dict[str, str]
) -> tuple[StudyLine, ...]:
    """One line per study: its newest numbers, provisional only if no firmer set holds the study."""
    newest = {i.study_id: i for i in sorted(inputs, key=lambda i: _SETS.index(i.evidence_set))}
    firm = {i.study_id for i in inputs if i.evidence_set is not EvidenceSet.PROVISIONAL}
    weights = {study: _weight(item, widest) for study, item in newest.items()}
    total = sum(weight for weight in weights.values() if weight is not None)
    lines = []
    for study, item in sorted(newest.items(), key=lambda pair: (pair[0] not in firm, pair[0])):
        weight = weights[study]
        low, estimate, high = _limits(item)
        lines.append(
            StudyLine(
                input=item,
                label=labels.get(study, study),
                is_provisional=study not in firm,
                weight_pct=100 * weight / total if weight is not None and total else None,
                estimate=estimate,
                ci_low=low,
                ci_high=high,
            )
        )
    return tuple(lines)


def _weight(item: EffectInput, widest: PooledEffect | None) -> float | None:
    """Weight of a study in the headline model; Mantel-Haenszel as Greenland and Robins (1985) for a ratio of risks."""
    if widest is None or item.vi is None:
        return None
    if widest.model is Model.MH and item.events_control is not None and item.events_intervention is not None:
        factors = {
            Measure.OR: (item.n_intervention - item.events_intervention) * item.events_control,
            Measure.RD: item.n_intervention * item.n_control,
        }
        return factors.get(item.measure, item.n_intervention * item.events_control) / item.n_participants
    return 1 / (item.vi + (widest.tau2 or 0.0))


def _limits(item: EffectInput) -> tuple[float | None, float | None, float | None]:
    if item.yi is None or item.vi is None:
        return None, None, None
    half = Z * math.sqrt(item.vi)
    low, estimate, high = (item.yi - half, item.yi, item.yi + half)
    if item.measure in RATIOS:
        return math.exp(low), math.exp(estimate), math.exp(high)
    return low, estimate, high


def _blocks(effects: Sequence[PooledEffect]) -> tuple[PooledBlock, ...]:
    blocks: list[PooledBlock] = []
    for name in (*_SETS, EvidenceSet.UNDISPUTED):
        lines = tuple(e for e in effects if e.evidence_set is name)
        if not lines:
            continue
        if blocks and [_numbers(e) for e in blocks[-1].effects] == [_numbers(e) for e in lines]:
            blocks[-1] = PooledBlock((*blocks[-1].sets, name), lines)
        else:
            blocks.append(PooledBlock((name,), lines))
    return tuple(blocks)


def _sentence(note: str) -> str:
    return note[:1].upper() + note[1:].rstrip(".") + "."


def _numbers(effect: PooledEffect) -> tuple[object, ...]:
    return (effect.convention, effect.model, effect.interval, effect.k, effect.n_participants, _printed(effect))


def _printed(effect: PooledEffect) -> str:
    return numbers.estimate(effect.measure, effect.estimate, effect.ci_low, effect.ci_high)


def _arm(n: int, events: int | None, mean: float | None, sd: float | None) -> tuple[str, str]:
    if events is not None:
        return f"{numbers.count(events)}/{numbers.count(n)}", ""
    size = f"n = {numbers.count(n)}"
    return (size, "") if mean is None or sd is None else (f"{numbers.fixed(mean, 2)} ({numbers.fixed(sd, 2)})", size)
