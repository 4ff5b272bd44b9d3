"""Everything that waits for a person can be done: each item is closed by what it says, or by a row of settled.csv."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from models.review import load_review

STUDY = "NCT03280056"
Row = dict[str, str]


@pytest.fixture
def trialwatch_there(
    tmp_path: Path, review_folder: Path, trialwatch: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> Callable[..., Any]:
    """The command line on a data folder where the posted results of a study are known, and a review folder to write in."""
    monkeypatch.setenv("TRIALWATCH_REVIEWS", str(review_folder.parent))

    def run(*words: str | Path) -> Any:
        return trialwatch("--data", tmp_path / "data", *words)

    assert run("nightly", "--registries", "replay", "--as-of", "2024-02-29").code == 0
    return run


def queue(run: Callable[..., Any]) -> list[Row]:
    ended = run("queue", "--json")
    assert ended.code == 0, ended.err
    return list(ended.lines)


def rebuilt(run: Callable[..., Any]) -> list[Row]:
    ended = run("rebuild")
    assert ended.code == 0, ended.err
    return queue(run)


def test_the_queue_holds_the_work_and_all_of_it_can_be_done(
    trialwatch_there: Callable[..., Any], review_folder: Path
) -> None:
    run = trialwatch_there
    before = queue(run)
    assert {item["subject"] for item in before if item["kind"] == "results"} >= {STUDY}
    to_confirm = [item for item in before if item["kind"] == "extraction"]
    assert [item["field"].partition(",")[0] for item in to_confirm] == ["overall_survival", "serious_adverse_events"]

    # Numbers to confirm, and results to read: as the items say.
    assert run("extract", STUDY, "--append").code == 0
    table = review_folder / "extraction.csv"
    table.write_text(table.read_text(encoding="utf-8").replace(",false,", ",true,"), encoding="utf-8")
    with (review_folder / "decisions.csv").open("a", encoding="utf-8") as decisions:
        for item in before:
            if item["kind"] == "eligibility":
                criterion = item["reason"].partition(" ")[0]
                decisions.write(f"{item['subject']},{criterion},met,A. Author,2024-02-29,wrote to the sponsor\n")
    left = rebuilt(run)
    assert {item["kind"] for item in left} & {"eligibility", "extraction"} == set()
    [paper] = [item for item in left if (item["kind"], item["subject"]) == ("results", STUDY)]
    assert "PMID:" in paper["value"]
    assert STUDY not in paper["value"], "its posted results are read"

    # What stays as it is: looked at, and settled.
    while left:
        names = [item["item"] for item in left]
        assert run("settle", *names, "--by", "A. Author", "--reason", "looked at; nothing to do").code == 0
        fewer = rebuilt(run)
        assert not {item["item"] for item in fewer} & set(names)
        left = fewer


def test_what_changes_is_open_again(trialwatch_there: Callable[..., Any], review_folder: Path) -> None:
    run = trialwatch_there
    [item] = [item for item in queue(run) if (item["kind"], item["subject"]) == ("results", STUDY)]
    run("settle", item["item"], "--by", "A. Author", "--reason", "no outcome of ours")
    assert item not in rebuilt(run)
    path = review_folder / "settled.csv"
    path.write_text(path.read_text(encoding="utf-8").replace(item["item"], "q0000000"), encoding="utf-8")
    items = rebuilt(run)
    assert item in items
    [ruling] = [each for each in items if each["kind"] == "ruling"]
    assert ruling["reason"].startswith("settled.csv:2: q0000000 is not, or no longer, open")
    assert item["item"] in ruling["action"]


def test_only_what_is_open_and_has_no_row_of_its_own_is_settled(
    trialwatch_there: Callable[..., Any], review_folder: Path
) -> None:
    run = trialwatch_there
    [unclear, *_] = [item for item in queue(run) if item["kind"] == "eligibility"]
    for name, told in (
        (unclear["item"], "closes in another way: decide in decisions.csv"),
        ("qfffffff", "not in the queue"),
    ):
        ended = run("settle", name, "--by", "A. Author", "--reason", "seen")
        assert (ended.code, told in ended.err) == (1, True), ended.err
    assert not (review_folder / "settled.csv").exists()
    assert load_review(review_folder).settled == ()


def test_more_people_than_were_randomised_are_asked_about(
    trialwatch_there: Callable[..., Any], review_folder: Path
) -> None:
    run = trialwatch_there
    assert run("extract", STUDY, "--append").code == 0
    table = review_folder / "extraction.csv"
    whole = table.read_text(encoding="utf-8")
    table.write_text(whole.replace(",intervention,95,23,", ",intervention,195,23,"), encoding="utf-8")
    [item] = [item for item in rebuilt(run) if item["reason"].startswith("the arms hold ")]
    assert (item["kind"], item["subject"]) == ("discrepancy", STUDY)
    assert item["reason"] == "the arms hold 289 people, and 196 were randomised"
    assert item["field"].startswith("serious_adverse_events")
    table.write_text(whole, encoding="utf-8")
    assert not [item for item in rebuilt(run) if item["reason"].startswith("the arms hold ")]


def test_a_row_is_added_as_the_file_is_written_and_twice_is_refused(
    trialwatch_there: Callable[..., Any], review_folder: Path
) -> None:
    run = trialwatch_there
    [first, second, *_] = [item["item"] for item in queue(run) if item["kind"] == "results"]
    path = review_folder / "settled.csv"
    path.write_bytes(b"reason,item,kind,subject,field,settled_by,known_from\r\n")
    assert run("settle", first, first, "--by", "A. Author", "--reason", "no outcome, of ours").code == 0
    assert path.read_bytes().count(b"\r\n") == 2
    [row] = load_review(review_folder).settled
    assert (row.item, row.reason, row.known_from.isoformat()) == (first, "no outcome, of ours", "2024-02-29")
    ended = run("settle", second, first, "--by", "A. Author", "--reason", "seen")
    assert (ended.code, f"{first}: is settled already" in ended.err) == (1, True)
    assert len(load_review(review_folder).settled) == 1
    path.write_bytes(path.read_bytes() + "Müller,q1234567,link,S,,A,2024-01-01\r\n".encode("latin-1"))
    ended = run("settle", second, "--by", "A. Author", "--reason", "seen")
    assert (ended.code, str(path) in ended.err) == (1, True), ended.err


def test_one_side_alone_and_rows_about_nobody_are_told(
    trialwatch_there: Callable[..., Any], review_folder: Path
) -> None:
    run = trialwatch_there
    assert run("extract", STUDY, "--append").code == 0
    table = review_folder / "extraction.csv"
    rows = table.read_text(encoding="utf-8").splitlines(keepends=True)
    table.write_text(
        "".join(
            row
            for row in rows
            if not (row.startswith(STUDY) and ",serious_adverse_events," in row and ",control," in row)
        ),
        encoding="utf-8",
    )
    (review_folder / "settled.csv").write_text(
        "item,kind,subject,settled_by,known_from,reason\nq0000000,results,NCT0328005,me,2024-01-01,seen\n",
        encoding="utf-8",
    )
    items = rebuilt(run)
    [alone] = [item for item in items if item["reason"].startswith("only the intervention arm is entered")]
    assert (alone["subject"], alone["field"].partition(",")[0]) == (STUDY, "serious_adverse_events")
    [slip] = [item for item in items if item["kind"] == "ruling"]
    assert slip["reason"].startswith("settled.csv:2: no study is known by this number")
    assert STUDY in slip["action"]
