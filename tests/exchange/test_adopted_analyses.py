"""What the names and labels of a package's analyses say outright, and nothing more."""

from pathlib import Path

import pytest
from made_up_packages import analysis, row, write_package

from exchange.adopted_analyses import AdoptedAnalyses, adopted_analyses
from exchange.cochrane.read import read_package


def _adopted(folder: Path, *analyses: dict[str, object]) -> AdoptedAnalyses:
    rows = [row(int(str(a["Analysis group"])), int(str(a["Analysis number"])), "Ash 2001") for a in analyses]
    return adopted_analyses(read_package(write_package(folder, analyses=analyses, rows=rows)))


@pytest.mark.parametrize(
    ("name", "outcome", "time"),
    [
        ("Pain at 6 months", "Pain", "6 months"),
        ("Pain (at 6 months)", "Pain", "6 months"),
        ("Pain&nbsp;at 12 weeks follow-up", "Pain", "12 weeks"),
        ("Pain, at 1 year", "Pain", "1 year"),
        ("Pain", "Pain", "as analysed"),
        ("Death at 2 years of life", "Death at 2 years of life", "as analysed"),
        ("Lung disease at 40 weeks of corrected age", "Lung disease at 40 weeks of corrected age", "as analysed"),
        ("Pain at 6 to 12 months", "Pain at 6 to 12 months", "as analysed"),
        ("Pain for 3 days at 6 months", "Pain for 3 days at 6 months", "as analysed"),
        ("Change in weight (13 months follow-up)", "Change in weight (13 months follow-up)", "as analysed"),
    ],
)
def test_times_that_end_a_name(name: str, outcome: str, time: str, tmp_path: Path) -> None:
    adopted = _adopted(tmp_path, analysis(**{"Analysis name": name}))
    assert [(item.title, item.timepoints) for item in adopted.outcomes] == [(outcome, [time])]


def test_outcomes_are_the_same_that_are_called_the_same(tmp_path: Path) -> None:
    names = ["Pain at 6 months", "pain at 12 months", "Pain,&nbsp;severe", "Pain - severe", "痛み"]
    adopted = _adopted(tmp_path, *(analysis(1, n, **{"Analysis name": name}) for n, name in enumerate(names, 1)))
    assert [item.outcome for item in adopted.rows] == ["pain", "pain", "pain_severe", "pain_severe_2", "outcome"]


@pytest.mark.parametrize(
    ("labels", "left", "right", "direction"),
    [
        (("Drug", "Placebo"), "Favours drug", "Favours placebo", "lower"),
        (("Drug", "Placebo"), "Favors placebo", "Favors Drug", "higher"),
        (("Drug", "Placebo"), "Favours [experimental]", "Favours [control]", "unknown"),
        (("Drug", "Placebo"), "Drug", "Placebo", "unknown"),
        (("Placebo", "Drug"), "Favours placebo", "Favours drug", "unknown"),
        (("Drug", "Drug"), "Favours drug", "Favours drug", "unknown"),
        (("", ""), "", "", "unknown"),
    ],
)
def test_direction_is_what_graphs_favour(
    labels: tuple[str, str], left: str, right: str, direction: str, tmp_path: Path
) -> None:
    told = {
        "Experimental group label": labels[0],
        "Control group label": labels[1],
        "Graph label (left)": left,
        "Graph label (right)": right,
    }
    assert [item.direction for item in _adopted(tmp_path, analysis(**told)).outcomes] == [direction]


def test_graphs_that_contradict_each_other_tell_no_direction(tmp_path: Path) -> None:
    exchanged = {"Graph label (left)": "Favours placebo", "Graph label (right)": "Favours drug"}
    name = {"Analysis name": "Pain"}
    adopted = _adopted(tmp_path, analysis(1, 1, **name), analysis(2, 1, **name, **exchanged))
    assert [item.direction for item in adopted.outcomes] == ["unknown"]


def test_subgroup_and_sensitivity_analyses_are_what_their_names_say(tmp_path: Path) -> None:
    groups = ["Drug versus placebo", "Drug versus placebo: subgroup analysis by age", "Sensitivity analyses: low risk"]
    adopted = _adopted(
        tmp_path, *(analysis(number, 1, **{"Analysis group name": name}) for number, name in enumerate(groups, 1))
    )
    assert [item.role for item in adopted.rows] == ["main", "subgroup", "sensitivity"]
    assert [item.part_of for item in adopted.comparisons] == ["", "c1", ""]


def test_labels_of_arms_are_the_comparisons_or_the_analyses_own(tmp_path: Path) -> None:
    own = {"Experimental group label": "Drug, low dose"}
    adopted = _adopted(tmp_path, analysis(1, 1), analysis(1, 2), analysis(1, 3, **own))
    assert [(item.intervention, item.control) for item in adopted.comparisons] == [("Drug", "Placebo")]
    assert [item.intervention for item in adopted.rows] == ["", "", "Drug, low dose"]
