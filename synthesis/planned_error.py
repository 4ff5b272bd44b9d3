"""The standard error that a trial can be expected to have, from its planned size and the review's own studies."""

from collections.abc import Sequence
from math import sqrt

from models.forecast import PlannedStudy
from models.synthesis import EffectInput
from models.value import Value
from models.vocabulary import RATIOS, TABLE_MEASURES, Measure
from synthesis.natural_scale import natural_of
from synthesis.pooling import has_table
from synthesis.risks import with_intervention


class Basis(Value, frozen=True, kw_only=True):
    """What the pooled rows of one analysis tell about a further study.

    Attributes
    ----------
    sd : pooled SD of all arms, unit of the outcome
    risk : risk of all control groups together
    unit_variance : variance of an effect per participant: a study of n1 and n2 has this times (n1 + n2) / (n1 n2)
    """

    measure: Measure
    sd: float | None = None
    risk: float | None = None
    unit_variance: float | None = None

    def tau_unit(self, is_ratio: bool) -> float | None:
        """What a between-study SD of 1, which is one of log odds ratios or of standardised means, is on the analysis scale.

        Of mean differences it is the SD of one participant. Near a control risk p a log odds ratio of x is a log risk
        ratio of (1 - p) x and a risk difference of p (1 - p) x, so that a high risk leaves ratios little room.

        `synthesis.default_priors.unit_of` is another unit: that of priors which a reader finds on the page and can give to
        any other program, read off effects and their variances alone, and 1 for every ratio, as their authors have
        them. Here nobody chooses a prior, a forecast has one for each measure, and all that is known of arms goes into it.
        """
        risk = None if self.risk is None else min(max(self.risk, 0.01), 0.99)
        if self.measure is Measure.RR and risk is not None:
            return 1 - risk
        if self.measure is Measure.RD:
            # The variance of one participant's event is p (1 - p).
            return risk * (1 - risk) if risk is not None else self.unit_variance
        is_free = is_ratio or self.measure in (Measure.SMD, Measure.SMD_APPROXIMATE)
        return 1.0 if is_free else self.spread

    @property
    def spread(self) -> float | None:
        """One participant's spread on the analysis scale: the SD of a mean difference."""
        return self.sd or (sqrt(self.unit_variance) if self.unit_variance else None)


class PlannedError(Value, frozen=True, kw_only=True):
    """Standard error of a planned study on the analysis scale, and what it was taken from, in words."""

    se: float
    source: str


def basis_of(rows: Sequence[EffectInput], measure: Measure) -> Basis:
    """What the rows of one analysis that have an effect tell; what they do not all tell is None."""
    arms = [arm for row in rows for arm in ((row.n_intervention, row.sd_intervention), (row.n_control, row.sd_control))]
    spreads = [(n - 1, sd) for n, sd in arms if sd and n > 1]
    sd = None
    if arms and len(spreads) == len(arms):
        sd = sqrt(sum(df * each**2 for df, each in spreads) / sum(df for df, _ in spreads))
    tables = [row for row in rows if has_table(row)]
    people = sum(row.n_control for row in tables)
    risk = None
    if tables and len(tables) == len(rows) and people:
        risk = sum(row.events_control or 0 for row in tables) / people
    sizes = [
        (row.n_intervention * row.n_control / (row.n_intervention + row.n_control), row.vi)
        for row in rows
        if row.n_intervention and row.n_control and row.vi
    ]
    # Precisions add up, and so do the sizes that bring them.
    unit = sum(size for size, _ in sizes) / sum(1 / vi for _, vi in sizes) if sizes else None
    return Basis(measure=measure, sd=sd, risk=risk, unit_variance=unit)


def planned_error(basis: Basis, planned: PlannedStudy, effect: float) -> PlannedError | None:
    """Standard error of a study of this size whose effect is `effect` on the analysis scale.

    From the pooled SD for differences of means, from the control risk for 2 x 2 tables, and otherwise from the precision
    per participant that the pooled studies had. None where an arm is empty, or the studies tell none of these.

    Source: variances as in `synthesis.measures`.
    """
    n1, n2 = planned.n_intervention, planned.n_control
    # A table has whole people in both arms.
    least = 1.0 if basis.measure in TABLE_MEASURES else 0.0
    if min(n1, n2) < least or not min(n1, n2) > 0:
        return None
    if basis.measure is Measure.MD and basis.sd:
        return PlannedError(se=basis.sd * sqrt(1 / n1 + 1 / n2), source=f"pooled SD {basis.sd:.3g}")
    if basis.measure in (Measure.SMD, Measure.SMD_APPROXIMATE):
        return PlannedError(
            se=sqrt(1 / n1 + 1 / n2 + effect**2 / (2 * (n1 + n2))), source="its own SD, as the measure has it"
        )
    if basis.measure in TABLE_MEASURES and basis.risk is not None and 0 < basis.risk < 1:
        risks = expected_risks(basis, planned, effect)
        return PlannedError(se=_of_risks(basis.measure, risks, (n1, n2)), source=f"control risk {basis.risk:.3g}")
    if basis.unit_variance:
        return PlannedError(
            se=sqrt(basis.unit_variance * (1 / n1 + 1 / n2)), source="precision per participant of the pooled studies"
        )
    return None


def expected_risks(basis: Basis, planned: PlannedStudy, effect: float) -> tuple[float, float]:
    """Risks of intervention and control, each no nearer to 0 and 1 than half a participant."""
    assert basis.risk is not None
    natural = natural_of(effect, is_ratio=basis.measure in RATIOS)
    treated = with_intervention(basis.risk, natural, basis.measure)
    return _inside(treated, planned.n_intervention), _inside(basis.risk, planned.n_control)


def control_risk(basis: Basis, planned: PlannedStudy) -> float | None:
    """Risk under control of a planned study, within what its size can show; None where tables do not tell."""
    return None if basis.risk is None else _inside(basis.risk, planned.n_control)


def _inside(risk: float, n: float) -> float:
    least = min(0.5, 0.5 / n)
    return min(max(risk, least), 1 - least)


def _of_risks(measure: Measure, risks: tuple[float, float], sizes: tuple[float, float]) -> float:
    (one, two), (n1, n2) = risks, sizes
    if measure is Measure.RR:
        return sqrt((1 - one) / (n1 * one) + (1 - two) / (n2 * two))
    if measure is Measure.RD:
        return sqrt(one * (1 - one) / n1 + two * (1 - two) / n2)
    return sqrt(1 / (n1 * one * (1 - one)) + 1 / (n2 * two * (1 - two)))
