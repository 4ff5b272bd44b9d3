"""The difference to the published version: analysis by analysis, before and after, and which studies made it."""

import csv
import io
from dataclasses import replace

import msgspec
import pytest

from exchange.comparison import Difference, diff_files, differences
from models.night import PublishedNight
from models.vocabulary import EvidenceSet

SURVIVAL = "overall_survival:4 to 6 months"


def by_analysis(night: PublishedNight, evidence: EvidenceSet) -> dict[str, Difference]:
    return {item.analysis: item for item in differences(night, evidence)}


def test_posted_results_change_what_they_can_be_pooled_with(shipped: PublishedNight):
    found = by_analysis(shipped, EvidenceSet.PROVISIONAL)[SURVIVAL]
    assert found.change == "changed"
    assert (found.before.estimate, found.before.ci_low, found.before.ci_high) == (1.07, 0.94, 1.22)
    assert (found.before.k, found.before.n_participants) == (1, 64)
    assert found.after.estimate == pytest.approx(0.968153, abs=1e-6)
    assert (found.after.k, found.after.n_participants) == (2, 253)
    assert (found.added, found.removed, found.renewed) == (("NurOwn phase 3",), (), ())
    assert found.before.certainty == "low"
    assert {text.split()[0] for text in found.fired_rules} >= {"S2", "S5"}


def test_what_nobody_has_confirmed_does_not_change_the_reviews_result(shipped: PublishedNight):
    assert {item.change for item in differences(shipped, EvidenceSet.CONFIRMED)} == {"unchanged", "nothing pooled"}


def test_the_published_evidence_is_what_the_version_prints(night: PublishedNight):
    found = by_analysis(night, EvidenceSet.PUBLISHED)
    printed = {row.analysis for row in night.review.printed if not row.subgroup_number}
    reproduced = {row["analysis"] for row in night["out_analysis"] if row["is_reproduced"]}
    assert reproduced <= printed
    assert {found[name].change for name in reproduced} == {"unchanged"}
    assert all(item.before.source.endswith("as printed") for name, item in found.items() if name in printed)


@pytest.mark.parametrize("evidence", [EvidenceSet.CONFIRMED, EvidenceSet.PROVISIONAL])
def test_every_analysis_stands_once_and_primary_outcomes_first(night: PublishedNight, evidence: EvidenceSet):
    found = differences(night, evidence)
    assert sorted(item.analysis for item in found) == sorted(item.analysis for item in night.review.protocol.analyses)
    titles = [item.title for item in night.review.protocol.comparisons]
    places = [(titles.index(item.comparison), not item.is_primary) for item in found]
    assert places == sorted(places)


@pytest.mark.parametrize("evidence", [EvidenceSet.CONFIRMED, EvidenceSet.PROVISIONAL])
def test_after_is_what_the_page_shows_now(told, night: PublishedNight, evidence: EvidenceSet):
    convention = night.review.protocol.conventions[0].name
    shown = {
        item.analysis: item
        for item in told.result.page.effects
        if item.is_headline and item.convention is convention and item.evidence_set is evidence
    }
    for name, item in by_analysis(night, evidence).items():
        after = (item.after.estimate, item.after.ci_low, item.after.ci_high, item.after.k, item.after.n_participants)
        now = shown.get(name)
        assert after == ((now.estimate, now.ci_low, now.ci_high, now.k, now.n_participants) if now else (None,) * 5)


def test_results_of_the_made_up_review_add_its_study(night_of_second_review):
    from stores.nights import read_night  # noqa: PLC0415

    night = read_night(night_of_second_review.review, night_of_second_review.settings)
    added = {item.outcome: item.added for item in differences(night, EvidenceSet.PROVISIONAL) if item.added}
    assert added
    assert all(night.label("NCT90010003") in studies for studies in added.values())


def with_rows(night: PublishedNight, table: str, **changed: object) -> PublishedNight:
    """The night with other values in every confirmed row of a table."""
    columns = [item.name for item in night[table].columns]
    place = columns.index("evidence_set")
    rows = tuple(
        tuple(
            changed.get(name, value) if row[place] == "confirmed" else value
            for name, value in zip(columns, row, strict=True)
        )
        for row in night[table].rows
    )
    other = msgspec.structs.replace(night[table], rows=rows)
    return msgspec.structs.replace(night, tables={**night.tables, table: other})


def test_other_numbers_of_the_same_study_are_named(shipped: PublishedNight):
    night = with_rows(shipped, "review_effect_input", n_control=30)
    found = by_analysis(night, EvidenceSet.CONFIRMED)[SURVIVAL]
    assert (found.added, found.removed, found.renewed) == ((), (), ("Oh 2018",))


def test_what_is_no_longer_pooled_is_told_so(shipped: PublishedNight):
    night = with_rows(shipped, "out_pooled_effect", estimate=None, ci_low=None, ci_high=None, k=0, n_participants=0)
    assert by_analysis(night, EvidenceSet.CONFIRMED)[SURVIVAL].change == "no longer pooled"


def test_a_change_below_the_printed_digit_is_none_and_one_above_it_is(shipped: PublishedNight):
    near, far = (
        with_rows(shipped, "out_pooled_effect", estimate=value, ci_low=0.94, ci_high=1.22, k=1, n_participants=64)
        for value in (1.0749, 1.0751)
    )
    assert by_analysis(near, EvidenceSet.CONFIRMED)[SURVIVAL].change == "unchanged"
    assert by_analysis(far, EvidenceSet.CONFIRMED)[SURVIVAL].change == "changed"


def test_csv_and_markdown_say_the_same(night: PublishedNight):
    files = diff_files(night, EvidenceSet.PROVISIONAL)
    found = differences(night, EvidenceSet.PROVISIONAL)
    rows = list(csv.DictReader(io.StringIO(files["diff.csv"])))
    assert [row["analysis"] for row in rows] == [item.analysis for item in found]
    for row, item in zip(rows, found, strict=True):
        assert (float(row["after_estimate"]) if row["after_estimate"] else None) == item.after.estimate
    lines = [
        line for line in files["diff.md"].splitlines() if line.startswith("| ") and not line.startswith("| outcome")
    ]
    assert len(lines) == len(found)
    assert sum(f"| {item.change} |" in line for item, line in zip(found, lines, strict=True)) == len(found)


def of_survival(night: PublishedNight) -> str:
    lines = diff_files(night, EvidenceSet.CONFIRMED)["diff.md"].splitlines()
    return next(line for line in lines if line.startswith("| Overall survival | 4 to 6 months"))


def test_rows_are_no_studies_and_people_who_are_not_told_are_not_none(shipped: PublishedNight):
    parts = with_rows(shipped, "out_pooled_effect", k=3, n_studies=2, n_participants=120, n_is_least=True)
    assert "k = 2 in 3 rows, n at least 120" in of_survival(parts)
    untold = with_rows(shipped, "out_pooled_effect", k=3, n_studies=3, n_participants=None)
    assert "k = 3 |" in of_survival(untold)
    same = with_rows(shipped, "out_pooled_effect", n_participants=None)
    assert by_analysis(same, EvidenceSet.CONFIRMED)[SURVIVAL].change == "unchanged"


def test_a_search_day_that_nobody_told_is_not_told_as_one(shipped: PublishedNight):
    told = f"searched on {shipped.review.baseline.search_date}. After"
    assert told in diff_files(shipped, EvidenceSet.CONFIRMED)["diff.md"]
    *older, newest = shipped.review.versions
    assumed = newest.model_copy(update={"search_date_is": "assumed"})
    night = msgspec.structs.replace(shipped, review=replace(shipped.review, versions=(*older, assumed)))
    text = diff_files(night, EvidenceSet.CONFIRMED)["diff.md"]
    assert told not in text
    assert "the day of its search is not told, and taken to be" in text
