"""What ICTRP's files say in all their editions, and what of it is refused."""

import contextlib
import csv
import io
import re
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from connectors import CONNECTORS
from connectors.design_text import allocation_said
from connectors.who.dates import read_date
from connectors.who.words import FULL_EXPORT, STATUS
from models.registers import entry_of
from models.trial import Page, Rejected, TrialRecord

Parse = Callable[..., tuple[list[TrialRecord], list[Rejected]]]
ICTRP = CONNECTORS["ictrp"]
FIXTURES = Path(__file__).parents[1] / "fixtures" / "ictrp"
PORTAL_COLUMNS = next(csv.reader(io.StringIO((FIXTURES / "made_up_portal.csv").read_text("utf-8-sig"))))


@pytest.fixture(scope="session")
def parse(page_of: Callable[..., Page]) -> Parse:
    def read(body: str | bytes, **fields: Any) -> tuple[list[TrialRecord], list[Rejected]]:
        raw = body if isinstance(body, bytes) else body.encode("utf-8", "surrogateescape")
        found = list(ICTRP.parse(page_of("ictrp", raw, **({"kind": "file", "url": "file:export"} | fields))))
        records = [item for item in found if isinstance(item, TrialRecord)]
        return records, [item for item in found if isinstance(item, Rejected)]

    return read


def _csv(*rows: dict[str, str], columns: list[str] | None = None) -> str:
    written = io.StringIO()
    columns = columns or list(dict.fromkeys(name for row in rows for name in row))
    writer = csv.DictWriter(written, columns, restval="")
    writer.writeheader()
    writer.writerows(rows)
    return written.getvalue()


def _row(trial_id: str = "ChiCTR2000099901", **fields: str) -> dict[str, str]:
    return {"TrialID": trial_id, "Date registration3": "20200214"} | fields


def _one(parse: Parse, **fields: str) -> tuple[TrialRecord, list[Rejected]]:
    [record], rejected = parse(_csv(_row(fields.pop("TrialID", "ChiCTR2000099901"), **fields)))
    return record, rejected


@pytest.mark.parametrize(
    ("printed", "registry", "own"),
    [
        ("NCT04160260", "ClinicalTrials.gov", "NCT04160260"),
        ("ISRCTN56992547", "ISRCTN", "ISRCTN56992547"),
        ("EUCTR2015-002340-14-NL", "EU Clinical Trials Register", "2015-002340-14"),
        ("EUCTR2016-004133-25-Outside-EU/EEA", "EU Clinical Trials Register", "2016-004133-25"),
        ("CTIS2022-500244-37-00", "CTIS", "2022-500244-37"),
        ("JPRN-UMIN000031793", "JPRN", "UMIN000031793"),
        ("JPRN-jRCTs031190084", "JPRN", "jRCTs031190084"),
        ("ACTRN12619000828123", "ANZCTR", "ACTRN12619000828123"),
        ("ChiCTR-IPQ-16008781", "ChiCTR", "ChiCTR-IPQ-16008781"),
        ("CTRI/2017/11/010688", "CTRI", "CTRI/2017/11/010688"),
        ("DRKS00017475", "DRKS", "DRKS00017475"),
        ("IRCT20130812014333N127", "IRCT", "IRCT20130812014333N127"),
        ("KCT0001234", "CRIS", "KCT0001234"),
        ("LBCTR2020043495", "LBCTR", "LBCTR2020043495"),
        ("NTR1234", "NTR", "NTR1234"),
        ("PACTR202001001234567", "PACTR", "PACTR202001001234567"),
        ("PER-016-17", "REPEC", "PER-016-17"),
        ("RBR-96cy3k", "ReBEC", "RBR-96cy3k"),
        ("RPCEC00000123", "RPCEC", "RPCEC00000123"),
        ("SLCTR/2017/001", "SLCTR", "SLCTR/2017/001"),
        ("TCTR20191025002", "TCTR", "TCTR20191025002"),
        ("JPRN-jRCTa031190001", "JPRN", "jRCTa031190001"),
        ("JPRN-jRCTb032100001", "JPRN", "jRCTb032100001"),
        ("JPRN-jRCTc031190001", "JPRN", "jRCTc031190001"),
        ("JPRN-C000000129", "JPRN", "C000000129"),
        ("JPRN-JapicCTI-121871", "JPRN", "JapicCTI-121871"),
        ("JPRN-JMA-IIA00123", "JPRN", "JMA-IIA00123"),
        ("NL8242", "NTR", "NL8242"),
        ("NL-OMON12345", "NTR", "NL-OMON12345"),
        ("CTRI/2016/08/7231", "CTRI", "CTRI/2016/08/7231"),
        ("PACTR2012030001234591", "PACTR", "PACTR2012030001234591"),
        ("ITMCTR2022000012", "ITMCTR", "ITMCTR2022000012"),
        ("chictr 1900012346", "ChiCTR", "ChiCTR1900012346"),
        ("EUCTR2015–002340–14–NL", "EU Clinical Trials Register", "2015-002340-14"),
    ],
)
def test_a_trial_belongs_to_its_registry_under_the_registrys_own_id(
    parse: Parse, printed: str, registry: str, own: str
) -> None:
    record, rejected = _one(parse, TrialID=printed)
    assert (record.source, record.registry, record.registry_id, rejected) == ("ictrp", registry, own, [])
    assert re.fullmatch(ICTRP.id_pattern, own)


@pytest.mark.parametrize("printed", ["XYZ123", "", "NCT123", "EUCTR2015-002340-14-NL-NL", "NCT04160260 NCT04160261"])
def test_an_id_of_no_known_registry_goes_to_a_person(parse: Parse, printed: str) -> None:
    records, [rejected] = parse(_csv(_row(printed)))
    assert records == []
    assert "no id of a registry" in rejected.reason
    assert rejected.value == printed


@pytest.mark.parametrize(
    ("printed", "read"),
    [
        ("17/05/2016", "2016-05-17"),
        ("21-10-2013", "2013-10-21"),
        ("2016-10-20", "2016-10-20"),
        ("2016/1/2", "2016-01-02"),
        ("2016-10", "2016-10"),
        ("20160517", "2016-05-17"),
        ("17 February 2020", "2020-02-17"),
        ("25-Nov-19", "2019-11-25"),
        ("05-Mar-98", "1998-03-05"),
        ("January 25, 2020", "2020-01-25"),
        ("April 2020", "2020-04"),
        ("Mar-16", "2016-03"),
        ("Jul 28 2018 12:00AM", "2018-07-28"),
        ("2018-07-28T00:00:00", "2018-07-28"),
        ("01/01/1900", "1900-01-01"),
        ("Jan  1 1900 12:00AM", "1900-01-01"),
    ],
)
def test_a_date_is_read_as_precisely_as_printed_with_the_day_before_the_month(printed: str, read: str) -> None:
    assert read_date(printed) == read


@pytest.mark.parametrize(
    "printed", ["01/25/2020", "1398-02-25", "2641-03-20", "soon", "31/02/2020", "25 Brumaire 2020"]
)
def test_what_is_no_date_of_a_trial_is_refused(printed: str) -> None:
    with pytest.raises(ValueError, match=r"\w"):
        read_date(printed)


@given(text=st.text(max_size=30))
def test_any_other_text_is_no_date(text: str) -> None:
    with contextlib.suppress(ValueError):
        assert re.fullmatch(r"\d{4}(-\d{2}){0,2}", read_date(text))


@pytest.mark.parametrize("nothing", ["", "NULL", "NA", "  ", "N/A", "01/01/1900", "Jan  1 1900 12:00AM", "1900-01-01"])
def test_a_missing_date_is_absent_and_no_matter_for_a_person(parse: Parse, nothing: str) -> None:
    record, rejected = _one(parse, **{"Date enrollement": nothing})
    assert (record.start_date, rejected) == (None, [])


def test_a_date_in_another_calendar_costs_itself(parse: Parse) -> None:
    record, [rejected] = _one(parse, TrialID="IRCT20130812014333N127", **{"Date enrollement": "1398-02-25"})
    assert record.start_date is None
    assert (rejected.record_ref, rejected.path) == ("IRCT20130812014333N127", "date_enrollement")
    assert "year 1398" in rejected.reason


@pytest.mark.parametrize(
    ("trial_id", "word", "status"),
    [
        ("NCT04160260", "Completed", "completed"),
        ("NCT04160260", "Active, not recruiting", "ended_recruiting"),
        ("NCT04160260", "Enrolling by invitation", "enrolling_by_invitation"),
        ("NCT04160260", "Unknown status", "unknown"),
        ("ACTRN12619000828123", "Completed", "completed"),
        ("ISRCTN56992547", "Completed", "completed"),
        ("ISRCTN56992547", "Stopped", "terminated"),
        ("ISRCTN56992547", "Ongoing", None),
        ("ChiCTR2000029953", "Completed", "ended_recruiting"),
        ("KCT0001234", "Completed", "ended_recruiting"),
        ("IRCT20130812014333N127", "Complete", "ended_recruiting"),
        ("PER-016-17", "Finished", "ended_recruiting"),
        ("RBR-96cy3k", "Recruitment completed", "ended_recruiting"),
        ("JPRN-UMIN000031793", "Complete: follow-up continuing", "ended_recruiting"),
        ("JPRN-UMIN000031793", "Complete: follow-up complete", "completed"),
        ("CTRI/2017/11/010688", "Closed to Recruitment of Participants", "ended_recruiting"),
        ("CTRI/2017/11/010688", "Open to Recruitment", "recruiting"),
        ("CTRI/2017/11/010688", "Not Yet Recruiting", "not_yet_recruiting"),
        ("ChiCTR2000029953", "Pending", "not_yet_recruiting"),
        ("TCTR20191025002", "Pending (Not yet recruiting)", "not_yet_recruiting"),
        ("ChiCTR2000029953", "Not Recruiting", None),
        ("NCT04160260", "Not recruiting", None),
        ("EUCTR2015-002340-14-NL", "Authorised-recruitment may be ongoing or finished", None),
        ("EUCTR2015-002340-14-NL", "Authorised", None),
    ],
)
def test_completed_is_said_only_where_the_registry_says_it_of_the_study(
    parse: Parse, trial_id: str, word: str, status: str | None
) -> None:
    record, rejected = _one(parse, TrialID=trial_id, **{"Recruitment Status": word})
    assert (record.status, record.status_text, rejected) == (status, word, [])


def test_a_status_that_nobody_knows_is_not_guessed(parse: Parse) -> None:
    record, [rejected] = _one(parse, **{"Recruitment Status": "Half recruited"})
    assert (record.status, record.status_text) == (None, "Half recruited")
    assert (rejected.path, rejected.value) == ("recruitment_status", "half recruited")
    assert "vocabulary" in rejected.reason
    assert "half recruited" not in STATUS


@pytest.mark.parametrize(
    ("trial_id", "fields", "count", "kind"),
    [
        ("ChiCTR2000029953", {"Target size": "survival group:200;died:50;"}, 250, "estimated"),
        ("ChiCTR2000029953", {"Target size": "Target condition:300;Difficult condition:0"}, 300, "estimated"),
        ("SLCTR/2017/001", {"Target size": "400 (200 in each arm)"}, 400, "estimated"),
        ("NCT04160260", {"Target size": "18"}, 18, None),
        ("PER-016-17", {"Target size": "25", "results_actual_enrollment": "4"}, 4, "actual"),
        ("CTRI/2017/11/010688", {"Target size": "24", "results_actual_enrollment": "0"}, 24, "estimated"),
        ("ISRCTN56992547", {"Target size": "NULL"}, None, None),
    ],
)
def test_planned_and_enrolled_numbers_are_told_apart(
    parse: Parse, trial_id: str, fields: dict[str, str], count: int | None, kind: str | None
) -> None:
    record, rejected = _one(parse, TrialID=trial_id, **fields)
    assert (record.enrolment_count, record.enrolment_type, rejected) == (count, kind, [])


def test_a_size_in_words_goes_to_a_person(parse: Parse) -> None:
    record, [rejected] = _one(parse, **{"Target size": "about fifty"})
    assert record.enrolment_count is None
    assert rejected.reason == "not a number of participants"


@pytest.mark.parametrize(
    ("design", "allocation"),
    [
        ("Allocation: Randomized. Intervention model: Parallel Assignment. Masking: Double", "randomised"),
        ("Allocation: Non-Randomized. Intervention model: Parallel Assignment.", "non_randomised"),
        ("Allocation: N/A. Intervention model: Single Group Assignment.", "not_applicable"),
        ("Controlled: yesRandomised: yesOpen: no", "randomised"),
        ("Controlled: no<br>Randomised: no<br>Open: yes", "non_randomised"),
        ("Randomization: Randomized, Blinding: Double blinded, Placebo: Used", "randomised"),
        ("Randomization: Not randomized, Blinding: Not blinded", "non_randomised"),
        ("Randomization: N/A, Blinding: Not blinded", "not_applicable"),
        ("Randomized, Parallel Group Trial<br>  Method of generating randomization sequence:Coin toss", "randomised"),
        ("Single arm Non-randomized", "non_randomised"),
        ("Non randomized control", "non_randomised"),
        ("Quasi-randomized controlled", None),
        ("Randomised parallel trial (Treatment)", "randomised"),
        ("Subjects will be randomly assigned in a 1:1 ratio", "randomised"),
        ("A randomised non-inferiority trial", "randomised"),
        ("A randomised part and a non-randomised part", None),
        ("Parallel", None),
        ("", None),
    ],
)
def test_an_allocation_is_read_from_prose_only_where_it_is_said(
    parse: Parse, design: str, allocation: str | None
) -> None:
    record, _ = _one(parse, **{"Study design": design})
    assert record.allocation == allocation


@given(text=st.text(max_size=60))
def test_prose_about_a_design_never_fails(text: str) -> None:
    allocation_said(text)


@pytest.mark.parametrize(
    ("flags", "has_results", "posted"),
    [
        ({}, False, None),
        ({"results url link": "https://registry.example/results"}, False, None),
        ({"results yes no": "No"}, False, None),
        ({"results yes no": "Yes"}, True, None),
        ({"results date posted": "09/03/2017"}, True, "2017-03-09"),
        ({"results date posted": "NULL", "results yes no": "NULL"}, False, None),
    ],
)
def test_results_need_a_date_or_a_yes(
    parse: Parse, flags: dict[str, str], has_results: bool, posted: str | None
) -> None:
    record, _ = _one(parse, **flags)
    assert (record.has_results, record.results_posted_date) == (has_results, posted)


def test_the_end_of_a_trial_is_planned_as_long_as_it_lies_ahead(parse: Parse) -> None:
    for refreshed, kind in (("20 July 2020", "estimated"), ("2 February 2023", None)):
        record, _ = _one(parse, **{"results date completed": "31/12/2022", "Last Refreshed on": refreshed})
        assert (record.completion_date, record.completion_type) == ("2022-12-31", kind)


def test_the_enrolment_date_of_an_eu_record_is_its_authorisation_and_no_start(parse: Parse) -> None:
    eu, _ = _one(parse, TrialID="EUCTR2015-002340-14-NL", **{"Date enrollement": "19/05/2016"})
    other, _ = _one(parse, TrialID="ISRCTN56992547", **{"Date enrollement": "19/05/2016"})
    assert (eu.start_date, other.start_date) == (None, "2016-05-19")


def test_country_records_of_one_trial_are_one_record_with_all_countries(parse: Parse) -> None:
    countries = {"NL": ("Netherlands", "3 February 2020"), "BE": ("Belgium;France", "17 February 2020")}
    rows = [
        _row(f"EUCTR2015-002340-14-{code}", Countries=names, **{"Last Refreshed on": day, "Public title": code})
        for code, (names, day) in countries.items()
    ]
    [record], rejected = parse(_csv(*rows, _row()))[0][1:], parse(_csv(*rows, _row()))[1]
    assert rejected == []
    assert (record.registry_id, record.registry_date, record.brief_title) == ("2015-002340-14", "2020-02-17", "BE")
    assert record.countries == ("Belgium", "France", "Netherlands")
    assert [item.id for item in record.secondary_ids] == ["EUCTR2015-002340-14-BE", "EUCTR2015-002340-14-NL"]


def test_parents_children_and_declared_ids_become_secondary_ids_in_their_own_form(parse: Parse) -> None:
    record, _ = _one(
        parse,
        TrialID="NCT04160260",
        SecondaryIDs="Nil known;2016-004261-10;FLU-1;JPRN-UMIN000031793;NCT04160260",
        Bridging_flag="EUCTR2016-004261-10-DE",
        Childs="EUCTR2017-001056-55-BE;EUCTR2017-001056-55-FR",
    )
    assert [(item.id, item.kind) for item in record.secondary_ids] == [
        ("2016-004261-10", None),
        ("FLU-1", None),
        ("UMIN000031793", None),
        ("2017-001056-55", "ICTRP child"),
    ]


@pytest.mark.parametrize("magic", [b"PK\x03\x04\x14\x00", b"\xd0\xcf\x11\xe0\xa1\xb1"])
def test_a_spreadsheet_is_refused_with_the_reason(parse: Parse, magic: bytes) -> None:
    records, [rejected] = parse(magic + b"\0" * 2_000)
    assert records == []
    assert "phases such as '2-3'" in rejected.reason
    assert rejected.action == "export XML or CSV from ICTRP and load that"


@pytest.mark.parametrize("phase", ["2020-03-02 00:00:00", "2020-02-01", "2-Mar", "Feb-01"])
def test_a_phase_that_went_through_a_spreadsheet_is_not_believed(parse: Parse, phase: str) -> None:
    record, [rejected] = _one(parse, Phase=phase)
    assert record.phase_text is None
    assert "turned into a date" in rejected.reason


def test_a_broken_row_costs_no_other(parse: Parse) -> None:
    whole = _csv(_row("NCT04160260"), _row("NCT04160261"), _row("NCT04160262")).splitlines(keepends=True)
    whole[2] = "NCT04160261,20200214,one too many\r\n"
    records, [rejected] = parse("".join(whole))
    assert [record.registry_id for record in records] == ["NCT04160260", "NCT04160262"]
    assert rejected.reason == "3 columns, not 2"


def test_a_row_that_is_not_utf8_costs_no_other(parse: Parse) -> None:
    body = _csv(_row("NCT04160260", Countries="Perú"), _row("NCT04160261", Countries="Peru"))
    records, [rejected] = parse(body.encode("latin-1"))
    assert [record.registry_id for record in records] == ["NCT04160261"]
    assert (rejected.record_ref, rejected.reason) == ("NCT04160260", "bytes that are not UTF-8")


def test_a_broken_trial_element_costs_no_other(parse: Parse) -> None:
    trial = "<Trial><TrialID>{}</TrialID><Date_registration3>20200214</Date_registration3>{}</Trial>"
    body = "".join(trial.format(f"NCT0416026{n}", extra) for n, extra in enumerate(["", "<a>", "&boom;", ""]))
    records, rejected = parse(f'<!DOCTYPE a [<!ENTITY boom "x">]><Trials>\n{body}</Trials>')
    assert [record.registry_id for record in records] == ["NCT04160260", "NCT04160263"]
    assert [item.record_ref for item in rejected] == ["NCT04160261", "NCT04160262"]


def test_a_file_that_ends_early_says_so_even_if_its_last_trial_is_whole(parse: Parse) -> None:
    trial = "<Trial><TrialID>NCT04160260</TrialID><Date_registration3>20200214</Date_registration3></Trial>"
    records, [rejected] = parse(f"<Trials_downloaded_from_ICTRP>{trial}")
    assert len(records) == 1
    assert "trials may be missing" in rejected.reason


@pytest.mark.parametrize("place", [None, 1, 63])
def test_the_full_export_is_read_with_its_date_of_refresh_wherever_it_stands(parse: Parse, place: int | None) -> None:
    known = {"TrialID": "NCT04160260", "Date_registration": "08/11/2019", "Public_title": "A title", "phase": "Phase 2"}
    cells = [known.get(name, "NULL") for name in FULL_EXPORT]
    if place:
        cells.insert(place, "22-Jun-20")
    written = io.StringIO()
    csv.writer(written).writerow(cells)
    [record], rejected = parse(written.getvalue())
    assert rejected == []
    assert record.registry_date == ("2020-06-22" if place else "2019-11-08")
    assert (record.first_posted_date, record.phase_text) == ("2019-11-08", "Phase 2")


def test_a_record_refreshed_after_it_was_loaded_is_not_believed(parse: Parse) -> None:
    records, [rejected] = parse(_csv(_row(**{"Last Refreshed on": "17 February 2031"})))
    assert records == []
    assert "after the day of loading" in rejected.reason


def test_thousands_of_rows_are_read(parse: Parse) -> None:
    fields = {"Study design": "Allocation: Randomized. Masking: Double", "Intervention": "Drug: Cells;Drug: Placebo"}
    body = _csv(*(_row(f"NCT{number:08d}", **fields, **{"Scientific title": "x" * 400}) for number in range(5_000)))
    records, rejected = parse(body)
    assert (len(records), rejected) == (5_000, [])


def test_a_field_of_fifty_megabytes_is_refused_by_itself(parse: Parse) -> None:
    trial = "<Trial><TrialID>{}</TrialID><Date_registration3>20200214</Date_registration3>{}</Trial>"
    huge = f"<Public_title>{'x' * 50_000_000}</Public_title>"
    body = f"<Trials>{trial.format('NCT04160260', huge)}{trial.format('NCT04160261', '')}</Trials>"
    records, [rejected] = parse(body)
    assert [record.registry_id for record in records] == ["NCT04160261"]
    assert rejected.record_ref == "NCT04160260"


def test_every_real_portal_trial_is_read_the_same_from_xml_and_csv(samples: Path, parse: Parse) -> None:
    raw = (samples / "ictrp" / "portal_export_first150_2020-03-18.xml").read_bytes()
    records, rejected = parse(raw)
    assert rejected == []
    assert Counter(record.registry for record in records) == {"ChiCTR": 129, "ClinicalTrials.gov": 21}
    rows = [{str(item.tag).replace("_", " "): item.text or "" for item in trial} for trial in etree.fromstring(raw)]
    assert {name for row in rows for name in row} <= set(PORTAL_COLUMNS)
    from_csv, rejected_of_csv = parse(_csv(*rows, columns=PORTAL_COLUMNS))
    assert (from_csv, rejected_of_csv) == (records, [])


def test_every_real_row_of_the_full_export_is_read(samples: Path, parse: Parse) -> None:
    raw = (samples / "ictrp" / "fullexport_sample_2020-11-23.csv").read_bytes()
    records, rejected = parse(raw)
    assert rejected == []
    assert len(records) == len({record.registry_id for record in records}) == 127
    by_id = {record.registry_id: record for record in records}
    assert by_id["2015-002340-14"].secondary_ids[2].id == "NCT02735707"
    assert (by_id["PER-016-17"].enrolment_count, by_id["PER-016-17"].enrolment_type) == (4, "actual")
    assert by_id["UMIN000031793"].aliases == ("JPRN-UMIN000031793",)
    assert sum(record.has_results for record in records) == 9
    assert {record.start_date for record in records if record.registry == "EU Clinical Trials Register"} == {None}


def test_the_real_rows_without_header_as_who_hands_them_out_read_the_same(samples: Path, parse: Parse) -> None:
    raw = (samples / "ictrp" / "fullexport_sample_2020-11-23.csv").read_text("utf-8-sig")
    spelt = {"date_enrollement": "Date_enrollment", "public_title": "Public_title"}
    lower = {name.lower(): name for name in csv.DictReader(io.StringIO(raw)).fieldnames or []}
    names = [spelt.get(name.lower()) or lower[name.lower()] for name in FULL_EXPORT]
    written = io.StringIO()
    for row in csv.DictReader(io.StringIO(raw)):
        first, *rest = (row[name] for name in names)
        csv.writer(written).writerow([first, f'"{row["Unknown"]}"', *(f'"{cell}"' for cell in rest)])
    assert parse(written.getvalue()) == parse(raw)


def test_a_real_trial_has_the_id_that_is_printed_without_what_ictrp_puts_around_it(samples: Path, parse: Parse) -> None:
    raw = (samples / "ictrp" / "fullexport_sample_2020-11-23.csv").read_bytes()
    printed = [row["TrialID"] for row in csv.DictReader(io.StringIO(raw.decode("utf-8-sig")))]
    own = {re.sub(r"^(?:JPRN-|EUCTR)|(?<=^EUCTR.{14})-.*$", "", item) for item in printed}
    assert {record.registry_id for record in parse(raw)[0]} == own


def test_every_real_id_is_of_a_known_registry(samples: Path) -> None:
    printed = re.findall(r"<TrialID>([^<]+)", (samples / "ictrp" / "portal_export_first150_2020-03-18.xml").read_text())
    assert len(printed) == 150
    assert all(entry_of(item) for item in printed)


def test_products_of_an_eu_record_are_names_and_a_placebo_is_one(parse: Parse) -> None:
    text = (
        "<br>Trade Name: Doraquil 200 mg<br>Pharmaceutical Form: Tablet<br>INN or Proposed INN: DORAQUINE<br>CAS Number:"
        " 1-2-3<br>Concentration number: 200-<br>Pharmaceutical form of the placebo: Tablet<br>Route of administration of"
        " the placebo: Oral use<br><br>Product Name: Zincol<br>Product Code: Z-1<br>Pharmaceutical Form: Capsule<br>"
    )
    record, _ = _one(parse, TrialID="EUCTR2015-002340-14-NL", Intervention=text)
    assert [(item.name, item.other_names) for item in record.interventions] == [
        ("Doraquil 200 mg", ("DORAQUINE",)),
        ("Zincol", ("Z-1",)),
        ("Placebo", ()),
    ]


def test_a_day_of_a_regimen_is_no_group(parse: Parse) -> None:
    text = "drug:Day1: 6 tablets;Day2~5: 2 tablets;other drug:Day 1-3: 500 mg;Day 4-5: 250 mg;"
    record, _ = _one(parse, Intervention=text)
    assert [arm.label for arm in record.arms] == ["drug", "other drug"]
