"""A strategy is what an information specialist would type: every word of the protocol, in the platform's own form."""

from datetime import date
from pathlib import Path

import pytest

from connectors import CONNECTORS
from connectors.strategies import PLATFORMS, Strategy, strategy_for
from models.databases import DATABASES
from models.design_words import Design
from models.eligibility import InterventionRow
from models.pico import Pico
from models.protocol import Protocol
from models.review import load_review

SECOND = Path(__file__).parents[2] / "reviews" / "pressure_ulcers"
DAY = date(2026, 11, 29)
FILTERED = {"embase.com", "ovid-medline", "ovid-embase", "pubmed"}
ASKED = {
    "population": ["pressure ulcer"],
    "abbreviations": ["PU"],
    "intervention": ["air mattress"],
    "free_text": {"intervention": ["alternat* pressure"]},
    "vocabulary": {
        "mesh": {"population": ["Pressure Ulcer"], "intervention": [{"heading": "Beds", "explode": False}]},
        "emtree": {"population": ["decubitus"], "intervention": [{"heading": "bed and mattress", "explode": False}]},
    },
    "languages": {"es": ["úlcera por presión"]},
}
ROWS = (("Undulair*;UDA-200", "yes"), ("Calmafoam", "no"), ("Maybeair", "person"))


@pytest.fixture(scope="module")
def protocol() -> Protocol:
    return load_review(SECOND).protocol


def written(protocol: Protocol, slug: str, **asked: object) -> Strategy:
    rows = [
        InterventionRow.model_validate(
            {"name": names, "names": names, "counts": counts, "evidence": "memory", "source": "s"}
        )
        for names, counts in ROWS
    ]
    pico = Pico.model_validate(ASKED | asked).with_interventions(rows)
    return strategy_for(PLATFORMS[slug], protocol.model_copy(update={"pico": pico}), DAY)


def own_lines(strategy: Strategy) -> list[str]:
    return [line.text for line in strategy.lines if line.about != "randomised trials"]


LINES = {
    "ovid-medline": [
        "exp pressure ulcer/",
        "((pressure adj3 ulcer*)).ti,ab,kf.",
        "(PU).ti,ab,kf.",
        "1 or 2 or 3",
        "beds/",
        "((air adj3 mattress*) or (alternat* adj3 pressure)).ti,ab,kf.",
        "(Undulair* or UDA-200 or Maybeair).ti,ab,kf.",
        "5 or 6 or 7",
        "4 and 8 and 19",
    ],
    "ovid-embase": [
        "exp decubitus/",
        "((pressure adj3 ulcer*)).ti,ab,kf.",
        "(PU).ti,ab,kf.",
        "1 or 2 or 3",
        '"bed and mattress"/',
        "((air adj3 mattress*) or (alternat* adj3 pressure)).ti,ab,kf.",
        "(Undulair* or UDA-200 or Maybeair).ti,ab,kf.",
        "5 or 6 or 7",
        "4 and 8 and 43",
    ],
    "embase.com": [
        "'decubitus'/exp",
        "(pressure NEAR/3 ulcer*):ti,ab,kw",
        "PU:ti,ab,kw",
        "#1 OR #2 OR #3",
        "'bed and mattress'/de",
        "(air NEAR/3 mattress*):ti,ab,kw OR (alternat* NEAR/3 pressure):ti,ab,kw",
        "Undulair*:ti,ab,kw OR 'UDA 200':ti,ab,kw OR Maybeair:ti,ab,kw",
        "#5 OR #6 OR #7",
        "#4 AND #8 AND #43",
    ],
    "central": [
        '[mh "Pressure Ulcer"]',
        "(pressure NEAR/3 ulcer*):ti,ab,kw",
        "PU:ti,ab,kw",
        "#1 OR #2 OR #3",
        '[mh ^"Beds"]',
        "(air NEAR/3 mattress*):ti,ab,kw OR (alternat* NEAR/3 pressure):ti,ab,kw",
        'Undulair*:ti,ab,kw OR "UDA 200":ti,ab,kw OR Maybeair:ti,ab,kw',
        "#5 OR #6 OR #7",
        "#4 AND #8",
    ],
    "crs": [
        'MESH DESCRIPTOR "Pressure Ulcer" EXPLODE ALL AND INREGISTER',
        "((pressure ADJ3 ulcer*)):TI,AB,KY AND INREGISTER",
        "(PU):TI,AB,KY AND INREGISTER",
        "#1 OR #2 OR #3",
        'MESH DESCRIPTOR "Beds" AND INREGISTER',
        "((air ADJ3 mattress*) OR (alternat* ADJ3 pressure)):TI,AB,KY AND INREGISTER",
        '(Undulair* OR "UDA 200" OR Maybeair):TI,AB,KY AND INREGISTER',
        "#5 OR #6 OR #7",
        "#4 AND #8",
    ],
    "pubmed": [
        '"Pressure Ulcer"[mh]',
        '"pressure ulcer"[tiab:~2] OR "pressure ulcer*"[tiab]',
        "PU[tiab]",
        "#1 OR #2 OR #3",
        '"Beds"[mh:noexp]',
        '"air mattress"[tiab:~2] OR "air mattress*"[tiab] OR (alternat*[tiab] AND pressure[tiab])',
        'Undulair*[tiab] OR "UDA-200"[tiab] OR Maybeair[tiab]',
        "#5 OR #6 OR #7",
        "#4 AND #8 AND #19",
    ],
    "europepmc": [
        '(KW:"Pressure Ulcer" OR (TITLE_ABS:pressure AND TITLE_ABS:ulcer*) OR TITLE_ABS:PU) AND (KW:"Beds" OR'
        " (TITLE_ABS:air AND TITLE_ABS:mattress*) OR (TITLE_ABS:alternat* AND TITLE_ABS:pressure) OR TITLE_ABS:Undulair*"
        ' OR TITLE_ABS:"UDA-200" OR TITLE_ABS:Maybeair)',
    ],
    "ctgov": ['"pressure ulcer" OR PU', 'Undulair OR "UDA-200" OR Maybeair'],
    "ctis": ["pressure ulcer, úlcera por presión", "Undulair, UDA-200, Maybeair"],
    "euctr": ['"pressure ulcer" OR "úlcera por presión"', 'Undulair OR "UDA-200" OR Maybeair'],
    "isrctn": ['"pressure ulcer"', 'Undulair OR "UDA-200" OR Maybeair'],
    "ictrp": ['"pressure ulcer"', 'Undulair OR "UDA-200" OR Maybeair'],
}


@pytest.mark.parametrize("slug", PLATFORMS)
def test_a_question_is_written_in_the_platforms_own_form(protocol: Protocol, slug: str) -> None:
    assert own_lines(written(protocol, slug)) == LINES[slug]


@pytest.mark.parametrize("slug", PLATFORMS)
def test_what_does_not_count_is_not_searched(protocol: Protocol, slug: str) -> None:
    assert "Calmafoam" not in str(written(protocol, slug).lines)


@pytest.mark.parametrize("slug", PLATFORMS)
def test_without_words_of_the_intervention_nothing_is_narrowed(protocol: Protocol, slug: str) -> None:
    strategy = written(protocol, slug, intervention=[], vocabulary={}, free_text={})
    joined = own_lines(strategy)[-1]
    assert "intervention" not in {line.about for line in strategy.lines}
    assert any("no words of it" in note for note in strategy.notes)
    if slug in FILTERED:
        assert joined.casefold().count(" and ") == 1


@pytest.mark.parametrize("slug", PLATFORMS)
def test_the_published_filter_is_used_where_one_belongs(protocol: Protocol, slug: str) -> None:
    strategy = written(protocol, slug)
    lines = [line.text for line in strategy.lines if line.about == "randomised trials"]
    assert bool(lines) is (slug in FILTERED)
    assert ("Handbook" in strategy.filter) is (slug in FILTERED)
    assert strategy.filter.startswith("none") is (slug not in FILTERED)


@pytest.mark.parametrize(
    ("slug", "lines"),
    [
        (
            "ovid-medline",
            "exp randomized controlled trial/|controlled clinical trial.pt.|randomized.ab.|placebo.ab.|drug therapy.fs.|"
            "randomly.ab.|trial.ab.|groups.ab.|9 or 10 or 11 or 12 or 13 or 14 or 15 or 16|exp animals/ not humans.sh.|17 not 18",
        ),
        (
            "pubmed",
            "randomized controlled trial [pt]|controlled clinical trial [pt]|randomized [tiab]|placebo [tiab]|"
            "drug therapy [sh]|randomly [tiab]|trial [tiab]|groups [tiab]|#9 OR #10 OR #11 OR #12 OR #13 OR #14 OR #15 OR #16|"
            "animals [mh] NOT humans [mh]|#17 NOT #18",
        ),
    ],
)
def test_the_highly_sensitive_search_strategy_stands_line_by_line(protocol: Protocol, slug: str, lines: str) -> None:
    found = [line.text for line in written(protocol, slug).lines if line.about == "randomised trials"]
    assert found == lines.split("|")


@pytest.mark.parametrize("slug", ["embase.com", "ovid-medline", "ovid-embase", "pubmed"])
def test_no_filter_for_trials_narrows_a_review_of_other_designs(protocol: Protocol, slug: str) -> None:
    eligibility = protocol.eligibility.model_copy(update={"designs": [Design.RANDOMISED, Design.COHORT]})
    plain, wide = written(protocol, slug), written(protocol.model_copy(update={"eligibility": eligibility}), slug)
    assert own_lines(plain)[:-1] == own_lines(wide)[:-1]
    assert len(own_lines(wide)) == len(wide.lines) < len(plain.lines)
    assert wide.filter.startswith("none: the protocol takes other designs")


def test_a_register_of_trials_says_that_it_holds_no_other_designs(protocol: Protocol) -> None:
    eligibility = protocol.eligibility.model_copy(update={"designs": [Design.COHORT]})
    notes = written(protocol.model_copy(update={"eligibility": eligibility}), "central").notes
    assert any("other designs" in note for note in notes)
    assert not any("other designs" in note for note in written(protocol, "central").notes)


def test_what_of_a_filter_was_not_read_is_said(protocol: Protocol) -> None:
    notes = {slug: " ".join(written(protocol, slug).notes) for slug in PLATFORMS}
    assert {slug for slug, said in notes.items() if "Not checked against the publication" in said} == {"ovid-embase"}


@pytest.mark.parametrize("slug", ["euctr", "ctis"])
def test_no_national_spelling_is_made_up(protocol: Protocol, slug: str) -> None:
    without = written(protocol, slug, languages={})
    assert any("No national spellings" in note for note in without.notes)
    assert "úlcera" not in str(without.lines)
    assert any("National spellings in es" in note for note in written(protocol, slug).notes)


def test_what_is_reported_of_a_strategy(protocol: Protocol) -> None:
    strategy = written(protocol, "central")
    assert (strategy.database, strategy.review, strategy.protocol_version, strategy.written_on) == (
        "CENTRAL",
        protocol.review,
        protocol.version,
        DAY,
    )
    assert strategy.limits.startswith("none")


def test_missing_headings_and_names_that_are_no_words_are_said(protocol: Protocol) -> None:
    bare = written(protocol, "ovid-medline", vocabulary={})
    assert any("No headings" in note for note in bare.notes)
    row = InterventionRow(name="x", names="®", counts="yes", evidence="memory", source="s")
    odd = protocol.model_copy(update={"pico": protocol.pico.with_interventions([row])})
    assert any("'®'" in note for note in strategy_for(PLATFORMS["central"], odd, DAY).notes)


def test_long_lists_are_several_lines(protocol: Protocol) -> None:
    words = [f"substance{number}x" for number in range(45)]
    lines = own_lines(written(protocol, "ovid-medline", intervention=words, free_text={}))
    assert all(any(word in line for line in lines) for word in words)
    assert max(line.count(" or ") for line in lines) < 20


def test_every_platform_searches_a_database_or_a_source_that_is_known() -> None:
    known = {database.slug for database in DATABASES} | set(CONNECTORS)
    assert {platform.searched for platform in PLATFORMS.values()} <= known
