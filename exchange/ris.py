"""RIS files of a review's lists, one for each: every study by its registrations, and each of its reports.

Tags: registry numbers in C1; PubMed's and other databases' numbers in C3 behind the word for each, as the Cochrane Library
writes them, so that no record claims to be an export of a database; how the review calls the study in NS. The files are
read back by 'trialwatch ingest ris'.
"""

import re
from collections.abc import Iterator, Mapping, Sequence

from exchange.listed import LISTS, ListedStudy, listed_studies, with_numbers
from models.night import PublishedNight
from models.registers import address_of
from models.report import Report
from models.vocabulary import EvidenceSet

Line = tuple[str, str | None]

_NUMBERS = {"PMID": "PUBMED {}", "EMBASE": "EMBASE {}", "CRS": "CRS {}", "WOS": "WOS:{}", "CINAHL": "ccm-{}"}
"""How a database's number is told apart from others; the rest have forms that can be nothing else."""
_PAGES = re.compile(r"([^\s-]+)-([^\s-]+)")


def ris_files(night: PublishedNight, evidence: EvidenceSet) -> Mapping[str, str]:
    """A file for each list that has studies, by name."""
    studies = listed_studies(night, evidence)
    return {
        f"{place}.ris": ris_of(of_list, f"{place} studies of {night.name}, {evidence} evidence")
        for place in LISTS
        if (of_list := [study for study in studies if study.list is place])
    }


def ris_of(studies: Sequence[ListedStudy], note: str) -> str:
    """One file of studies; `note` stands in each record."""
    of_report: dict[str, list[ListedStudy]] = {}
    for study in studies:
        for report in study.reports:
            of_report.setdefault(report.report_id, []).append(study)
    records, written = [], set[str]()
    for study in studies:
        if study.numbers or not study.reports:
            records.append(_record(_registration(study), note))
        for report in study.reports:
            if report.report_id not in written:
                written.add(report.report_id)
                records.append(_record(_report(report, of_report[report.report_id]), note))
    return "".join(records)


def _registration(study: ListedStudy) -> Iterator[Line]:
    """All registrations of a study as one entry; the first of them is its author, or equal titles would be one."""
    yield "TY", "GEN"
    yield "TI", study.title
    yield "AU", study.numbers[0] if study.numbers else study.label
    for number in study.numbers:
        yield "C1", number
    for number in study.numbers:
        yield "UR", address_of(number)
    if study.numbers:
        yield "M3", "Trial registry record"
    yield "NS", study.label


def _report(report: Report, studies: Sequence[ListedStudy]) -> Iterator[Line]:
    numbers = tuple(dict.fromkeys(number for study in studies for number in study.numbers))
    pages = _PAGES.fullmatch(report.pages or "")
    day = report.published_date
    yield "TY", "JOUR"
    yield "TI", report.title
    yield "AU", report.first_author
    yield "T2", report.journal
    yield "PY", day[:4] if day else None
    yield "DA", "/".join([*day.split("-"), "", "", ""][:3]) + "/" if day else None
    yield "VL", report.volume
    yield "IS", report.issue
    yield "SP", pages[1] if pages else report.pages
    yield "EP", pages[2] if pages else None
    yield "DO", report.doi
    for accession in report.accessions:
        database, _, number = accession.partition(":")
        yield "C3", _NUMBERS.get(database, "{}").format(number)
    for number in with_numbers(report, numbers).registry_ids:
        yield "C1", number
    yield "LA", report.language
    for kind in report.publication_types:
        yield "M3", kind
    for label in dict.fromkeys(study.label for study in studies):
        yield "NS", label


def _record(lines: Iterator[Line], note: str) -> str:
    """A record; what would end a line is a blank."""
    written = [f"{tag}  - {' '.join(value.split())}" for tag, value in (*lines, ("N1", note)) if value]
    return "\n".join([*written, "ER  - ", "", ""])
