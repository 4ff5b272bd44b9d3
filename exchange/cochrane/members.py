"""The files inside a zip, a zip in a zip, or a folder, as long as they are harmless.

Names that lead out of the package, links, locked members and what unpacks to more than any package holds are refused
before anything is read.
"""

import io
import re
import stat
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from exchange.cochrane.package import PackageError

LARGEST = 200_000_000
"""Bytes of all files that are read together; a large package has 5 MB."""
MOST = 10_000
"""Members of one zip, files of one folder."""
DEEPEST = 3
"""Zips inside of zips: RevMan's own export has two."""
RATIO = 300
"""How many times its size a member of some size may unpack to; tables of empty cells come to 60."""
_SMALL = 5_000_000
"""Bytes up to which nobody asks for the ratio."""
_READ = (".csv", ".ris", ".json")
_ZIP_STARTS = (b"PK\x03\x04", b"PK\x05\x06")
_PAGE = re.compile(rb"\s*(?:\xef\xbb\xbf)?\s*<(?:!doctype|html|\?xml|head|body)", re.IGNORECASE)
_CHUNK = 1_000_000
_AGAIN = "download the package again"


class Member(NamedTuple):
    """A file: its path inside the package, with ``/``, and its bytes."""

    path: str
    body: bytes


def members_of(path: Path) -> list[Member]:
    """The tables, references and JSON files at `path`, in the order of the zip or of their names.

    Raises
    ------
    PackageError
        If there is nothing there, it is no zip, or it is unsafe to open.
    """
    try:
        if path.is_dir():
            return list(_in_folder(path))
        body = path.read_bytes() if path.stat().st_size <= LARGEST else None
    except FileNotFoundError:
        raise PackageError(f"{path}: there is no such file or folder") from None
    except OSError as error:
        raise PackageError(f"{path}: cannot be read ({error.strerror or error})") from error
    if body is None:
        raise PackageError(f"{path.name}: larger than any data package ({LARGEST // 1_000_000} MB)")
    return list(_Unpacking().members(body, path.name, 1))


def _in_folder(folder: Path) -> Iterator[Member]:
    root, n_bytes, n_files = folder.resolve(), 0, 0
    unpacking = _Unpacking()
    for path in sorted(folder.rglob("*")):
        if path.is_symlink() and not path.resolve().is_relative_to(root):
            raise PackageError(f"{path}: a link that leads out of the folder; put the file itself there")
        name = path.relative_to(folder).as_posix()
        if not path.is_file() or _is_added(name):
            continue
        n_files += 1
        if n_files > MOST:
            raise PackageError(f"{folder}: more than {MOST} files; name the folder of one data package")
        if name.lower().endswith(".zip"):
            # RevMan's export, unpacked once, holds the package as a zip.
            yield from unpacking.members(path.read_bytes(), name, 1)
        if not name.lower().endswith(_READ):
            continue
        n_bytes += path.stat().st_size
        if n_bytes > LARGEST:
            raise PackageError(f"{folder}: more than {LARGEST // 1_000_000} MB; name the folder of one data package")
        yield Member(name, path.read_bytes())


class _Unpacking:
    """One budget for a zip and all zips in it."""

    def __init__(self) -> None:
        self._left = LARGEST

    def members(self, body: bytes, where: str, depth: int) -> Iterator[Member]:
        if depth > DEEPEST:
            raise PackageError(f"{where}: zips in zips in zips; unpack it and name the folder of the package")
        try:
            with zipfile.ZipFile(io.BytesIO(body)) as packed:
                entries = packed.infolist()
                if len(entries) > MOST:
                    raise PackageError(f"{where}: {len(entries)} files, more than any data package has")
                for entry in entries:
                    _check(entry, where)
                for entry in entries:
                    yield from self._read(packed, entry, where, depth)
        except (
            zipfile.BadZipFile,
            zlib.error,
            EOFError,
            OSError,
            NotImplementedError,
            RuntimeError,
            ValueError,
        ) as error:
            raise PackageError(_why(body, where, error)) from error

    def _read(self, packed: zipfile.ZipFile, entry: zipfile.ZipInfo, where: str, depth: int) -> Iterator[Member]:
        name = _plain(entry.filename)
        ending = Path(name).suffix.lower()
        if entry.is_dir() or _is_added(name) or ending not in {*_READ, ".zip"}:
            return
        body = self._unpacked(packed, entry, where)
        if ending == ".zip":
            if not body.startswith(_ZIP_STARTS):
                raise PackageError(f"{where}/{name}: {_not_a_zip(body)}")
            yield from self.members(body, f"{where}/{name}", depth + 1)
        else:
            yield Member(name if depth == 1 else f"{where.partition('/')[2]}/{name}", body)

    def _unpacked(self, packed: zipfile.ZipFile, entry: zipfile.ZipInfo, where: str) -> bytes:
        chunks, size = list[bytes](), 0
        with packed.open(entry) as stream:
            while chunk := stream.read(_CHUNK):
                size += len(chunk)
                self._left -= len(chunk)
                is_swollen = size > _SMALL and size > RATIO * max(entry.compress_size, 1)
                if self._left < 0 or is_swollen:
                    raise PackageError(
                        f"{where}: {entry.filename!r} unpacks to more than any data package holds; {_AGAIN} from the "
                        "Cochrane Library"
                    )
                chunks.append(chunk)
        return b"".join(chunks)


def _check(entry: zipfile.ZipInfo, where: str) -> None:
    # ZipInfo cuts names at NUL and turns the system's separator; orig_filename is what the zip says.
    name = _plain(entry.orig_filename)
    if name.startswith("/") or re.match(r"[A-Za-z]:", name) or ".." in name.split("/") or "\0" in name:
        raise PackageError(
            f"{where}: a member {entry.orig_filename!r} leads out of the package; do not unpack this zip"
        )
    if stat.S_ISLNK(entry.external_attr >> 16):
        raise PackageError(f"{where}: the member {entry.filename!r} is a link; no data package has one")
    if entry.flag_bits & 1:
        raise PackageError(f"{where}: {entry.filename!r} is locked with a password; save the package without one")


def _why(body: bytes, where: str, error: Exception) -> str:
    if not body.startswith(_ZIP_STARTS):
        return f"{where}: {_not_a_zip(body)}"
    return f"{where}: a zip that is cut off or damaged ({error}); {_AGAIN}"


def _not_a_zip(body: bytes) -> str:
    if not body.strip(b"\0 \t\r\n"):
        return f"an empty file; {_AGAIN}"
    if _PAGE.match(body[:200]):
        return f"a web page and no zip: what was saved is the page before the download; accept its terms and {_AGAIN}"
    return "not a zip; name the zip that Cochrane hands out, or the folder that it unpacks to"


def _plain(name: str) -> str:
    return name.replace("\\", "/")


def _is_added(name: str) -> bool:
    """What systems put into folders and zips by themselves."""
    return name.startswith("__MACOSX/") or any(part.startswith(".") for part in name.split("/") if part != ".")
