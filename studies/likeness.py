"""How alike two records, or a record and a report, are: pairs for a person to look at, never links.

Chosen over a trained record linkage model: a review's eligible studies are tens, labelled pairs are few, and a
person must be able to see why a pair was put to them. The score is a weighted mean of what both sides state.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence

import msgspec
from rapidfuzz import fuzz, process

from models.dates import first_day
from models.report import Report
from models.screening import QueueItem
from models.trial import TrialRecord
from studies.identifiers import identify

THRESHOLD = 0.80
"""Score from which a pair is shown to a person."""
_SAME_TITLE = 95
"""Likeness of sorted words, 0 to 100, from which two titles are one but for a slip."""
_TITLE_CUTOFF = 70
"""Title likeness, 0 to 100, below which nothing else is compared."""
_TITLE_ALONE = 0.88
"""A report shows title and date only, so its title must say more."""
_WEIGHTS = {"title": 0.55, "sponsor": 0.15, "participants": 0.1, "start": 0.1, "countries": 0.1}
_START_DAYS = 92


class Likeness(msgspec.Struct, frozen=True, kw_only=True):
    """A pair with its score, 0 to 1, and what it was made of."""

    first: str
    second: str
    score: float
    parts: dict[str, float]

    @property
    def evidence(self) -> str:
        return ", ".join(f"{name} {value:.2f}" for name, value in self.parts.items())


def title_likeness(first: TrialRecord, second: TrialRecord) -> float:
    """Likeness of the most alike titles of two records, 0 to 1, whatever the order of words."""
    return max(
        (
            fuzz.token_sort_ratio(_plain(one), _plain(other)) / 100
            for one in _titles(first)
            for other in _titles(second)
        ),
        default=0.0,
    )


class Titles:
    """Titles of records, to find those with one title among many.

    Parameters
    ----------
    records : in the order in which they are found
    """

    def __init__(self, records: Sequence[TrialRecord]) -> None:
        self._records = records
        self._places = [(n, title) for n, record in enumerate(records) for title in self.of(record)]
        self._texts = [text for _, text in self._places]

    @staticmethod
    def of(record: TrialRecord) -> tuple[str, ...]:
        """Titles of a record as they are compared."""
        return tuple(_sorted(title) for title in _titles(record))

    def like(self, record: TrialRecord) -> Iterator[TrialRecord]:
        """Records with a title that is the same as one of this record's, but for a slip; itself among them."""
        found = set()
        for title in self.of(record):
            matches = process.extract(
                title, self._texts, scorer=fuzz.ratio, score_cutoff=_SAME_TITLE, limit=None, processor=None
            )
            found |= {self._places[place][0] for _, _, place in matches}
        return (self._records[n] for n in sorted(found))


def likeness(first: TrialRecord, second: TrialRecord) -> Likeness:
    """Compare what both records state; what one of them leaves out does not count."""
    parts = {"title": title_likeness(first, second)}
    if first.sponsor and second.sponsor:
        parts["sponsor"] = fuzz.token_set_ratio(_plain(first.sponsor), _plain(second.sponsor)) / 100
    if first.enrolment_count and second.enrolment_count:
        counts = sorted((first.enrolment_count, second.enrolment_count))
        parts["participants"] = counts[0] / counts[1]
    if first.start_date and second.start_date:
        days = abs((first_day(first.start_date) - first_day(second.start_date)).days)
        parts["start"] = max(0.0, 1 - days / _START_DAYS)
    if first.countries and second.countries:
        one, other = set(first.countries), set(second.countries)
        parts["countries"] = len(one & other) / len(one | other)
    total = sum(_WEIGHTS[name] for name in parts)
    score = sum(_WEIGHTS[name] * value for name, value in parts.items()) / total
    one_id, other_id = sorted((first.record_id, second.record_id))
    return Likeness(first=one_id, second=other_id, score=round(score, 3), parts=parts)


def like_records(
    records: Mapping[str, TrialRecord], study_of: Mapping[str, str], wanted: Iterable[str]
) -> list[Likeness]:
    """Pairs of another register that may be one study with a wanted one, most alike first.

    Parameters
    ----------
    wanted : studies to find partners for; everything else is compared with them only
    """
    found: dict[tuple[str, str], Likeness] = {}
    elsewhere: dict[str, list[tuple[str, str]]] = {_register(record): [] for record in records.values()}
    for record_id, record in records.items():
        own = _register(record)
        for register, titles in elsewhere.items():
            if register != own:
                titles += [(record_id, _plain(title)) for title in _titles(record)]
    chosen = set(wanted)
    for record_id, record in records.items():
        if study_of[record_id] not in chosen:
            continue
        titles = elsewhere[_register(record)]
        for other in {titles[place][0] for title in _titles(record) for place in _alike(_plain(title), titles)}:
            if study_of[other] != study_of[record_id]:
                pair = likeness(record, records[other])
                if pair.score >= THRESHOLD:
                    found[pair.first, pair.second] = pair
    return sorted(found.values(), key=lambda pair: (-pair.score, pair.first, pair.second))


def like_reports(
    records: Mapping[str, TrialRecord],
    reports: Mapping[str, Report],
    study_of: Mapping[str, str],
    wanted: Iterable[str],
    linked: Iterable[str],
) -> list[Likeness]:
    """Reports without a study that have the title of a wanted one and appeared after it began."""
    chosen, taken = set(wanted), set(linked)
    free = [(report_id, _plain(report.title)) for report_id, report in reports.items() if report_id not in taken]
    found: dict[tuple[str, str], Likeness] = {}
    for record_id, record in records.items():
        if study_of[record_id] not in chosen:
            continue
        for title in _titles(record):
            for place in _alike(_plain(title), free):
                report_id, words = free[place]
                score = fuzz.token_set_ratio(_plain(title), words) / 100
                if score >= _TITLE_ALONE and not _is_before(reports[report_id], record):
                    pair = Likeness(first=study_of[record_id], second=report_id, score=score, parts={"title": score})
                    found[pair.first, pair.second] = max(pair, found.get((pair.first, pair.second), pair), key=_score)
    return sorted(found.values(), key=lambda pair: (-pair.score, pair.first, pair.second))


def to_queue(pair: Likeness) -> QueueItem:
    """A pair as something for a person to settle."""
    return QueueItem(
        kind="link",
        subject=pair.first,
        reason=f"{pair.second} may belong to {pair.first}: likeness {pair.score:.2f} ({pair.evidence})",
        field="title",
        value=pair.second,
        action="say in links.csv whether they belong together",
    )


def _alike(title: str, titles: list[tuple[str, str]]) -> Iterator[int]:
    words = [text for _, text in titles]
    for _, _, place in process.extract(
        title, words, scorer=fuzz.token_set_ratio, score_cutoff=_TITLE_CUTOFF, limit=None, processor=None
    ):
        yield int(place)


def _is_before(report: Report, record: TrialRecord) -> bool:
    return bool(
        report.published_date and record.start_date and first_day(report.published_date) < first_day(record.start_date)
    )


def _register(record: TrialRecord) -> str:
    number = identify(record.record_id)
    return number.register if number else record.registry


def _titles(record: TrialRecord) -> list[str]:
    return [title for title in (record.brief_title, record.official_title) if title]


def _sorted(title: str) -> str:
    return " ".join(sorted(_plain(title).split()))


def _plain(text: str) -> str:
    return re.sub(r"\W+", " ", text.casefold()).strip()


def _score(pair: Likeness) -> float:
    return pair.score
