"""The published estimates of a package as rows of estimates.csv, with all the digits that it has."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from exchange.adopted_numbers import subgroup_numbers
from exchange.cochrane.package import Applicability, Layout, Package, PackageRow, Published
from models.analysis import Analysis
from models.published import EstimateRow

_DECIMALS = {Layout.V1: 6, Layout.MIDDLE: 6, Layout.V2: None}
_SHARES = ("tau2", "tau2_low", "tau2_high")
_FIELDS = {
    "estimate": "estimate", "ci_low": "ci_low", "ci_high": "ci_high", "pi_low": "pi_low", "pi_high": "pi_high",
    "tau2": "tau2", "tau2_low": "tau2_low", "tau2_high": "tau2_high", "chi2": "chi2", "p_heterogeneity": "p_chi2",
    "i2": "i2_pct", "z": "z", "t": "t", "p": "p_value", "subgroup_chi2": "test_chi2", "subgroup_p": "test_p",
    "subgroup_i2": "test_i2_pct", "df": "df", "subgroup_df": "test_df",
}  # fmt: skip
"""Columns of estimates.csv by the names of a package's numbers."""


def adopted_estimates(package: Package, analyses: Mapping[str, Analysis], version: str) -> Iterator[EstimateRow]:
    """Estimates of the adopted analyses and their subgroups, those that say nothing left out.

    `k` is the number of rows that have an effect and count in the estimate.
    """
    numbers = subgroup_numbers(package)
    decimals = _DECIMALS[package.layout]
    for told in package.analyses:
        if told.key not in analyses:
            continue
        rows = [row for row in package.rows_of(told.key) if row.applicability is not Applicability.SUBGROUP_ONLY]
        said = _said(told.published)
        if said:
            yield _row({"version": version, "analysis": told.key, "decimals": decimals, **said}, rows)
        for part in package.subgroups:
            number = part.subgroup_number or numbers.get((told.key, part.name))
            if part.key == told.key and number and (part.id or _said(part.published)):
                own = [
                    row
                    for row in package.rows_of(told.key)
                    if (row.subgroup_number or numbers.get((told.key, row.subgroup))) == number
                    and row.applicability is not Applicability.OVERALL_ONLY
                ]
                yield _row(
                    {
                        "version": version, "analysis": told.key, "decimals": decimals, "subgroup": part.name,
                        "subgroup_number": number, "package_id": part.id, **_said(part.published),
                    },
                    own,
                )  # fmt: skip


def _said(told: Published) -> dict[str, Any]:
    values = {name: getattr(told, field) for field, name in _FIELDS.items()}
    return {name: value for name, value in values.items() if value is not None and (name not in _SHARES or value >= 0)}


def _row(said: dict[str, Any], rows: Iterable[PackageRow]) -> EstimateRow:
    k = sum(row.estimate is not None for row in rows)
    return EstimateRow.model_validate(said | ({"k": k} if "estimate" in said and k else {}))
