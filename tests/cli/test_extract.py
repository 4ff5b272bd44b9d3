"""What is printed for pasting is read by the loader, whatever columns the review's file has."""

import csv
import io
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from models.folder_rows import ContrastRow
from models.review import load_review

STUDY = "NCT03280056"


@pytest.fixture
def night(tmp_path: Path, review_folder: Path, trialwatch: Callable[..., Any], monkeypatch: pytest.MonkeyPatch) -> Path:
    """A data folder on which the posted results of a study are known."""
    monkeypatch.setenv("TRIALWATCH_REVIEWS", str(review_folder.parent))
    ended = trialwatch("--data", tmp_path / "data", "nightly", "--registries", "replay", "--as-of", "2024-02-29")
    assert ended.code == 0, ended.err
    return tmp_path / "data"


def with_columns(folder: Path, names: list[str]) -> None:
    text = (folder / "extraction.csv").read_text(encoding="utf-8")
    rows = list(csv.DictReader(io.StringIO(text)))
    out = io.StringIO()
    writer = csv.DictWriter(out, names, lineterminator="\n", extrasaction="ignore", restval="")
    writer.writeheader()
    writer.writerows(rows)
    (folder / "extraction.csv").write_text(out.getvalue(), encoding="utf-8")


COLUMNS = [
    "study_id",
    "comparison",
    "outcome",
    "timepoint",
    "arm",
    "n_analysed",
    "n_events",
    "mean",
    "sd",
    "report",
    "table",
    "page",
    "population",
    "extractor",
    "known_from",
    "evidence",
    "is_confirmed",
    "note",
]


@pytest.mark.parametrize(
    "names", [COLUMNS, COLUMNS[::-1], [*COLUMNS, "se", "arm_label"], [name for name in COLUMNS if name != "page"]]
)
def test_printed_rows_pasted_and_appended_rows_are_read(
    night: Path, review_folder: Path, trialwatch: Callable[..., Any], names: list[str]
) -> None:
    with_columns(review_folder, names)
    before = load_review(review_folder).extraction
    printed = trialwatch("--data", night, "extract", STUDY)
    assert printed.code == 0
    path = review_folder / "extraction.csv"
    text = path.read_text(encoding="utf-8")
    path.write_text(text + printed.out, encoding="utf-8")
    pasted = load_review(review_folder).extraction
    path.write_text(text, encoding="utf-8")
    assert trialwatch("--data", night, "extract", STUDY, "--append").code == 0
    appended = load_review(review_folder).extraction
    assert [row.model_dump() for row in appended] == [row.model_dump() for row in pasted]
    assert len(appended) > len(before)
    assert {row.is_confirmed for row in appended[len(before) :]} == {False}


def test_rows_are_added_only_to_a_folder_that_can_be_read(
    night: Path, review_folder: Path, trialwatch: Callable[..., Any]
) -> None:
    path = review_folder / "extraction.csv"
    before = path.read_text(encoding="utf-8") + "no row at all\n"
    path.write_text(before, encoding="utf-8")
    ended = trialwatch("--data", night, "extract", STUDY, "--append")
    assert ended.code == 1
    assert "another number of fields" in ended.err
    assert path.read_text(encoding="utf-8") == before


@pytest.fixture
def posted_night(tmp_path: Path, trialwatch: Callable[..., Any], monkeypatch: pytest.MonkeyPatch) -> Path:
    """A data folder that knows a made-up trial with a posted analysis."""
    made_up = Path(__file__).parents[1] / "connectors" / "fixtures" / "ctgov" / "made_up_trial.json"
    study = json.loads(made_up.read_text(encoding="utf-8"))
    protocol, results = study["protocolSection"], study["resultsSection"]
    protocol["conditionsModule"] = {"conditions": ["Amyotrophic Lateral Sclerosis"]}
    protocol["identificationModule"] |= {"officialTitle": "Mesenchymal stem cells against placebo in ALS, randomised"}
    for arm, label in zip(protocol["armsInterventionsModule"]["armGroups"], ("MSC", "Placebo"), strict=True):
        arm["label"] = label
    protocol["armsInterventionsModule"]["interventions"] = [
        {"type": "BIOLOGICAL", "name": "Mesenchymal stem cells", "armGroupLabels": ["MSC"]},
        {"type": "DRUG", "name": "Placebo", "armGroupLabels": ["Placebo"]},
    ]
    del results["participantFlowModule"]["periods"][0]["milestones"][0]["achievements"][0]["comment"]
    [outcome] = results["outcomeMeasuresModule"]["outcomeMeasures"]
    outcome |= {"title": "Change in ALSFRS-R", "timeFrame": "6 months"}
    for group, title in zip(outcome["groups"], ("MSC", "Placebo"), strict=True):
        group["title"] = title
    outcome["analyses"][0] |= {"estimateComment": "MSC minus placebo", "ciUpperLimit": "1.95"}
    path = tmp_path / "posted.json"
    path.write_text(json.dumps(study), encoding="utf-8")
    ended = trialwatch("--data", tmp_path / "data", "ingest", "ctgov", path)
    assert ended.code == 0, ended.err + ended.out
    return tmp_path / "data"


def test_what_is_posted_beside_the_arms_is_told(posted_night: Path, trialwatch: Callable[..., Any]) -> None:
    printed = trialwatch("--data", posted_night, "extract", "NCT90000001").out
    for words in (
        "# NCT90000001, who was masked: participant, investigator (DOUBLE): Syringes are covered.",
        "# NCT90000001, left: Overall Study, Cells: Adverse Event 2 (both after the first dose)",
        "# NCT90000001, limitations: Few took part.",
        "# NCT90000001, posted analysis: Change in ALSFRS-R (6 months): Mean Difference (Final Values) 1.25"
        " (95 % limits 0.55 to 1.95; standard error of mean 0.35), p <0.001; ANCOVA; comparing MSC and Placebo; superiority",
        "# posted contrast: alsfrs_r_change, 4 to 6 months: MD 1.25; 95 % limits 0.55 to 1.95; SE 0.3571"
        " (from the 95 % limits: width / (2 × 1.9600)); direction intervention against control"
        " (in words: MSC minus placebo); adjusted (ANCOVA); MSC and Placebo; NCT90000001, ",
    ):
        assert words in printed
    told = json.loads(trialwatch("--data", posted_night, "extract", "NCT90000001", "--json").out)
    [posted] = told["posted"]
    assert posted["who_masked"] == ["participant", "investigator"]
    assert [item["p_text"] for item in posted["analyses"]] == ["<0.001"]
    assert [(item["estimate"], item["direction"]) for item in posted["contrasts"]] == [
        (1.25, "intervention against control")
    ]


def estimate_lines(printed: str) -> list[str]:
    """Rows under the comment that names contrasts.csv."""
    lines = printed.splitlines()
    start = lines.index("# For contrasts.csv:")
    return [line for line in lines[start + 1 :] if not line.startswith("#")]


@pytest.mark.parametrize("header", [None, "study_id,comparison,outcome,timepoint,measure,estimate,ci_low,ci_high,level,report,"
    "table,population,extractor,known_from,evidence,is_confirmed,note,is_adjusted"])  # fmt: skip
def test_a_posted_estimate_is_pasted_and_appended_as_a_row_of_contrasts(
    posted_night: Path,
    review_folder: Path,
    trialwatch: Callable[..., Any],
    monkeypatch: pytest.MonkeyPatch,
    header: str | None,
) -> None:
    monkeypatch.setenv("TRIALWATCH_REVIEWS", str(review_folder.parent))
    path = review_folder / "contrasts.csv"
    if header:
        path.write_text(header + "\n", encoding="utf-8")
    [row] = estimate_lines(trialwatch("--data", posted_night, "extract", "NCT90000001").out)
    columns = header or ",".join(ContrastRow.model_fields)
    path.write_text(f"{columns}\n{row}\n", encoding="utf-8")
    [pasted] = load_review(review_folder).contrasts
    path.unlink()
    if header:
        path.write_text(header + "\n", encoding="utf-8")
    ended = trialwatch("--data", posted_night, "extract", "NCT90000001", "--append")
    assert (ended.code, "contrasts.csv: 1 rows added" in ended.out.replace("\n", "")) == (0, True)
    [appended] = load_review(review_folder).contrasts
    assert appended.model_dump() == pasted.model_dump()
    assert (appended.estimate, appended.ci_low, appended.ci_high, appended.is_confirmed, appended.is_adjusted) == (
        1.25, 0.55, 1.95, False, True
    )  # fmt: skip
    assert "no rows" in trialwatch("--data", posted_night, "extract", "NCT90000001").out


def test_analysts_find_what_is_posted(posted_night: Path, trialwatch: Callable[..., Any]) -> None:
    analyses = "SELECT study_id, estimate, ci_low, ci_high, p_sign, p_value, group_titles FROM out_posted_analysis"
    left = "SELECT period, group_title, reason_text, n_left, n_started FROM out_drop_out WHERE n_left > 0 ORDER BY ALL"
    ended = trialwatch("--data", posted_night, "sql", analyses, "--json")
    assert ended.code == 0, ended.err
    assert json.loads(ended.out) == [
        {"study_id": "NCT90000001", "estimate": 1.25, "ci_low": 0.55, "ci_high": 1.95, "p_sign": "<", "p_value": 0.001,
         "group_titles": ["MSC", "Placebo"]}
    ]  # fmt: skip
    assert json.loads(trialwatch("--data", posted_night, "sql", left, "--json").out) == [
        {"period": "Overall Study", "group_title": "Cells", "reason_text": "Adverse Event", "n_left": 2, "n_started": 41},
        {"period": "Overall Study", "group_title": "Control", "reason_text": "Moved away", "n_left": 1, "n_started": 1031},
    ]  # fmt: skip
