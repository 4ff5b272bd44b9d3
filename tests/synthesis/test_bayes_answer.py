"""What the ways of pooling say together, in sentences for readers who are no statisticians."""

import msgspec
import pytest

from models.bayes import BayesLine, Verdict
from models.protocol import Outcome
from models.synthesis import PooledEffect
from models.vocabulary import Convention, EvidenceSet, Interval, Measure, Model
from synthesis.bayes_answer import answer_of, verdict_of

OUTCOME = Outcome(
    id="score", title="Score", short="score", measure=Measure.MD, unit="points", direction="higher", timepoints=["6 months"], mid=4
)  # fmt: skip
LINE = BayesLine(
    evidence_set=EvidenceSet.CONFIRMED, comparison="drug", outcome="score", timepoint="6 months", analysis="1.1",
    measure=Measure.MD, is_ratio=False, prior="HN(1.0)", prior_family="HN", prior_scale=1.0, prior_location=0.0,
    mu_prior="flat", mu_prior_mean=0.0, mu_prior_sd=None, level=0.95, k=2, yi=3.0, mean=3.0, sd=1.0, estimate=3.0,
    ci_low=1.0, ci_high=5.0, pi_low=0.0, pi_high=6.0, tau_median=0.3, tau_low=0.0, tau_high=1.0, tau_mean=0.4,
    tau_sd=0.2, p_below_no_effect=0.01, p_benefit=0.99, p_beyond_mid=0.2, bf_tau_zero=1.2, verdict=Verdict.BENEFIT,
)  # fmt: skip


def wald(low: float, high: float, interval: Interval = Interval.WALD, k: int = 2) -> PooledEffect:
    return PooledEffect(
        evidence_set=EvidenceSet.CONFIRMED, convention=Convention.REVMAN2025, comparison="drug", outcome="score",
        timepoint="6 months", analysis="1.1", measure=Measure.MD, model=Model.REML, interval=interval, k=k,
        n_studies=k, n_participants=100, estimate=(low + high) / 2, ci_low=low, ci_high=high,
    )  # fmt: skip


def open_line(p_benefit: float) -> BayesLine:
    return msgspec.structs.replace(LINE, verdict=Verdict.OPEN, p_benefit=p_benefit)


@pytest.mark.parametrize(
    ("low", "high", "direction", "verdict"),
    [
        (0.1, 1.0, "higher", "benefit"),
        (0.1, 1.0, "lower", "harm"),
        (-1.0, -0.1, "lower", "benefit"),
        (-1.0, -0.1, "higher", "harm"),
        (-1.0, 1.0, "higher", "open"),
        (0.0, 1.0, "higher", "open"),
        (0.1, 1.0, "unknown", "higher"),
        (-1.0, -0.1, "unknown", "lower"),
    ],
)
def test_limits_say_benefit_or_harm_by_the_side_that_is_better(low, high, direction, verdict) -> None:
    assert verdict_of(low, high, OUTCOME.model_copy(update={"direction": direction})) == verdict


def test_where_all_agree_it_is_one_answer() -> None:
    answer = answer_of([LINE] * 3, [wald(1, 5), wald(0.5, 5.5, Interval.HKSJ)], OUTCOME)
    assert answer.agrees
    assert answer.sentence.startswith("All five ways of pooling agree: the intervention helps.")
    assert "at least 4, the smallest difference that matters, 20%" in answer.sentence


def test_where_they_do_not_it_is_said_who_says_what() -> None:
    answer = answer_of([LINE, open_line(0.9), open_line(0.95)], [wald(1, 5), wald(-30, 36, Interval.HKSJ)], OUTCOME)
    assert not answer.agrees
    assert (answer.wald, answer.hksj) == ("benefit", "open")
    assert answer.sentence.startswith(
        "The choice between ways of pooling changes the conclusion: the usual interval (Wald) and one of three Bayesian "
        "analyses show a benefit; the Hartung-Knapp interval and two of three Bayesian analyses leave both benefit and "
        "harm possible."
    )
    assert "helps at all is 90% to 99%" in answer.sentence


def test_one_study_has_no_hksj_and_says_nothing_of_differences() -> None:
    lines = [msgspec.structs.replace(open_line(0.9), k=1)] * 3
    answer = answer_of(lines, [wald(1, 5, k=1), wald(1, 5, Interval.HKSJ, k=1)], OUTCOME)
    assert answer.hksj is None
    assert "(Wald) shows a benefit; all three Bayesian analyses leave" in answer.sentence
    assert "One study cannot show" in answer.sentence


def test_without_a_better_side_there_is_no_probability_of_benefit() -> None:
    outcome = OUTCOME.model_copy(update={"direction": "unknown"})
    line = msgspec.structs.replace(LINE, p_benefit=None, p_beyond_mid=None, verdict=Verdict.HIGHER)
    answer = answer_of([line], [wald(1, 5)], outcome)
    assert answer.p_benefit_low is None
    assert answer.sentence == "Both ways of pooling agree: values are higher with the intervention."
    answer = answer_of([msgspec.structs.replace(line, verdict=Verdict.OPEN)], [wald(-1, 5)], outcome)
    assert answer.sentence.endswith(
        "the studies do not settle whether the intervention leads to higher or to lower values."
    )
