"""The exchange XML of the WHO network, as the registries themselves give it out: REPEC, IRCT, ReBEC, TCTR.

A ``<trials>`` of ``<trial>`` elements with lists where ICTRP joins by semicolons. Loaded by hand: each registry
serves it under an address of its own, trial by trial. Encodings differ (REPEC writes ISO-8859-1) and are read
as declared; dates are dd/mm/yyyy or ISO. The form has no date of last change, so that a version is dated by its
registration. Terms: those of each registry.
"""

import re
from collections.abc import Iterator

from lxml import etree

from connectors.fragments import fragments, unclosed_root
from connectors.markup import UnreadableMarkup, read_xml, texts
from connectors.reading import FieldReader, beginning, tidy, unusable
from connectors.who.record import field_name, ids_said, trial_of
from models import registers
from models.connector import Connector
from models.trial import Page, Parsed, Rejected, SecondaryId, TrialRecord
from models.vocabulary import VersionOrigin

SLUG = "who-xml"

_LISTS = {
    "countries": ("countries/country2",),
    "conditions": ("health_condition_keyword/hc_keyword", "main/hc_freetext"),
    "interventions": ("main/i_freetext", "intervention_keyword/i_keyword", "intervention_code/i_code"),
    "primary_outcome": ("primary_outcome/prim_outcome",),
    "secondary_outcomes": ("secondary_outcome/sec_outcome",),
    "secondary_sponsors": ("secondary_sponsor/sponsor_name",),
    "inclusion_criteria": ("criteria/inclusion_criteria",),
    "exclusion_criteria": ("criteria/exclusion_criteria",),
}
"""Where a list stands; the first place that holds something is taken."""


def parse(page: Page) -> Iterator[Parsed]:
    """Read every ``<trial>`` of a file, each by itself."""
    problem = unusable(page, "xml")
    found = [] if problem else list(fragments(page.body, "trial"))
    root = unclosed_root(page.body)
    if not found or root:
        cut = f"the file ends before <{root}> does: trials may be missing"
        yield Rejected(
            source=SLUG,
            record_ref=page.url,
            reason=problem or (cut if found else "no <trial> in it"),
            path=page.url,
            value=beginning(page.body),
            action="load a file of the WHO exchange XML",
        )
    for raw, line in found:
        named = re.search(rb"<trial_id>\s*([!-~]{1,40}?)\s*</trial_id>", raw)
        reader = FieldReader(SLUG, named[1].decode() if named else f"{page.url}:{line}")
        try:
            trial = read_xml(raw)
        except UnreadableMarkup as error:
            reader.note(
                f"{page.url}:{line + error.line - 1}", beginning(raw), str(error), "load the trial from another copy"
            )
        else:
            if record := _record(trial, reader):
                yield record
        yield from reader.notes


def _record(trial: etree._Element, reader: FieldReader) -> TrialRecord | None:
    given = {field_name(str(item.tag)): item.text or "" for item in trial.iterfind("main/*")}
    for name, places in _LISTS.items():
        given[name] = next((";".join(found) for place in places if (found := texts(trial, place))), "")
    return trial_of(given, SLUG, VersionOrigin.EXPORT, reader, tuple(_ids(trial)))


def _ids(trial: etree._Element) -> Iterator[SecondaryId]:
    for given in trial.iterfind("secondary_ids/secondary_id"):
        text = tidy(given.findtext("sec_id"))
        if text and text.lower() not in registers.ABSENT:
            kind = tidy(given.findtext("issuing_authority"))
            yield from (SecondaryId(id=item, kind=kind) for item in ids_said(text))
    if (universal := tidy(trial.findtext("main/utrn"))) and universal.lower() not in registers.ABSENT:
        yield SecondaryId(id=universal, kind="WHO UTN")


CONNECTOR = Connector(
    slug=SLUG,
    title="WHO exchange XML",
    id_pattern=registers.ENTRY_PATTERN,
    parse=parse,
    loads="WHO exchange XML of a primary registry (REPEC, IRCT, ReBEC, TCTR), one <trial> or several",
    terms="each registry's own; attribute the registry and state the date of the data",
)
