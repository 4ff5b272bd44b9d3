"""Words that own studies share against those of others, and what they find, on made-up registrations."""

import yaml
from hypothesis import given
from hypothesis import strategies as st

from cli.draft_text import block, lines_of_test
from judging.draft_terms import candidates, has_one_of
from judging.drafting import Draft, OwnStudy, draft
from judging.self_test import self_test, without_itself
from models.dates import PartialDate
from models.eligibility import Eligibility
from models.pico import Pico
from models.protocol import Comparison
from models.trial import Arm, Intervention, TrialRecord
from models.vocabulary import Allocation, ArmType, StudyType, Verdict


def record(number: int, condition: str, product: str, control: str = "Placebo", title: str = "") -> TrialRecord:
    """A randomised trial of a product against a control."""
    return TrialRecord(
        source="ctgov",
        registry="ctgov",
        registry_id=f"NCT{number:08d}",
        registry_date=PartialDate("2020-01-01"),
        brief_title=title or f"Efficacy and safety of {product} in patients with {condition}",
        study_type=StudyType.INTERVENTIONAL,
        allocation=Allocation.RANDOMISED,
        conditions=(condition,),
        arms=(
            Arm(label=product, type=ArmType.EXPERIMENTAL, intervention_names=(product,)),
            Arm(label=control, type=ArmType.PLACEBO_COMPARATOR, intervention_names=(control,)),
        ),
        interventions=(
            Intervention(name=product, arm_labels=(product,)),
            Intervention(name=control, arm_labels=(control,)),
        ),
    )


def own(*records: TrialRecord) -> list[OwnStudy]:
    return [OwnStudy(label=f"Study {item.registry_id}", list="ongoing", records=(item,)) for item in records]


def words(drafted: Draft, name: str) -> list[str]:
    return [item.term for item in getattr(drafted, name)]


MALE = "Male Infertility"
SPERM = own(
    record(1, MALE, "Microfluidic sperm selection", "Conventional ICSI"),
    record(2, "Infertility, Male", "Hyaluronic acid sperm selection", "Conventional ICSI"),
    record(3, "Male infertility", "Magnetic sperm selections", "Conventional ICSI"),
)
OTHERS = [record(9, "Male Infertility", "Vitamin E"), record(10, "Asthma", "Salbutamol")]


def test_the_shortest_list_of_words_that_names_every_own_study() -> None:
    drafted = draft(SPERM, OTHERS)
    assert words(drafted, "population") == ["infertility"]
    assert words(drafted, "intervention") == ["sperm selection*"]
    assert [(item.n_own, item.n_others) for item in drafted.intervention] == [(3, 0)]
    assert [(item.n_own, item.n_others) for item in drafted.population] == [(3, 1)]


def test_a_word_that_others_have_too_gives_way_to_one_that_they_have_not() -> None:
    studies = own(record(1, "Asthma", "Gene transfer X1"), record(2, "Asthma", "Gene transfer X2"))
    alike = [record(number, "Asthma", f"Gene {number}") for number in range(3, 9)]
    assert words(draft(studies, alike), "intervention") == ["gene transfer"]


def test_what_only_the_control_is_called_is_no_intervention() -> None:
    comparison = Comparison(id="c1", title="", intervention="Sperm selection", control="Swim-up")
    studies = own(*(record(number, MALE, "Sperm selection", "Swim-up") for number in (1, 2)))
    drafted = draft(studies, [], [comparison])
    assert words(drafted, "intervention") == ["sperm selection"]
    assert words(drafted, "comparator") == ["swim-up"]


def test_abbreviations_are_first_letters_in_capitals() -> None:
    studies = own(
        record(1, "Chronic Kidney Disease", "Drug", title="Riluprol in CKD"),
        record(2, "chronic kidney disease", "Riluprol", title="Riluprol in adults with ESRD"),
    )
    assert words(draft(studies, []), "abbreviations") == ["CKD"]


def test_the_self_test_names_who_is_missed_and_by_what() -> None:
    drafted = draft(SPERM, OTHERS)
    studies = [*SPERM, *own(record(4, "Endometriosis", "Laparoscopy")), OwnStudy(label="Oak 2001", list="included")]
    found = self_test(studies, drafted.pico, drafted.eligibility)
    assert [item.is_kept for item in found] == [True, True, True, False, False]
    assert found[3].verdict is Verdict.NOT_MET
    lines = list(lines_of_test(found, "The words"))
    assert lines[0].startswith("The words find and screen in 3 of 4 own studies")
    assert any("missed: Study NCT00000004" in line and "population" in line for line in lines)
    assert "1 own studies have no registration that a night has brought (1 included): not tested." in lines


def test_a_study_that_shares_no_word_with_the_others_is_missed_by_theirs() -> None:
    given = (
        "Microfluidic sperm selection",
        "Magnetic sperm selection",
        "Hyaluronic acid sperm selection",
        "Zeta potential",
    )
    studies = own(*(record(number, MALE, product) for number, product in enumerate(given, start=1)))
    assert [item.is_kept for item in without_itself(studies, OTHERS)] == [True, True, True, False]


def test_names_of_products_go_before_words_of_titles() -> None:
    studies = own(*(record(n, "Asthma", "Salbuprol", title=f"Breathing freely again {n}") for n in (1, 2)))
    assert words(draft(studies, []), "intervention") == ["salbuprol"]


def test_a_draft_is_read_back_as_it_was_made() -> None:
    studies = own(record(1, "Null", "No: #1 yes"), record(2, "1e5 syndrome", "*odd 'quotes'"))
    drafted = draft(studies, [])
    read = yaml.safe_load(block(drafted))
    assert Pico.model_validate(read["pico"]) == drafted.pico
    assert Eligibility.model_validate(read["eligibility"]) == drafted.eligibility


TEXT = st.text(alphabet=st.sampled_from("abcdeéßΩ中ALS 0123-'’,;:*#&/()\n"), max_size=40)


@given(st.lists(st.tuples(TEXT, TEXT), min_size=1, max_size=4))
def test_whatever_is_registered_a_draft_is_read_and_each_word_stands_in_an_own_study(
    registered: list[tuple[str, str]],
) -> None:
    studies = own(*(record(number, *texts) for number, texts in enumerate(registered)))
    drafted = draft(studies, [])
    read = yaml.safe_load(block(drafted))
    assert Pico.model_validate((read or {}).get("pico", {})) == drafted.pico
    assert Eligibility.model_validate((read or {}).get("eligibility", {})) == drafted.eligibility
    assert all(item.n_own for item in (*drafted.population, *drafted.intervention, *drafted.abbreviations))


@given(TEXT)
def test_a_candidate_stands_in_the_text_that_it_is_of(text: str) -> None:
    assert all(has_one_of((term, f"{term}s"), [text]) for term in candidates(text))
