"""What the version in force leaves to people is asked in as few questions as there are answers."""

from pathlib import Path

import pytest
from made_up_folders import analysis, arms, made_up_review

from judging.version_tasks import not_reproduced, numbers_to_check
from models.review import Review
from models.synthesis import Signal
from models.vocabulary import Convention, EvidenceSet, Rule

TO_CHECK = {"number": "NCT90000007", "place": "notes", "sentence": "See also NCT90000007."}


def review(folder: Path, **tables: object) -> Review:
    listed = {"study_id": "Ash 2001", "label": "Ash 2001", "contributes_data": True, "evidence": "verbatim"}
    included = [listed | {"to_check": [TO_CHECK]}, listed | {"study_id": "NCT90000001", "label": "Birch 2002"}]
    return made_up_review(folder, analyses=[analysis("1.1")], version={"included": included}, **tables)


def link(study: str, is_linked: str) -> dict[str, object]:
    return {
        "study_id": study, "item_id": "NCT90000007", "relation": "record", "is_linked": is_linked,
        "known_from": "2024-01-01", "decided_by": "me", "reason": "looked",
    }  # fmt: skip


def test_a_number_that_may_be_anothers_is_asked_about_with_its_sentence(tmp_path: Path) -> None:
    [item] = numbers_to_check(review(tmp_path))
    assert (item.kind, item.subject, item.value) == ("link", "Ash 2001", "See also NCT90000007.")
    assert "links.csv" in item.action


@pytest.mark.parametrize("is_linked", ["true", "false"])
def test_either_answer_closes_the_question(tmp_path: Path, is_linked: str) -> None:
    assert list(numbers_to_check(review(tmp_path, links=[link("Ash 2001", is_linked)]))) == []


def signal(rule: Rule, fired: bool) -> Signal:
    return Signal(
        rule=rule, outcome="relief", timepoint="6 months", analysis="1.1", evidence_set=EvidenceSet.PUBLISHED,
        convention=Convention.PUBLISHED, fired=fired, explanation="Printed 1; computed 2.",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("rule", "fired", "n_asked"), [(Rule.S0, True, 1), (Rule.S0, False, 0), (Rule.S1, True, 0), (Rule.S5, True, 0)]
)
def test_an_estimate_that_does_not_come_out_is_asked_about(
    tmp_path: Path, rule: Rule, fired: bool, n_asked: int
) -> None:
    of = review(tmp_path, extraction=arms("Ash 2001", 1, 10, 2, 10))
    found = list(not_reproduced([signal(rule, fired)], of))
    assert len(found) == n_asked
    for item in found:
        assert (item.kind, item.subject, item.value) == ("analysis", "1.1", "Printed 1; computed 2.")
        assert "not_reproduced" in item.action
