"""The reports of a night as the page shows them: below their studies, and in the flow from databases to studies."""

from collections import Counter

from models.databases import DATABASES
from models.judgement import Judgement
from models.page import ReportEntry, ReportFlow
from models.report import Report
from models.vocabulary import Criterion, ReportKind, StudyList, Verdict
from reporting.words import LITERATURE

_TITLES = {item.slug: item.title for item in DATABASES}


def reports_of(judgement: Judgement, study_id: str) -> tuple[ReportEntry, ...]:
    """Reports of a study, results first, then in the order in which they appeared."""
    literature = judgement.literature
    entries = [
        ReportEntry(
            report_id=item.report_id,
            title=literature.reports[item.report_id].title,
            kind=item.kind,
            evidence=item.evidence,
            published_date=literature.reports[item.report_id].published_date,
            journal=literature.reports[item.report_id].journal,
            sources=tuple(sorted({called(copied.report) for copied in literature.copies[item.report_id]})),
        )
        for item in judgement.screened.linked.reports
        if item.study_id == study_id
    ]
    return tuple(
        sorted(
            entries, key=lambda item: (item.kind is not ReportKind.RESULTS, item.published_date or "", item.report_id)
        )
    )


def called(copy: Report) -> str:
    """What readers call the database that described a report, or the source where no database is known."""
    return _TITLES.get(copy.database or "") or LITERATURE.get(copy.source, copy.source)


def flow_of_reports(judgement: Judgement) -> ReportFlow:
    """How many reports each database described, and what became of them."""
    literature, screened = judgement.literature, judgement.screened
    identified = Counter(
        name for copies in literature.copies.values() for name in {called(copied.report) for copied in copies}
    )
    lists = {status.study_id: status.list for status in judgement.statuses}
    told_by_reports = {item.study_id for item in screened.linked.reports}
    of_studies = {item.report_id for item in screened.linked.reports}
    included = {item.report_id for item in screened.linked.reports if lists[item.study_id] is StudyList.INCLUDED}
    asked = {item.subject for item in judgement.queue if item.kind == "report"} - of_studies
    left = [screened.reports[name] for name in literature.reports if name not in of_studies | asked]
    failed = Counter(item.deciding.criterion if item.verdict is Verdict.NOT_MET else None for item in left)
    named = (Criterion.POPULATION, Criterion.INTERVENTION, Criterion.DESIGN)
    return ReportFlow(
        identified=tuple(sorted(identified.items())),
        n_reports=len(literature.reports),
        n_other_population=failed[Criterion.POPULATION],
        n_other_intervention=failed[Criterion.INTERVENTION],
        n_other_design=failed[Criterion.DESIGN],
        n_other=sum(n for criterion, n in failed.items() if criterion not in named),
        n_to_settle=len(asked),
        n_of_studies=len(of_studies),
        n_of_included=len(included),
        n_unregistered=len(told_by_reports - {item.study_id for item in screened.linked.records}),
    )
