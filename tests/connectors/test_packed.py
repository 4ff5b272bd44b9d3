"""A zip is read as the files in it, whichever source it is of; what is none of ours says what to do."""

import io
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors import CONNECTORS
from connectors.boundary import read_page
from models.trial import Page, Rejected

FIXTURES = Path(__file__).parent / "fixtures"
ONE_EACH = [
    next(path for path in sorted((FIXTURES / slug).iterdir()) if path.suffix != ".yaml") for slug in sorted(CONNECTORS)
]
Pages = Callable[..., Page]


def packed(**files: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, body in files.items():
            archive.writestr(name, body)
    return out.getvalue()


@pytest.mark.parametrize("payload", ONE_EACH, ids=lambda path: path.parent.name)
def test_the_files_of_a_zip_are_read_as_if_they_were_loaded_one_by_one(payload: Path, page_of: Pages) -> None:
    slug, body = payload.parent.name, payload.read_bytes()
    alone = read_page(page_of(slug, body, kind="file", url="file:download"))
    archive = packed(**{payload.name: body, "__MACOSX/._x": b"\0", ".DS_Store": b"\0"})
    told = read_page(page_of(slug, archive, kind="file", url="file:download.zip"))
    assert [item for item in told if not isinstance(item, Rejected)] == [
        item for item in alone if not isinstance(item, Rejected)
    ]
    assert sum(isinstance(item, Rejected) for item in told) == sum(isinstance(item, Rejected) for item in alone)


OTHERS = {
    "a workbook": (packed(**{"[Content_Types].xml": b"<x/>", "xl/workbook.xml": b"<x/>"}), "save its sheet as CSV"),
    "an empty zip": (packed(**{"__MACOSX/x": b""}), "unpack it and load the files"),
    "a cut zip": (packed(a=b"x" * 1000)[:60], "unpack it and load the files"),
}


@pytest.mark.parametrize(("body", "to_do"), OTHERS.values(), ids=list(OTHERS))
def test_a_zip_that_is_not_read_says_what_to_do(body: bytes, to_do: str, page_of: Pages) -> None:
    [rejected] = read_page(page_of("ctgov", body, kind="file", url="file:download.zip"))
    assert isinstance(rejected, Rejected)
    assert to_do in rejected.action


@given(data=st.data())
def test_a_damaged_zip_never_ends_anything(page_of: Pages, data: st.DataObject) -> None:
    payload = FIXTURES / "ris"
    files = {path.name: path.read_bytes() for path in sorted(payload.iterdir()) if path.suffix != ".yaml"}
    body = bytearray(packed(**files))
    for place in data.draw(st.lists(st.integers(4, len(body) - 1), min_size=1, max_size=4)):
        body[place] ^= data.draw(st.integers(1, 255))
    assert read_page(page_of("ris", bytes(body), kind="file", url="file:download.zip"))
