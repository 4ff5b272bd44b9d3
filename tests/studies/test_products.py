"""Products by their names and codes: what each is called, and whether it counts as cells."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from models.protocol import ProductRow
from models.review import Review, ReviewError, load_review
from models.trial import Intervention, TrialRecord
from models.vocabulary import Criterion, EvidenceWord, Verdict
from studies.eligibility import screen

EXPECTED = {"yes": Verdict.MET, "no": Verdict.NOT_MET, "person": Verdict.UNCLEAR}
FOLDER = Path(__file__).parents[2] / "reviews" / "als_cell_therapy"
HEADER = "product,names,cells,tissue,donor,is_modified,is_cell_therapy,evidence,source\n"


def names(row: ProductRow) -> list[str]:
    return [term.replace("*", "") for term in row.terms]


def test_every_name_of_every_product_is_judged_as_the_file_says(review: Review, trial: Callable[..., TrialRecord]):
    assert len(review.products) >= 10
    for row in review.products:
        for name in names(row):
            record = trial(brief_title="Trial in ALS", interventions=(Intervention(name=name),), arms=())
            found = screen("NCT10000001", record, review.protocol.eligibility).of(Criterion.INTERVENTION)
            assert found.verdict is EXPECTED[row.is_cell_therapy], (row.product, name)
            assert name in found.quote


def test_a_made_up_code_is_no_product(review: Review, trial: Callable[..., TrialRecord]):
    record = trial(brief_title="Trial in ALS", interventions=(Intervention(name="ZZZ-999"),), arms=())
    found = screen("NCT10000001", record, review.protocol.eligibility).of(Criterion.INTERVENTION)
    assert found.verdict is Verdict.NOT_MET


def test_what_is_recalled_says_so(review: Review):
    """Facts from memory decide nothing but whether a name is known; they are to be verified."""
    for row in review.products:
        assert (row.evidence is EvidenceWord.MEMORY) == (row.source == "to be verified")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return Path(shutil.copytree(FOLDER, tmp_path / "als_cell_therapy"))


@pytest.mark.parametrize(
    ("rows", "words"),
    [
        (
            "A,XYZ-1,,,,,yes,verbatim,s\nB,xyz-1,,,,,no,verbatim,s\n",
            "products.csv:3: names: 'xyz-1' is yes as A and no here",
        ),
        ("A,;,,,,,yes,verbatim,s\n", "products.csv:2: row: "),
        ("A,XYZ-1,,,,,maybe,verbatim,s\n", "products.csv:2: is_cell_therapy: value 'maybe'"),
        ("A,XYZ-1,,,twins,,yes,verbatim,s\n", "products.csv:2: donor: value 'twins'"),
    ],
)
def test_a_product_that_cannot_be_used_is_named_with_its_line(folder: Path, rows: str, words: str):
    (folder / "products.csv").write_text(HEADER + rows, encoding="utf-8")
    with pytest.raises(ReviewError) as problem:
        load_review(folder)
    assert words in str(problem.value)


def test_a_review_without_products_has_the_protocols_words_alone(folder: Path, review: Review):
    (folder / "products.csv").unlink()
    alone = load_review(folder).protocol.eligibility.intervention.terms
    assert set(alone) < set(review.protocol.eligibility.intervention.terms)
    assert "stem cell*" in alone
