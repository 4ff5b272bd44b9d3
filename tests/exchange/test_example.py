"""The package that ships is the one that its script makes, and it is adopted as the demo does it."""

from pathlib import Path

import example_package

EXAMPLES = Path(__file__).parents[2] / "examples"


def files_of(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_the_package_that_ships_is_the_one_that_is_made(tmp_path: Path) -> None:
    shipped = EXAMPLES / f"{example_package.REVIEW}-dataPackage"
    assert files_of(shipped) == files_of(example_package.write(tmp_path))
