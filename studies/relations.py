"""Studies that stay two and belong together: extensions, sub-studies, entries registered anew, shared numbers."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from itertools import combinations

from models.dates import first_day
from models.registers import SHARED_NUMBERS
from models.screening import StudyRelation
from models.study_relations import StudyRelationKind
from models.terms import TermRule
from models.trial import TrialRecord
from models.vocabulary import Status
from studies.identifiers import Identifier, identifiers_in
from studies.likeness import Titles
from studies.terms import Field, Found, find

_EXTENSION = TermRule(
    terms=[
        "extension",
        "extension study",
        "rollover",
        "roll-over",
        "continuation",
        "long-term follow-up",
        "long term follow-up",
    ],
    except_terms=[
        "with * extension",
        "and * extension",
        "followed by * extension",
        "including * extension",
        "plus * extension",
    ],
)
_SUB_STUDY = TermRule(terms=["sub-study", "substudy", "sub-project", "ancillary study", "companion study"])


def relations_of(
    records: Mapping[str, TrialRecord],
    study_of: Mapping[str, str],
    declared: Mapping[str, tuple[Identifier, ...]],
) -> list[StudyRelation]:
    """Relations between studies, each with its evidence, in the order of ids.

    Parameters
    ----------
    study_of : study by record id
    declared : register numbers that each record declares
    """
    told = [*_shared(records, study_of, declared), *_naming(records, study_of), *_alike(records, study_of)]
    found = {(item.study_id, item.other_id, item.kind): item for item in sorted(told, key=lambda item: item.evidence)}
    explained = {(first, second) for first, second, kind in found if kind is not StudyRelationKind.NAMED}
    return [found[key] for key in sorted(found) if key[2] is not StudyRelationKind.NAMED or key[:2] not in explained]


def _shared(
    records: Mapping[str, TrialRecord], study_of: Mapping[str, str], declared: Mapping[str, tuple[Identifier, ...]]
) -> Iterator[StudyRelation]:
    carriers: dict[Identifier, set[str]] = defaultdict(set)
    for record_id, numbers in declared.items():
        for number in numbers:
            if number.register in SHARED_NUMBERS:
                carriers[number].add(record_id)
    for number, record_ids in carriers.items():
        for first, second in combinations(sorted(record_ids), 2):
            if study_of[first] != study_of[second]:
                evidence = f"{first} and {second} both declare {number}"
                yield _relation(study_of[first], study_of[second], StudyRelationKind.SHARED_NUMBER, evidence)
                if told := told_apart(records[first], records[second]):
                    kind, words = told
                    yield _relation(study_of[first], study_of[second], kind, f"{evidence}; {words}")


def _naming(records: Mapping[str, TrialRecord], study_of: Mapping[str, str]) -> Iterator[StudyRelation]:
    """One record names another of another study, wherever it does so."""
    owner: dict[Identifier, str] = {}
    for record_id in sorted(records):
        for number in identifiers_in(record_id):
            owner.setdefault(number, record_id)
    for record in records.values():
        texts = {
            "secondary_ids": "; ".join(item.id for item in record.secondary_ids),
            "brief_title": record.brief_title or "",
            "official_title": record.official_title or "",
            "summary": record.summary_text or "",
            "eligibility": record.eligibility_text or "",
        }
        for field, text in texts.items():
            for number in identifiers_in(text):
                other = owner.get(number)
                if other and study_of[other] != study_of[record.record_id]:
                    told = told_apart(record, records[other])
                    kind, words = told or (StudyRelationKind.NAMED, "")
                    evidence = f"{record.record_id} names {other} in {field}" + (f"; {words}" if words else "")
                    yield _relation(study_of[record.record_id], study_of[other], kind, evidence)


def _alike(records: Mapping[str, TrialRecord], study_of: Mapping[str, str]) -> Iterator[StudyRelation]:
    """Entries of one sponsor with one title: registered anew after a withdrawal, or perhaps registered twice.

    Of many with one title each is told beside the first, so that there are as many relations as entries.
    """
    by_sponsor: dict[str, list[TrialRecord]] = defaultdict(list)
    for record in records.values():
        if record.sponsor:
            by_sponsor[record.sponsor].append(record)
    for group in by_sponsor.values():
        anew = list(_anew(group, study_of))
        told = {frozenset((one.record_id, other.record_id)) for _, one, other in anew}
        twice = [
            pair for pair in _twice(group, study_of) if frozenset((pair[1].record_id, pair[2].record_id)) not in told
        ]
        for kind, one, other in (*anew, *twice):
            evidence = f"{other.record_id} has the title and sponsor of {one.record_id}, {_WORDS[kind]}"
            yield _relation(study_of[one.record_id], study_of[other.record_id], kind, evidence)


_WORDS = {
    StudyRelationKind.RE_REGISTRATION: "which was withdrawn before it",
    StudyRelationKind.DUPLICATE: "its month of start and its number of participants",
}


_Pair = tuple[StudyRelationKind, TrialRecord, TrialRecord]


def _anew(group: Sequence[TrialRecord], study_of: Mapping[str, str]) -> Iterator[_Pair]:
    """Withdrawn entries, each with the first later one of its title that is of another study."""
    posted = [record for record in group if record.first_posted_date]
    in_order = sorted(posted, key=lambda record: (first_day(record.first_posted_date or ""), record.record_id))
    titles = Titles(in_order)
    for old in in_order:
        if old.status is Status.WITHDRAWN:
            began = first_day(old.first_posted_date or "")
            for new in titles.like(old):
                is_later = first_day(new.first_posted_date or "") > began
                if is_later and study_of[new.record_id] != study_of[old.record_id]:
                    yield StudyRelationKind.RE_REGISTRATION, old, new
                    break


def _twice(group: Sequence[TrialRecord], study_of: Mapping[str, str]) -> Iterator[_Pair]:
    """Entries of one register, start and size, each with the first one of its title that is of another study."""
    alike: dict[tuple[str, str, int], list[TrialRecord]] = defaultdict(list)
    for record in group:
        if record.start_date and record.enrolment_count:
            alike[record.registry, record.start_date[:7], record.enrolment_count].append(record)
    for members in alike.values():
        in_order = sorted(members, key=lambda record: record.record_id)
        titles, told, asked = Titles(in_order), set[str](), set[tuple[str, ...]]()
        for first in in_order:
            own = titles.of(first)
            if first.record_id in told and own in asked:
                # An entry of just these titles has found all that this one would.
                continue
            asked.add(own)
            for other in titles.like(first):
                is_new = other.record_id > first.record_id and other.record_id not in told
                if is_new and study_of[other.record_id] != study_of[first.record_id]:
                    told.add(other.record_id)
                    yield StudyRelationKind.DUPLICATE, first, other


def told_apart(first: TrialRecord, second: TrialRecord) -> tuple[StudyRelationKind, str] | None:
    """What the title of one says that the other's does not."""
    for kind, rule in ((StudyRelationKind.EXTENSION, _EXTENSION), (StudyRelationKind.SUB_STUDY, _SUB_STUDY)):
        one, other = _in_titles(rule, first), _in_titles(rule, second)
        if (said := one or other) and not (one and other):
            record = first if one else second
            return kind, f"the {said.field.replace('_', ' ')} of {record.record_id} says “{said.quote}”"
    return None


def _in_titles(rule: TermRule, record: TrialRecord) -> Found | None:
    titles = {"brief_title": record.brief_title, "official_title": record.official_title}
    return find(rule, [Field(name, text) for name, text in titles.items() if text])


def _relation(first: str, second: str, kind: StudyRelationKind, evidence: str) -> StudyRelation:
    one, other = sorted((first, second))
    return StudyRelation(study_id=one, other_id=other, kind=kind, evidence=evidence)
