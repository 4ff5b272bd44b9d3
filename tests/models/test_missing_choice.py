"""What a protocol says of people without a value is checked before it is used."""

import shutil
from pathlib import Path

import pytest

from models.folder_files import ReviewError
from models.review import load_review
from models.settings import Settings

SHIPPED = Settings().reviews / "als_cell_therapy"


def loaded(tmp_path: Path, section: str):
    folder = Path(shutil.copytree(SHIPPED, tmp_path / SHIPPED.name))
    protocol = folder / "protocol.yaml"
    before = protocol.read_text(encoding="utf-8").split("\nsupplements:")[0]
    protocol.write_text(f"{before}\nsupplements:\n  missing:\n    {section}\n", encoding="utf-8")
    return load_review(folder).protocol.supplements.missing


@pytest.mark.parametrize(
    ("section", "said"),
    [
        ("alsfrs: {lowest: 0, highest: 48}", "write one of alsfrs_r_change"),
        ("alsfrs_r_change: {lowest: 0}", "give both ends of the scale"),
        ("alsfrs_r_change: {lowest: 48, highest: 0}", "lowest 48 is not below highest 0"),
        ("alsfrs_r_change: {lowest: 0, highest: 48, death_value: -1}", "death_value -1 is not from 0 to 48"),
        ("alsfrs_r_change: {worst: 0}", "worst"),
        ("alsfrs_r_change: {prior: {intervention: 1, control: 1, sd_control: -1}}", "sd_control"),
        ("alsfrs_r_change: {prior: {intervention: 1, control: 1, correlation: 2}}", "correlation"),
        ("alsfrs_r_change: {prior: {intervention: 1}}", "control"),
        ("alsfrs_r_change: {prior: {intervention: .inf, control: 0}}", "intervention"),
    ],
)
def test_a_slip_is_answered_with_what_to_do(tmp_path, section, said):
    with pytest.raises(ReviewError, match=r"protocol\.yaml:\d+") as raised:
        loaded(tmp_path, section)
    assert said in str(raised.value)


def test_a_choice_is_read(tmp_path):
    found = loaded(
        tmp_path, "alsfrs_r_change: {lowest: -48, highest: 48, prior: {intervention: -5, control: -5, sd_control: 2}}"
    )
    assert found["alsfrs_r_change"].highest == 48
    assert found["alsfrs_r_change"].prior.sd_control == 2
