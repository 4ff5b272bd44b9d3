"""Posteriors of a review: which priors an analysis has, what is said where there can be none, what the second engine sees."""

import math
from math import inf

import msgspec
import pytest

from models.analysis import Analysis, Applicability
from models.protocol import Protocol
from models.synthesis import EffectInput
from models.vocabulary import EvidenceSet, Measure
from synthesis.analyses import pool_review
from synthesis.bayes import posterior
from synthesis.bayes_supplement import bayes_supplement
from synthesis.crosscheck_bayes import crosscheck_bayes
from synthesis.priors import HalfNormal

CONFIRMED, PROVISIONAL = EvidenceSet.CONFIRMED, EvidenceSet.PROVISIONAL


def protocol(measure: str = "MD", bayes: dict[str, object] | None = None, direction: str = "higher") -> Protocol:
    base = Protocol.model_validate(
        {
            "review": "made_up",
            "title": "A drug",
            "version": "1",
            "searches": {},
            "comparisons": [{"id": "drug", "title": "Drug", "intervention": "Drug", "control": "Placebo"}],
            "timepoints": [{"name": "6 months"}],
            "outcomes": [
                {
                    "id": "score", "title": "Score", "short": "Score", "measure": measure, "unit": "points",
                    "direction": direction, "timepoints": ["6 months"], "mid": 4,
                }
            ],
            "conventions": [
                {
                    "name": "revman2025",
                    "continuous": [{"model": "REML"}, {"model": "REML", "interval": "hksj"}],
                    "dichotomous": [{"model": "REML"}, {"model": "REML", "interval": "hksj"}],
                }
            ],
            "supplements": {"bayes": bayes or {}},
        }
    )  # fmt: skip
    analysis = {"analysis": "1.1", "comparison": "drug", "outcome": "score", "timepoint": "6 months"}
    return base.with_analyses([Analysis.model_validate(analysis)])


def means(study: str, difference: float, evidence_set: EvidenceSet = CONFIRMED, **told: object) -> EffectInput:
    usual = {
        "study_id": study, "comparison": "drug", "outcome": "score", "timepoint": "6 months", "analysis": "1.1",
        "measure": Measure.MD, "evidence_set": evidence_set, "n_intervention": 50, "n_control": 50,
        "mean_intervention": difference, "sd_intervention": 8.0, "mean_control": 0.0, "sd_control": 8.0,
        "yi": difference, "vi": 2.56,
    }  # fmt: skip
    return EffectInput(**(usual | told))


def events(study: str, measure: Measure = Measure.RR) -> EffectInput:
    return means(study, -0.3, measure=measure, mean_intervention=None, mean_control=None, vi=0.1)


def supplement_of(inputs: list[EffectInput], of: Protocol):
    effects = [effect for name in (CONFIRMED, PROVISIONAL) for effect in pool_review(inputs, of, name)]
    return bayes_supplement(inputs, effects, of)


@pytest.mark.parametrize(
    ("measure", "bayes", "priors"),
    [
        ("MD", {}, ["HN(4.0)", "HN(8.0)", "Rhodes: any x 8"]),
        ("RR", {}, ["HN(0.5)", "HN(1.0)", "Turner: any"]),
        (
            "RR",
            {"comparison": "non-pharm v placebo", "outcomes": {"score": "all-cause mortality"}},
            ["HN(0.5)", "HN(1.0)", "Turner: all-cause mortality; non-pharm v placebo"],
        ),
        (
            "MD",
            {"comparison": "pharm v placebo", "outcomes": {"score": "mental health"}},
            ["HN(4.0)", "HN(8.0)", "Rhodes: mental health; pharm v placebo x 8"],
        ),
        (
            "MD",
            {"comparison": "pharm v placebo", "outcomes": {"score": "adverse events"}},
            ["HN(4.0)", "HN(8.0)", None],
        ),
        ("MD", {"priors": {"score": ["half-normal 2", "HC(3)"]}}, ["HN(2.0)", "HC(3.0)"]),
        ("MD", {"priors": {"1.1": ["HN(2)"], "score": ["HN(5)"]}}, ["HN(2.0)"]),
    ],
)
def test_an_analysis_has_the_priors_of_its_protocol_or_three(measure: str, bayes: dict, priors: list) -> None:
    one, two = (means("a", 3.0), means("b", 1.0)) if measure == "MD" else (events("a"), events("b"))
    found = [line.prior for line in supplement_of([one, two], protocol(measure, bayes)).lines]
    assert [name for name, wanted in zip(found, priors, strict=True) if wanted and name != wanted] == []


def test_lines_are_posteriors_of_the_rows_that_count_in_the_whole() -> None:
    rows = [
        means("a", 3.0),
        means("b", 1.0),
        means("c", 9.0, counts_in=Applicability.SUBGROUP),
        means("d", 5.0, yi=None),
    ]
    line, *_ = supplement_of(rows, protocol(bayes={"priors": {"score": ["HN(2)"]}})).lines
    alone = posterior([3.0, 1.0], [2.56, 2.56], tau=HalfNormal(2.0))
    assert line.k == 2
    assert line.estimate == alone.median[0]
    assert line.p_benefit == pytest.approx(1 - alone.below(0.0)[0])
    assert line.p_beyond_mid == pytest.approx(1 - alone.below(4.0)[0])
    assert [study.study_id for study in line.studies] == ["a", "b"]


def test_the_better_side_turns_probabilities_round() -> None:
    rows = [means("a", 3.0), means("b", 1.0)]
    higher, lower = (supplement_of(rows, protocol(direction=side)).lines[0] for side in ("higher", "lower"))
    assert higher.p_benefit == pytest.approx(1 - lower.p_benefit)
    assert lower.p_beyond_mid < 0.05 < higher.p_beyond_mid
    unknown = supplement_of(rows, protocol(direction="unknown")).lines[0]
    assert (unknown.p_benefit, unknown.p_beyond_mid) == (None, None)


def test_every_evidence_set_has_its_own_answer() -> None:
    rows = [means("a", 3.0), means("a", 3.0, PROVISIONAL), means("b", 2.0, PROVISIONAL)]
    found = supplement_of(rows, protocol())
    assert [(item.evidence_set, item.hksj is None) for item in found.answers] == [
        (CONFIRMED, True),
        (PROVISIONAL, False),
    ]
    assert len(found.lines) == 6


def test_without_a_unit_there_is_no_analysis_and_the_answer_says_why() -> None:
    rows = [means("a", 3.0, n_intervention=0, n_control=0, is_contrast=True)]
    found = supplement_of(rows, protocol())
    assert found.lines == ()
    assert found.answers[0].agrees is None
    assert "participants are missing" in found.answers[0].sentence


def test_the_second_engine_confirms_lines_and_finds_what_is_off_in_the_seventh_digit() -> None:
    rows = [means("a", 3.0), means("b", 1.0)]
    lines = supplement_of(rows, protocol()).lines
    assert crosscheck_bayes(rows, lines) == ()
    for name in (
        "estimate",
        "ci_low",
        "pi_high",
        "sd",
        "tau_high",
        "tau_mean",
        "p_below_no_effect",
        "p_benefit",
        "bf_tau_zero",
    ):
        wrong = msgspec.structs.replace(lines[0], **{name: getattr(lines[0], name) * (1 + 1e-6)})
        (found,) = crosscheck_bayes(rows, [wrong])
        assert name in str(found)
    one, two = lines[0].studies
    for name in ("shrunk", "ci_low", "ci_high"):
        moved = msgspec.structs.replace(one, **{name: getattr(one, name) + 1e-5})
        (found,) = crosscheck_bayes(rows, [msgspec.structs.replace(lines[0], studies=(moved, two))])
        assert f"a is below {name}" in str(found)


@pytest.mark.parametrize(
    ("bayes", "said"),
    [
        ({"priors": {"score": ["vague"]}}, "is not understood"),
        ({"priors": {"scroe": ["HN(1)"]}}, "none of the outcomes"),
        ({"outcomes": {"scroe": "pain"}}, "none of the outcomes"),
        ({"outcomes": {"score": "happiness"}}, "none of its outcomes"),
        ({"comparison": "needles v placebo"}, "none of its comparisons"),
        ({"mu": "wide"}, "is not understood"),
        ({"taus": []}, "Extra inputs"),
    ],
)
def test_what_a_protocol_cannot_mean_is_named(bayes: dict, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        protocol(bayes=bayes)


@pytest.mark.parametrize(
    ("difference", "beyond"),
    [
        (-0.3, {"pi_low": 0, "ci_low": 0, "ci_high": inf, "pi_high": inf}),
        (700.0, {"ci_high": inf, "pi_high": inf}),
        (-700.0, {"pi_low": 0, "ci_low": 0, "pi_high": inf}),
    ],
)
def test_a_wide_prior_leaves_a_ratio_limits_that_no_number_holds(difference: float, beyond: dict[str, float]) -> None:
    row = means("a", difference, measure=Measure.HR, mean_intervention=None, mean_control=None, vi=0.1)
    [line] = (found := supplement_of([row], protocol("HR", {"priors": {"score": ["HC(100)"]}}))).lines
    limits = {name: getattr(line, name) for name in ("pi_low", "ci_low", "ci_high", "pi_high")}
    assert {name: limit for name, limit in limits.items() if limit in (0, inf)} == beyond
    assert line.studies[0].estimate == pytest.approx(math.exp(difference))
    assert crosscheck_bayes([row], found.lines) == ()
    limited = msgspec.structs.replace(line, ci_low=1e-9, ci_high=1e9)
    assert {item.name for item in crosscheck_bayes([row], [limited])} == {
        "probability below ci_low", "probability below ci_high"
    }  # fmt: skip


def test_a_limit_that_a_number_holds_is_not_confirmed_as_infinite() -> None:
    rows = [events("a"), events("b")]
    [line] = supplement_of(rows, protocol("RR", {"priors": {"score": ["HN(0.5)"]}})).lines
    endless = msgspec.structs.replace(line, ci_low=0.0, ci_high=inf)
    assert [item.name for item in crosscheck_bayes(rows, [endless])] == [
        "probability below ci_low", "probability below ci_high"
    ]  # fmt: skip
