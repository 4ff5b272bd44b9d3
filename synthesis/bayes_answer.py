"""Do the ways of pooling agree? One sentence or two that a clinician understands, from their limits alone."""

from collections.abc import Sequence

from models.analysis import Analysis
from models.bayes import BayesAnswer, BayesLine, Verdict
from models.chance import chance
from models.protocol import Outcome
from models.synthesis import PooledEffect
from models.vocabulary import EvidenceSet, Interval

SHOWN = {
    Verdict.BENEFIT: "shows a benefit",
    Verdict.HARM: "shows harm",
    Verdict.HIGHER: "shows higher values",
    Verdict.LOWER: "shows lower values",
    Verdict.OPEN: "leaves both benefit and harm possible",
}

SETTLED = {
    Verdict.BENEFIT: "the intervention helps",
    Verdict.HARM: "the intervention harms",
    Verdict.HIGHER: "values are higher with the intervention",
    Verdict.LOWER: "values are lower with the intervention",
    Verdict.OPEN: "the studies do not settle whether the intervention helps or harms",
}

PLURAL = {
    Verdict.BENEFIT: "show a benefit",
    Verdict.HARM: "show harm",
    Verdict.HIGHER: "show higher values",
    Verdict.LOWER: "show lower values",
    Verdict.OPEN: "leave both benefit and harm possible",
}


def verdict_of(low: float, high: float, outcome: Outcome) -> Verdict:
    """What limits on the analysis scale say of an effect whose absence is 0."""
    if low <= 0 <= high:
        return Verdict.OPEN
    side = "higher" if low > 0 else "lower"
    if outcome.direction == "unknown":
        return Verdict(side)
    return Verdict.BENEFIT if side == outcome.direction else Verdict.HARM


def answer_of(lines: Sequence[BayesLine], effects: Sequence[PooledEffect], outcome: Outcome) -> BayesAnswer:
    """Whether posteriors and frequentist lines say the same, and if not, which says what.

    Parameters
    ----------
    lines : posteriors of one analysis in one evidence set, one for each prior
    effects : its frequentist lines under all conventions, in the protocol's order; those of the last are taken
    outcome : of which side is better
    """
    first = lines[0]
    convention = effects[-1].convention if effects else None
    own = [effect for effect in effects if effect.convention is convention and effect.k]
    wald = next((effect for effect in own if effect.interval is Interval.WALD), None)
    hksj = next((effect for effect in own if effect.interval is not Interval.WALD and effect.k > 1), None)
    said = {
        "the usual interval (Wald)": _verdict(wald, outcome),
        "the Hartung-Knapp interval": _verdict(hksj, outcome),
    }
    beliefs = [line.verdict for line in lines]
    verdicts = [*(verdict for verdict in said.values() if verdict), *beliefs]
    agrees = len(set(verdicts)) == 1
    benefits = [line.p_benefit for line in lines if line.p_benefit is not None]
    agreement = _agreement(verdicts, outcome) if agrees else _disagreement(said, beliefs, outcome)
    sentences = [
        agreement,
        *_probabilities(lines, outcome),
        *_of_one_study(first.k),
    ]
    return BayesAnswer(
        evidence_set=first.evidence_set,
        comparison=first.comparison,
        outcome=first.outcome,
        timepoint=first.timepoint,
        analysis=first.analysis,
        wald=said["the usual interval (Wald)"],
        hksj=said["the Hartung-Knapp interval"],
        agrees=agrees,
        p_benefit_low=min(benefits, default=None),
        p_benefit_high=max(benefits, default=None),
        sentence=" ".join(sentences),
        agreement=agreement,
    )


def no_answer(evidence_set: EvidenceSet, analysis: Analysis, why: str) -> BayesAnswer:
    """Of an analysis without posteriors: the reason."""
    return BayesAnswer(
        evidence_set=evidence_set,
        comparison=analysis.comparison,
        outcome=analysis.outcome,
        timepoint=analysis.timepoint,
        analysis=analysis.analysis,
        wald=None,
        hksj=None,
        agrees=None,
        p_benefit_low=None,
        p_benefit_high=None,
        sentence=f"No Bayesian analysis: {why}.",
    )


def _verdict(effect: PooledEffect | None, outcome: Outcome) -> Verdict | None:
    if effect is None or effect.ci_low is None or effect.ci_high is None:
        return None
    none = 1.0 if effect.is_ratio else 0.0
    return verdict_of(effect.ci_low - none, effect.ci_high - none, outcome)


def _agreement(verdicts: Sequence[Verdict], outcome: Outcome) -> str:
    ways = "Both" if len(verdicts) == 2 else f"All {_number(len(verdicts))}"
    return f"{ways} ways of pooling agree: {_worded(SETTLED[verdicts[0]], outcome)}."


def _disagreement(said: dict[str, Verdict | None], beliefs: Sequence[Verdict], outcome: Outcome) -> str:
    """Who says what, those who say the same together."""
    parts: dict[Verdict, list[str]] = {}
    for name, verdict in said.items():
        if verdict:
            parts.setdefault(verdict, []).append(name)
    for verdict in dict.fromkeys(beliefs):
        count = beliefs.count(verdict)
        name = (
            f"{'all ' if count > 1 else 'the '}{_number(count)} Bayesian {'analyses' if count > 1 else 'analysis'}"
            if count == len(beliefs)
            else f"{_number(count)} of {_number(len(beliefs))} Bayesian analyses"
        )
        parts.setdefault(verdict, []).append(name)
    told = [f"{_joined(names)} {_worded(_shown(verdict, names), outcome)}" for verdict, names in parts.items()]
    return f"The choice between ways of pooling changes the conclusion: {'; '.join(told)}."


def _worded(text: str, outcome: Outcome) -> str:
    """In words of which side is better, or without where nobody says so."""
    if outcome.direction != "unknown":
        return text
    return text.replace("benefit and harm", "higher and lower values").replace(
        "helps or harms", "leads to higher or to lower values"
    )


def _shown(verdict: Verdict, names: Sequence[str]) -> str:
    is_one = len(names) == 1 and (names[0].startswith("the ") or names[0].startswith("one "))
    return SHOWN[verdict] if is_one else PLURAL[verdict]


def _probabilities(lines: Sequence[BayesLine], outcome: Outcome) -> list[str]:
    found = []
    benefits = [line.p_benefit for line in lines if line.p_benefit is not None]
    if benefits:
        said = f"The probability that the intervention helps at all is {_range(benefits)}"
        beyond = [line.p_beyond_mid for line in lines if line.p_beyond_mid is not None]
        if beyond:
            said += f", and that it helps by at least {outcome.mid:g}, the smallest difference that matters, {_range(beyond)}"
        found.append(f"{said}, depending on how much results are expected to differ from trial to trial.")
    return found


def _of_one_study(k: int) -> list[str]:
    if k > 1:
        return []
    return [
        "One study cannot show how much results differ from trial to trial: the Bayesian limits allow for such "
        "differences as they were assumed beforehand, the usual interval does not."
    ]


def _range(values: Sequence[float]) -> str:
    return " to ".join(dict.fromkeys((chance(min(values)), chance(max(values)))))


def _number(count: int) -> str:
    return ("no", "one", "two", "three", "four", "five")[count] if count <= 5 else str(count)


def _joined(names: Sequence[str]) -> str:
    return " and ".join(filter(None, (", ".join(names[:-1]), names[-1])))
