"""A Cochrane data package as values: what its files say, cell by cell, and what the cells mean.

Each value of a line keeps the line's cells as written (``cells``, by column, in the order of the file), for whoever
writes the package again, and what they mean: numbers, words of closed lists, text without markup. None where a cell
is empty, ``#N/A``, or could not be read; the last is a `Loss`.
"""

from collections.abc import Iterator
from enum import StrEnum

from models.value import Value
from models.vocabulary import Interval, Measure, Model

Cells = dict[str, str]


class PackageError(Exception):
    """A file or folder is no data package that can be read; the message says why and what to do."""


class Layout(StrEnum):
    """Which columns the files have; told by their header lines."""

    V1 = "v1"
    MIDDLE = "middle"
    V2 = "v2"


class StudyList(StrEnum):
    """A review's lists of studies, as the package names their files."""

    INCLUDED = "included"
    EXCLUDED = "excluded"
    AWAITING = "awaiting"
    ONGOING = "ongoing"


class DataType(StrEnum):
    """Which columns of an analysis's rows count."""

    DICHOTOMOUS = "dichotomous"
    CONTINUOUS = "continuous"
    CONTRAST = "contrast"
    """Estimates with their standard errors; logarithms where the analysis says so."""
    O_E_VARIANCE = "o_e_variance"


class Method(StrEnum):
    MH = "MH"
    IV = "IV"
    PETO = "PETO"


class EffectModel(StrEnum):
    FIXED = "fixed"
    RANDOM = "random"


class Applicability(StrEnum):
    """In which estimates a row counts."""

    SUBGROUP_AND_OVERALL = "SUBGROUP_AND_OVERALL"
    SUBGROUP_ONLY = "SUBGROUP_ONLY"
    OVERALL_ONLY = "OVERALL_ONLY"


class RiskOfBias(StrEnum):
    """Judgements of RoB 1 and RoB 2, as the package writes them."""

    LOW = "Low risk"
    SOME_CONCERNS = "Some concerns"
    HIGH = "High risk"
    UNCLEAR = "Unclear risk"
    NOT_APPLICABLE = "Not applicable"


class Loss(Value, frozen=True, kw_only=True):
    """Something in the package that was not taken over as it stands.

    Attributes
    ----------
    line : first line of the record in the file; 0 where it is about the whole file
    done : what was done instead
    """

    file: str
    done: str
    line: int = 0
    column: str = ""
    value: str = ""

    def __str__(self) -> str:
        place = ":".join(part for part in (self.file, str(self.line or ""), f" {self.column}".rstrip()) if part)
        # On the line of headings there are no values, only columns.
        told = f" value '{self.value}'" if self.column and (self.value or self.line != 1) else ""
        return f"{place}:{told}: {self.done}" if told else f"{place}: {self.done}"


class Published(Value, frozen=True, kw_only=True):
    """The numbers of an estimate as published: effects and limits as displayed, tau² on the scale of analysis.

    ``e1, n1`` are people with the event and all of the experimental arm, ``e2, n2`` of the control arm, summed over
    rows. P and I² (per cent) are as printed; with `df` 0 they mean nothing.
    """

    estimate: float | None = None
    ci_low: float | None = None
    ci_high: float | None = None
    pi_low: float | None = None
    pi_high: float | None = None
    tau2: float | None = None
    tau2_low: float | None = None
    tau2_high: float | None = None
    chi2: float | None = None
    df: float | None = None
    p_heterogeneity: float | None = None
    i2: float | None = None
    z: float | None = None
    t: float | None = None
    p: float | None = None
    subgroup_chi2: float | None = None
    subgroup_df: float | None = None
    subgroup_p: float | None = None
    subgroup_i2: float | None = None
    e1: float | None = None
    n1: float | None = None
    e2: float | None = None
    n2: float | None = None


class PackageAnalysis(Value, frozen=True, kw_only=True):
    """One line of the settings: an analysis, how it was computed, and what came out.

    Attributes
    ----------
    key : ``1.3``, comparison and analysis; what rows and subgroups name
    is_log : estimates are displayed as exponentials; contrast data and tau² stay logarithms
    measure : None where the word is not known; for contrast and O-E data a word of the authors' own is ``GEN``
    estimator : of tau², ``DL`` or ``REML``; None with a fixed effect. In v1 it is always ``DL``
    level, study_level : confidence levels of estimates and of studies, 0.95 for 95%
    is_never_computed : v1 writes noughts throughout; `published` then has counts alone
    """

    line: int
    cells: Cells
    group: int
    number: int
    key: str
    name: str
    group_name: str
    data_source: str
    data_type: DataType | None
    is_log: bool
    experimental_label: str
    control_label: str
    method: Method | None
    measure_text: str
    measure: Measure | None
    unit: str
    model: EffectModel | None
    estimator: Model | None
    tau2_ci: bool
    shows_subgroups: bool
    shows_totals: bool
    tests_subgroups: bool
    has_prediction: bool
    swaps_events: bool
    interval: Interval | None
    level: float | None
    study_level: float | None
    sort: str
    graph_left: str
    graph_right: str
    graph_scale: float | None
    published: Published
    is_never_computed: bool
    id: str


class PackageRow(Value, frozen=True, kw_only=True):
    """One line of the data rows: a study's numbers in an analysis and subgroup.

    Cells that the analysis's data type has no use for are None in v1, which fills them with 0.0.

    Attributes
    ----------
    giv_mean, giv_se : on the scale of analysis, a logarithm where the analysis is one of ratios
    weight : per cent of the estimate that the row counts in
    estimate, ci_low, ci_high : as displayed; None where not estimable
    rob : judgement by domain (RoB 2 stands in the rows)
    """

    line: int
    cells: Cells
    key: str
    subgroup: str
    subgroup_number: int | None
    applicability: Applicability
    study: str
    year: int | None
    giv_mean: float | None = None
    giv_se: float | None = None
    m1: float | None = None
    sd1: float | None = None
    e1: float | None = None
    n1: float | None = None
    m2: float | None = None
    sd2: float | None = None
    e2: float | None = None
    n2: float | None = None
    o_e: float | None = None
    variance: float | None = None
    weight: float | None = None
    estimate: float | None = None
    ci_low: float | None = None
    ci_high: float | None = None
    footnotes: str = ""
    rob: dict[str, RiskOfBias] = {}


class PackageSubgroup(Value, frozen=True, kw_only=True):
    """One line of the subgroup estimates."""

    line: int
    cells: Cells
    key: str
    name: str
    subgroup_number: int | None
    weight: float | None
    published: Published
    id: str


class PackageStudy(Value, frozen=True, kw_only=True):
    """A study of one of the lists.

    Attributes
    ----------
    name : as in the package, accents and all: the key of rows and references
    file, line : where the list has it; files of references and of rows name studies, too
    ids : by name (``CRS``, ``Website``, ``DOI``), as written
    characteristics : by name, lines of text without markup, addresses and telephone numbers; contacts are left out
    """

    list: StudyList
    file: str
    line: int
    cells: Cells
    name: str
    year: int | None = None
    data_source: str = ""
    ids: dict[str, str] = {}
    characteristics: dict[str, str] = {}


class PackageReference(Value, frozen=True, kw_only=True):
    """A reference of a RIS file; `list` is None for additional references and other published versions.

    Attributes
    ----------
    tags : tag and value as written, in the order of the file
    """

    file: str
    line: int
    list: StudyList | None
    study: str
    tags: tuple[tuple[str, str], ...]

    def all(self, *names: str) -> tuple[str, ...]:
        """Values of these tags in the order of the file, empty ones left out."""
        return tuple(value for tag, value in self.tags if tag in names and value)

    def first(self, *names: str) -> str:
        return next(iter(self.all(*names)), "")

    @property
    def type(self) -> str:
        return self.first("TY")

    @property
    def title(self) -> str:
        return self.first("TI", "TT", "CT")

    def identifiers(self, name: str) -> tuple[str, ...]:
        """Identifiers of one kind in C3: ``identifiers("PubMed")``."""
        told = (value.split(" ", 1) for value in self.all("C3"))
        return tuple(parts[1].strip() for parts in told if len(parts) == 2 and parts[0].casefold() == name.casefold())


class PackageJudgement(Value, frozen=True, kw_only=True):
    """A judgement on a study, of a tool that judges studies and not results.

    Attributes
    ----------
    judgement : None where the word is not known; `judgement_text` has it
    tool : ``RoB 1`` where the package or its domains tell so, the package's word otherwise, or ''
    """

    line: int
    study: str
    domain: str
    judgement: RiskOfBias | None
    judgement_text: str
    support: str
    tool: str


class PackageLine(Value, frozen=True, kw_only=True):
    """A line that is kept as it is."""

    line: int
    cells: Cells


class Package(Value, frozen=True, kw_only=True):
    """A data package.

    Attributes
    ----------
    review : ``CD010461``, or whatever the files' names begin with
    name : of the file or folder that was opened
    headers : columns of each table, by the ending of its file's name
    rob_tool : of the judgements in the rows; '' without any
    arms, results : what studies report, in reviews that hold data by study
    losses : in the order of reading
    """

    review: str
    layout: Layout
    name: str
    headers: dict[str, tuple[str, ...]] = {}
    analyses: tuple[PackageAnalysis, ...] = ()
    rows: tuple[PackageRow, ...] = ()
    subgroups: tuple[PackageSubgroup, ...] = ()
    studies: tuple[PackageStudy, ...] = ()
    references: tuple[PackageReference, ...] = ()
    judgements: tuple[PackageJudgement, ...] = ()
    rob_tool: str = ""
    arms: tuple[PackageLine, ...] = ()
    results: tuple[PackageLine, ...] = ()
    losses: tuple[Loss, ...] = ()

    def rows_of(self, key: str) -> Iterator[PackageRow]:
        """The rows of an analysis in the order of the file."""
        return (row for row in self.rows if row.key == key)

    def listed(self, name: StudyList) -> tuple[PackageStudy, ...]:
        """The studies of a list in its order."""
        return tuple(study for study in self.studies if study.list is name)
