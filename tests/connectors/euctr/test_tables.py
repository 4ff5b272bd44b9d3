"""Tables of results of the EU register: groups of three kinds of ids become candidates for the review's outcomes."""

import io
import re
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from connectors import CONNECTORS
from connectors.boundary import read_page
from connectors.euctr.tables import LARGEST_FILE
from models.report import Report
from models.review import load_review
from models.trial import Page, Parsed, Rejected
from studies.contrasts import contrasts
from studies.extraction import extract

EUCTR = CONNECTORS["euctr"]
NUMBER = "2011-006254-85"
REVIEW = Path(__file__).parents[3] / "reviews" / "als_cell_therapy"


@pytest.fixture(scope="module")
def body(fixtures: Path) -> bytes:
    return (fixtures / "euctr" / "made_up_results.xml").read_bytes()


@pytest.fixture
def parse(page_of: Callable[..., Page]) -> Callable[..., list[Parsed]]:
    def of(content: bytes, kind: str = "tables", **fields: object) -> list[Parsed]:
        return list(EUCTR.parse(page_of("euctr", content, kind=kind, **fields)))

    return of


def packed(**files: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, content in files.items():
            archive.writestr(name.replace("_xml", ".xml"), content)
    return out.getvalue()


def test_tables_are_a_report_that_names_both_registers(parse: Callable[..., list[Parsed]], body: bytes) -> None:
    [report] = parse(body)
    assert isinstance(report, Report)
    assert (report.report_id, report.registry_ids) == (f"{NUMBER}/tables", (NUMBER, "NCT10000001"))
    assert report.results and report.results.flow.recruitment_text == "40 participants were randomised."
    assert [(item.milestone, item.group_id, item.count) for item in report.results.flow.counts] == [
        ("STARTED", "Arm-1", 20), ("COMPLETED", "Arm-1", 18), ("STARTED", "Arm-2", 20), ("COMPLETED", "Arm-2", 17),
    ]  # fmt: skip


@pytest.mark.parametrize("kind", ["tables", "file"])
def test_a_zip_is_unpacked_and_what_else_lies_in_it_is_passed_over(
    parse: Callable[..., list[Parsed]], body: bytes, kind: str
) -> None:
    [report] = parse(packed(readme_xml=b"<readme/>", broken_xml=b"<a><b></a>", results_xml=body), kind=kind)
    assert report == parse(body)[0]


@pytest.mark.parametrize(
    "content",
    [b"PK\x03\x04 broken", packed(readme_xml=b"<readme/>"), b"<result><endPoints/></result>"],
    ids=["no zip", "no results in it", "no number"],
)
def test_what_holds_no_tables_is_rejected_and_named(parse: Callable[..., list[Parsed]], content: bytes) -> None:
    [rejected] = parse(content, url=f"https://registry.example/zip/{NUMBER}")
    assert isinstance(rejected, Rejected)
    assert rejected.record_ref == NUMBER


def test_a_file_that_unpacks_to_more_than_any_trial_is_left_packed(parse: Callable[..., list[Parsed]]) -> None:
    huge = io.BytesIO()
    with zipfile.ZipFile(huge, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("results.xml", b" " * (LARGEST_FILE + 1))
    [rejected] = parse(huge.getvalue())
    assert isinstance(rejected, Rejected)


@given(data=st.data())
def test_a_damaged_zip_costs_its_page_and_nothing_else(
    page_of: Callable[..., Page], body: bytes, data: st.DataObject
) -> None:
    """Any byte of it, and the size that it claims to unpack to, may be wrong."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", data.draw(st.sampled_from([zipfile.ZIP_DEFLATED, zipfile.ZIP_STORED]))) as archive:
        archive.writestr("results.xml", body)
    damaged = bytearray(out.getvalue())
    for place in data.draw(st.lists(st.integers(0, len(damaged) - 1), min_size=1, max_size=3)):
        damaged[place] ^= data.draw(st.integers(1, 255))
    found = read_page(page_of("euctr", bytes(damaged), kind="tables"))
    assert found
    assert sum(isinstance(item, Report) for item in found) <= 1


def test_no_tables_yet_is_nothing(parse: Callable[..., list[Parsed]]) -> None:
    assert parse(b"", status=404) == []


@pytest.mark.parametrize(
    ("word", "path"),
    [
        ("MEASURE_TYPE.arithmetic", "centralTendencyType"),
        ("ENDPOINT_DISPERSION.standardDeviation", "dispersionType"),
        ("ENDPOINT_TYPE.primary", "type"),
    ],
)
def test_a_word_that_nobody_knows_goes_to_a_person_and_the_rest_goes_on(
    parse: Callable[..., list[Parsed]], body: bytes, word: str, path: str
) -> None:
    report, rejected = parse(body.replace(word.encode(), b"NEW.word", 1))
    assert isinstance(report, Report) and isinstance(rejected, Rejected)
    assert rejected.path == f"/result/endPoints/endPoint[1]/{path}"
    assert report.results and len(report.results.outcomes) == 3


def test_tables_without_any_day_are_rejected(parse: Callable[..., list[Parsed]], body: bytes) -> None:
    [rejected] = parse(body.replace(b"globalEndOfTrialDate", b"someOtherDate"))
    assert isinstance(rejected, Rejected)
    assert "globalEndOfTrialDate, primaryCompletionDate, analysisStageDate" in rejected.reason


def test_a_count_that_is_none_is_named(parse: Callable[..., list[Parsed]], body: bytes) -> None:
    _, rejected = parse(body.replace(b"<subjectsExposed>20<", b"<subjectsExposed>many<", 1))
    assert isinstance(rejected, Rejected)
    assert (rejected.path, rejected.value) == (
        "/result/adverseEvents/reportingGroups/reportingGroup[1]/subjectsExposed", "many",
    )  # fmt: skip


def test_candidates_are_the_tables_numbers_arm_by_arm(parse: Callable[..., list[Parsed]], body: bytes) -> None:
    """Arms are joined by the arm that a group measures, adverse events by titles, and rows are never added up."""
    [report] = parse(body)
    assert isinstance(report, Report)
    found = extract("NCT10000001", report, load_review(REVIEW).protocol)
    assert [(row.outcome, row.arm, row.n_analysed, row.n_events, row.mean, row.sd) for row in found.arms] == [
        ("alsfrs_r_change", "intervention", 18, None, -3.5, 4.25),
        ("alsfrs_r_change", "control", 19, None, -5.25, 4.5),
        ("fvc_change", "intervention", 16, None, -10, pytest.approx(7.5066, abs=1e-4)),
        ("fvc_change", "control", 16, None, -12, pytest.approx(7.5066, abs=1e-4)),
        ("overall_survival", "intervention", 20, 19, None, None),
        ("overall_survival", "control", 20, 18, None, None),
        ("serious_adverse_events", "intervention", 20, 4, None, None),
        ("serious_adverse_events", "control", 20, 6, None, None),
    ]
    assert {row.report for row in found.arms} == {f"{NUMBER}/tables"}
    assert found.queue == ()


def test_every_candidates_path_leads_to_its_numbers(parse: Callable[..., list[Parsed]], body: bytes) -> None:
    [report] = parse(body)
    assert isinstance(report, Report)
    root = etree.fromstring(body)
    for row in extract("NCT10000001", report, load_review(REVIEW).protocol).arms:
        steps = row.place.removeprefix("/result/").split("/")
        [element] = root.xpath("/".join(re.sub(r"^(\w+)", r"*[local-name()='\1']", step) for step in steps))
        stands = {float(text) for text in element.itertext() if re.fullmatch(r"\s*-?[\d.]+\s*", text)}
        dead = row.n_analysed - (row.n_events or 0) if "minus deaths" in row.note else row.n_events
        assert {row.n_analysed, *(number for number in (dead, row.mean) if number is not None)} <= stands


def test_analyses_name_arms_by_either_id_and_say_what_their_codes_say(
    parse: Callable[..., list[Parsed]], body: bytes
) -> None:
    [report] = parse(body)
    assert isinstance(report, Report) and report.results
    difference, sensitivity = report.results.analyses
    assert [group.title for group in difference.groups] == ["Mesenchymal stem cells", "Placebo"]
    assert (difference.outcome_title, difference.role, difference.time_frame, difference.unit_text) == (
        "Change from baseline in ALSFRS-R", "primary", "Baseline to 6 months", "points",
    )  # fmt: skip
    assert (difference.method_text, difference.p_text, difference.estimate_type_text) == (
        "ancova", "<0.05", "mean difference final",
    )  # fmt: skip
    assert (difference.estimate_text, difference.ci_pct_text, difference.ci_sides_text) == ("1.75", "95", "TWO_SIDED")
    assert (difference.ci_lower_text, difference.ci_upper_text, difference.hypothesis_text) == (
        "0.1", "3.4", "SUPERIORITY",
    )  # fmt: skip
    assert (difference.dispersion_type_text, difference.dispersion_text) == ("STANDARD_ERROR_OF_THE_MEAN", "0.84")
    assert (sensitivity.method_text, sensitivity.p_text, sensitivity.estimate_text) == (
        "A test of its own",
        "0.2",
        None,
    )
    assert difference.path.endswith("endPoint[1]/statisticalAnalyses/statisticalAnalysis[1]")


def test_who_left_is_told_by_arm_and_reason(parse: Callable[..., list[Parsed]], body: bytes) -> None:
    [report] = parse(body)
    assert isinstance(report, Report) and report.results
    assert [(left.group_id, left.reason_text, left.count) for left in report.results.flow.drop_outs] == [
        ("Arm-1", "adverse event", 2), ("Arm-2", "adverse event", 1), ("Arm-2", "Moved away", 2),
    ]  # fmt: skip


def test_sides_that_no_list_has_go_to_a_person(parse: Callable[..., list[Parsed]], body: bytes) -> None:
    report, note = parse(body.replace(b"CI_SIDES.twoSided", b"CI_SIDES.manySided"))
    assert isinstance(report, Report) and report.results and isinstance(note, Rejected)
    assert (note.value, report.results.analyses[0].ci_sides_text) == ("many sided", "many sided")


def test_a_posted_analysis_is_a_contrast_of_the_reviews_outcome(
    parse: Callable[..., list[Parsed]], body: bytes
) -> None:
    [report] = parse(body)
    assert isinstance(report, Report)
    found = contrasts("NCT10000001", report, load_review(REVIEW).protocol)
    [contrast] = found.contrasts
    assert (contrast.outcome, contrast.timepoint, contrast.measure) == ("alsfrs_r_change", "4 to 6 months", "MD")
    assert (contrast.estimate, contrast.ci_low, contrast.ci_high, contrast.is_adjusted) == (1.75, 0.1, 3.4, True)
    # The arms' own means differ by -3.5 − (-5.25) = 1.75.
    assert contrast.direction == "intervention against control"
    assert [item.reason for item in found.refused] == [
        "posted as an estimate of a kind not stated, which is no scale known here"
    ]
