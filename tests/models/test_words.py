"""Words that reviews share join a protocol as it is read, and what is wrong with them is told in their own file."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from models.review import Review, ReviewError, load_review
from models.settings import Settings

SHIPPED = Settings().reviews / "als_calcium_sensitisers"
Written = Callable[[str, str], Review]

SHARED = """\
pico:
  population: [pressure ulcer, bedsore]
eligibility:
  population:
    terms: [pressure ulcer*, bedsore*]
    except_terms: [gastric ulcer*]
  not_population:
    terms: [peptic]
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return Path(shutil.copytree(SHIPPED, tmp_path / "reviews" / "review"))


@pytest.fixture
def written(folder: Path) -> Written:
    """Reads a copy of the shipped review that shares made-up words and has a population rule of its own."""

    def written(shared: str, own: str) -> Review:
        path = folder.parent / "words" / "wounds.yaml"
        path.parent.mkdir(exist_ok=True)
        path.write_text(shared, encoding="utf-8")
        protocol = folder / "protocol.yaml"
        text = protocol.read_text(encoding="utf-8").replace("words: [als_mnd]", "words: [wounds]")
        protocol.write_text(text.replace("eligibility:\n", f"eligibility:\n{own}"), encoding="utf-8")
        return load_review(folder)

    return written


def complaint(load: Callable[[], object]) -> str:
    with pytest.raises(ReviewError) as raised:
        load()
    return str(raised.value)


@pytest.mark.parametrize(
    ("own", "terms", "except_terms"),
    [
        ("", ["pressure ulcer*", "bedsore*"], ["gastric ulcer*"]),
        ("  population: {terms: [decubitus]}\n", ["decubitus", "pressure ulcer*", "bedsore*"], ["gastric ulcer*"]),
        ("  population: {terms: [bedsore*]}\n", ["bedsore*", "pressure ulcer*"], ["gastric ulcer*"]),
        ("  population: {without: [bedsore*]}\n", ["pressure ulcer*"], ["gastric ulcer*"]),
        ("  population: {without: [gastric ulcer*]}\n", ["pressure ulcer*", "bedsore*"], []),
    ],
    ids=["taken as they are", "beside its own", "a word that both have stands once", "without one", "without an exception"],
)  # fmt: skip
def test_a_rule_has_its_own_words_and_the_shared(
    written: Written, own: str, terms: list[str], except_terms: list[str]
) -> None:
    rule = written(SHARED, own).protocol.eligibility.population
    assert (rule.terms, rule.except_terms, rule.without) == (terms, except_terms, [])


def test_what_a_protocol_does_not_say_is_taken_whole(written: Written) -> None:
    protocol = written(SHARED, "").protocol
    assert protocol.eligibility.not_population.terms == ["peptic"]
    assert protocol.pico.population == ["pressure ulcer", "bedsore"]
    assert protocol.pico.intervention, "what only the protocol says stays"


def test_words_that_all_reviews_share_are_still_told_from_those_of_a_file(written: Written) -> None:
    rule = "  comparator: {without: [placebo*, own]}\n"
    shared = SHARED + "  comparator:\n    terms: [own]\n"
    comparator = written(shared, rule).protocol.eligibility.comparator
    assert not {"own", "placebo*"} & set(comparator.terms)
    assert "sham" in comparator.terms


@pytest.mark.parametrize(
    ("shared", "line", "said"),
    [
        (SHARED.replace("  population: [", "  populaton: ["), 2, "pico.populaton: unknown key"),
        (SHARED.replace("[peptic]", "[[peptic]]"), 8, "eligibility.not_population.terms.0: value ['peptic']"),
        (SHARED + "searches: {}\n", 9, "searches: cannot be shared: only pico and eligibility can"),
        (SHARED.replace("  not_population:", "  population:"), 7, "population: the key stands twice"),
        (SHARED.replace("[peptic]", "[peptic"), 9, "not YAML"),
        ("", 1, "file: has no words"),
        ("- peptic\n", 1, "file: has no words"),
    ],
    ids=["unknown key", "no word", "what is no words", "a key twice", "no YAML", "nothing", "a list"],
)
def test_a_fault_is_told_in_the_file_of_words(
    written: Written, folder: Path, shared: str, line: int, said: str
) -> None:
    place = f"{folder.parent / 'words' / 'wounds.yaml'}:{line}: "
    told = complaint(lambda: written(shared, "")).splitlines()
    assert [item for item in told if item.startswith(place) and said in item], told


def test_a_word_that_is_not_shared_cannot_be_gone_without(written: Written, folder: Path) -> None:
    told = complaint(lambda: written(SHARED, "  population: {without: [bedsores]}\n"))
    assert told.startswith(f"{folder / 'protocol.yaml'}:")
    assert "without: 'bedsores' is not among the words that this review shares" in told


@pytest.mark.parametrize(
    ("name", "to_do"), [("als_mdn", "write 'als_mnd'"), ("zzz", "write one of als_mnd"), ("../words/als_mnd", "write 'als_mnd'")]
)  # fmt: skip
def test_words_that_are_not_there_are_named_with_what_to_write(folder: Path, name: str, to_do: str) -> None:
    path = folder / "protocol.yaml"
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace("words: [als_mnd]", f"words: [{name}]"), encoding="utf-8")
    line = text.splitlines().index("words: [als_mnd]") + 1
    told = complaint(lambda: load_review(folder))
    assert told.startswith(f"{path}:{line}: words: {name!r}: there is no ")
    assert to_do in told


def test_words_beside_a_review_go_before_those_that_ship(written: Written, folder: Path) -> None:
    shipped = load_review(folder)
    (folder.parent / "words").mkdir()
    (folder.parent / "words" / "als_mnd.yaml").write_text(SHARED, encoding="utf-8")
    own = load_review(folder)
    assert own.protocol.pico.population == ["pressure ulcer", "bedsore"]
    assert own.fingerprint != shipped.fingerprint, "another question is another folder"


def test_a_protocol_of_shared_words_is_short() -> None:
    text = (SHIPPED / "protocol.yaml").read_text(encoding="utf-8")
    words = (
        text[text.index("pico:") : text.index("searches:")]
        + text[text.index("eligibility:") : text.index("comparisons:")]
    )
    assert len([line for line in words.splitlines() if line.strip()]) < 60
