"""What people without a value would change, in words and as a heat map, for readers who are no statisticians."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from models.missing import Estimand, MissingAnswer, SurfacePoint, TippingPoint
from models.page import ReviewPage
from models.vocabulary import ArmRole
from reporting import numbers, words
from reporting.results import AnalysisResult

STRATEGIES = {
    "while alive": ("While alive", "people who were alive and measured, as analysed"),
    "as observed": ("As observed", "people of whom the outcome is known, as analysed"),
    "hypothetical": ("Hypothetical", "as if nobody had died or left, and the missing were like those observed"),
    "hypothetical, as expected": (
        "Hypothetical, as expected",
        "the same, with the missing as the protocol expects them",
    ),
    "composite": ("Composite", "a death, or of events any missing value, counts as a bad result"),
    "worst rank": ("Worst rank", "a death ranks below every measured result: odds of doing better"),
    "treatment policy": ("Treatment policy", "values of everybody, whatever happened to them"),
    "worst case": ("Worst case", "all missing fared badly under the intervention and well under the control"),
    "best case": ("Best case", "all missing fared well under the intervention and badly under the control"),
}
"""Title and meaning of each estimand."""

QUESTIONS = {
    "no effect": "whether “no effect” is ruled out",
    "side": "which group does better",
    "MID": "whether a difference that matters is reached",
}
"""What is asked, as heads of columns."""

_NAMED = 3
"""More studies than these are counted, not named."""
_SHORT_UNIT = 20
CELL = 26
"""Side of a cell of the heat map, in units of its view box."""
_LEFT, _TOP = 62, 10


@dataclass(frozen=True)
class HeatCell:
    """One pair of assumptions on the heat map."""

    x: int
    y: int
    state: str
    sign: str
    told: str


@dataclass(frozen=True)
class HeatMap:
    """Assumptions about the control group from left to right, about the intervention group upwards."""

    size: int
    ticks: tuple[tuple[int, int, str], ...]
    """Place along x, along y, and label."""
    cells: tuple[HeatCell, ...]
    description: str
    axis: str
    """What is told on both axes."""


@dataclass(frozen=True)
class MissingLines:
    """What is said of the missing of one analysis in one set of evidence."""

    answer: MissingAnswer
    evidence: str
    lead: str
    sentences: tuple[str, ...]
    estimands: tuple[tuple[str, str, str], ...]
    """Title, meaning, and the number or why there is none."""
    tipping_points: tuple[tuple[str, tuple[str, ...]], ...]
    """Line, and how large the difference must be for each of `questions`."""
    heat_map: HeatMap | None

    @property
    def headline(self) -> str:
        """Who is missing, and whether the answer could turn on them: what is read before anything is unfolded."""
        people = (
            f"{numbers.count(self.answer.n_missing)} of {numbers.count(self.answer.n_people)} people without a value"
        )
        found = [p for p in self.answer.tipping_points if p.question == "no effect"]
        if not found:
            return people
        could = "could" if any(p.size is not None for p in found) else "could not"
        return f"{people}: how they fared {could} change whether the result rules out “no effect”"

    @property
    def questions(self) -> tuple[str, ...]:
        """Heads of what tipping points are of."""
        return tuple(QUESTIONS[name] for name in dict.fromkeys(p.question for p in self.answer.tipping_points))


def missing_of(page: ReviewPage, result: AnalysisResult) -> tuple[MissingLines, ...]:
    """What is said of an analysis: of its result, and of the provisional one where that differs."""
    lines = [line.evidence_set for line in (result.result, result.provisional) if line]
    own = {item.evidence_set: item for item in page.supplements.missing if item.analysis == result.analysis.analysis}
    labels = words.study_labels(page.baseline)
    return tuple(_lines(own[name], result, labels) for name in lines if name in own)


def _lines(answer: MissingAnswer, result: AnalysisResult, labels: dict[str, str]) -> MissingLines:
    teller = _Teller(answer, result, labels)
    return MissingLines(
        answer=answer,
        evidence=words.with_evidence(answer.evidence_set),
        lead=teller.lead,
        sentences=tuple(teller.sentences()),
        estimands=tuple((*STRATEGIES[item.strategy], teller.number(item)) for item in answer.estimands),
        tipping_points=tuple(teller.tipping_points()),
        heat_map=teller.heat_map() if answer.surface else None,
    )


@dataclass(frozen=True)
class _Teller:
    """Knows the words of one answer."""

    answer: MissingAnswer
    result: AnalysisResult
    labels: dict[str, str]

    @property
    def lead(self) -> str:
        """Who is missing; or that nobody knows."""
        answer = self.answer
        if not answer.counted:
            return f"Whether people without a value would change this is not known. {self.left_out}"
        if not answer.n_missing:
            return f"All {numbers.count(answer.n_people)} people have one.{self.and_left_out}"
        share = numbers.percent(100 * answer.n_missing / answer.n_people)
        by_arm = " and ".join(self._of_arm(role) for role in ArmRole)
        return (
            f"{numbers.count(answer.n_missing)} of {numbers.count(answer.n_people)} people ({share}) have no value: {by_arm}."
            f"{self._deaths}{self._started}{self.and_left_out}"
        )

    def _of_arm(self, role: ArmRole) -> str:
        arms = [arm for arm in self.answer.counted if arm.arm is role]
        whole = sum(arm.n_analysed + (arm.n_missing or 0) for arm in arms)
        return f"{numbers.count(sum(arm.n_missing or 0 for arm in arms))} of {numbers.count(whole)} in the {role} group"

    @property
    def _deaths(self) -> str:
        known = [arm.flow.n_died for arm in self.answer.counted if arm.n_missing]
        dead = [n for n in known if n is not None]
        if len(dead) < len(known):
            return " How many of them had died is not told." if not self.answer.is_of_events else ""
        return f" {numbers.count(sum(dead))} of them had died." if sum(dead) else " None of them had died."

    @property
    def _started(self) -> str:
        if any(arm.flow.n_randomised is None for arm in self.answer.counted):
            return " Where a report does not say how many were randomised, those who started are counted."
        return ""

    @property
    def and_left_out(self) -> str:
        return f" {self.left_out}" if self.left_out else ""

    @property
    def left_out(self) -> str:
        """Whose missing are not counted, and why."""
        studies: dict[str, list[str]] = {}
        for arm in self.answer.arms:
            if arm.reason:
                names = studies.setdefault(arm.reason, [])
                name = self.labels.get(arm.study_id, arm.study_id)
                names += [] if name in names else [name]
        told = "; ".join(f"of {_named(names)}, {reason}" for reason, names in studies.items())
        return f"{told[:1].upper()}{told[1:]}." if told else ""

    def sentences(self) -> Iterator[str]:
        """What would change the answer, question by question."""
        if not self.answer.surface:
            return
        as_analysed = self.answer.estimands[0]
        if as_analysed.estimate is None or as_analysed.ci_low is None or as_analysed.ci_high is None:
            return
        excludes = not as_analysed.ci_low <= self.result.null <= as_analysed.ci_high
        yield self._tipping(
            "no effect",
            f"The result would {'no longer ' if excludes else ''}rule out that there is no effect",
            f"the result {'rules' if excludes else 'does not rule'} out that there is no effect",
        )
        if self.answer.mid is not None:
            reaches = abs(as_analysed.estimate) >= self.answer.mid
            mid = f"the smallest difference that matters ({numbers.plain(self.answer.mid)})"
            yield self._tipping(
                "MID",
                f"The estimate would {'no longer ' if reaches else ''}reach {mid}",
                f"the estimate {'reaches' if reaches else 'does not reach'} {mid}",
            )

    def _tipping(self, question: str, lead: str, stays: str) -> str:
        """What must be assumed for another answer: of one group alone, or else of both; or that it stays."""
        points = [point for point in self.answer.tipping_points if point.question == question]
        found = sorted((point for point in points if point.size is not None), key=lambda point: point.size or 0.0)
        alone = {role: next((point for point in found if _is_of(point, role)), None) for role in ArmRole}
        told = sorted((point for point in alone.values() if point), key=lambda point: point.size or 0.0)
        if told:
            return f"{lead} if {', or '.join(self._if(point, is_first=not at) for at, point in enumerate(told))}."
        if found:
            return f"{lead} only if the missing of both groups differed: {self._apart(found[0])}."
        furthest = min(points, key=lambda point: point.furthest)
        limit = "" if furthest.is_whole else f", up to {self._amount(furthest.furthest)} either way"
        return f"Whatever is assumed of them{limit}, {stays}."

    def _if(self, point: TippingPoint, *, is_first: bool) -> str:
        """How the missing of one group must have fared; what is said once is not said again."""
        role = ArmRole.INTERVENTION if _is_of(point, ArmRole.INTERVENTION) else ArmRole.CONTROL
        group = f"those missing in the {role} group"
        if self.answer.is_of_events:
            value = point.intervention if role is ArmRole.INTERVENTION else point.control
            times = f"{numbers.ratio(value or 0.0)} times"
            if is_first:
                return f"the odds of this outcome among {group} had been {times} those among people observed there"
            return f"among {group} {times}"
        had = "had done" if _word(point) in {"better", "worse"} else "had had values"
        amount = f"{self._amount(point.size or 0.0)} {_word(point)}"
        if is_first:
            return f"{group} {had} {amount} than those measured there{_in_mids(point)}"
        in_mids = f" ({numbers.fixed(point.in_mids, 1)} times)" if point.in_mids is not None else ""
        return f"{group} {amount}{in_mids}"

    def _apart(self, point: TippingPoint) -> str:
        if self.answer.is_of_events:
            return (
                f"odds of this outcome {numbers.ratio(point.intervention or 0.0)} times those observed in the intervention"
                f" group, and {numbers.ratio(point.control or 0.0)} times in the control group"
            )
        return f"{point.line}, each by {self._amount(point.size or 0.0)}"

    def _amount(self, size: float) -> str:
        """A difference in the outcome's unit, where that is short enough."""
        unit = self.result.unit.split(" on ")[0].split(" of ")[0].strip()
        return f"{numbers.fixed(size, 1)} {unit}".rstrip() if len(unit) <= _SHORT_UNIT else numbers.fixed(size, 1)

    def tipping_points(self) -> Iterator[tuple[str, tuple[str, ...]]]:
        """How large each line's difference must be, question by question."""
        lines: dict[str, list[str]] = {}
        for point in self.answer.tipping_points:
            lines.setdefault(point.line, []).append(self._size(point))
        for line, sizes in lines.items():
            yield line, tuple(sizes)

    def _size(self, point: TippingPoint) -> str:
        if point.size is None:
            return "none" if point.is_whole else f"none up to {numbers.fixed(point.furthest, 1)}"
        if self.answer.is_of_events:
            return numbers.ratio(point.size)
        return numbers.fixed(point.size, 1)

    def number(self, item: Estimand) -> str:
        if item.estimate is None:
            return f"not computable: {item.reason}"
        is_ratio = self.answer.is_ratio or item.measure == "win odds"
        printed = numbers.estimate(item.estimate, item.ci_low, item.ci_high, is_ratio)
        return f"{printed} ({item.measure})" if item.measure == "win odds" else printed

    def heat_map(self) -> HeatMap:
        points = self.answer.surface
        axis = sorted({point.control for point in points})
        side = CELL * len(axis)
        place = {value: i for i, value in enumerate(axis)}
        cells = tuple(
            HeatCell(
                x=_LEFT + CELL * place[point.control],
                y=_TOP + side - CELL * (place[point.intervention] + 1),
                state=_state(point),
                sign=_SIGNS[_state(point)],
                told=self._told(point),
            )
            for point in points
        )
        half = CELL // 2
        return HeatMap(
            size=side,
            ticks=tuple(
                (_LEFT + CELL * i + half, _TOP + side - CELL * i - half, self._tick(value))
                for i, value in enumerate(axis)
            ),
            cells=cells,
            description=self._describe(),
            axis="odds ratio of the outcome, missing against observed"
            if self.answer.is_of_events
            else "mean of the missing, less that of those measured",
        )

    def _tick(self, value: float) -> str:
        return f"{round(value, 2):g}" if self.answer.is_of_events else numbers.plain(value)

    def _told(self, point: SurfacePoint) -> str:
        printed = numbers.estimate(point.estimate, point.ci_low, point.ci_high, self.answer.is_ratio)
        return f"intervention {self._tick(point.intervention)}, control {self._tick(point.control)}: {printed}"

    def _describe(self) -> str:
        """The figure in sentences, for those who do not see it."""
        points = self.answer.surface
        n = sum("no effect" in point.changes for point in points)
        first, last = self._tick(points[0].intervention), self._tick(points[-1].intervention)
        changed = f"In {n} of {len(points)}" if n else f"In none of {len(points)}"
        return (
            f"{changed} pairs of assumptions from {first} to {last} in each group, the answer to whether the interval"
            f" excludes no effect is another than as analysed. {' '.join(self.sentences())}"
        )


_SIGNS = {"same": "", "mid": "m", "effect": "×", "side": "⇄"}
"""What stands in a cell, so that colour is not needed."""


def _state(point: SurfacePoint) -> str:
    """The weightiest change."""
    if "side" in point.changes:
        return "side"
    if "no effect" in point.changes:
        return "effect"
    return "mid" if "MID" in point.changes else "same"


def _in_mids(point: TippingPoint) -> str:
    if point.in_mids is None:
        return ""
    of_what = "that difference" if point.question == "MID" else "the smallest difference that matters"
    return f" ({numbers.fixed(point.in_mids, 1)} times {of_what})"


def _is_of(point: TippingPoint, role: ArmRole) -> bool:
    """Whether a line is of the missing of one arm alone."""
    return point.line.startswith(f"{role} ") and "," not in point.line


def _word(point: TippingPoint) -> str:
    """Better, worse, higher or lower."""
    return point.line.split()[-1]


def _named(names: Sequence[str]) -> str:
    return words.listed(list(names)) if len(names) <= _NAMED else f"{len(names)} studies"
