"""One trial of the EU Clinical Trials Register from its country records: words, dates and field map.

The register has one record per country, each with a status of its own; a study is followed as a trial. The
trial's record takes each field from the oldest country record that has it, keeps every country's status
verbatim, and derives a status only where the countries allow one.
"""

import re
from collections.abc import Iterator, Sequence

from connectors.euctr.text import Block, CountryRecord, Entry
from connectors.reading import FieldReader, different, shown
from models.dates import check_partial, first_day
from models.registers import BY_NAME, CTGOV, EU_CT, EUDRACT, ISRCTN, UNIVERSAL
from models.registers import EUCTR as REGISTRY
from models.trial import Arm, Intervention, PlannedOutcome, SecondaryId, TrialRecord
from models.vocabulary import (
    Allocation,
    ArmType,
    CountType,
    OutcomeRole,
    Status,
    StudyType,
    VersionOrigin,
)

SLUG = "euctr"
ID = BY_NAME[EUDRACT].pattern
"""EudraCT numbers. Those of CTIS have the same form and count from 500,000."""

_CTIS_ID = re.compile(rf"{BY_NAME[EU_CT].pattern}-\d\d")

STATUS = {
    "Ongoing": Status.UNKNOWN,
    "Restarted": Status.UNKNOWN,
    "Temporarily Halted": Status.SUSPENDED,
    "Suspended by CA": Status.SUSPENDED,
    "Completed": Status.COMPLETED,
    "Prematurely Ended": Status.TERMINATED,
    "Not Authorised": Status.WITHDRAWN,
    "Prohibited by CA": Status.WITHDRAWN,
    "Trial now transitioned": None,
    "GB - no longer in EU/EEA": None,
}
"""A country record's status. ``Ongoing`` does not tell whether recruitment goes on, which here is not known;
None says that the country's record tells nothing any more. Source: the register's own list; the words of
competent authorities from maintained clients."""

_TRANSITIONED = "Trial now transitioned"
_YES_NO = {"Yes": True, "No": False}
_CLOSED = re.compile(
    r"A\.7|D\.2\.1|D\.2\.5|D\.3\.4\.1|D\.3\.11\.\d+(?:\.\d)?|D\.8\.1|E\.1\.3|E\.2\.3|E\.6\.\d+|E\.7\.[1-4]"
    r"|E\.7\.1\.[1-3]|E\.8\.1(?:\.[1-7])?|E\.8\.2\.[123]|E\.8\.[3457]|E\.8\.6\.[12]|F\.1\.1(?:\.[1-6])?|F\.1\.[23]"
    r"|F\.2\.[12]|F\.3\.[123]|F\.3\.3\.[1-7]"
)
"""Fields that are answered by Yes or No."""

_ADVANCED = {
    "D.3.11.3.1": "Somatic cell therapy medicinal product",
    "D.3.11.3.2": "Gene therapy medicinal product",
    "D.3.11.3.3": "Tissue engineered product",
}
_PHASES = {"E.7.1": "PHASE1", "E.7.2": "PHASE2", "E.7.3": "PHASE3", "E.7.4": "PHASE4"}
_AGES = {
    "F.1.1.1": "In utero",
    "F.1.1.2": "Preterm newborn infants (0-27 days)",
    "F.1.1.3": "Newborns (0-27 days)",
    "F.1.1.4": "Infants and toddlers (28 days-23 months)",
    "F.1.1.5": "Children (2-11 years)",
    "F.1.1.6": "Adolescents (12-17 years)",
    "F.1.2": "Adults (18-64 years)",
    "F.1.3": "Elderly (>=65 years)",
}
_UNDER_AGE, _UNDER_AGE_GROUP = "F.1.1", "Under 18 (0-17 years)"
_NAMES = ("D.3.1", "D.2.1.1.1", "D.3.8", "D.3.9.3", "D.3.2", "D.3.9.2")
"""Names of a product, the one that people know it by first."""

_RESULTS = {"View results": True, "(No results available)": False, "Removed from public view": False}
_IN_REGISTER = "look it up in the register and report it to the sponsor"
_IN_ARCHIVE = "look at the record in the register and in the archive"


def trial_record(records: Sequence[CountryRecord], origin: VersionOrigin, reader: FieldReader) -> TrialRecord | None:
    """The trial that country records of one EudraCT number describe; None if one of them cannot be used."""
    number = records[0].number
    if not re.fullmatch(ID, number):
        reader.note(_at(records[0].line, "EudraCT Number"), number, "no EudraCT number", _IN_ARCHIVE)
        return None
    for record in records:
        if not record.is_whole:
            reason = f"the record of {record.country} stops before its end, and a trial is not read in part"
            reader.note(_at(record.line, "EudraCT Number"), number, reason, "fetch the page again")
            return None
        if bad := record.undecodable:
            reason = "not UTF-8: letters are missing, and a trial is not read in part"
            reader.note(f"line {bad.line}", bad.values[0], reason, "fetch the page again, or save the file as UTF-8")
            return None
        _check_answers(record, reader)
    records = _one_per_country(records, reader)
    entered = {id(record): _entered(record, reader) for record in records}
    if not any(entered.values()):
        reader.note(_at(records[0].line, _ENTERED), "", "the trial does not say when it was entered", _IN_REGISTER)
        return None
    records = sorted(records, key=lambda record: (entered[id(record)] or "9999", record.country))
    days = sorted(day for day in entered.values() if day)
    merged = _Merged(records)
    enrolment = merged.entry("F.4.2.2") or merged.entry("F.4.2.1") or merged.entry("F.4.1")
    ended = [day for record in records for day in _dates(record, "P.", "Date of the global end", reader)]
    decided = [day for record in records for day in _dates(record, "N.", "Date of Competent Authority", reader)]
    return TrialRecord(
        source=SLUG,
        registry=REGISTRY,
        registry_id=number,
        registry_date=days[-1],
        origin=origin,
        aliases=tuple(_aliases(number, records)),
        secondary_ids=tuple(_secondary_ids(merged, records)),
        brief_title=merged.text("A.3.1"),
        official_title=merged.text("A.3"),
        acronym=merged.text("A.3.2"),
        status=_status(records, reader),
        status_text="; ".join(f"{record.country}: {_status_text(record) or 'not stated'}" for record in records),
        study_type=StudyType.INTERVENTIONAL,
        phase_text="/".join(name for code, name in _PHASES.items() if merged.says_yes(code)) or None,
        allocation=_allocation(merged, reader),
        intervention_model_text=merged.first_of({"E.8.1.5": "PARALLEL", "E.8.1.6": "CROSSOVER"}),
        masking_text=merged.first_of({"E.8.1.4": "DOUBLE", "E.8.1.3": "SINGLE", "E.8.1.2": "NONE"}),
        enrolment_count=reader.count(_at(enrolment.line, enrolment.code), enrolment.value) if enrolment else None,
        enrolment_type=CountType.ESTIMATED if enrolment else None,
        conditions=different((*merged.texts("E.1.1", "E.1.1.1"), *merged.texts_labelled("E.1.2", "Term"))),
        keywords=merged.texts("E.1.1.2"),
        arms=tuple(_arms(merged, records)),
        interventions=tuple(_interventions(records)),
        outcomes=tuple(_outcomes(merged)),
        sponsor=merged.text("B.1.1"),
        sponsor_class_text=merged.text("B.3.1"),
        countries=_countries(records),
        summary_text=merged.text("E.2.1"),
        eligibility_text="\n".join(text for text in (merged.text("E.3"), merged.text("E.4")) if text) or None,
        age_groups=_age_groups(records),
        start_date=min(decided, key=first_day, default=None),
        completion_date=max(ended, key=first_day, default=None),
        completion_type=CountType.ACTUAL if ended else None,
        first_posted_date=days[0],
        has_results=any(_has_results(record, reader) for record in records),
    )


_ENTERED = "Date on which this record was first entered in the EudraCT database"


def _at(line: int, field: str) -> str:
    return f"line {line}, {field}"


class _Merged:
    """Fields of a trial: each from the first of its country records that has it."""

    def __init__(self, records: Sequence[CountryRecord]) -> None:
        self.records = records

    def entry(self, code: str) -> Entry | None:
        return next((entry for record in self.records for entry in record.all(code) if entry.value), None)

    def text(self, code: str) -> str | None:
        return entry.value if (entry := self.entry(code)) else None

    def says_yes(self, code: str) -> bool:
        return self.text(code) == "Yes"

    def first_of(self, codes: dict[str, str]) -> str | None:
        return next((meaning for code, meaning in codes.items() if self.says_yes(code)), None)

    def texts(self, *codes: str) -> tuple[str, ...]:
        """The different values that the countries give, whatever their case."""
        return different(record.text(code) for code in codes for record in self.records)

    def texts_labelled(self, code: str, label: str) -> tuple[str, ...]:
        entries = (entry for record in self.records for entry in record.all(code))
        return different(entry.value for entry in entries if entry.label == label)


def _check_answers(record: CountryRecord, reader: FieldReader) -> None:
    """Queue answers that no field of their kind can hold, also of fields that are not used further."""
    for entry in record.entries:
        if _CLOSED.fullmatch(entry.code) and entry.value and entry.value not in _YES_NO:
            reader.note(_at(entry.line, entry.code), entry.value, "neither Yes nor No", _IN_REGISTER)
        elif entry.code == "A.8" and entry.value and not re.search(r"\d", entry.value):
            reader.note(_at(entry.line, entry.code), entry.value, "a decision number without a digit", _IN_REGISTER)


def _one_per_country(records: Sequence[CountryRecord], reader: FieldReader) -> list[CountryRecord]:
    """The first record of each country; another one that differs goes to a person."""
    kept: dict[str, CountryRecord] = {}
    for record in records:
        first = kept.setdefault(record.country_code or record.country, record)
        if first is not record and (differing := _difference(first, record)):
            reason = f"a second record of {record.country}, which differs from the one of line {first.line}; not used"
            reader.note(_at(differing.line, differing.code), differing.value, reason, _IN_REGISTER)
    return list(kept.values())


def _difference(first: CountryRecord, second: CountryRecord) -> Entry | None:
    said = {(entry.code, entry.label, entry.value) for entry in first.entries}
    return next((entry for entry in second.entries if (entry.code, entry.label, entry.value) not in said), None)


def _entered(record: CountryRecord, reader: FieldReader) -> str | None:
    entry = record.of_header(_ENTERED)
    return reader.date(_at(entry.line, _ENTERED), entry.value, check_partial) if entry else None


def _dates(record: CountryRecord, code: str, label: str, reader: FieldReader) -> Iterator[str]:
    for entry in record.all(code):
        if entry.label.startswith(label) and (day := reader.date(_at(entry.line, entry.label), entry.value)):
            yield day


def _status_text(record: CountryRecord) -> str | None:
    entry = record.of_header("Trial Status")
    return entry.written or None if entry else None


def _status(records: Sequence[CountryRecord], reader: FieldReader) -> Status | None:
    """What the countries' statuses say of the trial: none as soon as one of them cannot be read.

    A trial goes on as long as one country says so; it is completed when every country has ended it and one
    of them as planned; it never took place when no country let it begin. After its transition, CTIS tells.
    """
    found: list[Status | None] = []
    is_readable = True
    for record in records:
        entry = record.of_header("Trial Status")
        if entry and entry.value:
            is_readable = is_readable and entry.value in STATUS
            found.append(reader.word(_at(entry.line, "Trial Status"), entry.value, STATUS))
    if not is_readable or any(_status_text(record) == _TRANSITIONED for record in records):
        return None
    told = {status for status in found if status}
    order = (Status.UNKNOWN, Status.SUSPENDED, Status.COMPLETED, Status.TERMINATED, Status.WITHDRAWN)
    return next((status for status in order if status in told), None)


def _allocation(merged: _Merged, reader: FieldReader) -> Allocation | None:
    answers = [entry for record in merged.records for entry in record.all("E.8.1.1") if entry.value in _YES_NO]
    if len({entry.value for entry in answers}) > 1:
        reader.note(
            _at(answers[-1].line, "E.8.1.1"),
            "; ".join(f"{entry.value} in line {entry.line}" for entry in answers),
            "the countries differ on whether the trial is randomised",
            "read the protocol and decide in decisions.csv",
        )
        return None
    if not answers:
        return None
    return Allocation.RANDOMISED if answers[0].value == "Yes" else Allocation.NON_RANDOMISED


def _aliases(number: str, records: Sequence[CountryRecord]) -> Iterator[str]:
    """The forms in which other registers and WHO cite the trial, with and without a country."""
    yield f"EUCTR{number}"
    for code in sorted({record.country_code for record in records if record.country_code}):
        yield f"{number}-{code}"
        yield f"EUCTR{number}-{code}"


def _secondary_ids(merged: _Merged, records: Sequence[CountryRecord]) -> Iterator[SecondaryId]:
    for code, kind, pattern in (
        ("A.5.2", "US NCT number", BY_NAME[CTGOV].pattern),
        ("A.5.1", "ISRCTN number", BY_NAME[ISRCTN].pattern),
        ("A.5.3", "WHO universal trial number", BY_NAME[UNIVERSAL].pattern),
        ("A.5.4", "Other identifier", ""),
        ("A.4.1", "ORG_STUDY_ID", ""),
    ):
        for text in merged.texts(code):
            found = re.search(pattern, re.sub(r"\s", "", text.upper())) if pattern else None
            yield SecondaryId(id=found[0] if found else shown(text), kind=kind)
    header = [entry.value for record in records for entry in record.header]
    for ctis_id in sorted({found for text in header for found in _CTIS_ID.findall(text)}):
        yield SecondaryId(id=ctis_id, kind="CTIS")


def _interventions(records: Sequence[CountryRecord]) -> Iterator[Intervention]:
    seen: set[str] = set()
    for record in records:
        for block in record.products():
            names = different(block.text(code) for code in _NAMES)
            advanced = [name for code, name in _ADVANCED.items() if block.says_yes(code)]
            if names and names[0].casefold() not in seen:
                seen.add(names[0].casefold())
                # What the register calls the product is a name for it too: eligibility reads names, not kinds.
                others = (*names[1:], *advanced)
                yield Intervention(name=names[0], type_text="; ".join(advanced) or None, other_names=others)
    if any(record.placebos() for record in records):
        yield Intervention(name="Placebo", type_text="Placebo")


def _arms(merged: _Merged, records: Sequence[CountryRecord]) -> Iterator[Arm]:
    """The register has no arms: what is tested, and against what a controlled trial compares it."""
    tested = [_product_name(block) for record in records for block in record.products() if _is_tested(block)]
    if names := different(tested):
        yield Arm(label=", ".join(names), type=ArmType.EXPERIMENTAL, intervention_names=names)
    if not merged.says_yes("E.8.1"):
        return
    if merged.says_yes("E.8.2.2"):
        yield Arm(label="Placebo", type=ArmType.PLACEBO_COMPARATOR)
    if merged.says_yes("E.8.2.1"):
        yield Arm(label="Other medicinal product(s)", type=ArmType.ACTIVE_COMPARATOR)
    if merged.says_yes("E.8.2.3"):
        yield Arm(label=merged.text("E.8.2.3.1") or "Other comparator", type=ArmType.OTHER)


def _product_name(block: Block) -> str | None:
    return next((name for code in _NAMES if (name := block.text(code))), None)


def _is_tested(block: Block) -> bool:
    return (block.text("D.1.2") or "Test") == "Test"


def _outcomes(merged: _Merged) -> Iterator[PlannedOutcome]:
    for code, role in (("E.5.1", OutcomeRole.PRIMARY), ("E.5.2", OutcomeRole.SECONDARY)):
        if measure := merged.text(code):
            yield PlannedOutcome(role=role, measure=measure, time_frame=merged.text(f"{code}.1"))


def _age_groups(records: Sequence[CountryRecord]) -> tuple[str, ...]:
    """Groups that any country takes; people under 18 as one group where their own groups are not told."""
    taken = {code for record in records for code in (*_AGES, _UNDER_AGE) if record.text(code) == "Yes"}
    found = [name for code, name in _AGES.items() if code in taken]
    is_told = any(code.startswith(f"{_UNDER_AGE}.") for code in taken)
    return tuple(found if is_told or _UNDER_AGE not in taken else [_UNDER_AGE_GROUP, *found])


def _countries(records: Sequence[CountryRecord]) -> tuple[str, ...]:
    planned = (line.strip() for record in records for line in (record.text("E.8.6.3") or "").splitlines())
    own = (record.country for record in records if record.country_code != "3RD")
    return tuple(sorted({*own, *(name for name in planned if name)}))


def _has_results(record: CountryRecord, reader: FieldReader) -> bool:
    entry = record.of_header("Trial results")
    return bool(entry and reader.word(_at(entry.line, "Trial results"), entry.value, _RESULTS))
