"""What the second engine does not confirm is not published, and is told when it is asked of what is."""

import dataclasses
import json
import re
from datetime import date
from pathlib import Path
from typing import Any

import msgspec
import pytest
from made_up_folders import SOURCE
from msgspec.structs import replace

from cli.crosscheck import crosscheck_published
from cli.published_numbers import CHANGED, stated_by
from flows.conclude import Unsound
from flows.gather import NightRequest
from flows.night import night
from judging.curves import curves_of
from judging.second_engine import Stated, confirm
from judging.survival import rmst_of
from models.dates import at_night
from models.settings import Settings
from models.survival_rows import SurvivalRow
from models.vocabulary import Measure
from synthesis.analyses import pool_review
from synthesis.looks import looks_of


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """One night whose review has numbers."""
    settings = Settings(data=tmp_path_factory.mktemp("data"))
    night(request_of(date(2019, 7, 31)), settings)
    return settings


def request_of(day: date) -> NightRequest:
    return NightRequest(
        review="als_cell_therapy", as_of=at_night(day), registries="replay", sources=("ctgov", "pubmed")
    )


def test_every_kind_of_published_number_is_confirmed_from_the_warehouse(published: Settings):
    found = crosscheck_published("als_cell_therapy", published)
    counts = found.confirmation.counts
    assert found.disagreements == []
    assert all(n > 0 for kind, n in counts.items() if kind != "restricted_means"), counts
    assert str(found).startswith(f"{counts['effects']} effects, {counts['looks']} looks, ")


def test_the_night_and_the_command_recompute_the_same(published: Settings):
    told = json.loads((published.published / "als_cell_therapy" / "current" / "manifest.json").read_bytes())
    confirmation = crosscheck_published("als_cell_therapy", published).confirmation
    assert (told["recomputed"], told["not_recomputed"]) == (confirmation.counts, confirmation.not_recomputed)


def off(item: Any, name: str) -> Any:
    """The same with one number a hundredth larger, or a truth turned."""
    value = getattr(item, name)
    return replace(item, **{name: not value if isinstance(value, bool) else value * 1.01})


def first_off(items: tuple[Any, ...], name: str) -> tuple[Any, ...]:
    place = next(i for i, item in enumerate(items) if getattr(item, name) is not None)
    return (*items[:place], off(items[place], name), *items[place + 1 :])


def with_curves(stated: Stated) -> Stated:
    """The same with survival of a made-up study, which the review has none of, and its restricted mean."""
    review = stated.review
    assert review is not None
    analysis = review.protocol.analyses[0].model_copy(update={"measure": Measure.HR})
    place = {"comparison": analysis.comparison, "outcome": analysis.outcome, "timepoint": analysis.timepoint}
    rows = tuple(
        SurvivalRow(study_id="NCT90000001", arm=arm, time=time, time_unit="months", **told, **place, **SOURCE)
        for arm, at_12, at_24 in (("intervention", 0.9, 0.8), ("control", 0.8, 0.6))
        for time, told in ((0, {"at_risk": 100}), (12, {"survival": at_12}), (24, {"survival": at_24}))
    )
    protocol = review.protocol.model_copy()
    protocol._analyses = (analysis,)
    lived = tuple(rmst_of(curves_of(rows).curves, protocol))
    return dataclasses.replace(
        stated,
        review=dataclasses.replace(review, survival=rows),
        supplements=replace(stated.supplements, survival=lived),
    )


SLIPS = {
    "alsfrs_r_change.* look 1: information": lambda of: replace(
        of, looks=(replace(of.looks[0], looks=first_off(of.looks[0].looks, "information")), *of.looks[1:])
    ),
    "prior .*: sd": lambda of: replace(of, bayes=replace(of.bayes, lines=first_off(of.bayes.lines, "sd"))),
    "answer: that all ways agree": lambda of: replace(
        of, bayes=replace(of.bayes, answers=first_off(of.bayes.answers, "agrees"))
    ),
    "missing with .*: estimate": lambda of: replace(
        of, missing=(replace(of.missing[0], surface=first_off(of.missing[0].surface, "estimate")), *of.missing[1:])
    ),
    "rare events by .*: se": lambda of: replace(
        of, rare=(replace(of.rare[0], lines=first_off(of.rare[0].lines, "se")), *of.rare[1:])
    ),
    "within 24 months: difference": lambda of: replace(of, survival=first_off(of.survival, "difference")),
    "NCT.* in .*: se": lambda of: replace(
        of, forecast=(replace(of.forecast[0], effects=first_off(of.forecast[0].effects, "se")),)
    ),
}


@pytest.mark.parametrize("said", SLIPS)
def test_a_slip_of_every_kind_is_named(published: Settings, said: str):
    stated = with_curves(stated_by("als_cell_therapy", published))
    assert not confirm(stated).disagreements
    wrong = dataclasses.replace(stated, supplements=SLIPS[said](stated.supplements))
    found = confirm(wrong)
    assert any(re.search(said, str(item)) for item in found.disagreements)


def test_without_the_folder_of_that_night_what_rests_on_it_is_said_not_to_be_recomputed(
    published: Settings, tmp_path: Path
):
    found = crosscheck_published("als_cell_therapy", dataclasses.replace(published, reviews=tmp_path)).confirmation
    assert found.not_recomputed == [CHANGED]
    assert (found.counts["forecasts"], found.counts["effects"] > 0) == (0, True)


def slightly_wrong(*arguments):
    return tuple(
        msgspec.structs.replace(effect, estimate=effect.estimate * (1 + 1e-6)) if effect.estimate else effect
        for effect in pool_review(*arguments)
    )


def test_an_estimate_that_is_off_in_the_sixth_digit_stops_the_publication(
    published: Settings, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("judging.judge.pool_review", slightly_wrong)
    folder = published.published / "als_cell_therapy"
    before = (folder / "current").resolve()
    with pytest.raises(Unsound, match=r"alsfrs_r_change.* estimate is 3\.38"):
        night(request_of(date(2019, 8, 1)), published)
    assert (folder / "current").resolve() == before
    assert as_of(before) == "2019-07-31T06:00:00Z"


def slightly_wrong_looks(*arguments):
    return tuple(
        msgspec.structs.replace(
            item, looks=tuple(msgspec.structs.replace(look, log_e=look.log_e + 1e-6) for look in item.looks)
        )
        for item in looks_of(*arguments)
    )


def test_an_e_value_that_is_off_in_the_sixth_digit_stops_the_publication(
    published: Settings, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("judging.supplements.looks_of", slightly_wrong_looks)
    with pytest.raises(Unsound, match=r"alsfrs_r_change.* look 1: log_e is 3\.0"):
        night(request_of(date(2019, 8, 1)), published)
    assert as_of((published.published / "als_cell_therapy" / "current").resolve()) == "2019-07-31T06:00:00Z"


def as_of(folder: Path) -> str:
    manifest = json.loads((folder / "manifest.json").read_bytes())
    return str(manifest["as_of"])
