"""A spreadsheet in one line, for all tests of pooling."""

from collections.abc import Callable
from pathlib import Path

import pytest

Write = Callable[..., Path]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Writes text to a file of this test: ``write("yi,vi\\n1,1\\n")``."""

    def to(text: str, name: str = "trials.csv", encoding: str = "utf-8") -> Path:
        path = tmp_path / name
        path.write_text(text, encoding=encoding)
        return path

    return to
