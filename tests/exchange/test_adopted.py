"""A data package becomes a review folder that loads, the same for the same package, and loses nothing in silence."""

from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from made_up_packages import analysis, article, entry, row, study, write_package

from exchange.adopted import Told, folder_of
from exchange.cochrane.read import read_package
from judging.evidence import arm_of, contrast_of
from models.review import Review
from models.vocabulary import EvidenceSet
from synthesis.analyses import pool_review
from synthesis.effect_size import effect_inputs
from synthesis.reproduction import reproduce

REAL = ("CD007654", "CD009958", "CD010461", "CD011506", "CD013185", "CD013776", "CD014353", "v1-Fleiss1993")
TOLD = Told(review="made_up", adopted_on=date(2026, 11, 30))
CONTRAST = {"Data type": "Contrast level", "Statistical method": "IV"}
RANDOM = {"Analysis model": "Random effect", "Heterogeneity estimator": "DL"}
MEANS = {
    "Data type": "Continuous",
    "Effect measure": "Mean Difference",
    "Statistical method": "IV",
    "Log-scale data": "false",
}


def _reproduced(review: Review) -> list[str]:
    """What the folder's own numbers say of each estimate that it gives as published; '' where they agree."""
    arms, contrasts = map(arm_of, review.extraction), map(contrast_of, review.contrasts)
    inputs = effect_inputs(list(arms), review.protocol.analyses, EvidenceSet.PUBLISHED, list(contrasts))
    effects = pool_review(inputs, review.protocol, EvidenceSet.PUBLISHED)
    return [item.explanation if item.fired else "" for item in reproduce(review.protocol, review.printed, effects)]


@pytest.mark.parametrize(
    ("name", "n_estimates"),
    [
        (REAL[0], 5),
        (REAL[1], 8),
        (REAL[2], 16),
        (REAL[3], 13),
        (REAL[4], 0),
        (REAL[5], 12),
        (REAL[6], 27),
        (REAL[7], 1),
    ],
)
def test_every_published_estimate_comes_out_of_the_adopted_folder(
    name: str, n_estimates: int, sample: Callable[[str], Path], adopt: Callable
) -> None:
    adopted, review = adopt(read_package(sample(name)))
    assert adopted.left_out == ()
    assert _reproduced(review) == [""] * n_estimates


def test_the_same_package_gives_the_same_texts(tmp_path: Path) -> None:
    path = write_package(tmp_path, analyses=[analysis()], rows=[row(1, 1, "Ash 2001"), row(1, 1, "Elm 2002")])
    assert folder_of(read_package(path), TOLD) == folder_of(read_package(path), TOLD)
    assert all("\r" not in text and text.endswith("\n") for text in folder_of(read_package(path), TOLD).values())


def test_a_package_without_analyses_is_a_review_of_lists(tmp_path: Path, adopt: Callable) -> None:
    path = write_package(tmp_path, studies={"ongoing": [study("NCT02468135 2020")]})
    adopted, review = adopt(read_package(path))
    assert review.protocol.analyses == ()
    assert [item.study_id for item in review.baseline.ongoing] == ["NCT02468135"]
    assert sorted(adopted.files) == ["README.md", "protocol.yaml", "published/2026.yaml"]


def test_what_a_package_does_not_say_stays_unwritten(tmp_path: Path, adopt: Callable) -> None:
    _, review = adopt(read_package(write_package(tmp_path, analyses=[analysis()], rows=[row(1, 1, "Ash 2001")])))
    assert (review.protocol.question, review.protocol.pico.is_written) == ("", False)
    assert review.baseline.search_date_is == "assumed"
    assert review.baseline.search_date == date(2026, 11, 30)


def test_dates_that_a_person_tells_are_the_versions(tmp_path: Path, adopt: Callable) -> None:
    path = write_package(tmp_path, analyses=[analysis()], rows=[row(1, 1, "Ash 2001")])
    _, review = adopt(read_package(path), search_date=date(2025, 3, 1), publication_date=date(2026, 1, 20))
    version = review.baseline
    assert (version.version, version.search_date, version.search_date_is) == ("2026", date(2025, 3, 1), "stated")
    assert {item.known_from for item in review.extraction} == {date(2025, 3, 1)}


@pytest.mark.parametrize(
    ("settings", "measure", "given", "method"),
    [
        ({}, "RR", "arms", "mh"),
        (MEANS, "MD", "arms", "iv"),
        ({**MEANS, "Effect measure": "Std. Mean Difference"}, "SMD-approximate", "arms", "iv"),
        ({"Effect measure": "Peto Odds Ratio", "Statistical method": "PETO"}, "PETO", "arms", "peto"),
        ({**CONTRAST, "Effect measure": "Hazard Ratio"}, "HR", "contrast", "iv"),
        ({**CONTRAST, "Effect measure": "Hazard Ratio", "Log-scale data": "false"}, "GEN", "contrast", "iv"),
        ({**CONTRAST, "Effect measure": "Hedges of a kind"}, "GEN", "contrast", "iv"),
        ({**CONTRAST, "Effect measure": "Peto Odds Ratio"}, "GEN", "contrast", "iv"),
        (
            {"Data type": "O-E and variance", "Effect measure": "Hazard Ratio", "Statistical method": "PETO"},
            "HR",
            "o_minus_e",
            "iv",
        ),
    ],
)
def test_kinds_of_analyses(
    settings: dict[str, str], measure: str, given: str, method: str, tmp_path: Path, adopt: Callable
) -> None:
    data = {
        "arms": {},
        "contrast": {"GIV Mean": 0.5, "GIV SE": 0.25},
        "o_minus_e": {"O-E": 1.5, "Variance": 4},
    }[given]
    means = {"Experimental mean": 1, "Experimental SD": 2, "Control mean": 3, "Control SD": 4}
    people = {"Experimental N": 10, "Control N": 12}
    told = means | people if settings.get("Data type") == "Continuous" else data
    path = write_package(tmp_path, analyses=[analysis(**settings)], rows=[row(1, 1, "Ash 2001", **told)])
    adopted, review = adopt(read_package(path))
    assert adopted.left_out == ()
    assert [(str(a.measure), str(a.given), str(a.method)) for a in review.protocol.analyses] == [
        (measure, given, method)
    ]


def test_an_analysis_that_cannot_be_expressed_is_left_out_with_its_reason(tmp_path: Path, adopt: Callable) -> None:
    path = write_package(
        tmp_path,
        analyses=[analysis(1, 1), analysis(1, 2, **{"Effect measure": "Wizard Ratio"})],
        rows=[row(1, 1, "Ash 2001"), row(1, 2, "Ash 2001")],
    )
    adopted, review = adopt(read_package(path))
    assert [item.analysis for item in review.protocol.analyses] == ["1.1"]
    assert [str(item) for item in adopted.left_out] == [
        "CD000001-overall-estimates-and-settings.csv:3: analysis 1.2 is left out: no measure is called 'Wizard Ratio'"
    ]
    assert "Wizard Ratio" in adopted.files["README.md"]


@pytest.mark.parametrize(
    "told",
    [
        {"Experimental cases": "", "Control cases": ""},
        {"Experimental N": "", "Control N": ""},
        {"Experimental N": 0, "Experimental cases": 0},
    ],
)
def test_a_row_that_gives_no_effect_is_kept(told: dict[str, object], tmp_path: Path, adopt: Callable) -> None:
    path = write_package(tmp_path, analyses=[analysis()], rows=[row(1, 1, "Ash 2001", **told), row(1, 1, "Elm 2002")])
    adopted, review = adopt(read_package(path))
    assert adopted.left_out == ()
    assert [item.study_id for item in review.extraction] == ["Ash 2001", "Ash 2001", "Elm 2002", "Elm 2002"]


def test_counts_that_are_no_whole_numbers_are_told(tmp_path: Path, adopt: Callable) -> None:
    path = write_package(tmp_path, analyses=[analysis()], rows=[row(1, 1, "Ash 2001", **{"Experimental cases": 5.5})])
    adopted, _ = adopt(read_package(path))
    assert "5.5 of Ash 2001: no whole number of people" in str(adopted.left_out[0])


def test_rows_of_one_study_in_one_analysis_stay_apart(tmp_path: Path, adopt: Callable) -> None:
    rows = [row(1, 1, "Ash 2001", Footnotes="low dose"), row(1, 1, "Ash 2001", Footnotes="high dose")]
    _, review = adopt(read_package(write_package(tmp_path, analyses=[analysis()], rows=rows)))
    assert [(item.part, item.note) for item in review.extraction[::2]] == [("1", "low dose"), ("2", "high dose")]


def test_subgroups_are_told_apart_by_their_numbers(tmp_path: Path, adopt: Callable) -> None:
    rows = [
        row(1, 1, "Ash 2001", Subgroup="Old", **{"Subgroup number": 1}),
        row(1, 1, "Ash 2001", Subgroup="Old", **{"Subgroup number": 2, "Applicability": "SUBGROUP_ONLY"}),
    ]
    _, review = adopt(read_package(write_package(tmp_path, analyses=[analysis()], rows=rows)))
    found = [(item.subgroup_number, item.counts_in.value, item.part) for item in review.extraction[::2]]
    assert found == [(1, "subgroup_and_overall", ""), (2, "subgroup_only", "")]


@pytest.mark.parametrize("name", ["#1 trial 2001", 'O"Brien, 2001', "García 2001", "2001", "Ash  2001"])
def test_names_of_studies_are_read_back_as_the_package_has_them(name: str, tmp_path: Path, adopt: Callable) -> None:
    _, review = adopt(read_package(write_package(tmp_path, analyses=[analysis()], rows=[row(1, 1, name)])))
    shown = " ".join(name.split())
    assert {item.study_id for item in review.extraction} == {shown} == {item.label for item in review.baseline.included}


def test_nobodys_address_is_taken_over(tmp_path: Path, adopt: Callable) -> None:
    private = "Jo Ash, jo.ash@example.org, tel. +44 20 7946 0958"
    lists = {
        "ongoing": [study("NCT02468135", **{"Char: Contact information": private, "Char: Notes": private})],
        "excluded": [study("Elm 2002", **{"Char: Reason for exclusion": f"no trial; asked {private}"})],
    }
    path = write_package(
        tmp_path, analyses=[analysis()], rows=[row(1, 1, "Ash 2001", Footnotes=private)], studies=lists,
        references={"ongoing": [article("NCT02468135", TI=f"NCT07654321, {private}")]},
    )  # fmt: skip
    adopted, _ = adopt(read_package(path))
    texts = "".join(adopted.files.values())
    assert "example.org" not in texts and "7946" not in texts


def test_every_list_is_a_list_of_the_version(tmp_path: Path, adopt: Callable) -> None:
    lists = {name: [study(f"{name} 2001")] for name in ("included", "excluded", "awaiting", "ongoing")}
    lists["excluded"][0]["Char: Reason for exclusion"] = "not randomised"
    _, review = adopt(read_package(write_package(tmp_path, studies=lists)))
    version = review.baseline
    assert [item.label for item in version.listed] == [
        "included 2001",
        "ongoing 2001",
        "awaiting 2001",
        "excluded 2001",
    ]
    assert version.excluded[0].reason == "not randomised"


def test_two_entries_of_one_registration_keep_both_names(tmp_path: Path, adopt: Callable) -> None:
    url = "https://clinicaltrials.gov/study/NCT02468135"
    path = write_package(
        tmp_path,
        studies={"awaiting": [study("Ash 2001")], "ongoing": [study("Elm 2002")]},
        references={"awaiting": [entry("Ash 2001", url)], "ongoing": [entry("Elm 2002", url)]},
    )
    _, review = adopt(read_package(path))
    first, second = review.baseline.awaiting[0], review.baseline.ongoing[0]
    assert (first.study_id, first.label) == ("NCT02468135", "Ash 2001")
    assert (second.study_id, second.label, second.numbers) == ("Elm 2002", "Elm 2002", ["NCT02468135"])
    assert "also the number of Ash 2001" in second.to_check[0].sentence


def test_what_the_notes_say_of_a_registration_is_its_first_state(tmp_path: Path, adopt: Callable) -> None:
    note = {"Char: Notes": "Trial registration status on 27/09/2025: Complete"}
    _, review = adopt(read_package(write_package(tmp_path, studies={"ongoing": [study("Ash 2001", **note)]})))
    state = review.baseline.ongoing[0].told_state
    assert state and (state.status_text, state.status, state.told_date) == ("Complete", "completed", "2025-09-27")


def test_reports_are_known_by_their_numbers_and_registrations_are_no_reports(tmp_path: Path, adopt: Callable) -> None:
    references = [
        entry("Ash 2001", "https://clinicaltrials.gov/study/NCT02468135", C3="CRS 1"),
        article("Ash 2001", C3="PubMed 123", DO="10.1000/x"),
        article("Ash 2001", DO="https://doi.org/10.1000/ABC; 10.2000/d"),
        article("Ash 2001", C3="CRS 77"),
        article("Ash 2001"),
    ]
    path = write_package(tmp_path, studies={"awaiting": [study("Ash 2001")]}, references={"awaiting": references})
    _, review = adopt(read_package(path))
    assert review.baseline.awaiting[0].reports == ["PMID:123", "DOI:10.1000/abc", "CRS:77"]


def test_a_version_may_be_called_anything(tmp_path: Path, adopt: Callable) -> None:
    adopted, review = adopt(read_package(write_package(tmp_path)), version="2026/6, CD000001.pub2")
    assert "published/2026-6-CD000001.pub2.yaml" in adopted.files
    assert review.baseline.version == "2026/6, CD000001.pub2"


@pytest.mark.parametrize(
    ("settings", "layout", "said"),
    [
        ({"CI/PI level": ""}, "v2", "analysis 1.1 tells no confidence level: taken as 95%"),
        ({"Study CI": "90%"}, "v1", "analysis 1.1 has limits of studies at another level than its estimates: taken at 95%"),
        ({**RANDOM, "CI method": ""}, "v2", "analysis 1.1 tells no method for its limits: taken as Wald"),
        ({**RANDOM, "CI method": "Bayes"}, "v2", "analysis 1.1 is left out: no method for limits is called 'Bayes'"),
        ({**RANDOM, "Heterogeneity estimator": "PM"}, "v2", "analysis 1.1 is left out: a random-effects model needs an estimator"),
        ({"Data type": "Diagnostic"}, "v2", "analysis 1.1 is left out: its data type is not known"),
    ],
)  # fmt: skip
def test_what_is_assumed_is_said(
    settings: dict[str, str], layout: str, said: str, tmp_path: Path, adopt: Callable
) -> None:
    path = write_package(tmp_path, layout=layout, analyses=[analysis(**settings)], rows=[row(1, 1, "Ash 2001")])
    assert said in str(adopt(read_package(path))[0].left_out[0])


@pytest.mark.parametrize("level", ["abc", "100%", "0", "9500%"])
@pytest.mark.parametrize("layout", ["v1", "v2"])
def test_a_level_that_is_none_is_one_loss_a_cell(level: str, layout: str, tmp_path: Path, adopt: Callable) -> None:
    column = "Estimate CI" if layout == "v1" else "CI/PI level"
    package = read_package(
        write_package(tmp_path, layout=layout, analyses=[analysis(**{column: level})], rows=[row(1, 1, "Ash 2001")])
    )
    said = [str(loss) for loss in (*package.losses, *adopt(package)[0].left_out) if "level" in str(loss)]
    assert len(said) == 1
    assert f"{column}: value '{level}': no confidence level: taken as 95%" in said[0]
