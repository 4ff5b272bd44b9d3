"""What the command line prints is what stands in the data."""

import io
import re
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stdout

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cli.common import console
from cli.show import rows

PRINTABLE = st.text(st.characters(exclude_categories=["Cc", "Cs", "Zl", "Zp"]), min_size=1)


@contextmanager
def printed() -> Iterator[io.StringIO]:
    out = io.StringIO()
    with redirect_stdout(out):
        yield out


def test_a_cell_is_one_line_whatever_it_holds() -> None:
    with printed() as out:
        rows(["v", "n"], [("tab\there", 1), ("two\nlines", 2), ("back\rward", 3)], console())
    assert [line.split() for line in out.getvalue().splitlines()] == [
        ["v", "n"],
        [r"tab\there", "1"],
        [r"two\nlines", "2"],
        [r"back\rward", "3"],
    ]


@pytest.mark.parametrize(
    "text",
    [
        "a [see text] :100:",
        "[/b]",
        "[corrected]",
        "[bold]x[/bold]",
        "[link=x]y[/link]",
        r"\[x]",
        ":smile:",
        "x" * 20_000,
    ],
)
def test_brackets_and_colons_are_text_in_a_line_and_in_a_cell(text: str) -> None:
    with printed() as out:
        console().print(text)
        rows(["found"], [(text,)], console())
    assert [line.rstrip() for line in out.getvalue().splitlines()] == [text, "found", text]


@given(PRINTABLE)
def test_every_string_comes_out_as_it_went_in(text: str) -> None:
    with printed() as out:
        console().print(text)
        rows(["found"], [(text,)], console())
    line, _, cell = out.getvalue().removesuffix("\n").split("\n")
    assert line == text
    assert cell.rstrip() == text.rstrip()


@given(st.text(st.characters(categories=["Cc"], exclude_characters="\n\t"), min_size=1))
def test_what_would_command_a_terminal_is_shown_and_not_sent(controls: str) -> None:
    with printed() as out:
        console().print(f"title {controls}[31m")
        rows(["found"], [(controls,)], console())
    assert not re.search(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]", out.getvalue())
    assert "[31m" in out.getvalue()
