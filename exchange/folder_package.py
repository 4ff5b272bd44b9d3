"""A review folder as a Cochrane data package: the same analyses, rows, judgements and lists, in the package's own tables.

It is a package of this program and not Cochrane's: its file name and a note in it say so.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from pathlib import Path

from exchange.cochrane.columns import DATA, ESTIMATE, ROW_COLUMNS, SETTINGS_COLUMNS, SUBGROUP_COLUMNS
from exchange.cochrane.files import BIAS, LISTS, LISTS_RIS, ROWS, SETTINGS, SUBGROUPS
from exchange.cochrane.package import Cells, Loss, Published, StudyList
from exchange.cochrane.settings_cells import settings_cells
from exchange.cochrane.write import cells_table, references_text, write_package
from exchange.computed import ComputedAnalysis, ComputedRow, ComputedSubgroup
from exchange.folder_lists import STUDY_COLUMNS, references_of, study_cells
from exchange.folder_rows import Studies, WrittenNumbers, WrittenRow, written_rows
from exchange.folder_text import number_text
from models.analysis import Analysis, Given, Method
from models.folder_rows import RiskOfBiasRow
from models.published import EstimateRow, PublishedStudy, PublishedVersion
from models.review import Review
from models.synthesis import EffectInput
from models.value import Value
from models.vocabulary import EvidenceWord, Measure, Model

_NUMBERED = re.compile(r"(\d{1,9})\.(\d{1,9})")
_SOURCE = re.compile(r"(?P<prefix>[\w-]+) data package")
_COUNTS = ("e1", "n1", "e2", "n2")
_ESTIMATE_FIELDS = {
    "estimate": "estimate", "ci_low": "ci_low", "ci_high": "ci_high", "pi_low": "pi_low", "pi_high": "pi_high",
    "tau2": "tau2", "tau2_low": "tau2_low", "tau2_high": "tau2_high", "chi2": "chi2", "df": "df",
    "p_chi2": "p_heterogeneity", "i2_pct": "i2", "z": "z", "t": "t", "p_value": "p", "test_chi2": "subgroup_chi2",
    "test_df": "subgroup_df", "test_p": "subgroup_p", "test_i2_pct": "subgroup_i2",
}  # fmt: skip
_JUDGED = {
    "low": "Low risk", "some concerns": "Some concerns", "high": "High risk", "unclear": "Unclear risk",
    "not applicable": "Not applicable", "not stated": "",
}  # fmt: skip
_OF_REVMAN = (
    "analysis {name}: written as RevMan's standardised mean difference, whose small-sample factor is approximate"
)
_NOTE = """This data package was written by trialwatch on {day} from the review {review}, version {version}.
It is not Cochrane's, and was neither published nor checked by Cochrane. Rows and estimates may be newer than the
published review.
"""


class WrittenPackage(Value, frozen=True, kw_only=True):
    """A data package that has not been written yet.

    Attributes
    ----------
    name : of the zip
    files : text by path in it
    keys : names of the analyses in the folder, by their numbers in the package
    left_out : what the folder has and a package cannot say, or says otherwise
    """

    name: str
    files: dict[str, str]
    keys: dict[str, str]
    left_out: tuple[Loss, ...]

    def write(self, folder: Path) -> Path:
        """Write the zip into a folder and return its path."""
        path = folder / self.name
        write_package(path, self.files)
        return path


def package_of(
    review: Review,
    written_on: date,
    inputs: Sequence[EffectInput] | None = None,
    computed: Mapping[str, ComputedAnalysis] | None = None,
    prints_published: bool = False,
    version: PublishedVersion | None = None,
) -> WrittenPackage:
    """The data package of a review's version in force.

    Parameters
    ----------
    review : as of the day; its rows name studies by number or by the names of its lists
    inputs : effects of the evidence set whose rows are written, from the same review; None for every confirmed row
    computed : by analysis; of one that is not there the published estimates of the version are written, and no weights
    prints_published : write the published estimates of the version where there are any, beside computed weights
    version : the version in force with other lists than its own, as those of a night
    """
    losses = list[Loss]()
    version = version or review.baseline
    numbers = written_rows(review, version, inputs, losses)
    losses += [
        Loss(file="analyses.csv", line=item.line, done=_OF_REVMAN.format(name=item.analysis))
        for item in numbers.analyses
        if item.measure is Measure.SMD and item.given is not Given.CONTRAST and numbers.rows[item.analysis]
    ]
    if review.survival:
        done = f"{len(review.survival)} landmarks of survival curves: a data package has no cells for them; left out"
        losses.append(Loss(file="survival.csv", line=review.survival[0].line, done=done))
    prefix = _prefix(review, version)
    at, of_studies = f"{prefix}-analysis-data/{prefix}", f"{prefix}-study-data/{prefix}"
    tables = _Tables(review, version, numbers, computed or {}, prints_published)
    files = {
        f"{at}-{SETTINGS}": cells_table(SETTINGS_COLUMNS, list(tables.settings())),
        f"{at}-{ROWS}": cells_table(ROW_COLUMNS, list(tables.rows())),
        f"{at}-{SUBGROUPS}": cells_table(SUBGROUP_COLUMNS, list(tables.subgroups())),
    }
    for part, studies in _lists(version, numbers.studies).items():
        files[f"{of_studies}-{LISTS[part]}"] = cells_table(STUDY_COLUMNS, [study_cells(study) for study in studies])
        if references := [item for study in studies for item in references_of(study)]:
            files[f"{of_studies}-{LISTS_RIS[part]}"] = references_text(references)
    if bias := _bias_of_studies(review, version):
        files[f"{of_studies}-{BIAS}"] = cells_table(("Study",), bias)
    told = {"day": written_on, "review": review.protocol.review, "version": version.version}
    files["not-published-by-Cochrane.txt"] = _NOTE.format(**told)
    name = f"{prefix}-dataPackage-trialwatch-{written_on}.zip"
    return WrittenPackage(name=name, files=files, keys=tables.keys, left_out=tuple(losses))


def _prefix(review: Review, version: PublishedVersion) -> str:
    """What a package's files are called after: the review that this one was adopted from, or its own name."""
    found = _SOURCE.match(version.source)
    return found["prefix"] if found else review.protocol.review


def _lists(version: PublishedVersion, with_rows: Sequence[str]) -> dict[StudyList, list[PublishedStudy]]:
    """The studies of each list; those that have rows and are in none are included."""
    known = {study.label for study in version.listed}
    new = [
        PublishedStudy(study_id=name, label=name, evidence=EvidenceWord.DERIVED)
        for name in with_rows
        if name not in known
    ]
    lists = {name: list(getattr(version, name.value)) for name in StudyList}
    lists[StudyList.INCLUDED] += new
    return {name: studies for name, studies in lists.items() if studies or name is StudyList.INCLUDED}


class _Tables:
    def __init__(
        self,
        review: Review,
        version: PublishedVersion,
        numbers: WrittenNumbers,
        computed: Mapping[str, ComputedAnalysis],
        prints_published: bool,
    ) -> None:
        self._review, self._version = review, version
        self._rows, self._computed, self._prints_published = numbers.rows, computed, prints_published
        self._analyses = [_settled(review, item) for item in numbers.analyses]
        self._numbers = _numbers(self._analyses)
        self._judged = _Judged(review, version)
        self._printed = {
            (row.analysis, row.subgroup_number or 0, row.subgroup): row
            for row in review.estimates
            if row.version == version.version
        }

    @property
    def keys(self) -> dict[str, str]:
        return {"{}.{}".format(*numbers): name for name, numbers in self._numbers.items()}

    def settings(self) -> Iterator[Cells]:
        for analysis in self._analyses:
            cells = self._cells(analysis)
            own = [row for row in self._rows[analysis.analysis] if _counts(row, "SUBGROUP_ONLY")]
            yield cells | (_sums(own) if analysis.totals.has_overall else {}) | _estimate(self._overall(analysis))

    def rows(self) -> Iterator[Cells]:
        for analysis in self._analyses:
            own = self._rows[analysis.analysis]
            told = self._computed.get(analysis.analysis, ComputedAnalysis()).rows
            if told and len(told) != len(own):
                raise ValueError(f"{len(told)} results for the {len(own)} rows of analysis {analysis.analysis}")
            place = self._place(analysis)
            for i, row in enumerate(own):
                yield place | row.cells | _result(told[i] if told else None) | self._judged.cells(row)

    def subgroups(self) -> Iterator[Cells]:
        for analysis in self._analyses:
            own = self._rows[analysis.analysis]
            computed = self._computed.get(analysis.analysis)
            names = {key[2:4]: row for row in reversed(own) if (key := row.key)[2]}
            printed = {key[1:]: row for key, row in self._printed.items() if key[0] == analysis.analysis and key[1]}
            for number, name in sorted({*names, *printed}):
                if not analysis.totals.has_subgroups and (number, name) not in printed:
                    continue
                members = [row for row in own if row.key[2:4] == (number, name) and _counts(row, "OVERALL_ONLY")]
                told = computed.subgroups.get(number) if computed else None
                row = printed.get((number, name))
                published = (
                    _published(row) if row and self._is_printed(told) else told.published if told else Published()
                )
                first = names.get((number, name))
                yield {name: cell for name, cell in self._place(analysis).items() if name != "Analysis name"} | {
                    "Subgroup": first.cells["Subgroup"] if first else name,
                    "Subgroup number": str(number),
                    **_sums(members),
                    "Weight": number_text(told.weight if told else None),
                    **{name: cell for name, cell in _estimate(published).items() if name in SUBGROUP_COLUMNS},
                    "ID": row.package_id if row else "",
                }

    def _cells(self, analysis: Analysis) -> Cells:
        comparison = self._review.protocol.comparison(analysis.comparison)
        group = (comparison.title, comparison.intervention, comparison.control)
        return settings_cells(analysis, self._numbers[analysis.analysis], self._title(analysis), group)

    def _place(self, analysis: Analysis) -> Cells:
        return {name: self._cells(analysis)[name] for name in ("Analysis group", "Analysis number", "Analysis name")}

    def _title(self, analysis: Analysis) -> str:
        return f"{self._review.protocol.outcome(analysis.outcome).title}, {analysis.timepoint}"

    def _overall(self, analysis: Analysis) -> Published:
        computed, printed = self._computed.get(analysis.analysis), self._printed.get((analysis.analysis, 0, ""))
        if printed and self._is_printed(computed):
            return _published(printed)
        return computed.overall if computed else Published()

    def _is_printed(self, computed: ComputedAnalysis | ComputedSubgroup | None) -> bool:
        return self._prints_published or computed is None


def _settled(review: Review, analysis: Analysis) -> Analysis:
    """An analysis with method and model: its own, or those of the protocol's first convention."""
    if analysis.method is not None:
        return analysis
    choice = review.protocol.choices(analysis, review.protocol.conventions[0])[0]
    methods = {Model.MH: Method.MH, Model.PETO: Method.PETO}
    is_random = choice.model not in {Model.COMMON, *methods}
    return analysis.model_copy(
        update={
            "method": Method.IV if analysis.given is Given.CONTRAST else methods.get(choice.model, Method.IV),
            "model": "random" if is_random else "fixed",
            "estimator": choice.model if is_random else None,
            "interval": choice.interval,
        }
    )


def _numbers(analyses: Sequence[Analysis]) -> dict[str, tuple[int, int]]:
    """Number of the comparison and of the analysis, as its name says them, or as they come."""
    told = {item.analysis: _NUMBERED.fullmatch(item.analysis) for item in analyses}
    if all(told.values()):
        return {name: (int(found[1]), int(found[2])) for name, found in told.items() if found}
    comparisons = list(dict.fromkeys(item.comparison for item in analyses))
    found, last = dict[str, tuple[int, int]](), dict.fromkeys(comparisons, 0)
    for item in analyses:
        last[item.comparison] += 1
        found[item.analysis] = (comparisons.index(item.comparison) + 1, last[item.comparison])
    return found


def _counts(row: WrittenRow, not_in: str) -> bool:
    return row.cells["Applicability"] != not_in


def _sums(rows: Sequence[WrittenRow]) -> Cells:
    """People and events over rows, empty where no row has any."""
    columns = [DATA[name] for name in _COUNTS]
    told = {column: [row.cells[column] for row in rows if row.cells.get(column)] for column in columns}
    return {column: number_text(sum(map(float, cells))) if cells else "" for column, cells in told.items()}


def _estimate(told: Published) -> Cells:
    return {
        column: number_text(getattr(told, name))
        for name, column in ESTIMATE.items()
        if name not in _COUNTS or getattr(told, name) is not None
    }


def _published(row: EstimateRow) -> Published:
    return Published(**{name: getattr(row, field) for field, name in _ESTIMATE_FIELDS.items()})


def _result(told: ComputedRow | None) -> Cells:
    told = told or ComputedRow()
    limits = {"Mean": told.estimate, "CI start": told.ci_low, "CI end": told.ci_high}
    return {name: number_text(value) for name, value in {"Weight": told.weight, **limits}.items()}


class _Judged:
    """RoB 2's judgements beside the rows that they are of."""

    def __init__(self, review: Review, version: PublishedVersion) -> None:
        self._studies = Studies(version)
        self._of: dict[tuple[str, str, int, str], list[RiskOfBiasRow]] = {}
        for row in review.risk_of_bias:
            if row.analysis and row.version == version.version:
                key = (row.analysis, self._studies.id_of(row.study_id), row.subgroup_number or 0, row.part)
                self._of.setdefault(key, []).append(row)
        self._domains = dict.fromkeys(row.domain for own in self._of.values() for row in own)

    def cells(self, row: WrittenRow) -> Cells:
        """Every domain has its columns in every row."""
        analysis, study, number, _, part = row.key
        told = {
            item.domain: _JUDGED.get(item.judgement, item.judgement)
            for item in self._of.get((analysis, study, number, part), ())
        }
        pairs = ((f"{domain} (judgement)", told.get(domain, "")) for domain in self._domains)
        return {
            name: cell for pair in pairs for name, cell in (pair, (pair[0].replace("(judgement)", "(support)"), ""))
        }


def _bias_of_studies(review: Review, version: PublishedVersion) -> list[Cells]:
    studies = Studies(version)
    found: dict[str, Cells] = {}
    for row in review.risk_of_bias:
        if not row.analysis and row.version == version.version:
            label = studies.label(row.study_id)
            cells = found.setdefault(label, {"Study": label})
            cells[f"Domain (judgement): {row.domain}"] = _JUDGED.get(row.judgement, row.judgement)
            cells[f"Domain (support): {row.domain}"] = ""
    return list(found.values())
