"""The numbers of a review folder as rows of a data package, analysis by analysis.

What people entered as means with a standard deviation, counts, or estimates with a standard error goes as it stands.
Arms that are combined, spreads that are converted and results that registries post are taken from what the program made
of them; what a package has no cells for is left out and named.
"""

from collections.abc import Iterator, Mapping, Sequence
from math import log, sqrt

from exchange.cochrane.package import Cells, Loss
from exchange.cochrane.row_cells import arms_cells, contrast_cells, labels_cells, with_other_row_cells
from exchange.cochrane.settings_cells import is_of_arms
from exchange.folder_text import number_text
from models.analysis import Analysis, Given, Method
from models.folder_rows import ContrastRow, ExtractionRow, NumbersRow
from models.published import PublishedVersion
from models.review import Review
from models.synthesis import EffectInput
from models.value import Value
from models.vocabulary import MEAN_MEASURES, RATIOS, ArmRole, EvidenceWord, Measure

_NO_CELLS = {Measure.IRR, Measure.ROM, Measure.ROM_GEOMETRIC}
"""Measures that the package's arms cannot have."""

Key = tuple[str, str, int, str, str]
"""Analysis, study, number and name of the subgroup, part."""


class WrittenRow(Value, frozen=True, kw_only=True):
    """A row of a package, and its key in the folder.

    Attributes
    ----------
    study : as the package names it
    cells : without those of its analysis and without what is computed
    """

    key: Key
    study: str
    cells: Cells


class Studies:
    """How the studies of a version are called: by their id in the folder, by their name in the package."""

    def __init__(self, version: PublishedVersion) -> None:
        self._labels = {study.study_id: study.label for study in reversed(version.listed)}
        self._ids = {study.label: study.study_id for study in reversed(version.listed)}
        self._years = {study.study_id: study.year for study in reversed(version.listed)}

        self._numbers = {number: study.study_id for study in reversed(version.listed) for number in study.numbers}

    def id_of(self, name: str) -> str:
        return name if name in self._labels else self._ids.get(name) or self._numbers.get(name, name)

    def label(self, name: str, part: str = "") -> str:
        """A name; of a trial that the lists have under several, that of its part."""
        return part if part in self._ids else self._labels.get(self.id_of(name), name)

    def year(self, name: str, part: str = "") -> str:
        """The year of the study that the label names."""
        return self._years.get(self.id_of(self.label(name, part)), "")


class WrittenNumbers(Value, frozen=True, kw_only=True):
    """The analyses of a review as a package can have them, and the rows of each in the order of the folder."""

    analyses: tuple[Analysis, ...]
    rows: dict[str, list[WrittenRow]]

    @property
    def studies(self) -> list[str]:
        """Names of the studies that have rows, in their order."""
        return list(dict.fromkeys(row.study for own in self.rows.values() for row in own))


def written_rows(
    review: Review, version: PublishedVersion, inputs: Sequence[EffectInput] | None, losses: list[Loss]
) -> WrittenNumbers:
    """The rows of each analysis.

    An analysis that a package's arms cannot tell, as one of arms and estimates together, is written as one of estimates.

    Parameters
    ----------
    inputs : effects of the evidence set that is written; None for everything that people have confirmed
    losses : takes what is left out
    """
    return _Writing(review, version, inputs, losses).numbers()


class _Writing:
    def __init__(
        self, review: Review, version: PublishedVersion, inputs: Sequence[EffectInput] | None, losses: list[Loss]
    ) -> None:
        self._review, self._losses = review, losses
        self.studies = Studies(version)
        self._by_place: dict[tuple[str, str, str], list[Analysis]] = {}
        for item in review.protocol.analyses:
            self._by_place.setdefault(item.place, []).append(item)
        self._inputs = None if inputs is None else {self._key_of_input(item): item for item in inputs}

    def numbers(self) -> WrittenNumbers:
        analyses, rows = list[Analysis](), dict[str, list[WrittenRow]]()
        for told in self._review.protocol.analyses:
            entered = self._grouped(told)
            read = {key: item for key, item in (self._inputs or {}).items() if key[0] == told.analysis}
            if self._inputs is not None:
                entered = {key: own for key, own in entered.items() if key in read}
            analysis = _of_estimates(told) if _wants_estimates(told, entered, read) else told
            analyses.append(analysis)
            own = [row for key, given in entered.items() for row in self._row(analysis, key, given)]
            new = {key: item for key, item in read.items() if key not in entered}
            rows[told.analysis] = [
                *own,
                *(row for key, item in new.items() for row in self._from_input(analysis, key, item)),
            ]
        return WrittenNumbers(analyses=tuple(analyses), rows=rows)

    def _grouped(self, analysis: Analysis) -> dict[Key, list[NumbersRow]]:
        groups: dict[Key, list[NumbersRow]] = {}
        rows: Iterator[NumbersRow] = iter((*self._review.extraction, *self._review.contrasts))
        for row in rows:
            is_own = row.analysis == analysis.analysis if row.analysis else analysis in self._of(row)
            is_known = row.is_confirmed and row.evidence is not EvidenceWord.MEMORY
            if is_own and (is_known or self._inputs is not None):
                key = (
                    analysis.analysis,
                    self.studies.id_of(row.study_id),
                    row.subgroup_number or 0,
                    row.subgroup,
                    row.part,
                )
                groups.setdefault(key, []).append(row)
        return groups

    def _of(self, row: NumbersRow) -> list[Analysis]:
        return self._by_place.get((row.comparison, row.outcome, row.timepoint), [])

    def _key_of_input(self, item: EffectInput) -> Key:
        return item.analysis, self.studies.id_of(item.study_id), item.subgroup.number, item.subgroup.name, item.part

    def _row(self, analysis: Analysis, key: Key, rows: Sequence[NumbersRow]) -> Iterator[WrittenRow]:
        """A row as people entered it, or as the program reads it."""
        data = _as_entered(analysis, rows)
        if data is None:
            item = (self._inputs or {}).get(key)
            yield from self._from_input(analysis, key, item, rows[0])
            return
        study = self.studies.label(rows[0].study_id, rows[0].part)
        cells = data | labels_cells(rows[0], study, self.studies.year(rows[0].study_id, rows[0].part))
        yield WrittenRow(key=key, study=study, cells=with_other_row_cells(cells, rows[0].other_cells))

    def _from_input(
        self, analysis: Analysis, key: Key, item: EffectInput | None, row: NumbersRow | None = None
    ) -> Iterator[WrittenRow]:
        study = self.studies.label(key[1], key[4])
        data = _as_read(analysis, item) if item else None
        if data is None:
            done = f"{study} in {analysis.analysis}: a data package has no cells for these numbers; left out"
            self._losses.append(Loss(file="extraction.csv", line=row.line if row else 0, done=done))
            return
        assert item is not None
        yield WrittenRow(
            key=key,
            study=study,
            cells=data
            | {
                "Subgroup": item.subgroup.name,
                "Subgroup number": number_text(item.subgroup.number or None),
                "Applicability": item.counts_in.upper(),
                "Study": study,
                "Study year": self.studies.year(key[1], key[4]),
                "Footnotes": (row.note if row else item.note) or "",
            },
        )


def _wants_estimates(
    analysis: Analysis, entered: Mapping[Key, Sequence[NumbersRow]], read: Mapping[Key, EffectInput]
) -> bool:
    """Whether an analysis of arms has numbers that the package's arms cannot have."""
    if analysis.given in {Given.CONTRAST, Given.O_MINUS_E} or not is_of_arms(analysis):
        return False
    has_estimates = any(isinstance(row, ContrastRow) for own in entered.values() for row in own)
    return analysis.measure in _NO_CELLS or has_estimates or any(map(_is_beyond_arms, read.values()))


def _is_beyond_arms(item: EffectInput) -> bool:
    is_changed = item.design_effect != 1 or item.shared_by != 1 or item.correlation is not None
    return item.is_contrast or is_changed


def _of_estimates(analysis: Analysis) -> Analysis:
    """The same as an analysis of estimates, which are weighted by their variances."""
    method = None if analysis.method is None else Method.IV
    return analysis.model_copy(update={"given": Given.CONTRAST, "method": method, "swaps_events": False})


def _as_entered(analysis: Analysis, rows: Sequence[NumbersRow]) -> Cells | None:
    """The data cells of what people entered; None where a package would say them otherwise."""
    contrasts = [row for row in rows if isinstance(row, ContrastRow)]
    arms = [row for row in rows if isinstance(row, ExtractionRow)]
    if contrasts and not arms:
        return _contrast(contrasts[0], analysis) if len(contrasts) == 1 else None
    by_role = [[row for row in arms if row.arm is role] for role in (ArmRole.INTERVENTION, ArmRole.CONTROL)]
    is_plain = all(len(own) == 1 and _is_plain(own[0]) for own in by_role)
    if contrasts or not is_plain or analysis.measure in _NO_CELLS or analysis.given is Given.CONTRAST:
        return None
    return arms_cells(by_role[0][0], by_role[1][0])


def _is_plain(row: ExtractionRow) -> bool:
    others = (row.se, row.ci_low, row.correlation, row.icc, row.person_time)
    return all(value is None for value in others) and row.shared_by in {None, 1}


def _contrast(row: ContrastRow, analysis: Analysis) -> Cells | None:
    if row.o_minus_e is not None and row.variance and analysis.given is not Given.O_MINUS_E and not row.as_published:
        # Beside estimates, as a package has it, a row is an estimate with its error.
        of_estimate = {"estimate": row.o_minus_e / row.variance, "se": row.variance**-0.5, "is_log": True}
        return contrast_cells(row.model_copy(update=of_estimate | {"o_minus_e": None, "variance": None}))
    if row.o_minus_e is None and row.se is None and not row.as_published:
        return None
    is_printed_ratio = row.measure in RATIOS and not row.is_log and row.estimate is not None
    if is_printed_ratio and row.estimate is not None:
        row = row.model_copy(update={"estimate": log(row.estimate), "is_log": True})
    return contrast_cells(row)


def _as_read(analysis: Analysis, item: EffectInput) -> Cells | None:
    """The data cells of what the program made of a study's numbers; None where the package has none for them."""
    if item.is_contrast or analysis.given in {Given.CONTRAST, Given.O_MINUS_E}:
        if item.yi is None or item.vi is None:
            return None
        is_counted = item.o_minus_e is not None and analysis.given is Given.O_MINUS_E
        return {
            "GIV Mean": "" if is_counted else number_text(item.yi),
            "GIV SE": "" if is_counted else number_text(sqrt(item.vi)),
            "O-E": number_text(item.o_minus_e) if is_counted else "",
            "Variance": number_text(item.variance) if is_counted else "",
            "Experimental N": number_text(item.n_intervention or None),
            "Control N": number_text(item.n_control or None),
        }
    if not item.n_intervention or not item.n_control:
        return None
    cells = {"Experimental N": number_text(item.n_intervention), "Control N": number_text(item.n_control)}
    if analysis.measure in MEAN_MEASURES:
        return cells | {
            "Experimental mean": number_text(item.mean_intervention),
            "Experimental SD": number_text(item.sd_intervention),
            "Control mean": number_text(item.mean_control),
            "Control SD": number_text(item.sd_control),
        }
    events = (item.events_intervention, item.events_control)
    if analysis.swaps_events:
        events = tuple(
            None if value is None else n - value
            for value, n in zip(events, (item.n_intervention, item.n_control), strict=True)
        )  # type: ignore[assignment]
    return cells | {"Experimental cases": number_text(events[0]), "Control cases": number_text(events[1])}
