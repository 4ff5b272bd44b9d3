"""What people write to be searched by is taken as it is, or refused with line, field and what to do."""

import shutil
from pathlib import Path

import pytest

from models.folder_files import ReviewError
from models.review import Review, load_review

SECOND = Path(__file__).parents[1] / "reviews" / "pressure_ulcers"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return Path(shutil.copytree(SECOND, tmp_path / SECOND.name))


def edited(folder: Path, old: str, new: str) -> Review:
    path = folder / "protocol.yaml"
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    return load_review(folder)


MESH = "population: [Pressure Ulcer]"
TEXT = "population: [pressure ulcer*, pressure injur*"
SLIPS = {
    "a tag of Ovid before a heading": (MESH, "population: [exp Pressure Ulcer]", "write the heading alone"),
    "a slash of Ovid after it": (MESH, "population: [Pressure Ulcer/]", "write the heading alone"),
    "a subheading": (MESH, "population: [Pressure Ulcer/therapy]", "'/' stands in no heading"),
    "a field tag": (MESH, "population: ['Pressure Ulcer[mh]']", "'[' stands in no heading"),
    "quotes": (MESH, "population: ['\"Pressure Ulcer\"']", "stands in no heading"),
    "a wildcard in a heading": (MESH, "population: ['Pressure Ulcer*']", "'*' stands in no heading"),
    "a heading without words": (MESH, "population: ['']", "a heading is empty"),
    "a heading twice": (MESH, "population: [Pressure Ulcer, pressure ulcer]", "stands twice; keep one"),
    "a heading that is a number": (MESH, "population: [12]", "value 12"),
    "another word for explode": (MESH, "population: [{heading: Pressure Ulcer, exploded: no}]", "unknown key"),
    "another concept": (MESH, "patients: [Pressure Ulcer]", "patients: unknown key"),
    "another thesaurus": ("    mesh:", "    msh:", "msh: unknown key"),
    "an operator in free text": (TEXT, "population: [pressure adj3 ulcer*, (sore", "more than words"),
    "a wildcard inside a word": (TEXT, "population: [pres*ure ulcer", "more than words"),
    "a wildcard after too little": (TEXT, "population: [pr* ulcer", "at least 3 letters before *"),
    "a wildcard that stands alone": (TEXT, "population: ['* ulcer'", "more than words"),
    "a language by its name": ("    es: [", "    spanish: [", "languages.spanish"),
    "a language without words": ("    es: [úlcera por presión]", "    es: []", "languages.es"),
    "headings that narrow where no words do": (
        "  intervention: [alternating pressure, air mattress, Undulair]",
        "  intervention: []",
        "intervention has no words",
    ),
}  # fmt: skip


@pytest.mark.parametrize("slip", SLIPS)
def test_a_slip_is_answered(folder: Path, slip: str) -> None:
    old, new, to_do = SLIPS[slip]
    with pytest.raises(ReviewError) as raised:
        edited(folder, old, new)
    lines = (folder / "protocol.yaml").read_text(encoding="utf-8").splitlines()
    said = str(raised.value)
    assert to_do in said
    place, _, rest = said.partition(": ")
    number = int(place.rpartition(":")[2])
    assert place.startswith(str(folder / "protocol.yaml"))
    assert rest.startswith("pico")
    assert new.split(":")[0].strip() in lines[number - 1] or lines[number - 1].startswith("pico")


def test_a_heading_is_exploded_unless_the_review_says_no(folder: Path) -> None:
    mesh = load_review(folder).protocol.pico.vocabulary.mesh
    assert [(item.heading, item.explode) for item in (*mesh.population, *mesh.intervention)] == [
        ("Pressure Ulcer", True),
        ("Beds", False),
    ]


def test_headings_with_all_that_headings_have_are_taken(folder: Path) -> None:
    odd = '["Antigens, CD34", \'Na(+)-K(+)-Exchanging ATPase\', Cell- and Tissue-Based Therapy, "Alzheimer\'s disease"]'
    mesh = edited(folder, "population: [Pressure Ulcer]", f"population: {odd}").protocol.pico.vocabulary.mesh
    assert len(mesh.population) == 4


def test_a_protocol_without_any_of_it_is_as_good(folder: Path) -> None:
    path = folder / "protocol.yaml"
    before, _, rest = path.read_text(encoding="utf-8").partition("  free_text:")
    path.write_text(f"{before}\nsearches:{rest.partition('searches:')[2]}", encoding="utf-8")
    pico = load_review(folder).protocol.pico
    assert (pico.vocabulary.mesh.population, pico.free_text.population, pico.languages) == ([], [], {})


def test_names_of_interventions_are_searched_unless_they_do_not_count(folder: Path) -> None:
    pico = load_review(folder).protocol.pico
    assert pico.written_names == ["Undulair", "UDA-200"]
    assert {"Undulair", "UDA-200"} <= set(pico.narrowing)
    assert pico.model_copy(update={"intervention": []}).narrowing == []
