"""Who is told about a review: the installation's channels, and the recipients of its protocol."""

import shutil
from email.headerregistry import Address
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from flows.receivers import receivers
from models.protocol import Protocol
from models.settings import Settings

ADDRESS = "mailto://watch:secret@mail.example.org?to=team@example.org"


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    shutil.copytree(Settings().reviews, tmp_path / "reviews")
    return Settings(reviews=tmp_path / "reviews", channels=(ADDRESS,))


def domains(settings: Settings, review: str) -> list[str]:
    return [channel.name.rpartition(":")[0] for channel in receivers(settings, review)]


def protocol_of(settings: Settings, review: str) -> Path:
    return settings.reviews / review / "protocol.yaml"


def test_recipients_are_told_of_their_own_review(settings: Settings) -> None:
    path = protocol_of(settings, "als_cell_therapy")
    path.write_text(path.read_text() + "\nrecipients: [dora@example.edu]\n")
    assert domains(settings, "als_cell_therapy") == ["", "mail:example.org", "mail:example.edu"]
    assert domains(settings, "als_calcium_sensitisers") == ["", "mail:example.org"]


@pytest.mark.parametrize("spoilt", ["recipients: [Dr Smith]", "recipients: {}: :", "qestion: x"])
def test_a_folder_that_cannot_be_read_is_told_to_the_installation_s_receivers(settings: Settings, spoilt: str) -> None:
    path = protocol_of(settings, "als_cell_therapy")
    path.write_text(path.read_text() + f"\n{spoilt}\n")
    assert domains(settings, "als_cell_therapy") == ["", "mail:example.org"]


def test_a_folder_that_is_not_there_is_told_too(settings: Settings) -> None:
    assert domains(settings, "nowhere") == ["", "mail:example.org"]


def recipients(given: list[str]) -> list[str]:
    """What the field of a protocol makes of them."""
    field = Protocol.model_fields["recipients"]
    adapter: TypeAdapter[list[str]] = TypeAdapter(field.annotation)
    return adapter.validate_python(given)


@given(st.one_of(st.emails(), st.text(alphabet='ab.@ -_,;\\"ü', max_size=12)))
def test_what_is_accepted_is_an_address_that_mail_can_carry(text: str) -> None:
    try:
        (accepted,) = recipients([text])
    except ValidationError as refused:
        assert "as team@example.org" in str(refused)
    else:
        assert Address(addr_spec=accepted).addr_spec == accepted
