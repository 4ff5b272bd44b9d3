"""What the fields of the WHO Trial Registration Data Set say, whichever file brought them.

Knows the fields by their ICTRP names in lower case with underscores, in all spellings that its editions use.
Planned and enrolled numbers share one column for ClinicalTrials.gov, so that neither kind may be claimed there;
the date of enrolment of an EU CTR record is that of its authorisation.
"""

import re
from collections.abc import Iterator, Mapping

from connectors import classic_words
from connectors.design_text import allocation_said, labelled, people_masked, unbroken
from connectors.reading import FieldReader
from connectors.who import words as who_words
from connectors.who.dates import MISSING, read_date
from connectors.who.products import products_in
from models import registers
from models.dates import PartialDate, first_day
from models.trial import Arm, Intervention, PlannedOutcome, Reference, SecondaryId, TrialRecord
from models.vocabulary import CountType, OutcomeRole, ReferenceType, Status, StudyType, VersionOrigin

_SPELLINGS = {
    "trial_id": ("trialid", "trial_id"),
    # Users of the full export, whose field list leaves it out, call the column unknown.
    "refreshed": ("last_refreshed_on", "last_updated", "refreshed", "unknown"),
    "registered": ("date_registration3", "date_registration", "date_registration2"),
    "enrolled": ("date_enrollement", "date_enrollment", "date_enrolment"),
    "status": ("recruitment_status", "recruitment_status2"),
    "title": ("public_title",),
    "scientific_title": ("scientific_title",),
    "acronym": ("acronym",),
    "sponsor": ("primary_sponsor",),
    "collaborators": ("secondary_sponsors",),
    "type": ("study_type",),
    "design": ("study_design",),
    "phase": ("phase",),
    "size": ("target_size",),
    "enrolment": ("results_actual_enrollment", "results_actual_enrolment"),
    "countries": ("countries",),
    "conditions": ("conditions", "condition"),
    "interventions": ("interventions", "intervention"),
    "primary": ("primary_outcome",),
    "secondary": ("secondary_outcomes", "secondary_outcome"),
    "age_from": ("agemin", "inclusion_agemin", "age_min"),
    "age_to": ("agemax", "inclusion_agemax", "age_max"),
    "inclusion": ("inclusion_criteria",),
    "exclusion": ("exclusion_criteria",),
    "ids": ("secondaryids", "secondary_ids"),
    "parent": ("bridging_flag",),
    "children": ("childs",),
    "results_flag": ("results_yes_no",),
    "results_posted": ("results_date_posted",),
    "completed": ("results_date_completed",),
    "results_url": ("results_url_link",),
    "protocol_url": ("results_url_protocol",),
    "enrolled_type": ("type_enrolment",),
}
ICTRP_ID, PARENT, CHILD = "ICTRP", "ICTRP parent", "ICTRP child"
_LOOK = "look the record up in its registry"
_PUBMED = re.compile(r"(?:pubmed\.ncbi\.nlm\.nih\.gov|ncbi\.nlm\.nih\.gov/pubmed)/([1-9]\d{0,8})\b")
_SPREADSHEET_DATE = re.compile(r"(?:19|20)\d\d-\d\d-\d\d(?: .*)?|\d{1,2}-[A-Z][a-z]{2}|[A-Z][a-z]{2}-\d{2}")
_TYPED = re.compile(rf";\s*(?=(?:{'|'.join(classic_words.CLASSIC_INTERVENTION_TYPE)}): )")
_TIMED = re.compile(r"(?P<measure>.+?)\s*\[(?P<frame>[^\[\]]*)\]\s*", re.DOTALL)
_SPLIT_AFTER_TIME = re.compile(r"(?<=\]);")
_GROUP_SIZE = re.compile(r":\s*(\d{1,9})\s*(?:;|$)")
_GROUP_SIZES = re.compile(r"(?:[^;]*:\s*\d{1,9}\s*(?:;|$))+")
_DAY = re.compile(r"\s*(?:days?|weeks?|months?|d)\s*\d|\s*第?\d+[天日周]", re.IGNORECASE)
_EXPLAINED = re.compile(r"\s*\([^()]*\)\s*$")


def trial_of(
    given: Mapping[str, str], source: str, origin: VersionOrigin, reader: FieldReader, ids: tuple[SecondaryId, ...] = ()
) -> TrialRecord | None:
    """The record that the fields describe; None with a note if they name no registry entry or no date.

    Parameters
    ----------
    given : texts by field, named as `field_name` names them
    ids : secondary ids that the file itself tells apart; those of a joined field are found here
    """
    fields = _Fields(given, reader)
    printed = fields.text("trial_id") or ""
    known = registers.entry_of(printed)
    if known is None:
        reader.note(
            fields.path("trial_id"),
            printed,
            "no id of a registry of the WHO network",
            "correct the id, or add the registry to the connector",
        )
        return None
    register, registry_id, is_part = known
    registered, refreshed = fields.date("registered"), fields.date("refreshed")
    results_posted = fields.date("results_posted")
    registry_date = refreshed or max(filter(None, (registered, results_posted)), key=first_day, default=None)
    if registry_date is None:
        reader.note(
            fields.path("registered"), "", "the record has neither a date of registration nor of refresh", _LOOK
        )
        return None
    told = register.printed.format(registry_id)
    aliases = (told,) if told != registry_id else ()
    own = (SecondaryId(id=printed, kind=ICTRP_ID),) if is_part else ()
    design, said = fields.text("design"), labelled(fields.text("design"))
    count, count_type = _enrolment(fields, register)
    completed = fields.date("completed")
    flag = (fields.text("results_flag") or "").lower()
    arms, interventions = _arms_and_interventions(fields.text("interventions"), register)
    enrolment_means_authorisation = register.listed_as == registers.EUCTR or "authorised" in (
        fields.text("enrolled_type") or ""
    )
    return TrialRecord(
        source=source,
        registry=register.listed_as,
        registry_id=registry_id,
        registry_date=registry_date,
        origin=origin,
        aliases=aliases,
        secondary_ids=own + _secondary_ids(fields, ids, registry_id),
        brief_title=fields.line("title"),
        official_title=fields.line("scientific_title"),
        acronym=fields.line("acronym"),
        status=_status(fields, register, reader),
        status_text=fields.line("status"),
        study_type=_study_type(fields, reader),
        phase_text=_phase(fields, reader),
        allocation=allocation_said(design),
        intervention_model_text=said.get("model") or (None if said else design),
        masking_text=said.get("masking"),
        who_masked=people_masked(design),
        primary_purpose_text=said.get("purpose"),
        enrolment_count=count,
        enrolment_type=count_type,
        conditions=_parts(fields.text("conditions")),
        arms=arms,
        interventions=interventions,
        outcomes=(
            *_outcomes(OutcomeRole.PRIMARY, fields.text("primary"), register),
            *_outcomes(OutcomeRole.SECONDARY, fields.text("secondary"), register),
        ),
        sponsor=fields.line("sponsor"),
        collaborators=_parts(fields.text("collaborators")),
        countries=tuple(sorted(_parts(fields.text("countries")))),
        eligibility_text="\n".join(filter(None, (fields.text("inclusion"), fields.text("exclusion")))) or None,
        minimum_age_text=fields.line("age_from"),
        maximum_age_text=fields.line("age_to"),
        start_date=None if enrolment_means_authorisation else fields.date("enrolled"),
        completion_date=completed,
        completion_type=CountType.ESTIMATED if completed and refreshed and _is_after(completed, refreshed) else None,
        first_posted_date=registered,
        results_posted_date=results_posted,
        has_results=results_posted is not None or flag == "yes",
        references=tuple(_references(fields)),
    )


def field_name(printed: str) -> str:
    """A column or element by one name in all editions: ``Date registration3`` and ``Date_registration3`` are one."""
    return re.sub(r"[^a-z0-9]+", "_", printed.lower()).strip("_")


class _Fields:
    """The texts of one trial by meaning, absent where nothing is known."""

    def __init__(self, given: Mapping[str, str], reader: FieldReader) -> None:
        self._given, self._reader = given, reader

    def path(self, meaning: str) -> str:
        """The file's name for a field, the first spelling if it has none."""
        spellings = _SPELLINGS[meaning]
        return next((name for name in spellings if self._known(name)), spellings[0])

    def text(self, meaning: str) -> str | None:
        return self._known(self.path(meaning))

    def line(self, meaning: str) -> str | None:
        text = self.text(meaning)
        return text and text.replace("\n", " ")

    def date(self, meaning: str) -> PartialDate | None:
        found = self._reader.date(self.path(meaning), self.line(meaning), read_date)
        return None if found == MISSING else found

    def count(self, meaning: str) -> int | None:
        """A number of participants; sizes of groups are added up, a number before brackets stands for itself."""
        text = self.line(meaning)
        if text and _GROUP_SIZES.fullmatch(text):
            text = str(sum(int(size) for size in _GROUP_SIZE.findall(text)))
        return self._reader.count(self.path(meaning), text and _EXPLAINED.sub("", text))

    def _known(self, name: str) -> str | None:
        return _known(self._given.get(name))


def _known(text: str | None) -> str | None:
    kept = unbroken(text)
    return None if kept is None or kept.lower() in registers.ABSENT else kept


def _is_after(day: PartialDate, other: PartialDate) -> bool:
    return first_day(day) > first_day(other)


def _status(fields: _Fields, register: registers.Register, reader: FieldReader) -> Status | None:
    word = (fields.line("status") or "").lower()
    if word in who_words.UNTOLD:
        return None
    if word == "completed" and register.listed_as not in who_words.TELLS_BOTH_ENDS:
        return Status.ENDED_RECRUITING
    return reader.word(fields.path("status"), word, who_words.STATUS)


def _study_type(fields: _Fields, reader: FieldReader) -> StudyType | None:
    word = (fields.line("type") or "").lower()
    return None if word in who_words.OTHER_STUDY_TYPES else reader.word(fields.path("type"), word, who_words.STUDY_TYPE)


def _phase(fields: _Fields, reader: FieldReader) -> str | None:
    text = fields.text("phase")
    if text and _SPREADSHEET_DATE.fullmatch(text):
        reader.note(
            fields.path("phase"),
            text,
            "a phase that a spreadsheet has turned into a date",
            "load the XML or CSV edition, as ICTRP exports it",
        )
        return None
    return text


def _enrolment(fields: _Fields, register: registers.Register) -> tuple[int | None, CountType | None]:
    """A number of those enrolled, which is 0 as long as it is not known, goes before the planned one."""
    if enrolled := fields.count("enrolment"):
        return enrolled, CountType.ACTUAL
    planned = fields.count("size")
    return planned, None if planned is None or register.listed_as == registers.CTGOV else CountType.ESTIMATED


def _secondary_ids(fields: _Fields, told: tuple[SecondaryId, ...], registry_id: str) -> tuple[SecondaryId, ...]:
    found = [*told]
    for text in _parts(fields.text("ids")):
        found += [SecondaryId(id=item, domain_text=None if item == text else text) for item in ids_said(text)]
    for kind, meaning in ((PARENT, "parent"), (CHILD, "children")):
        found += [SecondaryId(id=registers.own_form(text), kind=kind) for text in _parts(fields.text(meaning))]
    kept: dict[str, SecondaryId] = {}
    for item in found:
        if item.id != registry_id:
            kept.setdefault(item.id, item)
    return tuple(kept.values())


def ids_said(text: str) -> list[str]:
    """The registry ids in a text, or the text itself where it holds none."""
    return registers.ids_in(text) or [text]


def _parts(text: str | None) -> tuple[str, ...]:
    """The different parts of a list joined by semicolons or line breaks, in order."""
    return tuple(dict.fromkeys(part for piece in re.split(r"[;\n]", text or "") if (part := _known(piece))))


def _arms_and_interventions(
    text: str | None, register: registers.Register
) -> tuple[tuple[Arm, ...], tuple[Intervention, ...]]:
    """Groups with what they receive of ChiCTR, types with names of ClinicalTrials.gov, products of EU CTR; else prose."""
    if text is None:
        return (), ()
    if register.listed_as == registers.CTGOV:
        named = [part.strip(" ;").partition(": ") for part in _TYPED.split(text)]
        return (), tuple(
            Intervention(name=name, type_text=classic_words.CLASSIC_INTERVENTION_TYPE[word])
            if name and word in classic_words.CLASSIC_INTERVENTION_TYPE
            else Intervention(name=f"{word}{colon}{name}")
            for word, colon, name in named
        )
    if register.listed_as == registers.CHICTR:
        groups = [part.partition(":") for part in _groups(text)]
        labels = [label.strip() for label, _, _ in groups]
        return tuple(
            Arm(label=label, intervention_names=(name,) if name else ())
            for label, name in zip(labels, [_known(received) for _, _, received in groups], strict=True)
        ), tuple(
            Intervention(name=name, arm_labels=(label,))
            for label, name in zip(labels, [_known(received) for _, _, received in groups], strict=True)
            if name
        )
    if register.listed_as == registers.EUCTR and (products := products_in(text)):
        return (), products
    return (), (Intervention(name=text.replace("\n", " ")),)


def _groups(text: str) -> list[str]:
    """``label:what it receives``, one per group; a semicolon inside belongs to what is received, and so does a day."""
    groups: list[str] = []
    for part in text.replace("\n", " ").split(";"):
        if not groups or (":" in part and not _DAY.match(part)):
            groups.append(part.strip())
        else:
            groups[-1] = f"{groups[-1]};{part}".rstrip("; ")
    return [group for group in groups if group]


def _outcomes(role: OutcomeRole, text: str | None, register: registers.Register) -> Iterator[PlannedOutcome]:
    if text is None:
        return
    is_list = register.listed_as in {registers.CTGOV, registers.CHICTR}
    for part in text.split(";") if is_list else _SPLIT_AFTER_TIME.split(text):
        if measure := _known(part.strip(" ;\n")):
            timed = _TIMED.fullmatch(measure)
            frame = _known(timed["frame"]) if timed else None
            yield PlannedOutcome(role=role, measure=timed["measure"] if timed else measure, time_frame=frame)


def _references(fields: _Fields) -> Iterator[Reference]:
    """A results address in PubMed names a publication, unless the same one is given for the protocol."""
    protocol = fields.text("protocol_url")
    results = fields.text("results_url")
    if results and (match := _PUBMED.search(results)):
        yield Reference(pmid=match[1], type=ReferenceType.BACKGROUND if results == protocol else ReferenceType.RESULT)
