"""Texts of API v2 as a person reads them."""

import re

from connectors.reading import tidy

_ESCAPED = re.compile(r"\\([!-/:-@\[-`{-~])")


def plain(markup: str | None) -> str | None:
    r"""A ``markup`` field without its Markdown escapes: ``\>= 11`` is ``>= 11`` (CommonMark 0.28, 6.1)."""
    return tidy(_ESCAPED.sub(r"\1", markup)) if markup else None
