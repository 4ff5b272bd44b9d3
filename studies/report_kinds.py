"""What a report is to a study, by its publication types, its title and what its abstract says.

Results are the randomised comparison, reported after the study began. A protocol, a review, a later look or a
paper that only cites a registration is none, whatever field its number stands in.
"""

from models import design, documents
from models.dates import first_day, last_day
from models.report import Report
from models.terms import TermRule
from models.trial import TrialRecord
from models.vocabulary import ReportKind
from studies.bibliography import ABSTRACT_TYPES
from studies.terms import Field, find

_RANDOMISED = TermRule(
    terms=["random*"],
    except_terms=["non-random*", "nonrandom*", "not random*", "not been random*", "without random*", "random effect*",
                  "random sampl*", "random forest*"],
)  # fmt: skip
_ELSEWHERE = design.RANDOM.model_copy(
    update={"terms": [term for term in design.RANDOM.terms if not term.startswith(("random", "quasi"))]}
)
"""The same in other languages than English."""
_BEGINNING = 40
"""Letters of a title in which a notice says that it is one."""


def types_of(report: Report) -> set[str]:
    """Publication types as they are compared: without regard to case and hyphens."""
    return {word.casefold().replace("-", " ") for word in report.publication_types}


def report_kind(report: Report, record: TrialRecord | None = None, *, is_declared: bool = False) -> ReportKind:
    """What a report is to a study, by its publication types, its title and its date; to any study if `record` is None.

    New articles have no types yet but for *Journal Article*: of one that declares its study, which may not only
    be cited, the abstract tells whether people were randomised, and whether they still will be.
    """
    types = types_of(report)
    beginning = [Field("title", report.title[:_BEGINNING])]
    title = [Field("title", report.title)]
    abstract = [Field("abstract", report.abstract_text)] if report.abstract_text else []
    if types & documents.NOTICE_TYPES or find(documents.NOTICE_TITLE, beginning):
        return ReportKind.NOTICE
    if types & documents.REGISTRY_TYPES:
        return ReportKind.REGISTRY_SUMMARY
    if types & documents.PROTOCOL_TYPES or find(documents.PROTOCOL_TITLE, title):
        return ReportKind.PROTOCOL
    is_trial = bool(types & documents.RANDOMISED_TYPES)
    others = types & documents.SECONDARY_TYPES
    is_letter = others <= documents.LETTER_TYPES and find(design.RANDOM, abstract) is not None
    if (others and not is_trial and not is_letter) or find(documents.SECONDARY_TITLE, title):
        return ReportKind.OTHER
    if record and precedes(report, record):
        return ReportKind.OTHER
    if find(documents.LATER_TITLE, title):
        return ReportKind.FOLLOW_UP
    if types & ABSTRACT_TYPES:
        return ReportKind.ABSTRACT
    if not is_trial and find(documents.PLANNED, abstract) and (is_declared or find(_RANDOMISED, title)):
        return ReportKind.PROTOCOL
    told = [*title, *abstract] if is_declared else title
    is_randomised = is_trial or find(_RANDOMISED, told) or find(_ELSEWHERE, told)
    return ReportKind.RESULTS if is_randomised else ReportKind.OTHER


def precedes(report: Report, record: TrialRecord) -> bool:
    """Whether a report was published before a study began."""
    if report.published_date is None or record.start_date is None:
        return False
    return last_day(report.published_date) < first_day(record.start_date)
