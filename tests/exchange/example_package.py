"""The made-up package that ships in ``examples/``: its lists name two real registrations, everything else is invented.

Run as a script it writes the package again; a test holds that it is what ships.
"""

import sys
from pathlib import Path
from typing import Any

from made_up_packages import analysis, article, entry, row, study, write_package

from exchange.cochrane.read import read_package
from flows.recompute import row_of, settings_of
from synthesis.analysis import AnalysisResult, Total, analyse

REVIEW = "CD900001"
ONE = "Troponin activator versus placebo"
TWO = "Troponin activator at high versus low dose"
STUDIES = ("Ash 2009", "Birch 2012", "Cedar 2015", "Damson 2018")

Cells = dict[str, Any]

DICHOTOMOUS = {
    "Ash 2009": (9, 60, 14, 61),
    "Birch 2012": (4, 40, 0, 38),
    "Cedar 2015": (22, 118, 25, 115),
    "Damson 2018": (11, 90, 19, 88),
}
CONTINUOUS = {
    "Ash 2009": (-8.1, 9.2, 55, -11.3, 10.4, 54, 1),
    "Birch 2012": (-9.4, 12.0, 37, -10.1, 11.5, 36, 1),
    "Cedar 2015": (-7.7, 10.1, 110, -12.9, 10.8, 108, 2),
    "Damson 2018": (-10.2, 9.9, 84, -11.0, 10.2, 83, 2),
}
HAZARDS = {"Cedar 2015": (-0.1985, 0.2104), "Damson 2018": (-0.3711, 0.2539)}
DOSES = {1: "Follow-up up to 6 months", 2: "Follow-up above 6 months"}


def write(folder: Path) -> Path:
    """Write the package, unpacked, with the estimates that its rows give."""
    told = _told()
    draft = read_package(write_package(folder, REVIEW, packed="folder", **told))
    results = {
        item.key: analyse([row_of(line) for line in draft.rows_of(item.key)], settings_of(item))
        for item in draft.analyses
    }
    for line in told["analyses"]:
        result = results[f"{line['Analysis group']}.{line['Analysis number']}"]
        line.update(_printed(result.overall) | _tested(result))
    for key in {(line["Analysis group"], line["Analysis number"]) for line in told["rows"]}:
        own = [line for line in told["rows"] if (line["Analysis group"], line["Analysis number"]) == key]
        for line, found in zip(own, results[f"{key[0]}.{key[1]}"].rows, strict=True):
            line.update(
                {
                    "Weight": found.weight_pct,
                    "Mean": found.estimate,
                    "CI start": found.ci_low,
                    "CI end": found.ci_high,
                }
            )
    told["subgroups"] = list(_subgroups(results["1.2"]))
    return write_package(folder, REVIEW, packed="folder", **told)


def _told() -> Cells:
    return {
        "analyses": [
            analysis(1, 1, **_names(ONE, "Serious adverse events"), **_labels("Favours activator", "Favours placebo")),
            analysis(
                1,
                2,
                **_names(ONE, "Slow vital capacity, change in per cent predicted"),
                **_labels("Favours placebo", "Favours activator"),
                **_means(),
            ),
            analysis(1, 3, **_names(ONE, "Time to death or ventilation"), **_contrast()),
            analysis(2, 1, **_names(TWO, "Serious adverse events"), **_labels("Favours high dose", "Favours low dose")),
        ],
        "rows": [
            *(
                row(1, 1, name, **_events(cells), **{"Analysis name": "Serious adverse events"})
                for name, cells in DICHOTOMOUS.items()
            ),
            *(
                row(
                    1, 2, name, **_arms(cells), **{"Analysis name": "Slow vital capacity, change in per cent predicted"}
                )
                for name, cells in CONTINUOUS.items()
            ),
            *(
                row(1, 3, name, **{"GIV Mean": yi, "GIV SE": se, "Analysis name": "Time to death or ventilation"})
                for name, (yi, se) in HAZARDS.items()
            ),
            row(2, 1, "Cedar 2015", **_events((13, 60, 9, 58)), **{"Analysis name": "Serious adverse events"}),
        ],
        "studies": {
            "included": [study(name) for name in STUDIES],
            "ongoing": [study("NCT02496767 2015"), study("NCT03505021 2018")],
            "awaiting": [study("Elder 2020")],
        },
        "references": {
            "included": [article(name, TI="Effects of a troponin activator") for name in STUDIES],
            "ongoing": [
                entry("NCT02496767 2015", "https://clinicaltrials.gov/study/NCT02496767", "NCT02496767"),
                entry("NCT03505021 2018", "https://clinicaltrials.gov/study/NCT03505021", "NCT03505021"),
            ],
            "awaiting": [article("Elder 2020", TI="A troponin activator in a small hospital")],
        },
        "bias": [
            {"Study": name, "Domain (judgement): Random sequence generation (selection bias)": judgement}
            for name, judgement in zip(STUDIES, ("Low risk", "Unclear risk", "Low risk", "High risk"), strict=True)
        ],
    }


def _names(comparison: str, outcome: str) -> Cells:
    return {"Analysis group name": comparison, "Analysis name": outcome, "Graph scale": 10}


def _labels(left: str, right: str) -> Cells:
    return {
        "Experimental group label": "Activator" if "placebo" in f"{left}{right}" else "High dose",
        "Control group label": "Placebo" if "placebo" in f"{left}{right}" else "Low dose",
        "Graph label (left)": left,
        "Graph label (right)": right,
    }


def _means() -> Cells:
    return {
        "Data type": "Continuous",
        "Log-scale data": "false",
        "Statistical method": "IV",
        "Effect measure": "Mean Difference",
        "Analysis model": "Random effect",
        "Heterogeneity estimator": "REML",
        "CI method": "HKSJ",
    }


def _contrast() -> Cells:
    return {
        **_labels("Favours activator", "Favours placebo"),
        "Data type": "Contrast level",
        "Statistical method": "IV",
        "Effect measure": "Hazard Ratio",
    }


def _events(cells: tuple[int, int, int, int]) -> Cells:
    names = ("Experimental cases", "Experimental N", "Control cases", "Control N")
    return dict(zip(names, cells, strict=True))


def _arms(cells: tuple[float, float, int, float, float, int, int]) -> Cells:
    names = ("Experimental mean", "Experimental SD", "Experimental N", "Control mean", "Control SD", "Control N")
    number = cells[6]
    return dict(zip(names, cells[:6], strict=True)) | {"Subgroup": DOSES[number], "Subgroup number": number}


def _printed(total: Total) -> Cells:
    pooled = total.pooled
    is_random = pooled.model not in {"common", "mh"}
    return {
        "Experimental cases": _cell(total.cases_1),
        "Experimental N": _cell(total.n_1),
        "Control cases": _cell(total.cases_2),
        "Control N": _cell(total.n_2),
        "Mean": total.estimate,
        "CI start": total.ci_low,
        "CI end": total.ci_high,
        "Heterogeneity Tau²": pooled.tau2 if is_random else "",
        "Heterogeneity Chi²": pooled.q,
        "Heterogeneity df": total.df,
        "Heterogeneity P": pooled.q_p,
        "Heterogeneity I²": pooled.i2_pct,
        "Effect Z": total.z if total.z is not None else "",
        "Effect T": total.t if total.t is not None else "",
        "Effect P": total.p_as_revman,
    }


def _cell(number: float | None) -> float | str:
    return "" if number is None else number


def _tested(result: AnalysisResult) -> Cells:
    if result.test is None:
        return {}
    test = result.test
    return {
        "Subgroup Chi²": test.chi2,
        "Subgroup df": test.df,
        "Subgroup P": test.p,
        "Subgroup I²": test.i2_pct,
    }


def _subgroups(result: AnalysisResult) -> list[Cells]:
    return [
        {
            "Analysis group": 1,
            "Analysis number": 2,
            "Subgroup": DOSES[number],
            "Subgroup number": number,
            "Weight": total.weight_pct,
            "ID": f"subgroup:00000000100000000{number}",
        }
        | _printed(total)
        for number, total in enumerate(result.subgroups, start=1)
    ]


if __name__ == "__main__":
    write(Path(sys.argv[1]))
