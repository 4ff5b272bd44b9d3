"""Forest plots, read back from their SVG."""

import math
from collections.abc import Callable

import msgspec
import pytest
from lxml import etree

from models.page import ReviewPage
from models.vocabulary import EvidenceSet
from reporting.figures import forest_plot
from reporting.results import AnalysisResult, collect_results

SVG = "{http://www.w3.org/2000/svg}"


@pytest.fixture(scope="module")
def results(review_page: ReviewPage) -> dict[str, AnalysisResult]:
    return {result.outcome.id: result for result in reversed(collect_results(review_page))}


def draw(result: AnalysisResult, *, phone: bool = False) -> etree._Element:
    return etree.fromstring(forest_plot(result, phone=phone))


def texts(figure: etree._Element) -> list[str]:
    return ["".join(node.itertext()) for node in figure.iter(f"{SVG}text")]


def rows(figure: etree._Element, kind: str) -> list[etree._Element]:
    return [group for group in figure.iter(f"{SVG}g") if kind in group.get("class", "").split()]


def test_every_number_of_a_study_is_in_the_figure(results):
    words = texts(draw(results["serious_adverse_events"]))
    for word in ("Oh 2018", "NCT01363401", "3/33", "6/31", "0.47 (0.13 to 1.72)", "23/95", "17/94"):
        assert word in words


def test_means_stand_with_their_sd_and_number_analysed(results):
    words = texts(draw(results["alsfrs_r"]))
    for word in ("−3.10 (3.51)", "n = 31", "−6.48 (4.53)", "n = 25", "100%", "3.38 (1.22 to 5.54)"):
        assert word in words


def test_weights_are_those_of_mantel_and_haenszel(results):
    # n1 * c / N: 33 * 6 / 64 = 3.09 and 95 * 17 / 189 = 8.54, of 11.64 together.
    assert [study.weight_text for study in results["serious_adverse_events"].studies] == ["27%", "73%"]


def test_areas_of_squares_are_in_proportion_to_weight(results):
    light, heavy = (float(node.get("width")) for node in draw(results["serious_adverse_events"]).iter(f"{SVG}rect"))
    weights = [study.weight_pct for study in results["serious_adverse_events"].studies]
    assert (light / heavy) ** 2 == pytest.approx(weights[0] / weights[1], rel=0.03)


def test_provisional_studies_and_effects_are_marked_and_labelled(results):
    figure = draw(results["serious_adverse_events"])
    first, second = rows(figure, "study")
    assert "provisional" not in first.get("class") and "provisional" in second.get("class")
    assert any("provisional" in text for text in texts(second))
    assert len([row for row in rows(figure, "pooled") if "provisional" in row.get("class")]) == 4


def test_hksj_of_two_is_drawn_with_arrows_beside_wald_and_does_not_set_the_axis(results):
    pooled = rows(draw(results["serious_adverse_events"]), "pooled")
    by_label = {texts(row)[0]: row for row in pooled}
    hksj, wald = by_label["Cochrane 2025: REML, HKSJ"], by_label["Cochrane 2025: REML"]
    assert texts(hksj)[1:] == ["τ² 0.29, I² 53%", "0.94 (0.002 to 508)"]
    assert len(hksj.findall(f"{SVG}path[@class='arrow']")) == 2
    assert wald.findall(f"{SVG}path[@class='arrow']") == []
    assert "508" not in texts(draw(results["serious_adverse_events"]))


def test_models_that_agree_are_one_diamond(results):
    pooled = rows(draw(results["alsfrs_r"]), "pooled")
    assert [texts(row) for row in pooled] == [["All models", "3.38 (1.22 to 5.54)"]]


def test_ratios_have_a_logarithmic_axis(results):
    axis = draw(results["serious_adverse_events"]).find(f"{SVG}g[@class='axis']")
    ticks = {node.text: float(node.get("x")) for node in axis.findall(f"{SVG}text") if node.text[0].isdigit()}
    assert list(ticks) == ["0.1", "0.2", "0.5", "1", "2", "5", "10"]
    assert ticks["1"] - ticks["0.1"] == pytest.approx(ticks["10"] - ticks["1"])
    assert ticks["2"] - ticks["1"] == pytest.approx(ticks["10"] - ticks["5"], abs=0.2)


def test_differences_have_a_linear_axis_with_the_smallest_important_difference(results):
    figure = draw(results["alsfrs_r"])
    assert [text for text in texts(figure) if text in {"−6", "−3", "0", "3", "6"}] == ["−6", "−3", "0", "3", "6"]
    assert "MID 4" in texts(figure)
    assert figure.find(f".//{SVG}line[@class='mid']") is not None
    assert draw(results["fvc"]).find(f".//{SVG}line[@class='mid']") is None


@pytest.mark.parametrize(
    ("outcome", "left", "right"),
    [
        ("survival", "placebo or no additional", "cell-based therapy"),
        ("adverse_events", "cell-based therapy", "placebo or no additional"),
    ],
)
def test_favours_follows_the_direction_of_the_outcome(results, outcome, left, right):
    places = {node.text: float(node.get("x")) for node in draw(results[outcome]).iter(f"{SVG}text")}
    assert places[left] < places[right]


@pytest.mark.parametrize("phone", [False, True])
def test_figures_have_a_title_and_a_description_and_stay_inside_their_box(results, phone):
    for result in results.values():
        if result.is_empty:
            continue
        figure = draw(result, phone=phone)
        ids = {figure.find(f"{SVG}{tag}").get("id") for tag in ("title", "desc")}
        assert set(figure.get("aria-labelledby").split()) == ids
        assert result.outcome.title in figure.findtext(f"{SVG}title")
        assert result.studies[0].effect_text in figure.findtext(f"{SVG}desc")
        _, _, width, height = (float(part) for part in figure.get("viewBox").split())
        assert all(0 <= float(node.get("x")) <= width for node in figure.iter(f"{SVG}text"))
        assert all(0 <= float(node.get("y")) <= height for node in figure.iter(f"{SVG}text"))


def test_an_outcome_without_a_study_has_no_figure(results):
    assert forest_plot(results["muscle_strength"]) == ""


def test_a_study_without_an_estimate_is_listed_and_not_drawn(review_page, changed: Callable[..., ReviewPage]):
    inputs = tuple(
        msgspec.structs.replace(item, yi=None, vi=None, events_intervention=0, events_control=0)
        if (item.study_id, item.outcome) == ("NCT03280056", "serious_adverse_events")
        else item
        for item in review_page.inputs
    )
    result = next(r for r in collect_results(changed(inputs=inputs)) if r.outcome.id == "serious_adverse_events")
    study = rows(draw(result), "study")[1]
    assert texts(study)[-1] == "not estimable"
    assert study.findall(f"{SVG}rect") == []


@pytest.mark.parametrize(("low", "high"), [(0.0, math.inf), (1e-300, 1e300)])
def test_limits_beyond_all_bounds_are_still_drawn(review_page, changed: Callable[..., ReviewPage], low, high):
    effects = tuple(
        msgspec.structs.replace(e, ci_low=low, ci_high=high) if e.k == 2 and e.interval == "hksj" else e
        for e in review_page.effects
    )
    result = next(r for r in collect_results(changed(effects=effects)) if r.outcome.id == "survival")
    assert "0.99 (< 0.001 to > 10,000)" in texts(draw(result))


def test_a_study_that_was_confirmed_is_no_longer_provisional(review_page, changed: Callable[..., ReviewPage]):
    confirmed = tuple(
        msgspec.structs.replace(item, evidence_set=EvidenceSet.CONFIRMED)
        for item in review_page.inputs
        if item.study_id == "NCT03280056"
    )
    page = changed(inputs=(*review_page.inputs, *confirmed))
    result = next(r for r in collect_results(page) if r.outcome.id == "survival")
    assert [study.is_provisional for study in result.studies] == [False, False]


@pytest.mark.parametrize("phone", [False, True])
def test_a_prediction_interval_is_drawn_below_its_diamond_with_its_limits(
    review_page, changed: Callable[..., ReviewPage], phone: bool
):
    effects = tuple(
        msgspec.structs.replace(effect, k=3, pi_low=0.5, pi_high=400.0) if effect.k == 2 else effect
        for effect in review_page.effects
    )
    [result] = [r for r in collect_results(changed(effects=effects)) if r.key.endswith("survival-4-to-6-months")]
    figure = draw(result, phone=phone)
    drawn = [row for row in rows(figure, "pooled") if "prediction 0.50 to 400" in texts(row)]
    assert len(drawn) == sum(effect.k == 2 for effect in review_page.effects if effect.outcome == result.outcome.id)
    for row in drawn:
        paths = {node.get("class"): node.get("d") for node in row.iter(f"{SVG}path")}
        assert {"diamond", "prediction", "arrow"} <= set(paths)
        y_of = {name: float(paths[name].split("H")[0].split("L")[0].split()[1]) for name in ("diamond", "prediction")}
        assert y_of["prediction"] > y_of["diamond"]
    assert float(figure.get("viewBox").split()[3]) > float(
        draw({r.key: r for r in collect_results(review_page)}[result.key], phone=phone).get("viewBox").split()[3]
    )
