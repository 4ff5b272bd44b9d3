"""Probabilities as readers see them."""

import pytest

from models.chance import chance


@pytest.mark.parametrize(
    ("probability", "printed"),
    [
        (0.0, "under 1%"),
        (0.0099, "under 1%"),
        (0.01, "1%"),
        (0.24, "24%"),
        (0.705, "71%"),
        (0.99, "99%"),
        (0.991, "over 99%"),
        (1.0, "over 99%"),
    ],
)
def test_no_chance_is_said_to_be_a_certainty(probability: float, printed: str) -> None:
    assert chance(probability) == printed
