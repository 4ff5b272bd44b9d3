"""Pairs that look alike are shown to a person with their score, and never linked."""

from collections.abc import Callable, Mapping, Sequence

from models.report import Report
from models.trial import TrialRecord
from replay.archive import load_archive
from studies.likeness import like_records, like_reports, likeness, to_queue

Trials, Reports = Callable[..., TrialRecord], Callable[..., Report]
TITLE = "Intramuscular Infusion of Autologous Bone Marrow Stem Cells in Patients With Amyotrophic Lateral Sclerosis"


def alike(*records: TrialRecord) -> list[tuple[str, str]]:
    studies = {record.record_id: record.record_id for record in records}
    found = like_records({record.record_id: record for record in records}, studies, ["NCT10000001"])
    return [(pair.first, pair.second) for pair in found]


def test_an_undeclared_entry_of_another_register_is_found(trial: Trials):
    first = trial(brief_title=TITLE, sponsor="Red de Terapia Celular", enrolment_count=20, start_date="2014-10")
    second = trial(
        "EUCTR2011-004801-25-ES",
        registry="EU Clinical Trials Register",
        brief_title="Autologous bone marrow stem cells, intramuscular infusion, in patients with amyotrophic lateral sclerosis",
        sponsor="Red de Terapia Celular (TerCel)",
        enrolment_count=20,
        start_date="2014-11",
    )
    assert alike(first, second) == [("EUCTR2011-004801-25-ES", "NCT10000001")]
    pair = likeness(first, second)
    assert 0.8 <= pair.score <= 1
    assert set(pair.parts) == {"title", "sponsor", "participants", "start"}


def test_another_entry_of_the_same_register_is_none(trial: Trials):
    assert alike(trial(brief_title=TITLE), trial("NCT10000002", brief_title=TITLE)) == []


def test_another_trial_of_the_same_cells_is_none(trial: Trials):
    first = trial(brief_title=TITLE, sponsor="Red de Terapia Celular", enrolment_count=20, start_date="2014-10")
    second = trial(
        "ISRCTN17473621",
        registry="ISRCTN",
        brief_title="Intrathecal Autologous Mesenchymal Stem Cells in Amyotrophic Lateral Sclerosis",
        sponsor="Another Hospital",
        enrolment_count=60,
        start_date="2019-01",
    )
    assert alike(first, second) == []


def test_likeness_is_symmetric(trial: Trials):
    first, second = (
        trial(brief_title=TITLE),
        trial("ISRCTN17473621", registry="ISRCTN", brief_title="Stem cells in ALS"),
    )
    assert likeness(first, second) == likeness(second, first)


def pairs(record: TrialRecord, *reports: Report, linked: tuple[str, ...] = ()) -> list[str]:
    found = like_reports(
        {record.record_id: record},
        {item.report_id: item for item in reports},
        {record.record_id: record.record_id},
        [record.record_id],
        linked,
    )
    return [pair.second for pair in found]


def test_a_paper_without_a_number_is_found_by_its_title_after_the_study_began(trial: Trials, report: Reports):
    record = trial(brief_title=TITLE, start_date="2014-10")
    paper = report("PMID:2", title=TITLE + ": A Randomized Clinical Trial", published_date="2020-03-24")
    before = report("PMID:3", title=TITLE, published_date="2012")
    other = report("PMID:4", title="Edaravone in amyotrophic lateral sclerosis", published_date="2020-03-24")
    assert pairs(record, paper, before, other) == ["PMID:2"]
    assert pairs(record, paper, linked=("PMID:2",)) == []


def test_a_person_is_told_the_score_and_what_it_is_made_of(trial: Trials):
    first, second = trial(brief_title=TITLE), trial("ISRCTN17473621", registry="ISRCTN", brief_title=TITLE)
    item = to_queue(likeness(first, second))
    assert item.kind == "link"
    assert "likeness 1.00 (title 1.00)" in item.reason
    assert "links.csv" in item.action


def test_the_murcia_paper_that_states_no_number_is_the_only_one_shown(
    archived: Mapping[str, Sequence[TrialRecord]], report: Reports
):
    """PMID:32265627 is NCT02286011's; its page states no registration, and its index entry has no number."""
    records = {nct_id: versions[-1] for nct_id, versions in archived.items()}
    reports, declared = {}, []
    for item in load_archive().reports:
        reports[f"PMID:{item.pmid}"] = report(
            f"PMID:{item.pmid}", title=item.facts["title"], published_date=item.facts["published"]
        )
        declared += [f"PMID:{item.pmid}"] if item.accession_numbers else []
    named = [f"PMID:{reference.pmid}" for record in records.values() for reference in record.references]
    eligible = ["NCT01254539", "NCT01363401", "NCT02017912", "NCT02286011", "NCT02290886", "NCT03280056", "NCT04745299"]
    found = like_reports(records, reports, {nct_id: nct_id for nct_id in records}, eligible, [*declared, *named])
    assert [(pair.first, pair.second) for pair in found] == [("NCT02286011", "PMID:32265627")]
