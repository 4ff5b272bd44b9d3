"""Records and reports become studies, and each study is judged against the protocol: the first half of a judgement."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from types import MappingProxyType

import msgspec

from judging.from_reports import FromReports, criteria_of, from_reports, leading_report
from judging.listed import listed_only
from judging.other_designs import with_other_designs
from judging.rulings import Rulings, record_named, rule, with_links_resolved, with_reports_resolved
from models.folder_rows import LinkRow
from models.judgement import Linked, Screened
from models.literature import Literature
from models.review import Review
from models.screening import CriterionVerdict, ReportScreening
from models.trial import Observation, TrialRecord
from models.vocabulary import LinkMethod, ReferenceType, Verdict
from studies.candidates import profile
from studies.eligibility import screen
from studies.identifiers import identify
from studies.linkage import is_listed_only, link
from studies.products import products_of
from studies.verdicts import Verdicts


def screen_records(
    newest: Sequence[Observation],
    literature: Literature,
    review: Review,
    verdicts: Verdicts | None = None,
    known: Mapping[str, str] = MappingProxyType({}),
) -> tuple[Screened, Rulings]:
    """Join records to studies, resolve what people wrote, and judge each study by the record that leads it.

    `known` tells the study that each number stood for on earlier nights, the oldest first.
    """
    verdicts = verdicts or Verdicts(review.protocol.eligibility)
    review = with_reports_resolved(review, literature.as_written)
    records = {item.item.record_id: item.item for item in newest if isinstance(item.item, TrialRecord)}
    resolve = record_named(records, known)
    records |= listed_only(review, resolve, literature.reports)
    links = with_links_resolved(review, records, known, literature.resolve).links
    known = {**_by_number(records, known), **known}
    linked = link(records, literature, links, known)
    if renewed := _renewed(linked, records, literature, review, known):
        # What was known by its report alone has come to be known by a register, under the name that it had.
        records, known = renewed
        linked = link(records, literature, links, known)
    reports, found = _from_reports(linked, records, literature, review, verdicts, links, known)
    if renamed := _matched_by_name(found, linked, records, literature, known):
        # A registration that is recognised by likeness takes over the study of its report under the name that it had.
        known = {**renamed, **known}
        linked = link(records, literature, links, known)
        reports, found = _from_reports(linked, records, literature, review, verdicts, links, known)
    records |= found.records
    leading_records = {study_id: records[name] for study_id, name in linked.leading.items()} | dict(found.records)
    linked = msgspec.structs.replace(
        linked,
        reports=with_other_designs(found.links, reports, literature, leading_records, review.protocol.eligibility),
        queue=(*linked.queue, *found.queue),
        leading={**linked.leading, **{study_id: study_id for study_id in found.records}},
    )
    of_reports = _names_of_unregistered(linked, records, literature, known)
    studies = {**of_reports, **linked.listed, **{record: study for study, record in linked.leading.items()}}
    studies |= {item.record_id: item.study_id for item in linked.records}
    rulings = rule(review, studies, record_named(records, {**known, **of_reports}))

    def ruled(study_id: str, record: TrialRecord) -> tuple[CriterionVerdict, ...]:
        if not is_listed_only(record):
            return verdicts.of(record)
        leading = leading_report(study_id, linked.reports, literature)
        return criteria_of(study_id, reports.get(leading or ""), review.protocol.eligibility)

    screening = {
        study_id: screen(
            study_id,
            records[leading],
            review.protocol.eligibility,
            rulings.review.decisions,
            rulings.review.versions,
            ruled(study_id, records[leading]),
        )
        for study_id, leading in linked.leading.items()
    }
    screened = Screened(linked=linked, newest=records, screening=screening, reports=reports, of_reports=of_reports)
    return screened, rulings


def _from_reports(
    linked: Linked,
    records: Mapping[str, TrialRecord],
    literature: Literature,
    review: Review,
    verdicts: Verdicts,
    rows: Sequence[LinkRow],
    known: Mapping[str, str],
) -> tuple[dict[str, ReportScreening], FromReports]:
    """What each report tells of the criteria, and what reports add to the studies."""
    eligibility = review.protocol.eligibility
    mattering = _that_may_matter(linked, records, review, verdicts)
    products = products_of([item for given in mattering.values() for item in given], eligibility)
    reports = verdicts.of_reports(literature.reports, products)
    profiles = [profile(study_id, given, eligibility) for study_id, given in mattering.items()]
    return reports, from_reports(linked, literature, reports, profiles, records, rows, known)


def _matched_by_name(
    found: FromReports,
    linked: Linked,
    records: Mapping[str, TrialRecord],
    literature: Literature,
    known: Mapping[str, str],
) -> dict[str, str]:
    """Names that reports gave to studies before a registration was recognised as theirs, by the record that leads it."""
    return {
        linked.leading[item.study_id]: known[name]
        for item in found.links
        if item.method is LinkMethod.MATCH and item.study_id not in known
        for name in sorted(literature.reports[item.report_id].names)
        if name in known and known[name] not in records
    }


def _by_number(records: Mapping[str, TrialRecord], known: Mapping[str, str]) -> dict[str, str]:
    """Records whose number stood for a study before any register had told of it, however that number was written."""
    told = {number: known[name] for name in known if name not in records and (number := identify(name))}
    if not told:
        return {}
    numbers = ((name, identify(name)) for name in records if name not in known)
    return {name: told[number] for name, number in numbers if number in told}


def _renewed(
    linked: Linked, records: Mapping[str, TrialRecord], literature: Literature, review: Review, known: Mapping[str, str]
) -> tuple[dict[str, TrialRecord], dict[str, str]] | None:
    """Records and names, where a report by which a study was called turns out to be of a registered study; else None.

    The study keeps the id that it was given first. A study that only rows of people call by such a report is that one.
    """
    in_versions = {study.study_id for version in review.versions for study in version.watched}
    called: dict[str, str] = {}
    superseded: set[str] = set()
    for item in linked.reports:
        leading = linked.leading[item.study_id]
        if is_listed_only(records[leading]):
            continue
        for name in sorted(literature.reports[item.report_id].names):
            if name in records and is_listed_only(records[name]) and name not in in_versions:
                superseded.add(name)
            if known.get(name, leading) not in records and item.study_id not in known:
                called.setdefault(leading, known[name])
    if not superseded and not called:
        return None
    return {name: record for name, record in records.items() if name not in superseded}, {**called, **known}


def _that_may_matter(
    linked: Linked, records: Mapping[str, TrialRecord], review: Review, verdicts: Verdicts
) -> dict[str, list[TrialRecord]]:
    """Records of the studies that the rules do not screen out, or that the review lists, by study id."""
    listed = {study.study_id for version in review.versions for study in version.watched}
    members: dict[str, list[TrialRecord]] = defaultdict(list)
    for item in linked.records:
        members[item.study_id].append(records[item.record_id])
    return {
        study_id: members[study_id]
        for study_id, leading in linked.leading.items()
        if members[study_id]
        and (study_id in listed or all(item.verdict is not Verdict.NOT_MET for item in verdicts.of(records[leading])))
    }


def _names_of_unregistered(
    linked: Linked, records: Mapping[str, TrialRecord], literature: Literature, known: Mapping[str, str]
) -> dict[str, str]:
    """Studies that no register tells of, or once did not, by every name of their reports."""
    return {
        name: item.study_id
        for item in linked.reports
        for name in literature.reports[item.report_id].names
        if literature.resolve(name) == item.report_id
        if is_listed_only(records[linked.leading[item.study_id]]) or name in known
    }


def ids_to_follow(screened: Screened, review: Review) -> list[str]:
    """Records and reports to ask for one by one: of studies that matter, and those people name.

    The review's own studies are always among them, whether or not tonight's search finds them.
    """
    ids = [record for study in screened.studies_that_matter for record in screened.records_of(study)]
    ids += [study.study_id for version in review.versions for study in version.watched]
    ids += [row.item_id for row in review.links] + [row.report for row in review.rows_of_numbers]
    for study in screened.studies_that_matter:
        references = screened.record_of(study).references
        ids += [f"PMID:{item.pmid}" for item in references if item.pmid and item.type is ReferenceType.RESULT]
    return sorted(dict.fromkeys(ids))
