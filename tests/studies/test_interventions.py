"""Interventions by their names and codes: what each is called, and whether the review counts it."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from models.eligibility import InterventionRow
from models.folder_files import ReviewError
from models.review import Review, load_review
from models.trial import Intervention, TrialRecord
from models.vocabulary import Criterion, EvidenceWord, Verdict
from studies.eligibility import screen

EXPECTED = {"yes": Verdict.MET, "no": Verdict.NOT_MET, "person": Verdict.UNCLEAR}
FOLDER = Path(__file__).parents[2] / "reviews" / "als_cell_therapy"
HEADER = "name,names,dose,counts,evidence,source\n"


def names(row: InterventionRow) -> list[str]:
    return [term.replace("*", "") for term in row.terms]


def test_every_name_of_every_intervention_is_judged_as_the_file_says(review: Review, trial: Callable[..., TrialRecord]):
    assert len(review.interventions) >= 10
    for row in review.interventions:
        for name in names(row):
            record = trial(brief_title="Trial in ALS", interventions=(Intervention(name=name),), arms=())
            found = screen("NCT10000001", record, review.protocol.eligibility).of(Criterion.INTERVENTION)
            assert found.verdict is EXPECTED[row.counts], (row.name, name)
            assert name in found.quote


def test_a_made_up_code_is_no_intervention_of_the_review(review: Review, trial: Callable[..., TrialRecord]):
    record = trial(brief_title="Trial in ALS", interventions=(Intervention(name="ZZZ-999"),), arms=())
    found = screen("NCT10000001", record, review.protocol.eligibility).of(Criterion.INTERVENTION)
    assert found.verdict is Verdict.NOT_MET


def test_what_is_recalled_says_so(review: Review):
    """Facts from memory decide nothing but whether a name is known; they are to be verified."""
    for row in review.interventions:
        assert (row.evidence is EvidenceWord.MEMORY) == (row.source == "to be verified")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return Path(shutil.copytree(FOLDER, tmp_path / "als_cell_therapy"))


@pytest.mark.parametrize(
    ("rows", "words"),
    [
        (
            "A,XYZ-1,,yes,verbatim,s\nB,xyz-1,,no,verbatim,s\n",
            "interventions.csv:3: names: 'xyz-1' is yes as A and no here",
        ),
        ("A,;,,yes,verbatim,s\n", "interventions.csv:2: row: "),
        ("A,XYZ-1,,maybe,verbatim,s\n", "interventions.csv:2: counts: value 'maybe'"),
        ("A,XYZ-1,,,verbatim,s\n", "interventions.csv:2: counts: "),
        ("A,XYZ-1,,yes,hearsay,s\n", "interventions.csv:2: evidence: value 'hearsay'"),
        ("A,XYZ-1,yes,verbatim,s\n", "interventions.csv:2: row: the row has another number of fields"),
    ],
)
def test_an_intervention_that_cannot_be_used_is_named_with_its_line(folder: Path, rows: str, words: str):
    (folder / "interventions.csv").write_text(HEADER + rows, encoding="utf-8")
    with pytest.raises(ReviewError) as problem:
        load_review(folder)
    assert words in str(problem.value)


def test_a_review_without_interventions_has_the_protocols_words_alone(folder: Path, review: Review):
    (folder / "interventions.csv").unlink()
    alone = load_review(folder).protocol.eligibility.intervention.terms
    assert set(alone) < set(review.protocol.eligibility.intervention.terms)
    assert "stem cell*" in alone


@pytest.mark.parametrize(
    ("header", "words"),
    [
        ("name,names,is_counted,evidence,source\n", "interventions.csv:1: counts: "),
        ("name,names,,counts,evidence,source\n", "interventions.csv:1: header: a column has no name"),
    ],
)
def test_a_header_that_cannot_be_used_is_named(folder: Path, header: str, words: str):
    row = ",".join(
        "yes" if name == "counts" else "verbatim" if name == "evidence" else "x" for name in header.split(",")
    )
    (folder / "interventions.csv").write_text(f"{header}{row}\n", encoding="utf-8")
    with pytest.raises(ReviewError) as problem:
        load_review(folder)
    assert words in str(problem.value)


def test_a_file_of_products_is_refused_with_what_to_do(folder: Path):
    (folder / "interventions.csv").rename(folder / "products.csv")
    with pytest.raises(ReviewError, match=r"products\.csv.*rename the file to interventions\.csv.*'counts'"):
        load_review(folder)


def test_columns_of_the_reviews_own_are_kept_and_empty_ones_left_out(folder: Path):
    (folder / "interventions.csv").write_text(
        "name,names,counts,evidence,source,dose,colour\nA,XYZ-1; XYZ one,yes,verbatim,s,5 mg,\n", encoding="utf-8"
    )
    [row] = load_review(folder).interventions
    assert (row.terms, row.further) == (["XYZ-1", "XYZ one"], {"dose": "5 mg"})
