"""What a package contradicts in itself, beside what the program computes of it."""

from collections.abc import Mapping

from exchange.audit.audit import audit_lines, contradictions
from exchange.audit.contradiction import Computed
from exchange.cochrane.package import Package
from synthesis.analysis import AnalysisResult


def audit_of(package: Package, results: Mapping[str, AnalysisResult]) -> list[str]:
    """Lines for people; `results` by the key of the analysis, those that could be computed."""
    return audit_lines(contradictions(package, computed_of(results)), package.review)


def computed_of(results: Mapping[str, AnalysisResult]) -> dict[tuple[str, str], Computed]:
    """What the audit holds against the published numbers, by analysis, and number and name of the subgroup."""
    return {
        (key, total.subgroup or ""): Computed(p=total.p, tau2_high=total.pooled.tau2_high)
        for key, result in results.items()
        for total in (result.overall, *result.subgroups)
    }
