"""The forecast in words: when a trial reports and what it could do, for readers who are no statisticians."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from models.chance import chance
from models.forecast import EffectForecast, ResultsDate, TrialForecast
from models.vocabulary import Convention, Rule
from reporting.numbers import counted, effect, interval
from reporting.results import AnalysisResult

_BY_MEASURED = ("named", "not known", "named at another time", "not named")
"""What a reader is told of first: the outcomes of which the trial says that it measures them."""

MEASURED = {
    "named": "",
    "not known": "Whether it measures this outcome is not known.",
    "named at another time": "It measures this outcome, but not registered for this time.",
    "not named": "Its registered outcomes do not name this one.",
}


KNOWN_BEFORE = frozenset({Rule.S3, Rule.S5, Rule.S6})
"""Rules that fire or not whatever the trial finds."""


@dataclass(frozen=True)
class ForecastLine:
    """One ongoing trial in one analysis, as readers meet it."""

    title: str
    key: str
    forecast: EffectForecast

    @property
    def predicted(self) -> str:
        item = self.forecast
        if item.predicted is None:
            return ""
        return f"{effect(item.predicted, item.is_ratio)} ({interval(item.pi_low, item.pi_high, item.is_ratio)})"

    @property
    def rules(self) -> str:
        """Rules with their chances, those that fire already named as such."""
        return ", ".join(
            f"{item.rule} {rule_chance(item.rule, item.chance, item.fires_now)}"
            for item in sorted(self.forecast.rules, key=lambda item: item.rule)
        )

    @property
    def measured(self) -> str:
        planned = self.forecast.planned
        return MEASURED[planned.measures] if planned else ""


def rule_chance(rule: Rule, probability: float, fires_now: bool) -> str:
    """Whether a rule fires with a trial's numbers, in words where that is certain."""
    if rule not in KNOWN_BEFORE:
        return chance(probability) + (" (fires already)" if fires_now else "")
    if not probability:
        return "does not fire"
    return "fires already" if fires_now else "fires"


def lines_of(
    trial: TrialForecast, results: Sequence[AnalysisResult], convention: Convention
) -> tuple[ForecastLine, ...]:
    """A trial in every analysis under one convention, those it says it measures first, primary ones before others."""
    shown: Mapping[str, AnalysisResult] = {result.analysis.analysis: result for result in results}
    lines = [
        (item, shown[item.analysis])
        for item in trial.effects
        if item.convention is convention and item.analysis in shown
    ]

    def rank(pair: tuple[EffectForecast, AnalysisResult]) -> tuple[bool, int, bool]:
        item, result = pair
        measured = item.planned.measures if item.planned else "not named"
        return not item.is_computed, _BY_MEASURED.index(measured), not result.is_primary

    return tuple(
        ForecastLine(title=result.full_title, key=result.key, forecast=item) for item, result in sorted(lines, key=rank)
    )


def of_analysis(
    trials: Sequence[TrialForecast], result: AnalysisResult, convention: Convention
) -> tuple[tuple[str, ForecastLine], ...]:
    """The trials of which it can be computed what they would do to one analysis, by study."""
    found = ((trial.study_id, line) for trial in trials for line in lines_of(trial, [result], convention))
    return tuple((study_id, line) for study_id, line in found if line.forecast.is_computed)


def headline(known: Sequence[tuple[str, ForecastLine]]) -> str:
    """What trials could do to one result, before anything is unfolded: the chances that “no effect” is ruled out."""
    found = sorted(line.forecast.excludes for _, line in known if line.forecast.excludes is not None)
    trials = f"What {counted(len(known), 'ongoing trial')} could do to this result"
    if not found:
        return trials
    chances = dict.fromkeys((chance(found[0]), chance(found[-1])))
    now = any(line.forecast.excludes_now for _, line in known)
    return f"{trials}: the chance that it {'still ' if now else ''}rules out “no effect” is {' to '.join(chances)}"


def by_reason(lines: Sequence[ForecastLine]) -> dict[str, list[str]]:
    """Titles of the analyses of which nothing can be computed, by why."""
    found: dict[str, list[str]] = {}
    for line in lines:
        if not line.forecast.is_computed:
            found.setdefault(line.forecast.unknown, []).append(line.title)
    return found


def expected(results: ResultsDate) -> str:
    """When results are expected, and that they may never come."""
    spread = results.spread
    if spread is None:
        return f"When it reports is not known: {results.unknown}."
    said = f"Results are most likely to be public between {month(spread.low50)} and {month(spread.high50)}"
    return f"{said}, and with a probability of 90% between {month(spread.low90)} and {month(spread.high90)}, if there ever are any."


def reports_at_all(results: ResultsDate) -> str:
    """How likely it is that results become public, and how that is known."""
    if results.chance is None or results.horizon_months is None:
        return ""
    within = (
        f"within {results.horizon_months / 12:.0f} years of its end"
        if results.horizon_months >= 24
        else f"within {results.horizon_months} months of its end"
    )
    return (
        f"The chance that results become public {within} is {chance(results.chance)}, judged by {results.delay_from}."
    )


def conclusion(line: ForecastLine, name: str, result: str = "") -> str:
    """What a trial could do to one result, in one sentence; `result` names it where its title would be said twice."""
    item = line.forecast
    if item.excludes is None and item.planned is not None and item.excludes_now is None:
        return f"{name} would be the first study with numbers for {line.title}: nothing is pooled yet from which its effect could be predicted."
    if item.excludes is None:
        return f"What {name} could do to a result cannot be computed: {item.unknown}."
    word = "still rules out" if item.excludes_now else "rules out"
    now = "it does today" if item.excludes_now else "today it does not"
    sentence = f"When {name} reports, the chance that {result or f'the pooled result for {line.title}'} {word} “no effect” is {chance(item.excludes)} ({now})"
    if item.excludes_benefit is not None and item.excludes_harm:
        sentence += (
            f": {chance(item.excludes_benefit)} in favour of the intervention, {chance(item.excludes_harm)} against it"
        )
    return f"{sentence}."


def month(day: date) -> str:
    return f"{day:%B %Y}"
