"""Every term by which a review recognises a trial, or which it published, is searched for on every platform that knows
truncation."""

import csv
import json
import os
import re
from pathlib import Path
from typing import Any

import pytest

from models.pico import Pico
from models.review import Review, load_review
from models.search_term import SearchTerm, term_of_name

ROOT = Path(__file__).parents[3]
SHARED = ROOT.parent / "shared"
REVIEWS = [ROOT / "reviews" / "als_cell_therapy", ROOT / "tests" / "reviews" / "pressure_ulcers"]
PUBLISHED = {
    "population": ["amyotrophic lateral sclerosis", "motor neuron disease", "ALS", "MND"],
    "intervention": [
        "cell-based therapies",
        "cell‐based therapy",
        "stem cell therapy",
        "cellular therapy",
        "cellular material",
        "cell injection",
        "mesenchymal stem cells",
        "autologous bone marrow-mesenchymal stem cells",
        "BM‐MSC",
        "MSC‐NTF",
        "cell treatment",
    ],
}
"""What the published versions call people and treatments, in their own words."""


def everything(pico: Pico, concept: str) -> list[SearchTerm]:
    further = pico.names if concept == "intervention" else [term_of_name(word) for word in pico.abbreviations]
    return [*pico.terms(concept), *filter(None, further)]


def missed(pico: Pico, concept: str, texts: list[str]) -> list[str]:
    terms = everything(pico, concept)
    return [text for text in texts if not any(term.finds(text) for term in terms)]


def english(terms: list[str]) -> list[str]:
    """Terms of eligibility as texts in which they stand: a gap is any word, a stem any ending of it."""
    plain = [term for term in terms if term.isascii()]
    return [re.sub(r"(?<!\S)\*(?!\S)", "some", term).replace("*", "") for term in plain]


@pytest.fixture(scope="module", params=REVIEWS, ids=lambda path: path.name)
def review(request: pytest.FixtureRequest) -> Review:
    return load_review(request.param)


def test_the_words_of_the_question_and_all_names_are_found(review: Review) -> None:
    pico = review.protocol.pico
    assert missed(pico, "population", [*pico.population, *pico.abbreviations]) == []
    counted = [name for row in review.interventions if row.counts in {"yes", "person"} for name in row.terms]
    assert missed(pico, "intervention", [*pico.intervention, *(name.replace("*", "") for name in counted)]) == []


def test_what_an_eligible_trial_is_recognised_by_is_found(review: Review) -> None:
    """National spellings are for the registers that have them; no index of English titles does."""
    national = re.compile(
        r"maladie|enfermedad|malatti|escleros|amyotrof|stwardn|motoneuronerkrankung|sclerosi |lateralskl", re.I
    )
    rule = review.protocol.eligibility
    people = [text for text in english(rule.population.terms) if not national.search(text)]
    assert missed(review.protocol.pico, "population", people) == []
    foreign = re.compile(r"cellule|stammzell|stamcel", re.I)
    given = [text for text in english(rule.intervention.terms) if not foreign.search(text)]
    assert missed(review.protocol.pico, "intervention", given) == []


def test_a_made_up_list_is_covered_and_what_is_not_is_told() -> None:
    pico = Pico(population=["pressure ulcer"], intervention=["air mattress"], free_text={"population": ["decubit*"]})
    texts = ["ulcers from pressure", "decubitus", "Pressure Ulcers", "bedsore"]
    assert missed(pico, "population", texts) == ["bedsore"]


def published(name: str) -> str:
    path = SHARED / name
    if not path.is_file():
        (pytest.fail if os.environ.get("CI") == "true" else pytest.skip)(f"no {path}")
    return path.read_text(encoding="utf-8")


@pytest.mark.parametrize("version", ["2016", "2019"])
@pytest.mark.parametrize("concept", ["population", "intervention"])
def test_every_published_term_is_searched(version: str, concept: str) -> None:
    text = _plain(published(f"seeds/review-{version}.txt"))
    terms = [term for term in PUBLISHED[concept] if _plain(term) in text]
    assert terms
    assert missed(load_review(REVIEWS[0]).protocol.pico, concept, terms) == []


def test_every_registration_that_people_called_eligible_is_found_by_its_own_words() -> None:
    """Titles, conditions and keywords for the people; these and the interventions for what they receive."""
    pico = load_review(REVIEWS[0]).protocol.pico
    labels = {row["nct_id"]: row for row in csv.DictReader(published("facts/labels.csv").splitlines())}
    records = [json.loads(path.read_text()) for path in sorted((SHARED / "facts" / "registry-history").glob("*.json"))]
    assert len(records) > 50
    for concept, column in (("population", "is_als_mnd"), ("intervention", "is_cell_therapy")):
        told = {item["nct_id"]: _told(item) for item in records if labels[item["nct_id"]][column] == "yes"}
        assert len(told) > 20
        assert [
            record for record, texts in told.items() if not any(_found(pico, concept, text) for text in texts)
        ] == []


def _told(record: dict[str, Any]) -> list[str]:
    given = [part for item in record["interventions"] for part in (item["name"], *(item.get("other_names") or ()))]
    titles = [record["brief_title"], record["official_title"] or ""]
    return [*titles, *record["conditions"], *record["keywords"], *given]


def _found(pico: Pico, concept: str, text: str) -> bool:
    return any(term.finds(text) for term in everything(pico, concept))


def _plain(text: str) -> str:
    return " ".join(re.findall(r"\w+", text.casefold().replace("‐", "-")))
