"""The analyses of a data package as those of a review folder: comparisons, outcomes, times, and how each is pooled.

Names are taken as they are printed. Nothing is read into them but what they say outright: a time that ends a name, the
words subgroup analysis or sensitivity analysis, an intervention that a graph's label favours.
"""

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, Literal

from pydantic import ValidationError

from exchange.cochrane.cells import is_nothing
from exchange.cochrane.package import DataType, EffectModel, Loss, Package, PackageAnalysis
from exchange.cochrane.package import Method as PackageMethod
from exchange.cochrane.settings_cells import MEASURE_WORDS, other_settings
from models.analysis import Analysis, Given, Method, Totals
from models.protocol import Comparison, Outcome
from models.value import Value
from models.vocabulary import RATIOS, TABLE_MEASURES, Interval, Measure

AS_ANALYSED = "as analysed"
"""The time of an analysis whose name tells none."""
_LONGEST_ID, _LONGEST_SHORT = 48, 40
_TIMED = re.compile(
    r"(?P<what>.+?)[\s,:;–-]*[\s(]at (?P<time>\d+(?:\.\d+)? (?:day|week|month|year)s?)(?: follow[- ]?up)?\)?",
    re.IGNORECASE,
)
_TIME = re.compile(r"\d\s*-?\s*(?:day|week|month|year|hour)", re.IGNORECASE)
_ROLES: tuple[tuple[re.Pattern[str], Literal["sensitivity", "subgroup"]], ...] = (
    (re.compile(r"\bsensi(?:ti)?vity anal", re.IGNORECASE), "sensitivity"),
    (re.compile(r"\bsub-?group anal", re.IGNORECASE), "subgroup"),
)
_INACTIVE = re.compile(r"\b(?:placebo|sham|no |control|usual|standard|without|untreated|wait)", re.IGNORECASE)
_FAVOURS = re.compile(r"favou?rs:?\s+(?P<whom>.+)", re.IGNORECASE)
_TOTALS = {
    (True, True): Totals.ALL,
    (True, False): Totals.OVERALL,
    (False, True): Totals.SUBGROUPS,
    (False, False): Totals.NONE,
}
_GIVEN = {
    DataType.DICHOTOMOUS: Given.ARMS,
    DataType.CONTINUOUS: Given.ARMS,
    DataType.CONTRAST: Given.CONTRAST,
    DataType.O_E_VARIANCE: Given.O_MINUS_E,
}
_LEVELS = ("CI/PI level", "Estimate CI")
"""Columns of the level of estimates; one that holds no level is a loss of the reader's already."""


class AdoptedAnalyses(Value, frozen=True, kw_only=True):
    """What a package's analyses come to in a review folder.

    Attributes
    ----------
    rows : of analyses.csv, in the order of the package
    left_out : analyses that cannot be expressed, each with its reason, and what was assumed of others
    """

    comparisons: tuple[Comparison, ...]
    outcomes: tuple[Outcome, ...]
    timepoints: tuple[str, ...]
    rows: tuple[Analysis, ...]
    left_out: tuple[Loss, ...]

    @property
    def by_name(self) -> dict[str, Analysis]:
        return {row.analysis: row for row in self.rows}


def adopted_analyses(package: Package) -> AdoptedAnalyses:
    """The analyses of a package."""
    settings = f"{package.review}-overall-estimates-and-settings.csv"
    comparisons = _comparisons(package.analyses)
    names = _Names(package.analyses)
    rows, left_out = list[Analysis](), list[Loss]()
    for told in package.analyses:
        comparison = comparisons[told.group]
        try:
            rows.append(_analysis(told, comparison, names))
            left_out += [Loss(file=settings, line=told.line, done=done) for done in _assumed(told)]
        except ValidationError as error:
            why = "; ".join(item["msg"].removeprefix("Value error, ") for item in error.errors())
            left_out.append(Loss(file=settings, line=told.line, done=f"analysis {told.key} is left out: {why}"))
    used = {row.comparison for row in rows}
    return AdoptedAnalyses(
        comparisons=tuple(item for item in comparisons.values() if item.id in used),
        outcomes=tuple(_outcomes(package.analyses, rows, names)),
        timepoints=tuple(dict.fromkeys(row.timepoint for row in rows)),
        rows=tuple(rows),
        left_out=tuple(left_out),
    )


def _comparisons(analyses: Sequence[PackageAnalysis]) -> dict[int, Comparison]:
    found: dict[int, Comparison] = {}
    for number in dict.fromkeys(item.group for item in analyses):
        own = [item for item in analyses if item.group == number]
        title = next((item.group_name for item in own if item.group_name), f"Comparison {number}")
        first, second = _labels(own)
        found[number] = Comparison(
            id=f"c{number}", title=title, intervention=first, control=second, part_of=_whole(title, found.values())
        )
    return found


def _labels(own: Sequence[PackageAnalysis]) -> tuple[str, str]:
    """The labels that most analyses of a comparison have; none where one of them goes without."""
    pairs = [(item.experimental_label, item.control_label) for item in own]
    return Counter(pairs).most_common(1)[0][0] if all(all(pair) for pair in pairs) else ("", "")


def _whole(title: str, others: Iterable[Comparison]) -> str:
    """The comparison of which another says that it is a subgroup or sensitivity analysis: its title begins with it."""
    if _role(title) == "main":
        return ""
    return next((item.id for item in others if not item.part_of and re.match(rf"{re.escape(item.title)}\W", title)), "")


def _role(*names: str) -> Literal["main", "sensitivity", "subgroup"]:
    return next((role for pattern, role in _ROLES for name in names if pattern.search(name)), "main")


class _Names:
    """Outcome and time of each analysis: outcomes are the same that are called the same."""

    def __init__(self, analyses: Sequence[PackageAnalysis]) -> None:
        self.titles: dict[str, str] = {}
        self._ids: dict[str, str] = {}
        for item in analyses:
            what, _ = self._parts(item)
            name = what.casefold()
            if name not in self._ids:
                self._ids[name] = _free(_slug(what), set(self._ids.values()))
                self.titles[self._ids[name]] = what

    def outcome(self, told: PackageAnalysis) -> str:
        return self._ids[self._parts(told)[0].casefold()]

    def time(self, told: PackageAnalysis) -> str:
        return self._parts(told)[1]

    def _parts(self, told: PackageAnalysis) -> tuple[str, str]:
        """``Pain at 6 months`` is pain, at 6 months; a name that tells further times, or an age, stays whole."""
        name = told.name or f"Analysis {told.key}"
        found = _TIMED.fullmatch(name)
        if found and not _TIME.search(found["what"]):
            return found["what"], found["time"].lower()
        return name, AS_ANALYSED


def _slug(text: str) -> str:
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower()
    words = re.sub(r"[^a-z0-9]+", "_", plain).strip("_")
    return words if len(words) <= _LONGEST_ID else words[:_LONGEST_ID].rpartition("_")[0] or words[:_LONGEST_ID]


def _free(wanted: str, taken: set[str]) -> str:
    wanted = wanted or "outcome"
    numbered = (f"{wanted}_{number}" for number in range(2, len(taken) + 3))
    return next(name for name in (wanted, *numbered) if name not in taken)


def _analysis(told: PackageAnalysis, comparison: Comparison, names: _Names) -> Analysis:
    measure, is_log = _measure(told)
    group = (comparison.title, comparison.intervention, comparison.control)
    row = Analysis.model_validate(
        {
            "analysis": told.key,
            "comparison": comparison.id,
            "outcome": names.outcome(told),
            "timepoint": names.time(told),
            "title": told.name,
            "given": _given(told),
            "measure": measure,
            "measure_label": told.measure_text if told.measure_text != MEASURE_WORDS[measure] else "",
            "is_log": is_log,
            "unit": told.unit,
            **_pooling(told, measure),
            "totals": _TOTALS[told.shows_totals, told.shows_subgroups],
            "subgroup_factor": told.cells.get("Subgroup by", "").strip().removeprefix("#N/A"),
            "tests_subgroups": told.tests_subgroups,
            "has_prediction": told.has_prediction,
            "has_tau2_limits": told.tau2_ci,
            "swaps_events": told.swaps_events and measure in TABLE_MEASURES,
            "role": _role(told.group_name, told.name),
            "intervention": told.experimental_label if told.experimental_label != comparison.intervention else "",
            "control": told.control_label if told.control_label != comparison.control else "",
            "favours_left": told.graph_left,
            "favours_right": told.graph_right,
            "scale": told.graph_scale if (told.graph_scale or 0) > 0 else None,
            "package_id": told.id,
        }
    )
    return row.model_copy(update={"other_cells": other_settings(told, row, group)})


def _assumed(told: PackageAnalysis) -> Iterator[str]:
    """What an analysis does not say, and is taken to be."""
    level = told.level or 0.95
    if told.level is None and all(is_nothing(told.cells.get(name, "")) for name in _LEVELS):
        yield f"analysis {told.key} tells no confidence level: taken as 95%"
    elif told.study_level not in {None, level}:
        yield f"analysis {told.key} has limits of studies at another level than its estimates: taken at {level:.0%}"
    if told.interval is None and told.model is EffectModel.RANDOM:
        yield f"analysis {told.key} tells no method for its limits: taken as Wald"


def _given(told: PackageAnalysis) -> Given:
    if told.data_type is None:
        raise _refused("data type", "its data type is not known")
    return _GIVEN[told.data_type]


def _measure(told: PackageAnalysis) -> tuple[Measure, bool | None]:
    """The measure, and of a generic one whether it is a logarithm.

    Estimates have a name of their authors'; one that contradicts their scale is a name alone.
    """
    if told.measure is None:
        raise _refused("measure", f"no measure is called {told.measure_text!r}")
    if told.data_type in {DataType.CONTRAST, DataType.O_E_VARIANCE}:
        is_named = told.measure is not Measure.GEN and (told.measure in RATIOS) == told.is_log
        is_peto = told.measure is Measure.PETO and told.data_type is DataType.CONTRAST
        if not is_named or is_peto:
            return Measure.GEN, told.is_log
    return told.measure, None


def _pooling(told: PackageAnalysis, measure: Measure) -> dict[str, Any]:
    if told.method is None or told.model is None:
        raise _refused("method", "its statistical method or its model is not known")
    is_random = told.model is EffectModel.RANDOM
    if is_random and told.interval is None and (word := told.cells.get("CI method", "").strip("# NA/")):
        raise _refused("interval", f"no method for limits is called {word!r}")
    is_of_tables = told.data_type is DataType.DICHOTOMOUS and measure in TABLE_MEASURES
    is_hksj = is_random and told.interval is Interval.HKSJ
    return {
        # Estimates are weighted by their variances, whatever the cell says; so is O - E, which is Peto's method.
        "method": {PackageMethod.MH: Method.MH, PackageMethod.PETO: Method.PETO}.get(told.method, Method.IV)
        if is_of_tables
        else Method.IV,
        "model": "random" if is_random else "fixed",
        "estimator": told.estimator,
        "interval": Interval.HKSJ if is_hksj else Interval.WALD,
        "level": told.level or 0.95,
    }


def _refused(field: str, why: str) -> ValidationError:
    return ValidationError.from_exception_data(
        "Analysis", [{"type": "value_error", "loc": (field,), "input": "", "ctx": {"error": ValueError(why)}}]
    )


def _outcomes(told: Sequence[PackageAnalysis], rows: Sequence[Analysis], names: _Names) -> Iterator[Outcome]:
    by_key = {item.key: item for item in told}
    for outcome in dict.fromkeys(row.outcome for row in rows):
        own = [row for row in rows if row.outcome == outcome]
        title = names.titles[outcome]
        yield Outcome(
            id=outcome,
            title=title,
            short=title
            if len(title) <= _LONGEST_SHORT
            else f"{title[:_LONGEST_SHORT].rpartition(' ')[0] or title[:_LONGEST_SHORT]} …",
            measure=own[0].measure or Measure.GEN,
            unit=own[0].unit,
            direction=_direction([by_key[row.analysis] for row in own]),
            timepoints=list(dict.fromkeys(row.timepoint for row in own)),
        )


def _direction(told: Sequence[PackageAnalysis]) -> Literal["higher", "lower", "unknown"]:
    """Which way is better, as all graphs of an outcome say that say it."""
    said = {direction for item in told if (direction := _favoured(item))}
    return said.pop() if len(said) == 1 else "unknown"


def _favoured(told: PackageAnalysis) -> Literal["higher", "lower"] | None:
    """The side on which a graph says that the intervention is favoured; left is the side of smaller values."""
    first, second = told.experimental_label.casefold(), told.control_label.casefold()
    is_exchanged = bool(_INACTIVE.search(first)) and not _INACTIVE.search(second)
    if told.swaps_events or is_exchanged or not first or first == second:
        return None
    left, right = _whom(told.graph_left), _whom(told.graph_right)
    if first not in {left, right} or left == right:
        return None
    return "lower" if left == first else "higher"


def _whom(label: str) -> str:
    found = _FAVOURS.fullmatch(label)
    return found["whom"].casefold() if found else ""
