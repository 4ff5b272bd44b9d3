"""What is no package, or is a danger, is refused with a sentence; however a package is packed, it is found."""

import io
import struct
import tempfile
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from made_up_packages import analysis, entry, package_files, row, study, write_package, zipped

from exchange.cochrane import members
from exchange.cochrane.files import SETTINGS, open_package
from exchange.cochrane.package import PackageError
from exchange.cochrane.read import read_package
from exchange.cochrane.registrations import registrations_of

FILES = package_files(analyses=[analysis()], rows=[row(1, 1, "Ash 2001")], studies={"included": [study("Ash 2001")]})
GOOD = zipped(FILES)
RICH = package_files(
    analyses=[analysis(), analysis(2, 1, **{"Data type": "Continuous", "Effect measure": "Mean Difference"})],
    rows=[row(1, 1, "Ash 2001", Subgroup="Adults"), row(2, 1, "Birch 2002", **{"Experimental mean": 1})],
    subgroups=[{"Analysis group": 1, "Analysis number": 1, "Subgroup": "Adults"}],
    studies={
        "included": [study("Ash 2001")],
        "ongoing": [study("NCT01363402", **{"Char: Notes": "<p>Status: recruiting</p>"})],
    },
    references={"ongoing": [entry("NCT01363402", "https://clinicaltrials.gov/study/NCT01363402")]},
    studies_json={"included": {"risk-of-bias-method": "RISK_OF_BIAS_1", "studies": [{"name": "Ash 2001"}]}},
    bias=[{"Study": "Ash 2001", "Domain (judgement): Other bias": "High risk"}],
)


def with_member(name: str, content: bytes = b"x", *, mode: int = 0) -> bytes:
    body = io.BytesIO(GOOD)
    with zipfile.ZipFile(body, "a") as packed:
        info = zipfile.ZipInfo(name)
        info.external_attr = mode << 16
        info.compress_type = zipfile.ZIP_DEFLATED
        packed.writestr(info, content)
    return body.getvalue()


def locked() -> bytes:
    """The flag that a password sets, in the member's head and in the directory."""
    body = bytearray(GOOD)
    for mark, place in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        start = 0
        while (start := body.find(mark, start)) >= 0:
            (flags,) = struct.unpack_from("<H", body, start + place)
            struct.pack_into("<H", body, start + place, flags | 1)
            start += 4
    return bytes(body)


def nested(depth: int) -> bytes:
    body = GOOD
    for number in range(depth):
        body = zipped({f"{number}.zip": body})
    return body


def another(review: str) -> dict[str, str]:
    return package_files(review, analyses=[analysis()])


def flipped() -> bytes:
    body = bytearray(GOOD)
    body[80] ^= 0xFF
    return bytes(body)


DIAGNOSTIC = {**FILES, "CD000001-analysis-data/CD000001-parameters.csv": "x\n"}
TESTS = {**FILES, "CD000001-study-data/CD000001-study-test-data.csv": "x\n"}
OTHER_TWICE = {**FILES, "copy/CD000001-data-rows.csv": "Analysis group\n"}

HOSTILE = {
    "a path above": (lambda: with_member("../evil.csv"), "leads out of the package"),
    "a path above in the middle": (lambda: with_member("CD000001/../../evil.csv"), "leads out of the package"),
    "an absolute path": (lambda: with_member("/etc/evil.csv"), "leads out of the package"),
    "a drive": (lambda: with_member("C:\\evil.csv"), "leads out of the package"),
    "a path above, as Windows writes it": (lambda: with_member("..\\evil.csv"), "leads out of the package"),
    "a host": (lambda: with_member("\\\\host\\evil.csv"), "leads out of the package"),
    "a link": (lambda: with_member("CD000001-link.csv", b"/etc/passwd", mode=0o120777), "is a link"),
    "a password": (locked, "locked with a password"),
    "a bomb": (lambda: with_member("CD000001-bomb.csv", b"0" * 40_000_000), "unpacks to more"),
    "a bomb in a zip": (
        lambda: zipped({"inner.zip": zipped({"CD000001-bomb.csv": b"0" * 40_000_000})}),
        "unpacks to more",
    ),
    "zips in zips": (lambda: nested(4), "zips in zips in zips"),
    "many members": (lambda: zipped({f"{number}.txt": b"" for number in range(members.MOST + 1)}), "10001 files"),
    "no zip": (lambda: b"%PDF-1.4 an article", "not a zip"),
    "an empty file": (lambda: b"", "an empty file"),
    "noughts": (lambda: b"\0" * 5000, "an empty file"),
    "a web page": (lambda: b"\n<!DOCTYPE html><html><body>Log in</body></html>", "a web page and no zip"),
    "a cut zip": (lambda: GOOD[: len(GOOD) // 2], "cut off or damaged"),
    "a zip without its end": (lambda: GOOD[:-10], "cut off or damaged"),
    "a damaged member": (flipped, "cut off or damaged"),
    "a zip of nothing": (lambda: zipped({}), "no table and no references"),
    "a zip of pictures": (lambda: zipped({"figure.png": b"x"}), "no table and no references"),
    "somebody's tables": (lambda: zipped({"sales.csv": "a,b\n"}), "no file of a Cochrane data package"),
    "two packages": (lambda: zipped(FILES | another("CD000002")), "several packages (CD000001, CD000002)"),
    "two packages in zips": (
        lambda: zipped({"a.zip": GOOD, "b.zip": zipped(another("CD000002"))}),
        "several packages (CD000001, CD000002)",
    ),
    "one table twice": (lambda: zipped(OTHER_TWICE), "holds CD000001-data-rows.csv twice"),
    "a diagnostic review": (lambda: zipped(DIAGNOSTIC), "a package of a diagnostic review"),
    "a diagnostic review's tests": (lambda: zipped(TESTS), "a package of a diagnostic review"),
    "an inner zip that is a page": (lambda: zipped({"CD000001-data.zip": b"<html>"}), "a web page and no zip"),
    "a settings table without a line": (
        lambda: zipped({f"CD000001-analysis-data/CD000001-{SETTINGS}": ""}),
        f"CD000001-{SETTINGS} is empty",
    ),
    "a settings table that is a page": (
        lambda: zipped({f"CD000001-{SETTINGS}": "<html><body>Not found</body></html>"}),
        "has no column 'Analysis group'",
    ),
}


@pytest.mark.parametrize("kind", HOSTILE)
def test_what_is_no_package_or_a_danger_is_refused_with_a_sentence(tmp_path: Path, kind: str) -> None:
    make: Callable[[], bytes]
    make, sentence = HOSTILE[kind]
    path = tmp_path / "CD000001-dataPackage.zip"
    path.write_bytes(make())
    with pytest.raises(PackageError) as refused:
        read_package(path)
    assert sentence in str(refused.value)
    assert "CD000001-dataPackage.zip" in str(refused.value)
    assert [item.name for item in tmp_path.iterdir()] == [path.name]


def test_nothing_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(PackageError, match="there is no such file"):
        open_package(tmp_path / "CD000001.zip")
    with pytest.raises(PackageError, match="no table and no references"):
        open_package(tmp_path)


def test_a_link_out_of_a_folder_is_refused(tmp_path: Path) -> None:
    (tmp_path / "secret.csv").write_text("x")
    folder = write_package(tmp_path, packed="folder")
    (folder / "CD000001-data-rows.csv").symlink_to(tmp_path / "secret.csv")
    with pytest.raises(PackageError, match="a link that leads out of the folder"):
        open_package(folder)


def test_more_than_any_package_holds_is_refused_by_its_sum(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(members, "LARGEST", len(GOOD) + 1)
    path = write_package(tmp_path, analyses=[analysis()], rows=[row(1, 1, "Ash 2001")] * 500)
    with pytest.raises(PackageError, match="unpacks to more"):
        open_package(path)


@pytest.mark.parametrize(
    "files",
    [
        FILES,
        {f"a/b/{path}": text for path, text in FILES.items()},
        {Path(path).name: text for path, text in FILES.items()},
        {path.replace("/", "\\"): text for path, text in FILES.items()},
        {path.upper(): text for path, text in FILES.items()},
        {**FILES, "__MACOSX/CD000001-analysis-data/._CD000001-data-rows.csv": "x", "thumbs.db": "x"},
        {**FILES, "CD000001-data-package-info.html": "<html>", "figures/CD000001.svg": "x"},
        {**FILES, "again/CD000001-data-rows.csv": FILES["CD000001-analysis-data/CD000001-data-rows.csv"]},
        {"x/y.zip": GOOD},
        {"x/y.zip": zipped({"z.zip": GOOD})},
    ],
)
def test_however_it_is_packed_the_package_is_the_same(tmp_path: Path, files: dict[str, str]) -> None:
    path = tmp_path / "package.zip"
    path.write_bytes(zipped(files))
    package = read_package(path)
    assert package.review.upper() == "CD000001"
    assert [item.study for item in package.rows] == ["Ash 2001"]
    assert package.losses == ()


def test_lists_alone_are_a_package(tmp_path: Path) -> None:
    path = tmp_path / "package.zip"
    path.write_bytes(zipped({"CD000003-study-data/CD000003-awaiting.ris": "TY  - JOUR\nNS  - Ash 2001\nER  - \n"}))
    assert [item.name for item in read_package(path).studies] == ["Ash 2001"]


def test_a_file_of_the_package_that_no_layout_has_is_named(tmp_path: Path) -> None:
    path = write_package(tmp_path, analyses=[analysis()], extra={"CD000001-study-data/CD000001-costs.csv": "a\n"})
    assert "CD000001-costs.csv: a file that no layout has: not read" in [
        str(loss) for loss in read_package(path).losses
    ]


def test_a_folder_may_hold_the_package_as_a_zip(tmp_path: Path) -> None:
    (tmp_path / "CD000001-files").mkdir()
    (tmp_path / "CD000001-files" / "CD000001-data.zip").write_bytes(GOOD)
    assert [item.study for item in read_package(tmp_path).rows] == ["Ash 2001"]


JUNK = [b"", b"#N/A", b"1e400", b"\xff\xfe", b'"', b"\n", b"\r", b"\0", b";", b"<p", b"&#x110000;", b"NaN", b"\xed\xa0"]
JUNK += [
    "²".encode(),
    "٣".encode(),
    b"9" * 400,
    b"TY  - ",
    b"ER  - ",
    b"{",
    b"%E2%80",
    b"\xe2\x80\xa8",
    b"-0.0",
    b"1,5",
]
PLACES = st.tuples(st.integers(0, 10), st.floats(0, 1), st.sampled_from(JUNK), st.integers(0, 30))


@given(st.lists(PLACES, min_size=1, max_size=6))
def test_a_package_damaged_anywhere_is_read_or_refused(damage: list[tuple[int, float, bytes, int]]) -> None:
    files = {path: text.encode() for path, text in RICH.items()}
    for which, place, junk, n_lost in damage:
        path = sorted(files)[which % len(files)]
        at = int(place * len(files[path]))
        files[path] = files[path][:at] + junk + files[path][at + n_lost :]
    with tempfile.TemporaryDirectory() as folder:
        packed = Path(folder) / "package.zip"
        packed.write_bytes(zipped(files))
        try:
            package = read_package(packed)
        except PackageError as refused:
            assert "package.zip" in str(refused)
            return
    assert {item.key for item in package.rows} <= {item.key for item in package.analyses}
    assert len(registrations_of(package)) == len(package.studies)
    assert all(str(loss).startswith("CD000001") for loss in package.losses)
