"""The data rows of a package as rows of a review folder: arms, estimates, and judgements of the risk of bias."""

from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

from pydantic import ValidationError

from exchange.cochrane.display_text import without_addresses
from exchange.cochrane.package import DataType, Loss, Package, PackageRow, RiskOfBias
from exchange.cochrane.row_cells import arms_cells, contrast_cells, labels_cells, other_row_cells
from models.analysis import Analysis, Applicability
from models.folder_rows import JUDGEMENTS, ContrastRow, ExtractionRow, RiskOfBiasRow
from models.value import Value
from models.vocabulary import RATIOS, ArmRole, EvidenceWord

EXTRACTOR = "authors of the review"
POPULATION = "as the review analysed it"
_ARMS = ((ArmRole.INTERVENTION, "n1", "e1", "m1", "sd1"), (ArmRole.CONTROL, "n2", "e2", "m2", "sd2"))
_RISKS = {
    RiskOfBias.LOW: "low",
    RiskOfBias.SOME_CONCERNS: "some concerns",
    RiskOfBias.HIGH: "high",
    RiskOfBias.UNCLEAR: "unclear",
    RiskOfBias.NOT_APPLICABLE: "not applicable",
}


class Place(Value, frozen=True, kw_only=True):
    """Where a row of a package stands in its analysis: its subgroup's number, and which row of its study it is.

    Attributes
    ----------
    number : None for a row without a subgroup
    part : '' for the only row of a study in a subgroup
    """

    number: int | None = None
    part: str = ""


class AdoptedNumbers(Value, frozen=True, kw_only=True):
    """Rows of extraction.csv, contrasts.csv and risk_of_bias.csv in the order of the package."""

    extraction: tuple[ExtractionRow, ...]
    contrasts: tuple[ContrastRow, ...]
    risk_of_bias: tuple[RiskOfBiasRow, ...]
    left_out: tuple[Loss, ...]


def places_of(package: Package) -> tuple[Place, ...]:
    """The place of each row. Subgroups without a number, as the first layout has them, are numbered as they come."""
    numbers = subgroup_numbers(package)
    own = [row.subgroup_number or numbers.get((row.key, row.subgroup)) for row in package.rows]
    keys = [(row.key, number, row.study) for row, number in zip(package.rows, own, strict=True)]
    total, seen = Counter(keys), Counter[tuple[str, int | None, str]]()
    places = []
    for key in keys:
        seen[key] += 1
        places.append(Place(number=key[1], part=str(seen[key]) if total[key] > 1 else ""))
    return tuple(places)


def subgroup_numbers(package: Package) -> dict[tuple[str, str], int]:
    """Numbers of the subgroups whose rows have none, by analysis and name."""
    found: dict[tuple[str, str], int] = {}
    last: dict[str, int] = {}
    for row in package.rows:
        last[row.key] = max(last.get(row.key, 0), row.subgroup_number or 0)
    for row in package.rows:
        if row.subgroup and not row.subgroup_number and (row.key, row.subgroup) not in found:
            last[row.key] += 1
            found[row.key, row.subgroup] = last[row.key]
    return found


def adopted_numbers(
    package: Package, analyses: Mapping[str, Analysis], known_from: date, version: str, years: Mapping[str, str]
) -> AdoptedNumbers:
    """The rows of a package that its adopted analyses take.

    Parameters
    ----------
    analyses : by name; rows of others are left out with them
    years : of the included studies, by name
    """
    types = {item.key: item.data_type for item in package.analyses}
    extraction, contrasts, left_out = list[ExtractionRow](), list[ContrastRow](), list[Loss]()
    places = places_of(package)
    for told, place in zip(package.rows, places, strict=True):
        if told.key not in analyses:
            continue
        reading = _Row(told, place, package.review, known_from, years.get(told.study, ""))
        try:
            if types[told.key] in {DataType.DICHOTOMOUS, DataType.CONTINUOUS}:
                extraction += reading.arms(types[told.key])
                left_out += reading.fractions()
            else:
                contrasts.append(reading.contrast(analyses[told.key], types[told.key]))
        except ValidationError as error:
            why = "; ".join(item["msg"].removeprefix("Value error, ") for item in error.errors())
            file = f"{package.review}-data-rows.csv"
            left_out.append(Loss(file=file, line=told.line, done=f"the row of {told.study} is left out: {why}"))
    bias = _Bias(package, version)
    risks = [*bias.of_studies(), *bias.of_results(places, analyses)]
    return AdoptedNumbers(
        extraction=tuple(extraction),
        contrasts=tuple(contrasts),
        risk_of_bias=tuple(risks),
        left_out=(*left_out, *bias.left_out),
    )


class _Row:
    def __init__(self, told: PackageRow, place: Place, review: str, known_from: date, year: str) -> None:
        self._told, self._year, self._review = told, year, review
        self._shared: dict[str, Any] = {
            "study_id": told.study,
            "analysis": told.key,
            "part": place.part,
            "subgroup": told.subgroup,
            "subgroup_number": place.number,
            "counts_in": Applicability(told.applicability.lower()),
            "as_published": True,
            "report": f"{review} data package",
            "table": f"Analysis {told.key}",
            "population": POPULATION,
            "extractor": EXTRACTOR,
            "known_from": known_from,
            "evidence": EvidenceWord.VERBATIM,
            "is_confirmed": True,
            "note": without_addresses(told.footnotes) or None,
        }

    def arms(self, data_type: DataType | None) -> list[ExtractionRow]:
        """Both arms; cells that people left empty stay so."""
        is_counted = data_type is DataType.DICHOTOMOUS
        first, second = (
            ExtractionRow.model_validate(
                self._shared
                | {
                    "arm": role,
                    "n_analysed": _count(getattr(self._told, n)) or 0,
                    # Events of nobody knows how many people are no number of an arm; the cell is kept beside it.
                    "n_events": _count(getattr(self._told, events)) if is_counted and getattr(self._told, n) else None,
                    "mean": None if is_counted else getattr(self._told, mean),
                    "sd": None if is_counted else getattr(self._told, sd),
                }
            )
            for role, n, events, mean, sd in _ARMS
        )
        other = other_row_cells(self._told, arms_cells(first, second), labels_cells(first, first.study_id, self._year))
        return [first.model_copy(update={"other_cells": other}), second]

    def fractions(self) -> Iterator[Loss]:
        """Counts that are no whole numbers: the package keeps them, and no arm here has them."""
        told = {name: getattr(self._told, name) for _, n, events, _, _ in _ARMS for name in (n, events)}
        if parts := [f"{value:g}" for value in told.values() if value is not None and value != int(value)]:
            done = (
                f"{', '.join(parts)} of {self._told.study}: no whole number of people; the row is kept and not pooled"
            )
            yield Loss(file=f"{self._review}-data-rows.csv", line=self._told.line, done=done)

    def contrast(self, analysis: Analysis, data_type: DataType | None) -> ContrastRow:
        told = self._told
        is_contrast = data_type is DataType.CONTRAST
        row = ContrastRow.model_validate(
            self._shared
            | {
                "measure": analysis.measure,
                "is_log": is_contrast and (analysis.measure in RATIOS or bool(analysis.is_log)),
                "estimate": told.giv_mean if is_contrast else None,
                "se": told.giv_se if is_contrast else None,
                "o_minus_e": None if is_contrast or told.variance is None else told.o_e,
                "variance": None if is_contrast or told.o_e is None else told.variance,
                "n_intervention": _count(told.n1),
                "n_control": _count(told.n2),
                "events_intervention": _count(told.e1),
                "events_control": _count(told.e2),
            }
        )
        other = other_row_cells(told, contrast_cells(row), labels_cells(row, row.study_id, self._year))
        return row.model_copy(update={"other_cells": other})


def _count(value: float | None) -> int | None:
    return int(value) if value is not None and value == int(value) else None


class _Bias:
    def __init__(self, package: Package, version: str) -> None:
        self._package, self._version = package, version
        self._source = f"{package.review} data package"
        self.left_out: list[Loss] = []
        self._seen = set[tuple[object, ...]]()

    def of_studies(self) -> Iterator[RiskOfBiasRow]:
        for told in self._package.judgements:
            word = _RISKS[told.judgement] if told.judgement else " ".join(told.judgement_text.lower().split())
            tool = next((name for name in (*JUDGEMENTS,) if name.lower() in told.tool.lower()), "other")
            yield from self._row(
                told.line, told.study, told.domain, word, tool if word in JUDGEMENTS.get(tool, ()) else "other"
            )

    def of_results(self, places: tuple[Place, ...], analyses: Mapping[str, Analysis]) -> Iterator[RiskOfBiasRow]:
        tool = self._package.rob_tool if self._package.rob_tool in JUDGEMENTS else "other"
        for told, place in zip(self._package.rows, places, strict=True):
            if told.key in analyses:
                for domain, risk in told.rob.items():
                    yield from self._row(
                        told.line, told.study, domain, _RISKS[risk], tool,
                        analysis=told.key, part=place.part, subgroup_number=place.number,
                    )  # fmt: skip

    def _row(self, line: int, study: str, domain: str, word: str, tool: str, **place: Any) -> Iterator[RiskOfBiasRow]:
        key = (study, domain, tool, *place.values())
        said = {"study_id": study, "domain": domain, "judgement": word, "tool": tool, **place}
        try:
            row = RiskOfBiasRow.model_validate(said | {"version": self._version, "source": self._source})
        except ValidationError:
            done = f"the judgement {word!r} of {study} on {domain} is left out: no tool here has the word"
            self.left_out.append(Loss(file=f"{self._package.review}-risk-of-bias.csv", line=line, done=done))
            return
        if key in self._seen:
            done = f"a second judgement of {study} on {domain} is left out"
            self.left_out.append(Loss(file=f"{self._package.review}-risk-of-bias.csv", line=line, done=done))
            return
        self._seen.add(key)
        yield row
