"""A content is judged once by the same rules; other rules judge anew, and nothing but time depends on it."""

import logging
import sqlite3
from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest

from models.review import Review
from models.trial import TrialRecord
from stores.verdicts import KnownVerdicts
from studies.eligibility import judge_by_rules
from studies.verdicts import Verdicts, fingerprint

Archived = Mapping[str, Sequence[TrialRecord]]


@pytest.fixture
def kept(tmp_path: Path, archived: Archived, review: Review) -> Path:
    """A file in which every version of the archive is judged."""
    path = tmp_path / "verdicts.sqlite"
    judged(path, archived, review)
    return path


def judged(path: Path, archived: Archived, review: Review, rules: str | None = None) -> tuple[int, list[object]]:
    """How many versions had to be judged, and the verdicts on all of them."""
    eligibility = review.protocol.eligibility
    with KnownVerdicts(path, review.protocol.review, rules or fingerprint(eligibility)) as known:
        verdicts = Verdicts(eligibility, known.find)
        found: list[object] = [verdicts.of(version) for versions in archived.values() for version in versions]
        known.keep(verdicts.new)
    return len(verdicts.new), found


def test_what_is_known_is_what_the_rules_say(kept: Path, archived: Archived, review: Review):
    new, found = judged(kept, archived, review)
    eligibility = review.protocol.eligibility
    assert new == 0
    assert found == [judge_by_rules(item, eligibility) for versions in archived.values() for item in versions]


def test_changed_rules_judge_anew_and_replace_the_old_verdicts(kept: Path, archived: Archived, review: Review):
    first, _ = judged(kept, archived, review, rules="others")
    again, _ = judged(kept, archived, review, rules="others")
    back, _ = judged(kept, archived, review)
    assert first == back > 100
    assert again == 0


def test_any_word_of_the_protocol_makes_other_rules(review: Review):
    eligibility = review.protocol.eligibility
    seen = {fingerprint(eligibility)}
    for name, rule in eligibility:
        if hasattr(rule, "terms"):
            changed = rule.model_copy(update={"terms": [*rule.terms, "a new word"]})
            seen.add(fingerprint(eligibility.model_copy(update={name: changed})))
    assert len(seen) > 8


def test_reviews_keep_their_verdicts_apart(kept: Path, review: Review):
    with KnownVerdicts(kept, "another", fingerprint(review.protocol.eligibility)) as known:
        row = sqlite3.connect(kept).execute("SELECT content FROM verdict").fetchone()
        assert known.find(row[0]) is None


def cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[: path.stat().st_size * 2 // 3])


def overwritten(path: Path) -> None:
    path.write_bytes(b"not a database at all" * 500)


def of_another_shape(path: Path) -> None:
    with sqlite3.connect(path) as connection:
        connection.execute("UPDATE verdict SET verdicts = '{}'")


def a_folder(path: Path) -> None:
    path.unlink()
    path.mkdir()


@pytest.mark.parametrize("damage", [cut, overwritten, of_another_shape, a_folder])
def test_a_file_that_cannot_be_used_costs_time_and_is_named_once(
    damage, kept: Path, archived: Archived, review: Review, caplog: pytest.LogCaptureFixture
):
    _, right = judged(kept, archived, review)
    damage(kept)
    with caplog.at_level(logging.WARNING):
        _, found = judged(kept, archived, review)
    assert found == right
    assert [str(kept) in message for message in caplog.messages] == [True]


def test_a_file_in_use_is_left_alone(kept: Path, archived: Archived, review: Review, caplog: pytest.LogCaptureFixture):
    with sqlite3.connect(kept) as holder:
        holder.execute("BEGIN EXCLUSIVE")
        new, _ = judged(kept, archived, review)
        holder.rollback()
    assert new > 0
    assert "look who uses it" in caplog.text
    assert judged(kept, archived, review)[0] == 0
    assert [path.name for path in kept.parent.iterdir()] == [kept.name]
