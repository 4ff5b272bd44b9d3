"""Reports: which study they are of, and what they are to it."""

from collections.abc import Callable, Sequence
from datetime import date

import pytest

from models.folder_rows import LinkRow
from models.judgement import Linked
from models.literature import Literature
from models.report import RelatedReport, Report
from models.screening import ReportLink
from models.trial import Reference, SecondaryId, TrialRecord
from models.vocabulary import LinkMethod, ReferenceType, RelationKind, ReportKind
from studies.linkage import link
from studies.reports import report_kind

RCT = ("Journal Article", "Randomized Controlled Trial")
ARTICLE = ("Journal Article",)
Trials, Reports = Callable[..., TrialRecord], Callable[..., Report]


@pytest.mark.parametrize(
    ("title", "types", "published", "kind"),
    [
        ("Cells in ALS", RCT, "2022-01", "results"),
        ("Cells in ALS: a randomised trial", ARTICLE, "2022-01", "results"),
        ("Cells in ALS: a non-randomised trial", ARTICLE, "2022-01", "other"),
        ("Cells in ALS", ARTICLE, "2022-01", "other"),
        # A protocol that cites its registration is no result.
        ("Cells in ALS: protocol", ("Clinical Trial Protocol",), "2022-01", "protocol"),
        ("Cells in ALS: study protocol for a randomised trial", ARTICLE, "2022-01", "protocol"),
        ("Rationale and design of a randomised trial of cells", RCT, "2022-01", "protocol"),
        # Nor is a paper about trials.
        ("Cells in ALS: a systematic review of randomised trials", ARTICLE, "2022-01", "other"),
        ("Randomised trials of cells in ALS", ("Review",), "2022-01", "other"),
        ("Cells in ALS: reply", RCT, "2022-01", "other"),
        # Nor what came before the study.
        ("Cells in ALS", RCT, "2012", "other"),
        ("Cells in ALS", RCT, "2014", "results"),
        # A later look at the same people is told apart.
        ("Cells in ALS: long-term follow-up of a randomised trial", RCT, "2022-01", "follow_up"),
        ("Post hoc analysis of a randomised trial of cells", RCT, "2022-01", "follow_up"),
        ("NurOwn, phase 2: safety, clinical, and biomarker results", RCT, "2022-01", "results"),
        ("A randomised trial of cells with six months of follow-up", ARTICLE, "2022-01", "results"),
        ("Cells in ALS: a randomised trial", ("Meeting Abstract",), "2022-01", "abstract"),
        ("Retraction: Cells in ALS", ("Retraction of Publication",), "2022-01", "notice"),
        ("Erratum to cells in ALS", ("Published Erratum",), "2022-01", "notice"),
    ],
)
def test_what_a_report_is(
    trial: Trials, report: Reports, title: str, types: tuple[str, ...], published: str, kind: str
):
    record = trial(start_date="2014-05")
    assert report_kind(report(title=title, publication_types=types, published_date=published), record) == kind


@pytest.fixture(scope="module")
def of(literature: Callable[..., Literature]) -> Callable[..., Linked]:
    def build(records: Sequence[TrialRecord], reports: Sequence[Report], rows: Sequence[LinkRow] = ()) -> Linked:
        return link({item.record_id: item for item in records}, literature(*reports), rows)

    return build


def told(links: Sequence[ReportLink]) -> list[tuple[str, str, str, str]]:
    return [(item.study_id, item.report_id, item.kind, item.method) for item in links]


def test_a_databank_number_links(trial: Trials, report: Reports, of: Callable[..., Linked]):
    linked = of([trial()], [report(registry_ids=("NCT10000001",), publication_types=RCT)])
    assert told(linked.reports) == [("NCT10000001", "PMID:1", "results", "databank")]


@pytest.mark.parametrize(
    ("record_id", "declared"),
    [
        ("NL8242", "NTR 8242"),
        ("jRCTb032100001", "JPRN-jRCTb032100001"),
        ("CTRI/2016/08/007231", "CTRI/2016/08/7231"),
        ("C000000129", "UMIN000000129"),
        ("PACTR2012030001234591", "PACTR 2012030001234591"),
        ("NL-OMON12345", "nl-omon 12345"),
        ("ACTRN12605000123456", "ACTRN12605000123456p"),
        ("2022-500001-12", "CTIS2022-500001-12-00"),
    ],
)
def test_a_declared_number_links_however_either_is_spelt(
    trial: Trials, report: Reports, of: Callable[..., Linked], record_id: str, declared: str
) -> None:
    linked = of([trial(record_id)], [report(registry_ids=(declared,))])
    assert [(item.study_id, item.method) for item in linked.reports] == [(record_id, "databank")]


def test_an_obsolete_databank_number_links(trial: Trials, report: Reports, of: Callable[..., Linked]):
    linked = of([trial(aliases=("NCT00999991",))], [report(registry_ids=("NCT00999991",))])
    assert [item.study_id for item in linked.reports] == ["NCT10000001"]


def test_a_eudract_number_of_one_study_links_and_of_two_waits(
    trial: Trials, report: Reports, of: Callable[..., Linked]
):
    number = (SecondaryId(id="2011-006254-85", kind="EUDRACT_NUMBER"),)
    paper = report(registry_ids=("2011-006254-85",))
    alone = of([trial(secondary_ids=number)], [paper])
    shared = of([trial(secondary_ids=number), trial("NCT10000002", secondary_ids=number)], [paper])
    assert [item.method for item in alone.reports] == [LinkMethod.DATABANK]
    assert shared.reports == ()
    assert [(item.subject, item.value) for item in shared.queue] == [("PMID:1", "NCT10000001, NCT10000002")]


def test_a_number_in_the_abstract_links_and_says_so(trial: Trials, report: Reports, of: Callable[..., Linked]):
    paper = report(abstract_text="ClinicalTrials.gov: NCT10000001.", publication_types=RCT)
    linked = of([trial()], [paper])
    assert told(linked.reports) == [("NCT10000001", "PMID:1", "results", "mined_id")]


def test_a_paper_that_cites_several_registrations_is_nobodys_result(
    trial: Trials, report: Reports, of: Callable[..., Linked]
):
    paper = report(abstract_text="Compare NCT10000001 and NCT10000002.", publication_types=RCT)
    linked = of([trial(), trial("NCT10000002")], [paper])
    assert {item.kind for item in linked.reports} == {ReportKind.OTHER}


def test_a_paper_registered_elsewhere_does_not_belong_to_those_it_compares_with(
    trial: Trials, report: Reports, of: Callable[..., Linked]
):
    paper = report(registry_ids=("NCT10000001",), abstract_text="Unlike NCT10000002, it …")
    linked = of([trial(), trial("NCT10000002")], [paper])
    assert [item.study_id for item in linked.reports] == ["NCT10000001"]


@pytest.mark.parametrize(
    ("kind", "is_linked"), [(ReferenceType.RESULT, True), (ReferenceType.BACKGROUND, False), (None, False)]
)
def test_only_a_reference_given_as_a_result_links(
    trial: Trials, report: Reports, of: Callable[..., Linked], kind: ReferenceType | None, is_linked: bool
):
    linked = of([trial(references=(Reference(pmid="1", type=kind),))], [report()])
    assert bool(linked.reports) == is_linked


@pytest.mark.parametrize("report_id", ["PMID:1", "DOI:10.9999/paper"])
def test_a_result_that_is_named_by_doi_links_in_any_case_of_letters(
    trial: Trials, report: Reports, of: Callable[..., Linked], report_id: str
):
    named = Reference(doi="10.9999/paper", citation="A paper", type=ReferenceType.RESULT)
    other = Reference(citation="A paper without a number", type=ReferenceType.RESULT)
    linked = of([trial(references=(named, other))], [report(report_id=report_id, doi="10.9999/Paper")])
    assert [item.report_id for item in linked.reports] == [report_id]


def row(item: str, is_linked: bool = True, kind: ReportKind | None = ReportKind.RESULTS) -> LinkRow:
    return LinkRow(
        study_id="NCT10000001",
        item_id=item,
        relation="report",
        kind=kind,
        is_linked=is_linked,
        known_from=date(2020, 1, 1),
        decided_by="A. Author",
        reason="same cells",
    )


def test_a_person_links_parts_and_takes_it_back(trial: Trials, report: Reports, of: Callable[..., Linked]):
    cited, stray = report(registry_ids=("NCT10000001",)), report("PMID:2")
    linked = of([trial()], [cited, stray], [row("PMID:1", is_linked=False), row("PMID:2")])
    assert told(linked.reports) == [("NCT10000001", "PMID:2", "results", "person")]
    back = of(
        [trial()], [cited, stray], [row("PMID:1", is_linked=False), row("PMID:1"), row("PMID:2", is_linked=False)]
    )
    assert [item.report_id for item in back.reports] == ["PMID:1"]


def test_a_report_that_no_source_returned_waits(trial: Trials, of: Callable[..., Linked]):
    linked = of([trial()], [], [row("PMID:9")])
    assert linked.reports == ()
    assert [(item.subject, item.value) for item in linked.queue] == [("NCT10000001", "PMID:9")]


@pytest.mark.parametrize(
    ("abstract", "is_declared", "kind"),
    [
        ("Sixty patients were randomised to cells or placebo.", True, "results"),
        ("Sixty patients were randomly assigned.", True, "results"),
        ("Sixty patients will be randomised.", True, "protocol"),
        ("After the randomised trial we treated mice.", False, "other"),
        ("This non-randomised study …", True, "other"),
        ("A random effects model was fitted.", True, "other"),
    ],
)
def test_a_new_article_without_types_is_read_by_its_abstract_where_it_declares_its_study(
    trial: Trials, report: Reports, of: Callable[..., Linked], abstract: str, is_declared: bool, kind: str
):
    number = {"registry_ids": ("NCT10000001",)} if is_declared else {}
    text = abstract if is_declared else f"{abstract} NCT10000001."
    paper = report(title="Cells in ALS", publication_types=ARTICLE, abstract_text=text, **number)
    assert [item.kind for item in of([trial()], [paper]).reports] == [kind]


@pytest.mark.parametrize("declares", ["preprint", "article"])
@pytest.mark.parametrize("says", ["preprint", "article"])
def test_a_preprint_and_its_article_belong_to_one_study(
    trial: Trials, report: Reports, of: Callable[..., Linked], declares: str, says: str
):
    """Whichever of them declares the study, and whichever of them names the other."""
    of_article = (RelatedReport(kind=RelationKind.PREPRINT_OF, pmid="1"),)
    in_preprint = (RelatedReport(kind=RelationKind.PREPRINT_IN, report_id="PPR:PPR1"),)
    number = ("NCT10000001",)
    preprint = report(
        "PPR:PPR1",
        publication_types=("Preprint",),
        registry_ids=number if declares == "preprint" else (),
        related=of_article if says == "preprint" else (),
    )
    article = report(
        "PMID:1",
        publication_types=RCT,
        registry_ids=number if declares == "article" else (),
        related=in_preprint if says == "article" else (),
    )
    linked = of([trial()], [preprint, article, report("PMID:3", publication_types=RCT)])
    assert told(linked.reports) == [
        ("NCT10000001", "PMID:1", "results", "databank" if declares == "article" else "same_report"),
        ("NCT10000001", "PPR:PPR1", "results", "databank" if declares == "preprint" else "same_report"),
    ]
