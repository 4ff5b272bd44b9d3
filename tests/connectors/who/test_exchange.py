"""The exchange XML of the WHO network, in the encodings and forms of its registries."""

from collections.abc import Callable
from pathlib import Path

import pytest

from connectors import CONNECTORS
from models.trial import Page, Rejected, TrialRecord

WHO = CONNECTORS["who-xml"]


def _trial(main: str = "", rest: str = "", trial_id: str = "RBR-96cy3k") -> str:
    dated = "<date_registration>09/09/2016</date_registration>"
    return f"<trial><main><trial_id>{trial_id}</trial_id>{dated}{main}</main>{rest}</trial>"


@pytest.mark.parametrize(
    ("trial_id", "day", "read"),
    [("RBR-96cy3k", "09/08/2016", "2016-08-09"), ("IRCT20130812014333N127", "2019-07-27", "2019-07-27")],
)
def test_dates_are_read_in_the_form_of_each_registry(
    page_of: Callable[..., Page], trial_id: str, day: str, read: str
) -> None:
    body = _trial(f"<date_enrolment>{day}</date_enrolment>", trial_id=trial_id)
    [record] = WHO.parse(page_of("who-xml", body.encode(), kind="file"))
    assert isinstance(record, TrialRecord)
    assert record.start_date == read


@pytest.mark.parametrize("encoding", ["ISO-8859-1", "UTF-8", "windows-1252"])
def test_text_is_read_in_the_encoding_that_the_file_declares(page_of: Callable[..., Page], encoding: str) -> None:
    body = f'<?xml version="1.0" encoding="{encoding}"?><trials>{_trial("<public_title>Perú</public_title>")}</trials>'
    [record] = WHO.parse(page_of("who-xml", body.encode(encoding), kind="file"))
    assert isinstance(record, TrialRecord)
    assert record.brief_title == "Perú"


def test_a_broken_trial_costs_no_other(page_of: Callable[..., Page]) -> None:
    whole = _trial(trial_id="RBR-96cy3k")
    body = f"<trials>{whole}{_trial('<broken>', trial_id='RBR-00bad0')}{_trial(trial_id='RBR-3xyzab')}</trials>"
    found = list(WHO.parse(page_of("who-xml", body.encode(), kind="file")))
    assert [item.registry_id for item in found if isinstance(item, TrialRecord)] == ["RBR-96cy3k", "RBR-3xyzab"]
    assert [item.record_ref for item in found if isinstance(item, Rejected)] == ["RBR-00bad0"]


def test_the_real_record_in_latin_1_is_read(samples: Path, page_of: Callable[..., Page]) -> None:
    raw = (samples / "others" / "repec_1995_ictrp_schema.xml").read_bytes()
    [record] = WHO.parse(page_of("who-xml", raw, kind="file"))
    assert isinstance(record, TrialRecord)
    assert (record.registry, record.registry_id, record.registry_date) == ("REPEC", "PER-001-95", "1995-10-27")
    assert (record.status, record.status_text, record.start_date) == ("ended_recruiting", "Finished", None)
    assert (record.enrolment_count, record.allocation) == (32, "randomised")
    assert [item.id for item in record.secondary_ids] == ["B1-Y-MC-HCIB"]
    assert record.countries == ("Brazil", "Colombia", "Mexico", "Peru", "Venezuela")
    assert "Hamilton´s" in (record.eligibility_text or "")
