"""A file of the archive that cannot be read stops nothing: what can be read of it counts, and the rest is named."""

from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from flows.night import NightResult
from stores.archive import archive_files
from stores.published import current_folder
from stores.snapshot import query

pytestmark = pytest.mark.slow

Night = Callable[..., NightResult]
NEXT, AFTER = date(2016, 7, 20), date(2016, 7, 21)


def append_zeros(path: Path) -> None:
    path.write_bytes(path.read_bytes() + bytes(100))


def flip_a_byte(path: Path) -> None:
    body = bytearray(path.read_bytes())
    body[len(body) // 2] ^= 0xFF
    path.write_bytes(bytes(body))


def put_another_file_in_its_place(path: Path) -> None:
    path.write_bytes(b"no archive at all")


DAMAGES = [append_zeros, flip_a_byte, put_another_file_in_its_place]


def queued(data: Path) -> list[str]:
    warehouse = current_folder(data / "published", "als_cell_therapy") / "warehouse.duckdb"
    _, rows = query(warehouse, "SELECT subject FROM out_queue WHERE kind = 'rejected' AND subject LIKE 'archive/%'")
    return [subject for (subject,) in rows]


@pytest.mark.parametrize("damage", DAMAGES)
def test_a_damaged_file_is_named_and_the_night_goes_on(
    data: Path, carry_out: Night, damage: Callable[[Path], None]
) -> None:
    [path, *_] = archive_files(data / "archive")
    whole = path.read_bytes()
    damage(path)
    (data / "corpus.duckdb").unlink()
    result = carry_out(data, NEXT)
    assert result.state == "partial"
    assert queued(data) == [f"archive/{path.relative_to(data / 'archive')}"]
    path.write_bytes(whole)
    carry_out(data, AFTER)
    assert queued(data) == []


def test_a_stray_file_is_named_until_it_is_moved_away(data: Path, carry_out: Night) -> None:
    stray = data / "archive" / "ctgov" / "stray.warc.gz"
    stray.write_bytes(b"")
    stray.write_bytes(b"not gzip")
    assert carry_out(data, NEXT).state == "partial"
    assert queued(data) == ["archive/ctgov/stray.warc.gz"]
    stray.unlink()
    carry_out(data, AFTER)
    assert queued(data) == []
