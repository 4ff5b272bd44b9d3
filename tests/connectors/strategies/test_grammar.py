"""Every line of a strategy is one that its platform takes, whatever words a protocol has."""

import importlib.util
from datetime import date
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from connectors.strategies import PLATFORMS, strategy_for
from models.eligibility import InterventionRow
from models.pico import Pico
from models.review import load_review

ROOT = Path(__file__).parents[3]
_spec = importlib.util.spec_from_file_location("grammar", Path(__file__).with_name("grammar.py"))
grammar = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(grammar)

DAY = date(2026, 11, 29)
REVIEWS = [
    ROOT / "reviews" / "als_cell_therapy",
    ROOT / "reviews" / "als_calcium_sensitisers",
    ROOT / "tests" / "reviews" / "pressure_ulcers",
]
every_platform = pytest.mark.parametrize("platform", PLATFORMS.values(), ids=lambda item: item.slug)


@pytest.fixture(scope="module")
def protocol():
    return load_review(REVIEWS[0]).protocol


def checked(platform, protocol):
    __tracebackhide__ = True
    strategy = strategy_for(platform, protocol, DAY)
    assert [line.number for line in strategy.lines] == list(range(1, len(strategy.lines) + 1))
    for line in strategy.lines:
        assert "\n" not in line.text
        grammar.GRAMMARS[platform.slug].check(line.text, line.number)
    return strategy


def test_every_platform_has_a_grammar() -> None:
    assert set(grammar.GRAMMARS) == set(PLATFORMS)


@every_platform
@pytest.mark.parametrize("folder", REVIEWS, ids=lambda path: path.name)
def test_a_review_is_searched_in_the_words_of_the_platform(folder: Path, platform) -> None:
    assert checked(platform, load_review(folder).protocol).lines


@every_platform
def test_every_line_leads_to_the_last(protocol, platform) -> None:
    """A line that nothing refers to is searched for in vain."""
    lines = checked(platform, protocol).lines
    if not platform.trial_filter and platform.slug not in {"central", "crs"}:
        return
    mark = "" if platform.slug.startswith("ovid") else "#"
    numbers = {
        int(text) for line in lines for text in grammar.re.findall(rf"(?<![\w*-]){mark}(\d+)(?![\w*-])", line.text)
    }
    assert numbers >= {line.number for line in lines[:-1]}


WORDS = st.text("abcdefghyzABCéüß肌筋", min_size=1, max_size=9) | st.sampled_from(
    ["or", "AND", "Not", "near", "next", "adj3", "exp", "12", "5-HT", "O'Neil", "Gehrig’s", "Crohn's", "of", "the", "B12", "therapy", "use"]
)  # fmt: skip
JOINTS = st.sampled_from([" ", "-", " ", "'"])


@st.composite
def search_words(draw, truncated: bool = False) -> str:
    words = draw(st.lists(WORDS, min_size=1, max_size=5))
    text = words[0]
    for word in words[1:]:
        text += draw(JOINTS) + word
    if truncated and draw(st.booleans()):
        text = "abc" + text.rpartition(" ")[2].rpartition("-")[2].replace("'", "").replace("’", "") + "*"
    return text


NAMES = st.text("aB3 -*'\"()[]/.,:#$?&®|_\t肌", min_size=1, max_size=12).filter(lambda text: text.strip())
HEADINGS = st.text("abAB ,-'()3", min_size=1, max_size=15).filter(
    lambda text: any(map(str.isalnum, text)) and text == text.strip()
)


@st.composite
def questions(draw) -> Pico:
    intervention = draw(st.lists(search_words(), max_size=4))
    concepts = {
        "population": draw(st.lists(HEADINGS, max_size=2, unique_by=str.casefold)),
        "intervention": draw(st.lists(HEADINGS, max_size=2, unique_by=str.casefold)) if intervention else [],
    }
    drawn = {
        "population": draw(st.lists(search_words(), min_size=1, max_size=4)),
        "abbreviations": draw(st.lists(WORDS, max_size=2)),
        "intervention": intervention,
        "registries_by_intervention": bool(intervention) and draw(st.booleans()),
        "vocabulary": {"mesh": concepts, "emtree": concepts},
        "free_text": {"population": draw(st.lists(search_words(truncated=True), max_size=3))},
        "languages": draw(
            st.dictionaries(st.sampled_from(["es", "fr"]), st.lists(search_words(), min_size=1, max_size=2))
        ),
    }
    drawn = _legal(drawn)
    rows = [
        InterventionRow(name="n", names=name, counts="yes", evidence="memory", source="s")
        for name in draw(st.lists(NAMES, max_size=4))
        if name.strip(" ;")
    ]
    return Pico.model_validate(drawn).with_interventions(rows)


def _legal(drawn):
    """A word alone that is an operator is refused on load."""
    refused = {"AND", "OR", "NOT"}
    for key in ("population", "abbreviations", "intervention"):
        drawn[key] = [f"x {text}" if text in refused else text for text in drawn[key]]
    drawn["free_text"]["population"] = [f"x {t}" if t in refused else t for t in drawn["free_text"]["population"]]
    drawn["languages"] = {k: [f"x {t}" if t in refused else t for t in v] for k, v in drawn["languages"].items()}
    return drawn


@every_platform
@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
@given(pico=questions())
def test_whatever_the_words_the_lines_are_grammatical(platform, protocol, pico) -> None:
    checked(platform, protocol.model_copy(update={"pico": pico}))


@pytest.mark.parametrize(
    ("slug", "text"),
    [
        ("ovid-medline", "(a or b.ti,ab,kf."),
        ("ovid-medline", "1 or 9"),
        ("ovid-medline", "(stem or).ti,ab,kf."),
        ("ovid-medline", "(stem).ti,zz."),
        ("ovid-medline", '("stem).ti,ab,kf.'),
        ("embase.com", "'stem cell:ti,ab,kw"),
        ("embase.com", "stem:ti,ab,kw OR #7"),
        ("embase.com", "stem-cell:ti,ab,kw"),
        ("embase.com", "'o'neil':ti,ab,kw"),
        ("central", '"stem cell*":ti,ab,kw'),
        ("central", "(stem NEAR/3):ti,ab,kw"),
        ("crs", "(stem or cell):TI,AB,KY AND"),
        ("pubmed", "MSC*[tiab]"),
        ("pubmed", '"stem* cell*"[tiab]'),
        ("pubmed", "stem[xx]"),
        ("europepmc", 'TITLE_ABS:"cell*"'),
        ("ctgov", "(stem OR cell"),
        ("ctis", 'stem, "cell"'),
    ],
)
def test_the_grammars_refuse_what_the_platforms_do(slug: str, text: str) -> None:
    with pytest.raises(grammar.Ungrammatical):
        grammar.GRAMMARS[slug].check(text, 5)
