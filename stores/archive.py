"""The archive: every answer of a source, untouched, append-only, as WARC (ISO 28500).

One file per source and run. A record is complete once :meth:`ArchiveWriter.append` has returned; what a
killed run left torn at the end of a file is passed over, since nothing later was built on it.
"""

import json
import os
import re
import zlib
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path
from types import TracebackType
from typing import IO, Any, Self

from warcio.archiveiterator import ArchiveIterator
from warcio.exceptions import ArchiveLoadFailed
from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

from models.trial import Page, Parsed, Rejected
from models.vocabulary import Scope

_META = "WARC-Trialwatch-Page"
"""Our header: what the connector asked for, as JSON."""
_CHUNK = 256 * 1024


class ArchiveError(Exception):
    """An archive file is damaged otherwise than by a kill; the message names file and offset."""


class ArchivedPage:
    """A page and where it stands: archive file relative to the archive, and byte offset."""

    __slots__ = ("file", "offset", "page")

    def __init__(self, page: Page, file: str, offset: int) -> None:
        self.page, self.file, self.offset = page, file, offset


class ArchiveWriter:
    """Appends the pages of one source in one run to a new file, created with the first page.

    `name` orders files: those of all sources together are read again in its order.
    """

    def __init__(self, root: Path, source: str, name: str) -> None:
        self.file = f"{source}/{name}.warc.gz"
        self.path = root / self.file
        self.n_pages = 0
        self.n_bytes = 0
        self.is_continued = False
        """Whether the file held pages of an earlier attempt already."""
        self._stream: IO[bytes] | None = None

    def append(self, page: Page) -> ArchivedPage:
        """Write one page and wait until it is on disk."""
        if self._stream is None:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            self._stream = self.path.open("ab")
            self.is_continued = self._stream.tell() > 0
        offset = self._stream.tell()
        writer = _Writer(self._stream, gzip=True)
        writer.write_record(_to_record(writer, page))
        self._stream.flush()
        os.fsync(self._stream.fileno())
        self.n_pages += 1
        self.n_bytes += len(page.body)
        return ArchivedPage(page, self.file, offset)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._stream is not None:
            self._stream.close()


def answer_name(observed_at: datetime, run_id: int, scope: Scope) -> str:
    """Name of the file that holds what one scope of a source answered in one run, in the order of asking."""
    return f"{observed_at.astimezone(UTC):%Y%m%dT%H%M%S}-{run_id:06d}-{list(Scope).index(scope)}-{scope}"


def answer_file(source: str, observed_at: datetime, run_id: int, scope: Scope) -> str:
    """The same as a path below the archive."""
    return f"{source}/{answer_name(observed_at, run_id, scope)}.warc.gz"


def free_name(root: Path, source: str, observed_at: datetime, what: str) -> str:
    """Name of a new file for a moment: nothing is appended to one that is there, whole or torn by a kill."""
    stem = f"{observed_at:%Y%m%dT%H%M%S}-{what}"
    return f"{stem}-{len(list((root / source).glob(f'{stem}-*'))):03d}"


def archive_files(root: Path) -> tuple[Path, ...]:
    """All archive files, oldest observation first."""
    return tuple(sorted(root.glob("*/*.warc.gz"), key=lambda path: (path.name, path.parent.name)))


def read_pages(root: Path, path: Path) -> Iterator[ArchivedPage]:
    """Read the pages of one archive file in the order of their arrival.

    Raises
    ------
    ArchiveError
        If a record is damaged otherwise than by ending short at the end of the file.
    """
    file = str(path.relative_to(root))
    for offset, content in _whole_members(path):
        try:
            record = next(ArchiveIterator(BytesIO(content), check_digests="raise"))
            page = _to_page(record.rec_headers, record.content_stream().read())
        except (ArchiveLoadFailed, StopIteration, TypeError, ValueError) as error:
            raise ArchiveError(f"{path}: record at byte {offset} cannot be read: {error}") from error
        yield ArchivedPage(page, file, offset)


RESTORE = (
    "restore them from a backup, or go on without what they hold: move them and the corpus away, and run"
    " 'trialwatch rebuild'"
)
"""What to do about files of the archive that are damaged or gone."""
DAMAGED = "damaged"
"""Kind of the page that stands for what of a file could not be read."""
_MOMENT = re.compile(r"\d{8}T\d{6}")


def unreadable(root: Path, path: Path, reason: str) -> tuple[ArchivedPage, list[Parsed]]:
    """What stands for the part of a file that cannot be read: a page without content, and a rejection that says why.

    It is of the moment in the file's name; of a file that is not named by us nobody knows since when it is there.
    """
    file = str(path.relative_to(root))
    named = _MOMENT.match(path.name)
    seen = datetime.strptime(named[0], "%Y%m%dT%H%M%S").replace(tzinfo=UTC) if named else datetime.fromtimestamp(0, UTC)
    page = Page(source=path.parent.name, kind=DAMAGED, url=f"archive/{file}", body=b"", observed_at=seen)
    rejected = Rejected(
        source=path.parent.name,
        record_ref=page.url,
        reason=reason,
        path=page.url,
        action=RESTORE,
    )
    return ArchivedPage(page, file, -1), [rejected]


def _whole_members(path: Path) -> Iterator[tuple[int, bytes]]:
    """Offset and content of every gzip member that was written to its end; each holds one record."""
    offset, rest = 0, b""
    with path.open("rb") as stream:
        while rest or (rest := stream.read(_CHUNK)):
            unzip, parts, length = zlib.decompressobj(wbits=zlib.MAX_WBITS | 16), [], 0
            while not unzip.eof:
                try:
                    parts.append(unzip.decompress(rest))
                except zlib.error as error:
                    raise ArchiveError(f"{path}: record at byte {offset} cannot be read: {error}") from error
                length += len(rest)
                rest = unzip.unused_data if unzip.eof else stream.read(_CHUNK)
                if not rest and not unzip.eof:
                    if _is_followed(path, offset):
                        raise ArchiveError(f"{path}: record at byte {offset} cannot be read: it has no end")
                    return
            yield offset, b"".join(parts)
            offset += length - len(rest)


def _is_followed(path: Path, offset: int) -> bool:
    """Whether a whole record begins after the beginning of another: then that one is damaged, not torn."""
    rest = memoryview(path.read_bytes())[offset:]
    for found in re.finditer(rb"(?<!^)\x1f\x8b\x08", rest):
        unzip = zlib.decompressobj(wbits=zlib.MAX_WBITS | 16)
        with suppress(zlib.error):
            if unzip.decompress(rest[found.start() :]).startswith(b"WARC/") and unzip.eof:
                return True
    return False


class _Writer(WARCWriter):  # type: ignore[misc]
    """Buffers in memory: the temporary files that warcio takes for it are never closed."""

    @staticmethod
    def _create_temp_file() -> BytesIO:
        return BytesIO()


def _to_record(writer: WARCWriter, page: Page) -> Any:
    meta = {
        "source": page.source,
        "kind": page.kind,
        "listing": page.listing,
        "total": page.total,
        "status": page.status,
        "content_type": page.content_type,
        "question": page.question,
    }
    # Only of files that say so: what sources answer is archived as ever.
    meta |= {name: said for name in ("database", "searched_on") if (said := getattr(page, name))}
    headers = {
        "WARC-Date": page.observed_at.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z"),
        _META: json.dumps(meta, separators=(",", ":")),
    }
    if page.kind == "file":
        return writer.create_warc_record(
            page.url, "resource", payload=BytesIO(page.body), length=len(page.body), warc_headers_dict=headers
        )
    http = StatusAndHeaders(str(page.status), [("Content-Type", page.content_type)], protocol="HTTP/1.1")
    return writer.create_warc_record(
        page.url, "response", payload=BytesIO(page.body), http_headers=http, warc_headers_dict=headers
    )


def _to_page(headers: StatusAndHeaders, body: bytes) -> Page:
    meta, url, observed_at = (headers.get_header(name) for name in (_META, "WARC-Target-URI", "WARC-Date"))
    if not (meta and url and observed_at):
        raise ValueError("a header of the record is missing")
    return Page(**json.loads(meta), url=url, body=body, observed_at=datetime.fromisoformat(observed_at))
