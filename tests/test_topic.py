"""The program is about no disease: words of a review stand in its folder, and in the replay of its registries."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
OF_A_TOPIC = re.compile(
    r"""\b(?:als|mnd|fvc|msc|msc-ntf|
        amyotrophic\w*|motor[ -]neuron\w*|motoneuron\w*|lateral[ ]sclerosis|neuromuscular\w*|
        is_cell_therapy|cell[ _-]therap\w*|cell-based|stem[ _-]cells?|mesenchymal|stromal|bone[ ]marrow|
        (?:without|receiv\w+|of|with|gives?|counts[ ]as)[ ]cells|cells[ ](?:are[ ]given|alone|a[ ]drug)|
        _?(?:with|without|gives?|gets?|receives?)_cells|into_muscle|one_muscle|
        muscles?|muscular|intramuscular\w*|limbs?|legs?|tibialis|riluzole|
        nurown|lenzumestrocel|corestem|brainstorm\w*|pressure_ulcers|decubitus)\b""",
    re.IGNORECASE | re.VERBOSE,
)
A_REGISTERS_OWN = ('"Somatic cell therapy medicinal product"',)
"""Labels of a register's form, quoted: they name every kind of product that there is."""

PROGRAM = {path.parent for path in ROOT.glob("*/__init__.py")} - {ROOT / "reviews", ROOT / "replay"}
KINDS = {".py", ".sql", ".html", ".css", ".txt", ".yaml", ".yml", ".md", ".mako", ".ini", ".toml"}
FILES = sorted(
    [path for folder in PROGRAM for path in folder.rglob("*") if path.suffix in KINDS] + [ROOT / "prefect.yaml"]
)


def told(text: str) -> list[str]:
    """The words of a topic in a text, each with its line."""
    for label in A_REGISTERS_OWN:
        text = text.replace(label, "")
    lines = enumerate(text.splitlines(), start=1)
    return [f"{number}: {found[0]}" for number, line in lines for found in OF_A_TOPIC.finditer(line)]


def test_no_word_of_a_review_stands_in_the_program() -> None:
    assert len(FILES) > 150
    found = {str(path.relative_to(ROOT)): told(path.read_text(encoding="utf-8")) for path in FILES}
    assert {name: words for name, words in found.items() if words} == {}


def test_the_demo_alone_names_its_review_outside() -> None:
    lines = (ROOT / "Makefile").read_text(encoding="utf-8").splitlines()
    assert [line for line in lines if told(line) and "als_cell_therapy" not in line and "demo" not in line] == []


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('review: str = "als_cell_therapy"', []),
        ("every arm receives cells", ["receives cells"]),
        ("a drug for ALS", ["ALS"]),
        ("the untreated leg, the other limb", ["leg", "limb"]),
        ("is_cell_therapy: yes", ["is_cell_therapy"]),
        ("with_cells = _gives_cells(record)", ["with_cells", "_gives_cells"]),
        ("the cells of a table; zero cells; a cell is zero; zero_cells", []),
        ("Cochrane Neuromuscular", ["Neuromuscular"]),
        ("legend, elegance, also", []),
    ],
)
def test_what_counts_as_a_word_of_a_topic(text: str, words: list[str]) -> None:
    assert [item.partition(": ")[2] for item in told(text)] == words
