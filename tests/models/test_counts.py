"""How many studies and people, in words."""

import pytest

from models.counts import in_people, in_studies, joined, k_equals, n_alone, n_equals


@pytest.mark.parametrize(
    ("n_studies", "k", "long", "short"),
    [
        (1, 1, "1 study", "k = 1"),
        (5, 5, "5 studies", "k = 5"),
        (5, 7, "5 studies in 7 rows", "k = 5 in 7 rows"),
        (1, 2, "1 study in 2 rows", "k = 1 in 2 rows"),
    ],
)
def test_rows_are_told_where_they_are_not_the_studies(n_studies: int, k: int, long: str, short: str):
    assert (in_studies(n_studies, k), k_equals(n_studies, k)) == (long, short)


@pytest.mark.parametrize(
    ("n", "is_least", "said"),
    [
        (1, False, ("1 participant", "n = 1", "1")),
        (1234, False, ("1,234 participants", "n = 1,234", "1,234")),
        (64, True, ("at least 64 participants", "n at least 64", "at least 64")),
        (None, False, ("", "", "–")),
        (0, False, ("", "", "0")),
    ],
)
def test_people_who_are_not_told_are_left_out(n: int | None, is_least: bool, said: tuple[str, ...]):
    assert (in_people(n, is_least), n_equals(n, is_least), n_alone(n, is_least)) == said
    assert joined("k = 3", n_equals(n, is_least)) == ("k = 3" + (f", {said[1]}" if said[1] else ""))
