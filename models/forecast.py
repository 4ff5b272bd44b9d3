"""What can be said of a trial before it reports: when, whether at all, and what it would do to each analysis."""

from datetime import date, datetime

from models.dates import PartialDate
from models.value import Value
from models.vocabulary import Convention, EvidenceWord, Measure, Rule


class Spread(Value, frozen=True, kw_only=True):
    """Median of a distribution with the limits of its central 50 and 90 per cent."""

    median: date
    low50: date
    high50: date
    low90: date
    high90: date


class ResultsDate(Value, frozen=True, kw_only=True):
    """When the results of one ongoing trial are expected, inferred; what is not known is None, and `unknown` says why.

    Attributes
    ----------
    completion_date, completion_kind : end as registered, and which end that is: completion or primary completion
    earliest_completion : first day on which the trial can end, where its start is late or its end has passed
    n_put_off, days_put_off : how often and by how much its registered completion was moved back
    spread : of the day on which results are public, given that they ever are
    chance : probability that results become public within `horizon_months` of the end
    delay_from, slippage_from : what the delays after the end, and the delay of the end itself, are taken from
    doubts : sentences on what the dates leave out
    """

    completion_date: PartialDate | None = None
    completion_kind: str = ""
    earliest_completion: date | None = None
    n_put_off: int = 0
    days_put_off: int = 0
    spread: Spread | None = None
    chance: float | None = None
    horizon_months: int | None = None
    delay_from: str = ""
    slippage_from: str = ""
    doubts: tuple[str, ...] = ()
    unknown: str = ""
    evidence: EvidenceWord = EvidenceWord.INFERRED


class PlannedStudy(Value, frozen=True, kw_only=True):
    """The arms of an ongoing trial as they would enter one analysis; counts are planned, and need not be whole.

    `measures` says whether its registered outcomes name the outcome of the analysis: named, named at another time, not
    named, or not known. `assumed` are sentences on what was taken for granted.
    """

    study_id: str
    n_intervention: float
    n_control: float
    measures: str = "not known"
    measures_quote: str = ""
    assumed: tuple[str, ...] = ()

    @property
    def n(self) -> float:
        return self.n_intervention + self.n_control


class RuleChance(Value, frozen=True, kw_only=True):
    """Probability that an update rule fires with the trial's numbers, and whether it fires without them."""

    rule: Rule
    chance: float
    fires_now: bool


class EffectForecast(Value, frozen=True, kw_only=True):
    """What one ongoing trial would do to one analysis under one convention, if it reports that outcome.

    Effects are on the analysis scale (log for ratios) unless they are said to be natural. Probabilities that cannot be
    computed are None, and `unknown` says why.

    Attributes
    ----------
    planned : its arms in this analysis; None where it does not belong there, or nobody knows how many take part
    se, se_from : standard error expected of it, and from which numbers of the review
    predicted, pi_low, pi_high : median and central 95 % of the estimate that it will report, natural
    quantiles : of that estimate, analysis scale, at the midpoints of as many equal parts of probability
    excludes_now : whether the pooled interval excludes no effect today
    excludes, excludes_benefit, excludes_harm : probability that it does with the trial; benefit and harm are None where
        nobody says which direction is better
    clears, important_difference : probability that the whole interval lies beyond the smallest important difference, in
        either direction; that difference, natural, upwards
    imprecision_changes : probability that GRADE's imprecision is rated otherwise than today
    rated_down_now : whether it is rated down for imprecision today
    rules : S1 to S6, as far as they apply
    n_needed : Barrowman's n: participants that would make the result exclude no effect if the effect stays as it is
    """

    study_id: str
    analysis: str
    comparison: str
    outcome: str
    timepoint: str
    convention: Convention
    measure: Measure
    is_ratio: bool
    planned: PlannedStudy | None = None
    prior: str = ""
    se: float | None = None
    se_from: str = ""
    predicted: float | None = None
    pi_low: float | None = None
    pi_high: float | None = None
    quantiles: tuple[float, ...] = ()
    excludes_now: bool | None = None
    excludes: float | None = None
    excludes_benefit: float | None = None
    excludes_harm: float | None = None
    clears: float | None = None
    important_difference: float | None = None
    imprecision_changes: float | None = None
    rated_down_now: bool | None = None
    rules: tuple[RuleChance, ...] = ()
    n_needed: int | None = None
    unknown: str = ""

    @property
    def is_computed(self) -> bool:
        return self.excludes is not None

    @property
    def fires_now(self) -> tuple[Rule, ...]:
        return tuple(item.rule for item in self.rules if item.fires_now)

    def chance_of(self, rule: Rule) -> float | None:
        return next((item.chance for item in self.rules if item.rule is rule), None)


class TrialForecast(Value, frozen=True, kw_only=True):
    """One ongoing trial: when it reports, and what that would do to each analysis."""

    study_id: str
    results: ResultsDate
    effects: tuple[EffectForecast, ...] = ()


class KeptForecast(Value, frozen=True, kw_only=True):
    """A forecast as it was kept on a night, of one trial and one analysis under one convention.

    `digest` is of what was forecast, without the night: as long as it stays the same nothing is added.
    """

    study_id: str
    analysis: str
    convention: str
    made_at: datetime
    digest: str
    forecast: EffectForecast
    results: ResultsDate


class ForecastScore(Value, frozen=True, kw_only=True):
    """A kept forecast held against what the trial reported.

    Attributes
    ----------
    made_at : night on which it was kept; the last before the trial had numbers in the analysis
    scored_at : night on which it was first held against the trial's numbers
    evidence_set : confirmed, or provisional where the numbers are machine-read
    estimate : what the trial reported, analysis scale
    pit : share of the kept distribution below it, None where no effect was predicted; uniform on 0 to 1 over many trials if forecasts are calibrated
    in_50, in_80, in_95 : whether it lies in the central interval of that size
    brier_excludes : squared error of the probability that the pooled interval excludes no effect
    brier_rules : mean squared error of the rules' probabilities, over the rules that were forecast and applied
    days_late : days from the expected median date to the first public results; negative if they came early
    in_50_date, in_90_date : whether that day lies in the kept intervals
    """

    study_id: str
    analysis: str
    convention: str
    made_at: datetime
    scored_at: datetime
    evidence_set: str
    estimate: float
    pit: float | None = None
    in_50: bool | None = None
    in_80: bool | None = None
    in_95: bool | None = None
    brier_excludes: float | None = None
    brier_rules: float | None = None
    days_late: int | None = None
    in_50_date: bool | None = None
    in_90_date: bool | None = None
