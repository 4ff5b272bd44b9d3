"""A contradiction: its kind, how much it weighs, and the places that do not agree."""

from enum import StrEnum

from models.value import Value


class Kind(StrEnum):
    """What does not agree."""

    ARMS_EXCHANGED = "arms exchanged"
    LABELS_EXCHANGED = "labels of the arms exchanged"
    ARM_UNDER_TWO_LABELS = "one arm's numbers under two labels"
    DIRECTION = "sides of the graph exchanged"
    NUMBER_UNDER_TWO_OUTCOMES = "one number under two outcomes"
    OTHER_NUMBERS = "other numbers of the same study and outcome"
    OTHER_NUMBERS_AT_ANOTHER_TIME = "other numbers at another time"
    PARTS_EXCEED_WHOLE = "subgroups have more people than the study"
    MORE_EVENTS_THAN_PEOPLE = "more events than people"
    SHARED_CONTROL = "one control group in several rows of an estimate"
    CONTROL_IN_SEVERAL_ANALYSES = "one control group in several analyses"
    STUDY_SEVERAL_TIMES = "one study several times in an estimate"
    ROWS_AGAINST_TOTALS = "rows do not sum to the totals"
    WEIGHTS = "weights do not sum to 100"
    OUTSIDE_LIMITS = "estimate outside its limits"
    P_AGAINST_LIMITS = "P against the limits"
    P_OF_WALD = "P of Wald beside HKSJ limits"
    TAU2_CUT = "limit of tau² cut at 100"
    HETEROGENEITY_OF_ONE = "heterogeneity of a single study"
    SUBGROUP_NAMES = "subgroup names that differ in their writing"
    TWO_LISTS = "one study in two lists"
    ONE_REGISTRATION = "one registration under several studies"
    NOT_LISTED = "study in rows that no list of included studies has"
    NO_ROWS = "included studies without rows"
    YEAR = "year of label and of column"


class Grade(StrEnum):
    """How much a finding weighs.

    An error cannot be true as it stands. A doubt may have an explanation that the package does not give. What is told
    is how such packages are made, and what a reader should not take at its word.
    """

    ERROR = "error"
    DOUBT = "doubt"
    TOLD = "told"


GRADE = {
    Kind.ARMS_EXCHANGED: Grade.ERROR,
    Kind.LABELS_EXCHANGED: Grade.ERROR,
    Kind.ARM_UNDER_TWO_LABELS: Grade.DOUBT,
    Kind.DIRECTION: Grade.ERROR,
    Kind.NUMBER_UNDER_TWO_OUTCOMES: Grade.DOUBT,
    Kind.OTHER_NUMBERS: Grade.ERROR,
    Kind.OTHER_NUMBERS_AT_ANOTHER_TIME: Grade.TOLD,
    Kind.PARTS_EXCEED_WHOLE: Grade.ERROR,
    Kind.MORE_EVENTS_THAN_PEOPLE: Grade.ERROR,
    Kind.SHARED_CONTROL: Grade.ERROR,
    Kind.CONTROL_IN_SEVERAL_ANALYSES: Grade.TOLD,
    Kind.STUDY_SEVERAL_TIMES: Grade.DOUBT,
    Kind.ROWS_AGAINST_TOTALS: Grade.ERROR,
    Kind.WEIGHTS: Grade.ERROR,
    Kind.OUTSIDE_LIMITS: Grade.ERROR,
    Kind.P_AGAINST_LIMITS: Grade.ERROR,
    Kind.P_OF_WALD: Grade.TOLD,
    Kind.TAU2_CUT: Grade.TOLD,
    Kind.HETEROGENEITY_OF_ONE: Grade.TOLD,
    Kind.SUBGROUP_NAMES: Grade.DOUBT,
    Kind.TWO_LISTS: Grade.ERROR,
    Kind.ONE_REGISTRATION: Grade.DOUBT,
    Kind.NOT_LISTED: Grade.ERROR,
    Kind.NO_ROWS: Grade.TOLD,
    Kind.YEAR: Grade.TOLD,
}


class Place(Value, frozen=True, kw_only=True):
    """Where something stands, and what.

    Attributes
    ----------
    line : of the file; 0 where it is about the whole file
    value : as a reader sees it there
    """

    file: str
    line: int
    value: str
    analysis: str = ""
    study: str = ""

    def __str__(self) -> str:
        about = " ".join(part for part in (self.analysis, self.study) if part)
        return f"{self.file}:{self.line}: {about + ': ' if about else ''}{self.value}"


class Contradiction(Value, frozen=True, kw_only=True):
    """Places of a package that do not agree, with a sentence that says how."""

    kind: Kind
    sentence: str
    places: tuple[Place, ...]

    @property
    def grade(self) -> Grade:
        return GRADE[self.kind]

    @property
    def analyses(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(place.analysis for place in self.places if place.analysis))

    @property
    def studies(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(place.study for place in self.places if place.study))


class Computed(Value, frozen=True, kw_only=True):
    """What is known of an estimate by computing it again: see `synthesis.analysis.Total`.

    Attributes
    ----------
    p : of the effect, by the distribution of its interval
    tau2_high : upper limit of tau², not cut
    """

    p: float | None = None
    tau2_high: float | None = None
