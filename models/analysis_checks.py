"""What analyses.csv, the rows of numbers and estimates.csv say of each other and of the protocol.

Each problem is one line: file, line, field, value, and what to do.
"""

from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Protocol as Interface

from models.analysis import Analysis, Given
from models.folder_rows import CertaintyRow, ContrastRow, ExtractionRow, NumbersRow, RiskOfBiasRow
from models.near_words import nearest
from models.protocol import Protocol
from models.published import EstimateRow, PublishedEstimate, PublishedVersion
from models.survival_checks import problem_of_measure
from models.survival_rows import SurvivalRow
from models.terms import Row
from models.vocabulary import MEAN_MEASURES, TABLE_MEASURES, Convention, Measure, Model


class Numbers(Interface):
    """The files of a review folder that tell of analyses and numbers."""

    @property
    def protocol(self) -> Protocol: ...
    @property
    def versions(self) -> Sequence[PublishedVersion]: ...
    @property
    def analyses(self) -> Sequence[Analysis]: ...
    @property
    def extraction(self) -> Sequence[ExtractionRow]: ...
    @property
    def contrasts(self) -> Sequence[ContrastRow]: ...
    @property
    def survival(self) -> Sequence[SurvivalRow]: ...
    @property
    def estimates(self) -> Sequence[EstimateRow]: ...
    @property
    def risk_of_bias(self) -> Sequence[RiskOfBiasRow]: ...
    @property
    def certainty(self) -> Sequence[CertaintyRow]: ...


def problems_of_analyses(folder: Path, rows: Numbers, *, has_all: bool = True) -> Iterator[str]:
    """Everything that one file of numbers says and another does not know, or contradicts.

    Unless all analyses could be read (`has_all`), what rows say of analyses is not held against them.
    """
    path = folder / "analyses.csv"
    problems = list(_of_analyses(path, rows.analyses, rows.protocol))
    yield from problems
    yield from _of_places(folder / "extraction.csv", rows.extraction, rows.protocol)
    yield from _of_places(folder / "contrasts.csv", rows.contrasts, rows.protocol)
    yield from _of_places(folder / "survival.csv", rows.survival, rows.protocol)
    if problems or not has_all:
        return
    protocol = rows.protocol.with_analyses(rows.analyses)
    analyses = {item.analysis: item for item in protocol.analyses}
    if not rows.analyses:
        yield from _of_outcomes(folder / "protocol.yaml", protocol)
    yield from _of_choices(folder, protocol, bool(rows.analyses))
    yield from _of_rows(folder / "extraction.csv", rows.extraction, analyses, _arm_problem)
    yield from _of_rows(folder / "contrasts.csv", rows.contrasts, analyses, _contrast_problem)
    yield from _of_rows(folder / "survival.csv", rows.survival, analyses, problem_of_measure)
    for name, lines in (
        ("risk_of_bias", rows.risk_of_bias), ("certainty", rows.certainty), ("estimates", rows.estimates)
    ):  # fmt: skip
        for row in lines:
            if row.analysis:
                yield from known(folder / f"{name}.csv", row, "analysis", row.analysis, analyses)
    yield from twice(
        folder / "estimates.csv",
        rows.estimates,
        lambda row: (row.version, row.analysis, row.subgroup_number, row.subgroup),
        "keep one of them",
    )


def _of_analyses(path: Path, rows: Sequence[Analysis], protocol: Protocol) -> Iterator[str]:
    outcomes = {item.id: item for item in protocol.outcomes}
    comparisons = [item.id for item in protocol.comparisons]
    for row in rows:
        yield from known(path, row, "comparison", row.comparison, comparisons)
        yield from known(path, row, "outcome", row.outcome, outcomes)
        if outcome := outcomes.get(row.outcome):
            yield from known(path, row, "timepoint", row.timepoint, outcome.timepoints)
            yield from _of_measure(path, row, row.measure or outcome.measure)
    yield from twice(path, rows, lambda row: row.analysis, "give each its own name")


def _of_measure(path: Path, row: Analysis, measure: Measure) -> Iterator[str]:
    if row.swaps_events and measure not in TABLE_MEASURES:
        yield f"{path}:{row.line}: swaps_events: true: {measure} counts no events; write false"
    if row.zero_rules and (measure not in TABLE_MEASURES or row.given in {Given.CONTRAST, Given.O_MINUS_E}):
        field, value = next(iter(row.zero_rules.items()))
        yield (
            f"{path}:{row.line}: {field}: {str(value)!r}: of {measure} given as {row.given} no 2 x 2 tables are pooled;"
            " leave it empty"
        )
    if row.is_log is not None and measure is not Measure.GEN:
        yield f"{path}:{row.line}: is_log: {row.is_log}: {measure} says itself whether it is a logarithm; leave it empty"
    if measure is Measure.GEN and row.is_log is None:
        yield f"{path}:{row.line}: is_log: '': write true if its estimates are logarithms, and false if they are not"
    if row.method in {"mh", "peto"} and measure not in TABLE_MEASURES:
        yield f"{path}:{row.line}: method: {str(row.method)!r}: {measure} is pooled by inverse variance; write 'iv'"
    elif row.method and not _goes_with(row.pooling_model, measure):
        other = "peto" if row.method == "mh" else "mh"
        yield f"{path}:{row.line}: method: {str(row.method)!r}: it does not pool {measure}; write 'iv' or {other!r}"
    if row.given is Given.ARMS and measure in {Measure.HR, Measure.GEN}:
        yield f"{path}:{row.line}: given: 'arms': {measure} cannot be computed from arms; write 'contrast' or 'o_minus_e'"


def _goes_with(model: Model, measure: Measure) -> bool:
    """Whether a model of 2 x 2 tables estimates a measure of them; other models pool anything."""
    if model is Model.MH:
        return measure is not Measure.PETO
    return model is not Model.PETO or measure in {Measure.OR, Measure.PETO}


def _of_outcomes(path: Path, protocol: Protocol) -> Iterator[str]:
    """Without analyses.csv a generic measure has no scale."""
    for outcome in protocol.outcomes:
        if outcome.measure is Measure.GEN:
            yield (
                f"{path}:1: outcomes.measure: 'GEN' of {outcome.id}: say in analyses.csv whether its estimates are"
                " logarithms (is_log), or take a measure that says it"
            )


def _of_choices(folder: Path, protocol: Protocol, has_file: bool) -> Iterator[str]:
    """Every analysis has a model under every convention."""
    for convention in protocol.conventions:
        for analysis in protocol.analyses:
            measure, choices = analysis.measure, protocol.choices(analysis, convention)
            for model in (choice.model for choice in choices if measure in TABLE_MEASURES):
                if measure and not _goes_with(model, measure):
                    yield (
                        f"{folder / 'protocol.yaml'}:1: conventions.{convention.name}: {str(model)!r} does not pool"
                        f" {measure}, the measure of {analysis.analysis}; take common or REML"
                    )
            if convention.name is Convention.PUBLISHED and not choices:
                where = folder / ("analyses.csv" if has_file else "protocol.yaml")
                yield (
                    f"{where}:{max(analysis.line, 1)}: method: '': nothing says how {analysis.analysis} is pooled as"
                    " published; give method and model in analyses.csv, or models under convention published"
                )


def _of_places(path: Path, rows: Sequence[NumbersRow], protocol: Protocol) -> Iterator[str]:
    """Rows that name no analysis name a comparison, an outcome and a time of the protocol."""
    outcomes = {item.id: item for item in protocol.outcomes}
    for row in rows:
        if not row.analysis:
            yield from known(path, row, "comparison", row.comparison, [item.id for item in protocol.comparisons])
            yield from known(path, row, "outcome", row.outcome, outcomes)
            if row.outcome in outcomes:
                yield from known(path, row, "timepoint", row.timepoint, outcomes[row.outcome].timepoints)


def _of_rows(
    path: Path,
    rows: Sequence[NumbersRow],
    analyses: Mapping[str, Analysis],
    problem: Callable[[NumbersRow, Analysis], str],
) -> Iterator[str]:
    by_place: dict[tuple[str, str, str], list[Analysis]] = {}
    for item in analyses.values():
        by_place.setdefault(item.place, []).append(item)
    for row in rows:
        if row.analysis:
            yield from known(path, row, "analysis", row.analysis, analyses)
            own = [analyses[row.analysis]] if row.analysis in analyses else []
            place = own[0].place if own else ()
            for field, wanted in zip(("comparison", "outcome", "timepoint"), place, strict=False):
                if (given := getattr(row, field)) and given != wanted:
                    yield (
                        f"{path}:{row.line}: {field}: {given!r}: analysis {row.analysis} is about {wanted!r}; write that,"
                        " or leave it empty"
                    )
        else:
            own = by_place.get((row.comparison, row.outcome, row.timepoint), [])
        for analysis in own:
            if said := problem(row, analysis):
                yield f"{path}:{row.line}: {said}"


def _arm_problem(row: NumbersRow, analysis: Analysis) -> str:
    assert isinstance(row, ExtractionRow)
    measure = analysis.measure
    is_empty = row.as_published and row.mean is None and row.n_events is None
    if analysis.given in {Given.CONTRAST, Given.O_MINUS_E}:
        return f"arm: {str(row.arm)!r}: analysis {analysis.analysis} takes estimates ({analysis.given}); enter contrasts.csv"
    if measure in {Measure.HR, Measure.GEN}:
        return f"arm: {str(row.arm)!r}: {measure} cannot be computed from arms; enter its estimate in contrasts.csv"
    if is_empty:
        return ""
    if measure in MEAN_MEASURES and row.mean is None:
        return f"n_events: {row.n_events}: {analysis.outcome} is pooled as {measure}; give mean and sd"
    if measure not in MEAN_MEASURES and row.n_events is None:
        return f"mean: {row.mean}: {analysis.outcome} is pooled as {measure}; give n_events"
    if measure is Measure.IRR and row.person_time is None:
        return f"person_time: '': {analysis.outcome} is pooled as a ratio of rates; give the person-time of the arm"
    return ""


def _contrast_problem(row: NumbersRow, analysis: Analysis) -> str:
    assert isinstance(row, ContrastRow)
    if analysis.given is Given.ARMS:
        return (
            f"measure: {str(row.measure)!r}: analysis {analysis.analysis} takes numbers of arms; enter extraction.csv"
        )
    if analysis.given is Given.O_MINUS_E and not row.gives_o_minus_e and not row.as_published:
        return f"estimate: {row.estimate}: analysis {analysis.analysis} takes o_minus_e with variance; give those"
    alike = {Measure.SMD, Measure.SMD_APPROXIMATE}, {Measure.OR, Measure.PETO}
    measure = analysis.measure
    if row.measure is not measure and not any({row.measure, measure} <= pair for pair in alike):
        return f"measure: {str(row.measure)!r}: {analysis.outcome} is pooled as {measure}, and the two are not the same"
    return ""


def estimates_once(place: str, estimates: Sequence[PublishedEstimate]) -> Iterator[str]:
    """An estimate of a version that stands twice."""
    printed: set[Hashable] = set()
    for estimate in estimates:
        key = (estimate.analysis, estimate.comparison, estimate.outcome, estimate.timepoint)
        if key in printed:
            told = estimate.analysis or f"{estimate.outcome}, {estimate.timepoint}"
            yield f"{place}: {told} stands twice; keep one"
        printed.add(key)


def known(path: Path, row: Row, field: str, value: str, names: Iterable[str]) -> Iterator[str]:
    """A name that no other file has."""
    if value not in names:
        yield f"{path}:{row.line}: {field}: {value!r} is none of {sorted(map(str, names))}: {nearest(value, names)}"


def twice(path: Path, rows: Sequence[Row], key: Callable[..., Hashable], action: str) -> Iterator[str]:
    """Rows that say one thing twice."""
    first: dict[Hashable, Row] = {}
    for row in rows:
        said = key(row)
        other = first.setdefault(said, row)
        if other is not row:
            parts = said if isinstance(said, tuple) else (said,)
            told = ", ".join(" ".join(str(part).split()) for part in parts if part not in ("", None))
            yield f"{path}:{row.line}: row: {told}: lines {other.line} and {row.line} say one thing twice; {action}"
