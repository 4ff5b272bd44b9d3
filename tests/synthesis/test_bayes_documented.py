"""Posteriors that docs/methods.md sets beside Wald and HKSJ are those that are computed from its own table of events."""

import re
from pathlib import Path

import numpy as np
import pytest

from synthesis.bayes import posterior
from synthesis.priors import prior_named

TEXT = (Path(__file__).parents[2] / "docs" / "methods.md").read_text(encoding="utf-8").replace("−", "-")
PRIORS = ("HN(0.5)", "HN(1.0)", "Turner: any")
ROWS = {
    "survival, k = 1": ("alive at about six months", 1),
    "survival, k = 2": ("alive at about six months", 2),
    "serious adverse events, k = 2": ("serious adverse event", 2),
}


def line_of(name: str) -> list[str]:
    (line,) = (line for line in TEXT.splitlines() if line.startswith(f"| {name} |"))
    return [cell.strip() for cell in line.strip("|").split("|")][1:]


@pytest.mark.parametrize(("name", "events", "k"), [(name, *of) for name, of in ROWS.items()])
def test_the_methods_page_sets_what_is_computed_side_by_side(name: str, events: str, k: int) -> None:
    cells = np.array([[int(n) for n in re.findall(r"\d+", cell)] for cell in line_of(events)], dtype=float)
    (a, n1), (c, n2) = cells[0::2][:k].T, cells[1::2][:k].T
    effects, variances = np.log(a / n1) - np.log(c / n2), 1 / a - 1 / n1 + 1 / c - 1 / n2
    for prior, said in zip(PRIORS, line_of(name)[2:], strict=True):
        found = posterior(effects, variances, tau=prior_named(prior))
        median, low, high = (float(np.exp(value[0])) for value in (found.median, found.low, found.high))
        assert said == f"{median:.2f} ({low:.2f} to {high:.2f})"
