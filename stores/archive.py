"""The archive: every answer of a source, untouched, append-only, as WARC (ISO 28500).

One file per source and run. A record is complete once :meth:`ArchiveWriter.append` has returned; what a
killed run left torn at the end of a file is passed over, since nothing later was built on it.
"""

import json
import os
from collections.abc import Iterator
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path
from types import TracebackType
from typing import IO, Any, Self

from warcio.archiveiterator import ArchiveIterator
from warcio.exceptions import ArchiveLoadFailed
from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

from models.trial import Page

_META = "WARC-Trialwatch-Page"
"""Our header: what the connector asked for, as JSON."""


class ArchiveError(Exception):
    """An archive file is damaged elsewhere than at its end; the message names file and offset."""


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
        self.path = root / source / f"{name}.warc.gz"
        self.n_pages = 0
        self.n_bytes = 0
        self._stream: IO[bytes] | None = None

    def append(self, page: Page) -> None:
        """Write one page and wait until it is on disk."""
        if self._stream is None:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            self._stream = self.path.open("ab")
        writer = WARCWriter(self._stream, gzip=True)
        writer.write_record(_to_record(writer, page))
        self._stream.flush()
        os.fsync(self._stream.fileno())
        self.n_pages += 1
        self.n_bytes += len(page.body)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._stream is not None:
            self._stream.close()


def archive_files(root: Path) -> tuple[Path, ...]:
    """All archive files, oldest observation first."""
    return tuple(sorted(root.glob("*/*.warc.gz"), key=lambda path: (path.name, path.parent.name)))


def read_pages(root: Path, path: Path) -> Iterator[ArchivedPage]:
    """Read the pages of one archive file in the order of their arrival.

    Raises
    ------
    ArchiveError
        If the file is damaged before its last record.
    """
    file = str(path.relative_to(root))
    size = path.stat().st_size
    with path.open("rb") as stream:
        records = ArchiveIterator(stream, check_digests="raise")
        end = 0
        while True:
            try:
                record = next(records, None)
                if record is None:
                    return
                body = record.content_stream().read()
                page = _to_page(record.rec_headers, body)
                offset = records.get_record_offset()
                end = offset + records.get_record_length()
            except (ArchiveLoadFailed, EOFError, OSError, ValueError) as error:
                if _is_tail(path, end, size):
                    return
                raise ArchiveError(f"{path}: record at byte {end} cannot be read: {error}") from error
            yield ArchivedPage(page, file, offset)


def _is_tail(path: Path, offset: int, size: int) -> bool:
    """Whether no further record starts after the one at `offset`: a gzip member that ends short."""
    with path.open("rb") as stream:
        stream.seek(offset)
        rest = stream.read(size - offset)
    return rest.find(b"\x1f\x8b\x08", 1) == -1


def _to_record(writer: WARCWriter, page: Page) -> Any:
    meta = {
        "source": page.source,
        "kind": page.kind,
        "listing": page.listing,
        "total": page.total,
        "status": page.status,
        "content_type": page.content_type,
    }
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
