"""What an engine computes of an analysis, as values that a package is written with."""

from exchange.cochrane.package import Package, Published
from models.value import Value


class ComputedRow(Value, frozen=True, kw_only=True):
    """A row's share and effect as displayed; None where it is not estimable.

    Attributes
    ----------
    weight : per cent
    """

    weight: float | None = None
    estimate: float | None = None
    ci_low: float | None = None
    ci_high: float | None = None


class ComputedSubgroup(Value, frozen=True, kw_only=True):
    """A subgroup's share, in per cent, and its estimate."""

    weight: float | None = None
    published: Published = Published()


class ComputedAnalysis(Value, frozen=True, kw_only=True):
    """An analysis computed.

    Attributes
    ----------
    subgroups : by number
    rows : in the order of the package's rows of the analysis
    """

    overall: Published = Published()
    subgroups: dict[int, ComputedSubgroup] = {}
    rows: tuple[ComputedRow, ...] = ()


def computed_in(package: Package) -> dict[str, ComputedAnalysis]:
    """What a package itself says was computed, by analysis."""
    return {
        item.key: ComputedAnalysis(
            overall=item.published,
            subgroups={
                part.subgroup_number: ComputedSubgroup(weight=part.weight, published=part.published)
                for part in package.subgroups
                if part.key == item.key and part.subgroup_number
            },
            rows=tuple(
                ComputedRow(weight=row.weight, estimate=row.estimate, ci_low=row.ci_low, ci_high=row.ci_high)
                for row in package.rows_of(item.key)
            ),
        )
        for item in package.analyses
    }
