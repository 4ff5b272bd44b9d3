"""The Bayesian supplement of an analysis as readers see it."""

from models.bayes import BayesAnswer, BayesSupplement
from models.vocabulary import EvidenceSet
from reporting import believing
from synthesis.analyses import pool_review
from synthesis.bayes_supplement import bayes_supplement
from tests.synthesis.test_bayes_supplement import CONFIRMED, PROVISIONAL, events, means, protocol


def told(rows, of):
    effects = [effect for name in (CONFIRMED, PROVISIONAL) for effect in pool_review(rows, of, name)]
    return believing.told(bayes_supplement(rows, effects, of), effects, "1.1")


def test_wald_hksj_and_three_priors_stand_side_by_side() -> None:
    (found,) = told([means("a", 3.0), means("b", 1.0)], protocol())
    assert [way.name for way in found.ways] == [
        "Usual interval (Wald)",
        "Hartung-Knapp (HKSJ)",
        "Bayesian: moderate differences expected",
        "Bayesian: large differences expected",
        "Bayesian: differences as in past Cochrane reviews",
    ]
    assert [way.remark for way in found.ways[2:]] == [
        "prior of τ: half-normal, scale 4.00",
        "prior of τ: half-normal, scale 8.00",
        "prior of τ: Rhodes: any x 8",
    ]
    assert all(way.benefit.endswith("%") and way.beyond.endswith("%") for way in found.ways[2:])
    assert [picture.title for picture in found.pictures][:1] == ["Effect: an area for each assumption"]
    assert len(found.pictures) == 4


def test_one_study_has_no_hksj_line() -> None:
    (found,) = told([means("a", 3.0)], protocol())
    assert [way.name for way in found.ways][:2] == ["Usual interval (Wald)", "Bayesian: moderate differences expected"]
    assert found.ways[0].remark


def test_provisional_numbers_are_told_where_they_are_others() -> None:
    same = [means("a", 3.0), means("a", 3.0, PROVISIONAL)]
    assert [item.answer.evidence_set for item in told(same, protocol())] == [CONFIRMED]
    more = [*same, means("b", 1.0, PROVISIONAL)]
    assert [item.answer.evidence_set for item in told(more, protocol())] == [CONFIRMED, PROVISIONAL]


def test_a_picture_of_ratios_has_ratios_on_its_axis() -> None:
    (found,) = told([events("a"), events("b")], protocol("RR"))
    effect = found.pictures[0]
    assert float(effect.low) < 1 < float(effect.high)
    assert effect.null is not None
    assert effect.posterior[0].endswith("Z")
    assert "nan" not in "".join(effect.posterior)


def test_under_a_prior_that_holds_anything_for_possible_a_ratio_ends_nowhere() -> None:
    (found,) = told([events("a")], protocol("RR", {"priors": {"score": ["HC(100)"]}}))
    assert found.ways[-1].effect.endswith("(< 0.001 to > 10,000)")
    assert (found.pictures[0].low, found.pictures[0].high) == ("< 0.001", "> 10,000")


def test_a_reason_alone_has_no_table() -> None:
    answer = BayesAnswer(
        evidence_set=EvidenceSet.CONFIRMED, comparison="drug", outcome="score", timepoint="6 months", analysis="1.1",
        wald=None, hksj=None, agrees=None, p_benefit_low=None, p_benefit_high=None, sentence="No Bayesian analysis.",
    )  # fmt: skip
    (found,) = believing.told(BayesSupplement(answers=(answer,)), (), "1.1")
    assert (found.ways, found.pictures) == ((), ())


def test_what_agrees_is_read_before_the_rest_and_not_twice() -> None:
    (found,) = told([means("a", 3.0), means("b", 1.0)], protocol())
    assert found.agreement.endswith(".")
    assert f"{found.agreement} {found.rest}" == found.answer.sentence
    assert "robability" not in found.agreement


def test_priors_of_somebody_are_named_as_they_stand_in_the_protocol() -> None:
    (found,) = told([means("a", 3.0)], protocol(bayes={"priors": {"score": ["HN(2)", "HC(3)"]}}))
    assert [way.name for way in found.ways[1:]] == [
        "Bayesian: differences expected as by HN(2.0)",
        "Bayesian: differences expected as by HC(3.0)",
    ]


def test_provisional_numbers_are_named_before_what_is_said_of_them() -> None:
    rows = [means("a", 3.0), means("a", 3.0, PROVISIONAL), means("b", 1.0, PROVISIONAL)]
    result, provisional = told(rows, protocol())
    assert result.agreement[0].isupper() and not result.agreement.startswith("With")
    assert provisional.agreement.startswith(("With provisional numbers: all ", "With provisional numbers: the choice"))
    assert provisional.rest.startswith("With provisional numbers: the probability")
