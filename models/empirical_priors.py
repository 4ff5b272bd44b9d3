"""How much past meta-analyses of Cochrane reviews differed within: published predictive distributions of tau squared.

Figures are of log tau squared as printed. They were checked against two independent transcriptions of the papers'
tables: those of the R packages bayesmeta 3.4 and rnmamod, which agree in all but one figure.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from models.near_words import nearest

MARGINAL = "any"
"""Stands for an outcome of any kind, compared in any way."""


@dataclass(frozen=True)
class PredictiveTable:
    """One paper's table.

    Attributes
    ----------
    name : as people call it
    outcomes : kinds of outcomes, by the short word that output prints: all the words of its row
    comparisons : kinds of comparisons, columns of the table
    areas : medical areas, the first where nobody names one; empty where the paper has no such division
    figures : location and scale of log tau squared by area and comparison, rows in the order of `outcomes`
    marginal : those for any outcome and any comparison
    """

    name: str
    outcomes: Mapping[str, str]
    comparisons: Sequence[str]
    areas: Sequence[str]
    figures: Mapping[tuple[str, str], tuple[Sequence[float], Sequence[float]]]
    marginal: tuple[float, float]

    def find(self, text: str) -> tuple[str, float, float]:
        """Name, location and scale of log tau squared of what somebody typed: outcome; comparison; area.

        Raises
        ------
        ValueError
            For words that are not in the table, or that are in several rows of it.
        """
        parts = [part.strip() for part in text.split(";")]
        if parts == [MARGINAL]:
            return f"{self.name}: {MARGINAL}", *self.marginal
        wanted = 2 + bool(self.areas)
        if not 2 <= len(parts) <= wanted:
            area = "; area" if self.areas else ""
            raise ValueError(f"write '{self.name}: outcome; comparison{area}', or '{self.name}: {MARGINAL}'")
        outcome, comparison = self._outcome(parts[0]), self._comparison(parts[1])
        area = self._area(parts[2:])
        locations, scales = self.figures[area, comparison]
        row = list(self.outcomes).index(outcome)
        where = f"; {area}" if self.areas and area != self.areas[0] else ""
        return f"{self.name}: {outcome}; {comparison}{where}", locations[row], scales[row]

    def has_outcome(self, typed: str) -> bool:
        """Whether it has a row of this name."""
        try:
            self._outcome(typed)
        except ValueError:
            return False
        return True

    def _outcome(self, typed: str) -> str:
        words = plain(typed)
        found = [short for short in self.outcomes if words == plain(short)]
        found = found or [short for short, full in self.outcomes.items() if words and words in plain(full)]
        if len(found) == 1:
            return found[0]
        if found:
            raise ValueError(f"{self.name}: {typed!r} is several outcomes: {', '.join(found)}")
        raise ValueError(
            f"{self.name}: {typed!r} is none of its outcomes, which are {', '.join(self.outcomes)}; "
            f"{nearest(typed, self.outcomes)}"
        )

    def _comparison(self, typed: str) -> str:
        sides = plain(typed).split(" v ")
        found = [name for name in self.comparisons if name.split(" v ") in (sides, sides[::-1])]
        whole = [name for name in self.comparisons if name.startswith(("non-pharm (any)",))]
        if not found and whole and "non-pharm" in sides and set(sides) <= SIDES | {"any"}:
            found = whole
        if not found and plain(typed) in self.comparisons:
            found = [plain(typed)]
        if found:
            return found[0]
        raise ValueError(f"{self.name}: {typed!r} is none of its comparisons, which are {', '.join(self.comparisons)}")

    def _area(self, typed: Sequence[str]) -> str:
        if not typed:
            return self.areas[0] if self.areas else ""
        if plain(typed[0]) in self.areas:
            return plain(typed[0])
        raise ValueError(f"{self.name}: {typed[0]!r} is none of its medical areas, which are {', '.join(self.areas)}")


SIDES = frozenset({"pharm", "non-pharm", "placebo"})

_SAME = (
    ("nonpharm", "non-pharm"),
    ("pharmacological", "pharm"),
    ("pharma ", "pharm "),
    ("placebo / control", "placebo"),
    ("placebo/control", "placebo"),
    ("control", "placebo"),
    (" versus ", " v "),
    (" vs. ", " v "),
    (" vs ", " v "),
    (" v. ", " v "),
)


def plain(text: str) -> str:
    """Words as the tables have them, whichever of their usual spellings was typed."""
    words = " ".join(text.lower().split()) + " "
    for other, ours in _SAME:
        words = words.replace(other, ours)
    return words.strip()


def _negative(*figures: float) -> tuple[float, ...]:
    return tuple(-figure for figure in figures)


TURNER = PredictiveTable(
    name="Turner",
    outcomes={
        "all-cause mortality": "all-cause mortality",
        "obstetric outcomes": "obstetric outcomes",
        "cause-specific mortality": "cause-specific mortality / major morbidity event / composite (mortality or morbidity)",
        "resource use": "resource use / hospital stay / process",
        "surgical success": "surgical / device related success / failure",
        "withdrawals": "withdrawals / drop-outs",
        "structure-related outcomes": "internal / structure-related outcomes",
        "general physical health": "general physical health indicators",
        "adverse events": "adverse events",
        "infection": "infection / onset of new disease",
        "signs or symptoms": "signs / symptoms reflecting continuation / end of condition",
        "pain": "pain",
        "quality of life": "quality of life / functioning (dichotomized)",
        "mental health": "mental health indicators",
        "biological markers": "biological markers (dichotomized)",
        "subjective outcomes": "subjective outcomes (various)",
    },
    comparisons=(
        "pharm v placebo",
        "pharm v pharm",
        "non-pharm v placebo",
        "non-pharm v pharm",
        "non-pharm v non-pharm",
    ),
    areas=(),
    figures={
        ("", "pharm v placebo"): (
            _negative(3.95, 3.52, 3.71, 2.34, 2.14, 2.99, 2.71, 2.29, 1.87, 2.49, 2.06, 1.83, 2.54, 2.12, 1.77, 2.70),
            (1.34, 1.74, 1.74, 1.74, 1.74, 1.74, 1.74, 1.53, 1.52, 1.52, 1.51, 1.52, 1.54, 1.53, 1.52, 1.52),
        ),
        ("", "pharm v pharm"): (
            _negative(4.18, 3.75, 3.95, 2.58, 2.37, 3.23, 2.94, 2.53, 2.10, 2.73, 2.29, 2.06, 2.78, 2.35, 2.00, 2.93),
            (1.41, 1.79, 1.79, 1.79, 1.79, 1.79, 1.79, 1.58, 1.58, 1.58, 1.58, 1.58, 1.60, 1.60, 1.58, 1.58),
        ),
        ("", "non-pharm v placebo"): (
            _negative(4.17, 3.74, 3.93, 2.56, 2.36, 3.21, 2.93, 2.51, 2.10, 2.71, 2.28, 2.05, 2.77, 2.34, 1.99, 2.92),
            (1.55, 1.91, 1.91, 1.91, 1.91, 1.91, 1.92, 1.72, 1.71, 1.71, 1.71, 1.71, 1.73, 1.72, 1.71, 1.71),
        ),
        ("", "non-pharm v pharm"): (
            _negative(2.92, 2.49, 2.68, 1.31, 1.11, 1.96, 1.67, 1.26, 0.84, 1.46, 1.03, 0.80, 1.51, 1.09, 0.74, 1.67),
            (1.02, 1.50, 1.51, 1.50, 1.50, 1.51, 1.51, 1.25, 1.24, 1.24, 1.24, 1.25, 1.27, 1.27, 1.24, 1.25),
        ),
        ("", "non-pharm v non-pharm"): (
            _negative(3.50, 3.08, 3.27, 1.90, 1.69, 2.55, 2.26, 1.85, 1.43, 2.05, 1.61, 1.38, 2.10, 1.67, 1.33, 2.26),
            (1.26, 1.68, 1.68, 1.68, 1.68, 1.68, 1.68, 1.46, 1.45, 1.45, 1.45, 1.45, 1.47, 1.47, 1.45, 1.45),
        ),
    },
    marginal=(-2.56, 1.74),
)
"""Log odds ratios: log tau squared is normal. Turner et al. (2015), Statistics in Medicine 34:984, table IV and
p. 993, which carries on Turner et al. (2012), Int J Epidemiol 41:818."""

RHODES = PredictiveTable(
    name="Rhodes",
    outcomes={
        "obstetric outcomes": "obstetric outcomes",
        "resource use": "resource use and hospital stay / process",
        "structure-related outcomes": "internal and external structure-related outcome",
        "general physical health": (
            "general physical health and adverse events and pain and quality of life / functioning"
        ),
        "signs or symptoms": (
            "signs / symptoms reflecting continuation / end of condition and infection / onset of new acute / "
            "chronic disease"
        ),
        "mental health": "mental health outcome",
        "biological markers": "biological markers",
        "subjective outcomes": "various subjectively measured outcomes",
    },
    comparisons=("pharm v placebo", "pharm v pharm", "non-pharm (any)"),
    areas=("other", "respiratory", "cancer"),
    figures={
        ("other", "pharm v placebo"): (
            _negative(4.13, 2.55, 2.43, 3.16, 3.00, 2.99, 3.41, 2.76),
            (2.34, 2.73, 2.50, 2.50, 2.50, 2.16, 2.83, 2.58),
        ),
        ("other", "pharm v pharm"): (
            _negative(4.40, 2.83, 2.70, 3.44, 3.27, 3.27, 3.68, 3.03),
            (2.31, 2.70, 2.46, 2.44, 2.47, 2.14, 2.78, 2.59),
        ),
        ("other", "non-pharm (any)"): (
            _negative(3.99, 2.41, 2.29, 3.02, 2.86, 3.85, 3.27, 2.62),
            (2.11, 2.57, 2.32, 2.27, 2.33, 1.93, 2.66, 2.41),
        ),
        ("respiratory", "pharm v placebo"): (
            _negative(6.03, 4.46, 4.33, 5.07, 4.90, 4.90, 5.31, 4.66),
            (2.36, 2.74, 2.51, 2.51, 2.50, 2.17, 2.83, 2.59),
        ),
        ("respiratory", "pharm v pharm"): (
            _negative(6.31, 4.73, 4.61, 5.34, 5.18, 5.17, 5.59, 4.94),
            (2.31, 2.70, 2.46, 2.45, 2.47, 2.14, 2.78, 2.59),
        ),
        ("respiratory", "non-pharm (any)"): (
            _negative(5.89, 4.32, 4.19, 4.93, 4.76, 4.76, 5.17, 4.52),
            (2.21, 2.57, 2.33, 2.28, 2.33, 1.94, 2.66, 2.41),
        ),
        ("cancer", "pharm v placebo"): (
            _negative(1.57, -0.01, 0.13, 0.60, 0.44, 0.43, 0.85, 0.20),
            (2.45, 2.83, 2.61, 2.61, 2.60, 2.28, 2.93, 2.68),
        ),
        ("cancer", "pharm v pharm"): (
            _negative(1.85, 0.27, 0.14, 0.88, 0.71, 0.71, 1.13, 0.48),
            (2.41, 2.79, 2.56, 2.55, 2.57, 2.25, 2.87, 2.68),
        ),
        ("cancer", "non-pharm (any)"): (
            _negative(1.43, -0.15, -0.27, 0.46, 0.30, 0.29, 0.71, 0.06),
            (2.24, 2.68, 2.45, 2.40, 2.46, 2.08, 2.78, 2.53),
        ),
    },
    marginal=(-3.44, 2.59),
)
"""Standardised mean differences: log tau squared is t with 5 degrees of freedom. Rhodes et al. (2015), J Clin
Epidemiol 68:52, table 3 and appendix tables A.3.1 and A.3.2. The first figure for resource use in cancer is
bayesmeta's 0.01; rnmamod has -0.01. Two figures that both have break the additive pattern of the rest and may be
slips of the paper: -3.85 (mental health, non-pharm) and -0.13 (structure-related, cancer, pharm v placebo)."""
