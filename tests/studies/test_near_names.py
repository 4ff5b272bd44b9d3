"""A name is near another when one slip parts them; a study of another year is another study."""

import pytest

from studies.near_names import names_near

NAMES = ["Birch 2012", "Birch 2013", "Bernabe-García 2021", "NCT01363401", "NCT02286011"]


@pytest.mark.parametrize(
    ("written", "near"),
    [
        ("Brich 2012", ["Birch 2012"]),
        ("birch 2013 ", ["Birch 2013"]),
        ("Bernabe-Garcia 2021", ["Bernabe-García 2021"]),
        ("NCT01363410", ["NCT01363401"]),
        ("nct0228601", ["NCT02286011"]),
        ("Birch 2026", []),
        ("Larch 2012", []),
        ("NCT05555555", []),
        ("", []),
    ],
)
def test_only_one_slip_is_near(written: str, near: list[str]) -> None:
    assert names_near(written, NAMES) == near
