"""Results of studies that nobody randomised, for a review that takes them.

What a report is to a study is told by words of the randomised comparison (`studies.report_kinds`). Where the protocol takes
other designs, a report of one of them is of results, too.
"""

from collections.abc import Iterator, Mapping, Sequence

import msgspec

from models.eligibility import Eligibility
from models.literature import Literature
from models.screening import ReportLink, ReportScreening
from models.trial import TrialRecord
from models.vocabulary import Criterion, LinkMethod, ReportKind, Verdict
from studies.report_kinds import precedes


def with_other_designs(
    links: Sequence[ReportLink],
    screenings: Mapping[str, ReportScreening],
    literature: Literature,
    leading: Mapping[str, TrialRecord],
    eligibility: Eligibility,
) -> tuple[ReportLink, ...]:
    """Links whose reports tell of a design that the review takes, as links to results; all others as they are.

    Parameters
    ----------
    leading : the record that leads each study
    """
    if eligibility.takes_only_trials:
        return tuple(links)
    return tuple(_told(links, screenings, literature, leading))


def _told(
    links: Sequence[ReportLink],
    screenings: Mapping[str, ReportScreening],
    literature: Literature,
    leading: Mapping[str, TrialRecord],
) -> Iterator[ReportLink]:
    for link in links:
        screening, record = screenings.get(link.report_id), leading.get(link.study_id)
        is_open = link.kind is ReportKind.OTHER and link.method not in {LinkMethod.PERSON, LinkMethod.MINED_ID}
        is_early = record is not None and precedes(literature.reports[link.report_id], record)
        if is_open and not is_early and screening and _is_of_its_design(screening):
            yield msgspec.structs.replace(link, kind=ReportKind.RESULTS)
        else:
            yield link


def _is_of_its_design(screening: ReportScreening) -> bool:
    return any(item.criterion is Criterion.DESIGN and item.verdict is Verdict.MET for item in screening.criteria)
