"""The PRISMA flow of a published night, counted again from its tables; it is that of the page."""

from collections import Counter

import msgspec

from models.databases import DATABASES
from models.night import NightColumn, NightTable, PublishedNight
from models.page import FlowNumbers, ReportFlow
from models.vocabulary import Criterion, StudyList, Verdict
from reporting.words import LITERATURE

_TITLES = {item.slug: item.title for item in DATABASES}
_NAMED = (Criterion.POPULATION, Criterion.INTERVENTION, Criterion.DESIGN)


def flow_of_night(night: PublishedNight) -> FlowNumbers:
    """From records and reports to studies; `n_rejected` counts what waits for a person because it could not be read."""
    rows = list(night["review_study_status"])
    lists = [row["list"] for row in rows]
    first_failure = _first_failure(night)
    failed = Counter(
        first_failure.get(row["study_id"])
        for row in rows
        if row["list"] in {StudyList.EXCLUDED, StudyList.SCREENED_OUT}
    )
    return FlowNumbers(
        n_records=len(night["review_study_record"].rows),
        n_reports=len(night["review_report"].rows),
        n_studies=len(rows),
        n_screened_out_population=failed[Criterion.POPULATION],
        n_screened_out_intervention=failed[Criterion.INTERVENTION],
        n_screened_out_design=failed[Criterion.DESIGN],
        n_screened_out_other=sum(n for criterion, n in failed.items() if criterion not in _NAMED),
        n_unclear=sum(row["eligibility"] == Verdict.UNCLEAR for row in rows),
        n_included=lists.count(StudyList.INCLUDED),
        n_ongoing=lists.count(StudyList.ONGOING),
        n_awaiting=lists.count(StudyList.AWAITING),
        n_excluded=lists.count(StudyList.EXCLUDED),
        n_rejected=len(night["review_queue"].where(kind="rejected").rows),
        of_reports=_flow_of_reports(night),
    )


def flow_table(night: PublishedNight) -> NightTable:
    """The numbers of the flow diagram, a row each."""
    flow = flow_of_night(night)
    numbers = msgspec.structs.asdict(flow) | msgspec.structs.asdict(flow.of_reports)
    rows = [("described by a database", title, n) for title, n in flow.of_reports.identified]
    rows += [("flow", name.removeprefix("n_"), n) for name, n in numbers.items() if isinstance(n, int)]
    return NightTable(
        name="flow",
        comment="One row per number of the PRISMA flow diagram.",
        columns=(
            NightColumn(
                name="part", kind="VARCHAR", comment="Reports that a database described, or the flow from there"
            ),
            NightColumn(
                name="step", kind="VARCHAR", comment="What is counted: the database, or the box of the diagram"
            ),
            NightColumn(name="n", kind="BIGINT", comment="Records, reports or studies"),
        ),
        rows=tuple(rows),
    )


def _first_failure(night: PublishedNight) -> dict[str, str]:
    """By study, the first criterion, in the order in which a reader asks them, that is not met."""
    order = list(Criterion)
    failing = night["review_screening_decision"].where(verdict=Verdict.NOT_MET.value)
    rows = sorted(failing, key=lambda row: order.index(Criterion(row["criterion"])), reverse=True)
    return {row["study_id"]: row["criterion"] for row in rows}


def _flow_of_reports(night: PublishedNight) -> ReportFlow:
    linked = list(night["review_study_report"])
    lists = {row["study_id"]: row["list"] for row in night["review_study_status"]}
    of_studies = {row["report_id"] for row in linked}
    asked = {row["subject"] for row in night["review_queue"].where(kind="report")} - of_studies
    left = [row for row in night["out_report"] if row["report_id"] not in of_studies | asked]
    failed = Counter(row["deciding_criterion"] if row["verdict"] == Verdict.NOT_MET else None for row in left)
    copies = {(row["report_id"], _called(row["source"], row["database"])) for row in night["review_report_copy"]}
    registered = {row["study_id"] for row in night["review_study_record"]}
    return ReportFlow(
        identified=tuple(sorted(Counter(title for _, title in copies).items())),
        n_reports=len(night["review_report"].rows),
        n_other_population=failed[Criterion.POPULATION],
        n_other_intervention=failed[Criterion.INTERVENTION],
        n_other_design=failed[Criterion.DESIGN],
        n_other=sum(n for criterion, n in failed.items() if criterion not in _NAMED),
        n_to_settle=len(asked),
        n_of_studies=len(of_studies),
        n_of_included=len({row["report_id"] for row in linked if lists[row["study_id"]] == StudyList.INCLUDED}),
        n_unregistered=len({row["study_id"] for row in linked} - registered),
    )


def _called(source: str, database: str | None) -> str:
    return _TITLES.get(database or "") or LITERATURE.get(source, source)
