"""ClinicalTrials.gov's XML of before June 2024, as archives and old downloads hold it; loaded by hand only.

The form was retired on 2024-06-25. It says what API v2 says in other words: dates in English
(``May 30, 2011``, ``February 2011``), ``Anticipated`` for estimated, phases joined by a slash, who is
masked in brackets behind the masking, arms without the names of their interventions, which stand on the
interventions alone. Until 2018 some dates had other element names (``lastchanged_date``). Words without
a meaning of ours are brought to the API's form, so that a trial reads the same in both; the status is
kept as the file has it. Terms: as for API v2.
"""

import re
from collections.abc import Iterable, Iterator
from typing import TypeVar

from lxml import etree

from connectors import classic_words
from connectors.ctgov import words
from connectors.ctgov.classic_results import posted_results
from connectors.design_text import people_masked
from connectors.markup import UnreadableMarkup, read_xml, texts
from connectors.reading import FieldReader, beginning, doi_in, tidy, unusable
from models.connector import Connector
from models.dates import PartialDate, from_english
from models.registers import CTGOV
from models.trial import Arm, Intervention, Page, Parsed, PlannedOutcome, Reference, Rejected, SecondaryId, TrialRecord
from models.vocabulary import CountType, OutcomeRole, ReferenceType, VersionOrigin

SLUG = "ctgov-classic"

Meaning = TypeVar("Meaning")

_LOOK = "look at the file, and load the record from another copy"
_RECORD = re.compile(rb"<clinical_study[\s>]")
_END = b"</clinical_study>"
_DATES = {
    "start_date": ("start_date",),
    "primary_completion_date": ("primary_completion_date",),
    "completion_date": ("completion_date",),
    "first_posted_date": ("study_first_posted",),
    "last_update_submitted_date": ("last_update_submitted", "lastchanged_date"),
    "last_update_posted_date": ("last_update_posted",),
    "results_submitted_date": ("results_first_submitted", "firstreceived_results_date"),
    "results_posted_date": ("results_first_posted",),
    "disposition_posted_date": ("disposition_first_posted",),
    "verified_date": ("verification_date",),
}


def parse(page: Page) -> Iterator[Parsed]:
    """Read every ``<clinical_study>`` of a file, whatever stands around and between them.

    Each record is read by itself: entities that a file declares are unknown inside it, and a broken
    record costs no other.
    """
    starts = [match.start() for match in _RECORD.finditer(page.body)]
    problem = unusable(page, "xml") or ("" if starts else "no <clinical_study> in it")
    if problem:
        yield Rejected(
            source=SLUG,
            record_ref=page.url,
            reason=problem,
            path=page.url,
            value=beginning(page.body),
            action="load a file of the classic XML form",
        )
        return
    for start, following in zip(starts, [*starts[1:], len(page.body)], strict=True):
        end = page.body.find(_END, start, following)
        raw = page.body[start : end + len(_END) if end >= 0 else following]
        yield from _study(raw, page, page.body.count(b"\n", 0, start))


def _study(raw: bytes, page: Page, lines_before: int) -> Iterator[TrialRecord | Rejected]:
    named = re.search(rf"<nct_id>\s*({words.ID_PATTERN})\s*</nct_id>".encode(), raw)
    reader = FieldReader(SLUG, named[1].decode() if named else f"{page.url}:{lines_before + 1}")
    try:
        study = read_xml(raw)
    except UnreadableMarkup as error:
        reader.note(f"{page.url}:{lines_before + error.line}", beginning(raw), str(error), _LOOK)
    else:
        if record := _record_of(study, reader):
            yield record
    yield from reader.notes


def _record_of(study: etree._Element, reader: FieldReader) -> TrialRecord | None:
    registry_id = tidy(study.findtext("id_info/nct_id"))
    if not registry_id or not re.fullmatch(words.ID_PATTERN, registry_id):
        reader.note("id_info/nct_id", registry_id or "", "no id of this registry", _LOOK)
        return None
    dates = {
        name: next((date for path in paths if (date := _date(study, path, reader))), None)
        for name, paths in _DATES.items()
    }
    registry_date = (
        dates["last_update_posted_date"] or dates["last_update_submitted_date"] or dates["first_posted_date"]
    )
    if registry_date is None:
        reader.note("last_update_posted", "", "the record does not say when it was posted", _LOOK)
        return None
    status_text = tidy(study.findtext("overall_status"))
    results = study.find("clinical_results")
    return TrialRecord(
        source=SLUG,
        registry=CTGOV,
        registry_id=registry_id,
        registry_date=registry_date,
        origin=VersionOrigin.EXPORT,
        aliases=texts(study, "id_info/nct_alias"),
        secondary_ids=tuple(SecondaryId(id=own, kind=words.OWN_ID) for own in texts(study, "id_info/org_study_id"))
        + tuple(SecondaryId(id=other) for other in texts(study, "id_info/secondary_id")),
        brief_title=tidy(study.findtext("brief_title")),
        official_title=tidy(study.findtext("official_title")),
        acronym=tidy(study.findtext("acronym")),
        status=_word(study, "overall_status", classic_words.CLASSIC_STATUS, classic_words.STATUS, reader),
        status_text=status_text,
        last_known_status_text=_known(study, "last_known_status", classic_words.CLASSIC_STATUS, reader),
        why_stopped_text=tidy(study.findtext("why_stopped")),
        study_type=_word(study, "study_type", words.CLASSIC_STUDY_TYPE, words.STUDY_TYPE, reader),
        phase_text=_phase(study, reader),
        allocation=_word(study, "study_design_info/allocation", words.CLASSIC_ALLOCATION, words.ALLOCATION, reader),
        intervention_model_text=_known(study, "study_design_info/intervention_model", words.CLASSIC_MODEL, reader),
        observational_model_text=tidy(study.findtext("study_design_info/observational_model")),
        masking_text=_masking(study, reader),
        who_masked=people_masked(f"Masking: {tidy(study.findtext('study_design_info/masking')) or ''}"),
        masking_details_text=tidy(study.findtext("study_design_info/masking_description")),
        primary_purpose_text=_known(study, "study_design_info/primary_purpose", words.CLASSIC_PURPOSE, reader),
        enrolment_count=reader.count("enrollment", study.findtext("enrollment")),
        enrolment_type=_count_type(study, "enrollment", reader),
        conditions=texts(study, "condition"),
        keywords=texts(study, "keyword"),
        arms=tuple(_arms(study, reader)),
        interventions=tuple(_interventions(study, reader)),
        outcomes=tuple(_outcomes(study)),
        sponsor=tidy(study.findtext("sponsors/lead_sponsor/agency")),
        sponsor_class_text=_known(study, "sponsors/lead_sponsor/agency_class", words.CLASSIC_SPONSOR_CLASS, reader),
        collaborators=texts(study, "sponsors/collaborator/agency"),
        countries=tuple(sorted(set(texts(study, "location/facility/address/country")))),
        summary_text=_unwrapped(study.findtext("brief_summary/textblock")),
        eligibility_text=_unwrapped(study.findtext("eligibility/criteria/textblock")),
        minimum_age_text=_age(study, "minimum_age"),
        maximum_age_text=_age(study, "maximum_age"),
        age_groups=words.STANDARD_AGES if _is_of_all_ages(study) else (),
        primary_completion_type=_count_type(study, "primary_completion_date", reader),
        completion_type=_count_type(study, "completion_date", reader),
        has_results=results is not None,
        references=tuple(_references(study)),
        results=posted_results(results, reader) if results is not None else None,
        **dates,
    )


def _word(
    study: etree._Element, path: str, classic: dict[str, str], meanings: dict[str, Meaning], reader: FieldReader
) -> Meaning | None:
    word = reader.word(path, tidy(study.findtext(path)), classic)
    return meanings[word] if word else None


def _known(study: etree._Element, path: str, classic: dict[str, str], reader: FieldReader) -> str | None:
    return reader.known(path, tidy(study.findtext(path)), classic)


def _date(study: etree._Element, path: str, reader: FieldReader) -> PartialDate | None:
    return reader.date(path, tidy(study.findtext(path)), from_english)


def _count_type(study: etree._Element, path: str, reader: FieldReader) -> CountType | None:
    element = study.find(path)
    given = None if element is None else element.get("type")
    word = reader.word(f"{path}/@type", given, words.CLASSIC_COUNT_TYPE)
    return words.COUNT_TYPE[word] if word else None


def _age(study: etree._Element, name: str) -> str | None:
    """A limit of age; ``N/A`` is none, which the API leaves out."""
    text = tidy(study.findtext(f"eligibility/{name}"))
    return None if text == "N/A" else text


def _is_of_all_ages(study: etree._Element) -> bool:
    return all(tidy(study.findtext(f"eligibility/{name}")) == "N/A" for name in ("minimum_age", "maximum_age"))


def _phase(study: etree._Element, reader: FieldReader) -> str | None:
    """``Phase 1/Phase 2`` names two phases, ``N/A`` none."""
    text = tidy(study.findtext("phase"))
    if text is None or text in words.CLASSIC_PHASE:
        return reader.known("phase", text, words.CLASSIC_PHASE)
    return "/".join(reader.known("phase", part, words.CLASSIC_PHASE) or "" for part in text.split("/"))


def _masking(study: etree._Element, reader: FieldReader) -> str | None:
    """The masking without the people in brackets, except ``None (Open Label)``, whose brackets belong to it."""
    text = tidy(study.findtext("study_design_info/masking"))
    if text and text not in words.CLASSIC_MASKING:
        text = text.partition(" (")[0]
    return reader.known("study_design_info/masking", text, words.CLASSIC_MASKING)


def _arms(study: etree._Element, reader: FieldReader) -> Iterator[Arm]:
    given = [
        (tidy(item.findtext("intervention_name")), texts(item, "arm_group_label"))
        for item in study.iterfind("intervention")
    ]
    for number, arm in enumerate(study.iterfind("arm_group")):
        label = tidy(arm.findtext("arm_group_label")) or f"arm {number + 1}"
        yield Arm(
            label=label,
            type=_word(arm, "arm_group_type", words.CLASSIC_ARM_TYPE, words.ARM_TYPE, reader),
            description_text=tidy(arm.findtext("description")),
            intervention_names=tuple(name for name, labels in given if name and label in labels),
        )


def _interventions(study: etree._Element, reader: FieldReader) -> Iterator[Intervention]:
    for number, given in enumerate(study.iterfind("intervention")):
        yield Intervention(
            name=tidy(given.findtext("intervention_name")) or f"intervention {number + 1}",
            type_text=_known(given, "intervention_type", classic_words.CLASSIC_INTERVENTION_TYPE, reader),
            other_names=texts(given, "other_name"),
            arm_labels=texts(given, "arm_group_label"),
            description_text=tidy(given.findtext("description")),
        )


def _outcomes(study: etree._Element) -> Iterator[PlannedOutcome]:
    for role, tag in (
        (OutcomeRole.PRIMARY, "primary_outcome"),
        (OutcomeRole.SECONDARY, "secondary_outcome"),
        (OutcomeRole.OTHER, "other_outcome"),
    ):
        for outcome in study.iterfind(tag):
            if measure := tidy(outcome.findtext("measure")):
                yield PlannedOutcome(role=role, measure=measure, time_frame=tidy(outcome.findtext("time_frame")))


def _references(study: etree._Element) -> Iterator[Reference]:
    """References found by the library (DERIVED) were never part of this form."""
    for kind, tag in ((ReferenceType.BACKGROUND, "reference"), (ReferenceType.RESULT, "results_reference")):
        for reference in study.iterfind(tag):
            pmid, citation = tidy(reference.findtext("PMID")), tidy(reference.findtext("citation"))
            if pmid:
                yield Reference(pmid=pmid, type=kind)
            elif citation:
                yield Reference(doi=doi_in(citation), citation=citation, type=kind)


def _unwrapped(text: str | None) -> str | None:
    """Paragraphs without the line breaks and indentation of the form."""
    paragraphs: Iterable[str] = re.split(r"\n\s*\n", text or "")
    return tidy("\n\n".join(" ".join(paragraph.split()) for paragraph in paragraphs if paragraph.strip()))


CONNECTOR = Connector(
    slug=SLUG,
    title="ClinicalTrials.gov (classic XML)",
    id_pattern=words.ID_PATTERN,
    parse=parse,
    loads="XML of before June 2024, one <clinical_study> or several",
    terms="United States government work; attribute ClinicalTrials.gov and state the date of the data",
)
