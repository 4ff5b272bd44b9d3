"""What went into the archive comes out of it, whatever happened in between."""

import gzip
import os
import signal
import subprocess
import sys
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from warcio.archiveiterator import ArchiveIterator

from models.trial import Page
from stores.archive import ArchiveError, ArchiveWriter, archive_files, read_pages

NIGHT = datetime(2016, 7, 20, 6, tzinfo=UTC)


def a_page(body: bytes = b"{}", url: str = "https://registry.example/api?format=json", **fields: object) -> Page:
    named = {"source": "ctgov", "kind": "search", "observed_at": NIGHT, "content_type": "application/json"}
    return Page(url=url, body=body, **(named | fields))  # type: ignore[arg-type]


def archived(root: Path, *pages: Page, name: str = "night") -> Path:
    with ArchiveWriter(root, "ctgov", name) as writer:
        for page in pages:
            writer.append(page)
    return writer.path


def read(root: Path, path: Path) -> list[Page]:
    return [item.page for item in read_pages(root, path)]


ADDRESSES = st.builds(
    lambda path, query: f"https://registry.example/{path}?{query}",
    st.text(st.characters(min_codepoint=33, max_codepoint=126, exclude_characters="<>"), max_size=60),
    st.text(st.characters(min_codepoint=33, max_codepoint=126, exclude_characters="<>"), max_size=60),
)
MOMENTS = st.datetimes(
    min_value=datetime(2000, 1, 1), max_value=datetime(2100, 1, 1), timezones=st.just(UTC) | st.just(timezone.max)
)
PAGES = st.builds(
    a_page,
    body=st.binary(max_size=3000) | st.just(b"\x1f\x8b\x08WARC/1.0\r\n\r\n") | st.just(b"HTTP/1.1 200 OK\r\n\r\n"),
    url=ADDRESSES,
    status=st.sampled_from([200, 204, 301, 400, 404, 410]),
    content_type=st.sampled_from(["application/json", "text/html", "text/xml", ""]),
    kind=st.sampled_from(["search", "record", "history", "version", "file"]),
    listing=st.none() | st.text(max_size=20),
    total=st.none() | st.integers(0, 10**6),
    observed_at=MOMENTS,
)


@given(pages=st.lists(PAGES, min_size=1, max_size=4))
def test_every_page_comes_out_as_it_went_in(pages: list[Page], tmp_path_factory: pytest.TempPathFactory) -> None:
    root = tmp_path_factory.mktemp("archive")
    assert read(root, archived(root, *pages)) == pages


def test_the_file_is_a_warc_that_other_programs_read(tmp_path: Path) -> None:
    path = archived(tmp_path, a_page(b'{"studies": []}'), a_page(b"<x/>", url="file:export.xml", kind="file"))
    with path.open("rb") as stream:
        records = [(item.rec_type, item.rec_headers.get_header("WARC-Target-URI")) for item in ArchiveIterator(stream)]
    assert records == [
        ("response", "https://registry.example/api?format=json"),
        ("resource", "file:export.xml"),
    ]


def test_a_source_without_answers_leaves_no_file(tmp_path: Path) -> None:
    archived(tmp_path)
    assert archive_files(tmp_path) == ()


def test_files_of_all_sources_are_read_in_the_order_of_their_nights(tmp_path: Path) -> None:
    for source, name in [("pubmed", "20160720-1"), ("ctgov", "20160721-0"), ("ctgov", "20160720-0")]:
        with ArchiveWriter(tmp_path, source, name) as writer:
            writer.append(a_page(source=source))
    assert [str(path.relative_to(tmp_path)) for path in archive_files(tmp_path)] == [
        "ctgov/20160720-0.warc.gz",
        "pubmed/20160720-1.warc.gz",
        "ctgov/20160721-0.warc.gz",
    ]


def test_a_page_has_its_place_in_the_archive(tmp_path: Path) -> None:
    path = archived(tmp_path, a_page(b"first"), a_page(b"second"))
    first, second = read_pages(tmp_path, path)
    assert (first.file, first.offset) == ("ctgov/night.warc.gz", 0)
    assert gzip.decompress(path.read_bytes()[second.offset :]).endswith(b"second\r\n\r\n")


def test_a_last_record_torn_at_any_byte_is_passed_over(tmp_path: Path) -> None:
    looks_like_a_next_record = b"\x1f\x8b\x08" + os.urandom(300)
    path = archived(tmp_path, a_page(b"first"), a_page(looks_like_a_next_record * 2))
    whole, start = path.read_bytes(), list(read_pages(tmp_path, path))[1].offset
    torn = tmp_path / "ctgov" / "torn.warc.gz"
    for end in range(start, len(whole)):
        torn.write_bytes(whole[:end])
        assert [page.body for page in read(tmp_path, torn)] == [b"first"], f"cut at byte {end}"


def test_a_file_of_one_torn_record_holds_nothing(tmp_path: Path) -> None:
    whole = archived(tmp_path, a_page(os.urandom(500))).read_bytes()
    torn = tmp_path / "ctgov" / "torn.warc.gz"
    for end in range(len(whole)):
        torn.write_bytes(whole[:end])
        assert read(tmp_path, torn) == [], f"cut at byte {end}"


def test_damage_before_the_last_record_is_named_with_file_and_byte(tmp_path: Path) -> None:
    path = archived(tmp_path, a_page(b"first"), a_page(os.urandom(500)), a_page(b"third"))
    second = list(read_pages(tmp_path, path))[1].offset
    body = bytearray(path.read_bytes())
    body[second + 300] ^= 0xFF
    path.write_bytes(body)
    pages = read_pages(tmp_path, path)
    assert next(pages).page.body == b"first"
    with pytest.raises(ArchiveError, match=rf"night\.warc\.gz: record at byte {second} cannot be read"):
        list(pages)


def test_no_changed_byte_before_the_last_record_goes_unnoticed(tmp_path: Path) -> None:
    pages = [a_page(b"first"), a_page(b'{"studies": []}' * 3), a_page(b"third")]
    path = archived(tmp_path, *pages)
    last = list(read_pages(tmp_path, path))[2].offset
    whole = path.read_bytes()
    for place in range(last):
        body = bytearray(whole)
        body[place] ^= 0x10 << place % 3
        path.write_bytes(body)
        try:
            found = read(tmp_path, path)
        except ArchiveError:
            continue
        assert found == pages, f"byte {place}"


def test_what_was_appended_before_a_kill_is_there(tmp_path: Path) -> None:
    program = """
import os, signal, sys
from datetime import UTC, datetime
from pathlib import Path
from models.trial import Page
from stores.archive import ArchiveWriter

writer = ArchiveWriter(Path(sys.argv[1]), "ctgov", "night")
for body in (b"first", b"second"):
    writer.append(Page(source="ctgov", kind="search", url="https://registry.example/", body=body,
                       observed_at=datetime(2016, 7, 20, 6, tzinfo=UTC)))
os.kill(os.getpid(), signal.SIGKILL)
"""
    ended = subprocess.run([sys.executable, "-c", program, str(tmp_path)], check=False)
    assert ended.returncode == -signal.SIGKILL
    [path] = archive_files(tmp_path)
    assert [page.body for page in read(tmp_path, path)] == [b"first", b"second"]


def test_a_later_file_is_not_touched_by_a_torn_one(tmp_path: Path) -> None:
    first = archived(tmp_path, a_page(b"first"), name="night-1")
    first.write_bytes(first.read_bytes()[:-5])
    archived(tmp_path, a_page(b"second", observed_at=NIGHT + timedelta(days=1)), name="night-2")
    assert [page.body for path in archive_files(tmp_path) for page in read(tmp_path, path)] == [b"second"]
