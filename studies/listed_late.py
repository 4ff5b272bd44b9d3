"""Event E8: what a version lists as ongoing, and could have been known to have ended, or to have results."""

from collections.abc import Iterator, Sequence

from models.screening import Event
from models.vocabulary import AlertGrade, CountType, EventCode, Verdict
from studies.lifecycle import StudyFile
from studies.numbers import randomised_in_words

_OUT = {EventCode.RESULTS_POSTED: "results posted", EventCode.REPORT_LINKED: "results published"}


def listed_late(study: StudyFile, found: Sequence[Event]) -> Iterator[Event]:
    """What was known of a study, when a version that lists it as ongoing could be read: a reader has to be told.

    It is news from the day of that version, whatever the day on which it became public.
    """
    if study.listed_from is None or study.listed_ongoing is None:
        return
    known = [event for event in found if event.public_date <= study.listed_from]
    results = sorted((event for event in known if event.event_code in _OUT), key=lambda event: event.public_date)
    ended = [event for event in known if event.event_code is EventCode.COMPLETED]
    if not results and not ended:
        return
    first = results[0] if results else ended[0]
    what = "; ".join(f"{_OUT[event.event_code]} {event.event_date} ({event.reference})" for event in results)
    what = what or f"complete since {first.event_date}"
    people = _people(study)
    is_eligible = study.screening.verdict is Verdict.MET
    yield Event(
        event_code=EventCode.LISTED_LATE,
        study_id=study.study_id,
        event_date=first.event_date,
        public_date=study.listed_from,
        first_seen_at=first.first_seen_at,
        grade=AlertGrade.ACTION if results and is_eligible else AlertGrade.WATCH,
        evidence=f"{what}{people}; listed as ongoing in version {study.listed_ongoing} ({study.listed_from})",
        reference=f"{study.listed_ongoing}:{'results' if results else 'complete'}",
        is_news=True,
        rests_on=first.reference if results else first.rests_on,
    )


def _people(study: StudyFile) -> str:
    """How many took part, by the best that is known, for the end of a sentence."""
    numbers = study.numbers
    in_reports = randomised_in_words(*(item.report.abstract_text for item in study.results_reports))
    for n, kind in (
        (numbers.n_randomised, "randomised"),
        (in_reports, "randomised, as its report says"),
        (numbers.n_started, "started"),
        (numbers.n_registered if numbers.n_registered_type is CountType.ACTUAL else None, "took part, as registered"),
    ):
        if n is not None:
            return f"; {n} {kind}"
    return ""
