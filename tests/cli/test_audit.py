"""The audit beside what is computed: what was cut or taken from Wald is told with the number that is right."""

from pathlib import Path

from made_up_packages import analysis, row, write_package

from cli.audit import audit_of, computed_of
from exchange.cochrane.read import read_package
from flows.recompute import recompute

UNLIKE = [(1, 100, 60), (50, 100, 2), (1, 100, 90)]
"""Cases and people of one arm, cases of the other: so unlike that tau² has no printed limit."""


def test_the_number_that_is_right_stands_beside_the_printed_one(tmp_path: Path) -> None:
    random = {"Analysis model": "Random effect", "Heterogeneity estimator": "REML", "Statistical method": "IV"}
    limits = {"Mean": 0.5, "CI start": 0.001, "CI end": 200, "Tau² CI end": 100, "Heterogeneity df": 2}
    printed = {"Effect P": 0.9, "Effect T": 0.3, "CI method": "HKSJ", "Heterogeneity Tau²": 8, "Tau² CI": "true"}
    rows = [
        row(1, 1, f"Ash {year}", **{"Experimental cases": e1, "Experimental N": n, "Control cases": e2, "Control N": n})
        for year, (e1, n, e2) in enumerate(UNLIKE, start=2001)
    ]
    package = read_package(write_package(tmp_path, analyses=[analysis(**random, **limits, **printed)], rows=rows))
    results = {item.key: item.result for item in recompute(package) if item.result}
    computed = computed_of(results)["1.1", ""]
    assert computed.tau2_high is not None
    assert computed.tau2_high > 100
    assert computed.p is not None
    lines = audit_of(package, results)
    assert any(f"Computed without the cut it is {computed.tau2_high:.6g}" in line for line in lines)
    assert any(f"whose own P is {computed.p:.6g}" in line for line in lines)
