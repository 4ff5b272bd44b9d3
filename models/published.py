"""What a published version of the review says: its search, its lists of studies, its estimates."""

from datetime import date
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import Field, PrivateAttr, model_validator

from models.registers import ids_in
from models.terms import Row, Strict
from models.vocabulary import EvidenceWord, Measure, Status

MOST_PEOPLE = 10**9
"""No study has more."""

Finite = Annotated[float, Field(allow_inf_nan=False)]
Share = Annotated[float, Field(ge=0, allow_inf_nan=False)]


class NumberToCheck(Strict):
    """A registry number that stands near a study and may be another's; a person says which."""

    number: str
    place: str
    sentence: str = ""


class ToldState(Strict):
    """What the authors wrote of a registration: its status in their words, and the day, as far as they say it."""

    status_text: str
    status: Status | None = None
    """The same in the words of registries here; empty where it maps to none."""
    told_date: str | None = None


class PublishedStudy(Strict):
    """A study in a list of a version.

    `study_id` is a registry number, or the study's name where none is known; rows may call the study by its `label`, too.
    """

    study_id: str
    label: str
    n_randomised: Annotated[int, Field(gt=0, le=MOST_PEOPLE)] | None = None
    contributes_data: bool = False
    evidence: EvidenceWord
    year: str = ""
    numbers: list[str] = []
    """Further registry numbers of the same trial."""
    found_in: str = ""
    """Where the version says the numbers."""
    to_check: list[NumberToCheck] = []
    reports: list[str] = []
    """Its reports, by PMID, DOI or accession number."""
    told_state: ToldState | None = None
    reason: str = ""
    """Why it was excluded."""

    @property
    def is_registered(self) -> bool:
        """Whether a registry number of it is known, by which it can be followed."""
        return bool(self.numbers or list(ids_in(self.study_id)))


class PublishedEstimate(Strict):
    """An estimate as printed; `decimals` is the precision to which it must be reproduced.

    Instead of outcome and timepoint it may name its analysis.
    """

    analysis: str = ""
    comparison: str = ""
    outcome: str = ""
    timepoint: str = ""
    measure: Measure | None = None
    estimate: Finite
    ci_low: Finite
    ci_high: Finite
    decimals: Annotated[int, Field(ge=0, le=17)] = 2
    k: Annotated[int, Field(gt=0)] | None = None
    n_participants: Annotated[int, Field(gt=0, le=MOST_PEOPLE)] | None = None

    @model_validator(mode="after")
    def within_its_limits(self) -> Self:
        if not self.ci_low <= self.estimate <= self.ci_high:
            raise ValueError(f"estimate {self.estimate:g} is not between {self.ci_low:g} and {self.ci_high:g}")
        return self

    def of_analysis(self, name: str, version: str) -> "EstimateRow":
        """The same as a row of estimates.csv."""
        return EstimateRow(
            version=version,
            analysis=name,
            estimate=self.estimate,
            ci_low=self.ci_low,
            ci_high=self.ci_high,
            k=self.k,
            n_participants=self.n_participants,
            decimals=self.decimals,
        )

    @model_validator(mode="after")
    def says_of_what(self) -> Self:
        if not self.analysis and not (self.outcome and self.timepoint):
            raise ValueError("give analysis, or outcome and timepoint")
        return self


class EstimateRow(Row):
    """estimates.csv: an estimate of an analysis or of one of its subgroups, as a version gives it.

    Empty are numbers that the version does not give. Estimate and limits are on the natural scale, `tau2` on the scale of
    the analysis (log for ratios).
    """

    version: str
    analysis: str
    subgroup: str = ""
    subgroup_number: Annotated[int, Field(ge=1)] | None = None
    estimate: Finite | None = None
    ci_low: Finite | None = None
    ci_high: Finite | None = None
    k: Annotated[int, Field(ge=0)] | None = None
    pi_low: Finite | None = None
    pi_high: Finite | None = None
    tau2: Share | None = None
    tau2_low: Share | None = None
    tau2_high: Share | None = None
    chi2: Finite | None = None
    df: Annotated[int, Field(ge=0)] | None = None
    p_chi2: Finite | None = None
    i2_pct: Finite | None = None
    z: Finite | None = None
    t: Finite | None = None
    p_value: Finite | None = None
    test_chi2: Finite | None = None
    test_df: Annotated[int, Field(ge=0)] | None = None
    test_p: Finite | None = None
    test_i2_pct: Finite | None = None
    n_participants: Annotated[int, Field(ge=0, le=MOST_PEOPLE)] | None = None
    decimals: Annotated[int, Field(ge=0, le=17)] | None = None
    """Digits after the point to which it was printed; empty for full precision."""
    package_id: str = ""
    """Of a subgroup, in the data package that it was adopted from."""
    not_reproduced: str = ""
    """Why the numbers of the version's own studies do not give it, where that is known and accepted."""

    @model_validator(mode="after")
    def numbers_its_subgroup(self) -> Self:
        if self.subgroup and self.subgroup_number is None:
            raise ValueError(
                f"subgroup {self.subgroup!r} has no number; give subgroup_number, as 1, since names may repeat"
            )
        return self


class PublishedVersion(Strict):
    """One published state of the review; or the state before the first, which has no name and lists nothing."""

    version: str
    search_date: date
    search_date_is: Literal["stated", "assumed"] = "stated"
    """A search whose day nobody has told is taken to be that of publication, and says so."""
    publication_date: date | None = None
    publication_note: str = ""
    known_from: date | None = None
    """Day from which readers could read it, where that is not the day of publication."""
    source: str = ""
    """The data package that it was adopted from."""
    databases: list[str] = []
    """Databases that its authors searched, as it names them."""
    included: list[PublishedStudy] = []
    ongoing: list[PublishedStudy] = []
    awaiting: list[PublishedStudy] = []
    excluded: list[PublishedStudy] = []
    estimates: list[PublishedEstimate] = []
    _path: Path | None = PrivateAttr(None)

    def at(self, path: Path) -> Self:
        """The same version, standing in a file."""
        self._path = path
        return self

    @property
    def path(self) -> Path | None:
        """The file in which it stands, if it stands in one."""
        return self._path

    @property
    def is_published(self) -> bool:
        return bool(self.version)

    @property
    def in_force_from(self) -> date:
        """Day from which the version could be read: nobody knows on the day of a search what will be printed of it."""
        return self.known_from or self.publication_date or self.search_date

    @property
    def watched(self) -> list[PublishedStudy]:
        """Studies that the version includes or waits for."""
        return [*self.included, *self.ongoing, *self.awaiting]

    @property
    def listed(self) -> list[PublishedStudy]:
        """All studies of its lists."""
        return [*self.watched, *self.excluded]
