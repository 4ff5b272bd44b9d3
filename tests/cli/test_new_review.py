"""docs/new-review.md, typed line by line in a folder of one's own; and how `init` asks."""

import io
import re
from collections.abc import Callable, Iterator
from datetime import date
from itertools import pairwise
from pathlib import Path
from typing import Any, NamedTuple

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from models.draft import Draft
from models.draft_files import as_yaml, files_of
from models.review import load_review, review_named
from replay.server import SPEAKERS, ReplayServer

ROOT = Path(__file__).parents[2]
DOCUMENT = (ROOT / "docs" / "new-review.md").read_text(encoding="utf-8")
REVIEW = "riboflavin_migraine"
ELSEWHERE = ("make ", ". .venv", "mkdir ", "cd ", "ls ", "export ")
"""Lines for the shell itself, and those of the installation, which CI types."""

Trialwatch = Callable[..., Any]


class Block(NamedTuple):
    kind: str
    words: list[str]
    text: str


BLOCKS = [
    Block(kind, words.split(), text)
    for kind, words, text in re.findall(r"^```(\w+) ?([^\n]*)\n(.*?)^```$", DOCUMENT, re.DOTALL | re.MULTILINE)
]
[ANSWERS] = [block.text for block in BLOCKS if block.words == ["answers"]]


@pytest.fixture
def registries(monkeypatch: pytest.MonkeyPatch, trialwatch: Trialwatch) -> Iterator[None]:
    """Live registries are found where the replay speaks for them."""
    with ReplayServer(date.today()) as server:
        for slug in SPEAKERS:
            monkeypatch.setenv(f"TRIALWATCH_BASE_URL_{slug.upper()}", server.base_url(slug))
        yield


def answering(text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO(text))


def test_every_line_and_file_of_the_document_is_typed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, trialwatch: Trialwatch, registries: None
) -> None:
    monkeypatch.chdir(tmp_path)
    n_typed = 0
    for block in BLOCKS:
        if block.kind in {"yaml", "csv"}:
            write(block)
        for line in block.text.splitlines() if block.kind == "sh" else ():
            if line.startswith(ELSEWHERE):
                continue
            answering(ANSWERS, monkeypatch)
            name, *words = line.split()
            assert name == "trialwatch"
            ended = trialwatch(*words)
            # The replay's records end before today.
            assert ended.code in ({0, 3} if "live" in words else {0}), f"{line}\n{ended.out}\n{ended.err}"
            assert "Traceback" not in ended.err
            assert ended.out.strip(), line
            if "check" in words:
                assert ended.out == "nothing is wrong\n"
            n_typed += 1
    assert n_typed > 8
    assert Path("live/published", REVIEW, "current/site/index.html").is_file()
    [effects] = trialwatch("--data", "practice", "sql", "--review", REVIEW, "--json", POOLED).lines
    assert [(row["analysis"], round(row["estimate"], 2)) for row in effects] == [
        ("migraine_days_per_month:3 months", -1.2),
        ("responders:3 months", 1.94),
        ("time_to_the_next_attack:3 months", 0.71),
    ]


POOLED = (
    "SELECT DISTINCT analysis, estimate FROM out_pooled_effect WHERE is_headline AND k > 0 AND evidence_set = 'confirmed'"
    " ORDER BY 1"
)


def write(block: Block) -> None:
    """A file of the document, or one part of a file."""
    path = Path(block.words[0])
    if len(block.words) == 1:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(block.text, encoding="utf-8")
        return
    before = path.read_text(encoding="utf-8")
    part = re.compile(rf"^{block.words[1]}:\n(?:(?: .*)?\n)*?(?=^[^ \n])", re.MULTILINE)
    assert len(part.findall(before)) == 1
    path.write_text(part.sub(lambda _: block.text + "\n", before), encoding="utf-8")


def test_the_document_names_files_and_commands_that_there_are(trialwatch: Trialwatch) -> None:
    commands = set(re.findall(r"trialwatch (?:--data \w+ )?(\w+)", DOCUMENT)) - {"adopt"}
    assert {"init", "check", "nightly", "queue", "searches", "status", "history"} <= commands
    for command in commands:
        assert trialwatch(command, "--help").code == 0


def test_the_answers_and_the_file_make_one_review(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, trialwatch: Trialwatch
) -> None:
    monkeypatch.chdir(tmp_path)
    answering(ANSWERS, monkeypatch)
    asked = trialwatch("init", REVIEW)
    assert asked.code == 0
    assert "'responder*, 50% reduction': has '%' in it" in asked.out
    write(next(block for block in BLOCKS if block.words == ["answers.yaml"]))
    assert trialwatch("init", "from_a_file", "--from", "answers.yaml").code == 0
    one, other = (load_review(Path("reviews", name)).protocol for name in (REVIEW, "from_a_file"))
    assert one.model_copy(update={"review": "from_a_file"}) == other


@pytest.mark.parametrize("n_lines", range(0, len(ANSWERS.splitlines()), 3))
def test_who_stops_leaves_nothing(
    n_lines: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, trialwatch: Trialwatch
) -> None:
    monkeypatch.chdir(tmp_path)
    answering("".join(ANSWERS.splitlines(keepends=True)[:n_lines]), monkeypatch)
    ended = trialwatch("init", REVIEW)
    assert ended.code == 1
    assert "nothing was written" in ended.out
    assert not list(tmp_path.iterdir())


def test_a_published_version_is_asked_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, trialwatch: Trialwatch
) -> None:
    monkeypatch.chdir(tmp_path)
    version = (
        "yes\n2024\n31.3.2024\n2024-03-31\n2023-01-01\n2024-09-02\nNCT90000101 Adams 2019, Old study\n"
        "NCT90000101 Adams\nNCT90000102\n"
    )
    answering(ANSWERS.removesuffix("no\n") + version, monkeypatch)
    ended = trialwatch("init", REVIEW)
    assert ended.code == 0
    for complaint in ("write the date as 2026-11-20", "is before the search", "listed twice"):
        assert complaint in ended.out
    baseline = review_named(Path("reviews"), REVIEW).baseline
    assert [(study.study_id, study.label) for study in baseline.included] == [
        ("NCT90000101", "Adams 2019"), ("Old study", "Old study")
    ]  # fmt: skip
    assert [(study.study_id, study.label) for study in baseline.ongoing] == [("NCT90000102", "NCT90000102")]


def test_a_review_that_is_there_is_left_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, trialwatch: Trialwatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("reviews", REVIEW).mkdir(parents=True)
    ended = trialwatch("init", REVIEW)
    assert ended.code == 2
    assert "is there already" in " ".join(ended.err.split())
    assert not list(Path("reviews", REVIEW).iterdir())


GOOD = yaml.safe_load(next(block.text for block in BLOCKS if block.words == ["answers.yaml"]))
WRONG = [
    # key, value, field, what the answer says
    ("title", "", "title", "write a few words"),
    ("title", 2024, "title", 'put it in quotes, as "2024"'),
    ("population", "migraine", "population", "write a list"),
    ("population", [], "population", "give at least one"),
    ("population", ["migrain*"], "population", "at least one whole word"),
    ("population", ["migraine OR headache"], "population.0", "without operators"),
    ("intervention", ["riboflavin (B2)"], "intervention.0", "has '(' in it"),
    ("intervention", ["b"], "intervention.0", "write the word"),
    ("intervention", ["Migraine"], "intervention.0", "a word of population, too"),
    ("times", ["soon"], "times.0", "as 3 months"),
    ("times", ["3 months", 3], "times", "one time"),
    ("outcomes", [], "outcomes", "give at least one"),
    ("published", {"version": "1", "search_date": "31/3/2024"}, "published.search_date", "write the date as 2026-11-20"),
    ("interventions", ["riboflavin"], "interventions", "correct its spelling"),
]  # fmt: skip


@pytest.mark.parametrize(("key", "value", "field", "to_do"), WRONG)
def test_a_fault_of_the_answers_is_named_with_its_line(
    key: str,
    value: object,
    field: str,
    to_do: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    trialwatch: Trialwatch,
) -> None:
    monkeypatch.chdir(tmp_path)
    text = yaml.safe_dump(GOOD | {key: value}, sort_keys=False)
    Path("answers.yaml").write_text(text, encoding="utf-8")
    ended = trialwatch("init", REVIEW, "--from", "answers.yaml")
    assert ended.code == 1
    line = 1 + [row.split(":")[0] for row in text.splitlines()].index(key)
    told = re.search(rf"answers\.yaml:(\d+): {re.escape(field)}: .*", ended.err)
    assert told, ended.err
    assert line <= int(told[1]) <= line + 2
    assert to_do in told[0]
    assert not Path("reviews").exists()


PRINTABLE = st.text(st.characters(exclude_categories=["C", "Zl", "Zp"]), min_size=1, max_size=60).filter(str.strip)


@settings(max_examples=60)
@given(title=PRINTABLE, question=PRINTABLE, treatment=PRINTABLE, unit=PRINTABLE, outcome=PRINTABLE)
def test_whatever_people_write_is_read_back(
    title: str, question: str, treatment: str, unit: str, outcome: str, tmp_path_factory: pytest.TempPathFactory
) -> None:
    outcomes = [GOOD["outcomes"][0] | {"title": outcome, "unit": unit}] * 2
    draft = Draft.model_validate(
        GOOD | {"title": title, "question": question, "treatment": treatment, "outcomes": outcomes}
    )
    protocol = yaml.safe_load(files_of(draft, REVIEW, date(2026, 11, 20))["protocol.yaml"])
    assert protocol["title"] == draft.title
    assert protocol["question"] == draft.question
    assert protocol["comparisons"][0]["intervention"] == draft.treatment
    assert [item["title"] for item in protocol["outcomes"][:2]] == [draft.outcomes[0].title] * 2
    assert len({item["id"] for item in protocol["outcomes"]}) == 3


@given(text=PRINTABLE)
def test_a_text_is_one_scalar_of_yaml(text: str) -> None:
    plain = " ".join(text.split())
    assert yaml.safe_load(f"key: {as_yaml(plain)}") == {"key": plain}
    assert yaml.safe_load(f"key: [{as_yaml(plain)}]") == {"key": [plain]}


@given(days=st.lists(st.integers(1, 2000), min_size=1, max_size=8, unique=True))
def test_windows_of_times_hold_them_and_do_not_overlap(days: list[int]) -> None:
    days = [day for day in sorted(days) if day - 1 not in days]
    draft = Draft.model_validate(GOOD | {"times": [f"{day} days" for day in days]})
    protocol = yaml.safe_load(files_of(draft, REVIEW, date(2026, 11, 20))["protocol.yaml"])
    windows = [(item["from_days"], item["to_days"]) for item in protocol["timepoints"]]
    assert all(first <= day <= last for day, (first, last) in zip(days, windows, strict=True))
    assert all(before[1] < after[0] for before, after in pairwise(windows))
