"""What people write in a cell: numbers in any digits, words for nothing, bounds, remarks; and why a text is no number."""

import re
import unicodedata
from collections.abc import Sequence

_NOTHING = frozenset(
    {
        *("", "na", "n/a", "n\\a", "n.a.", "n.a", "#n/a", "<na>", "nan", "null", "none", ".", "..", "...", "…"),
        *(
            "-",
            "--",
            "–",
            "—",
            "‐",
            "\N{MINUS SIGN}",
            "?",
            "??",
            "nr",
            "n.r.",
            "n/r",
            "nd",
            "n.d.",
            "n/d",
            "nk",
            "n/k",
            "unk",
        ),
        *("not reported", "not available", "not applicable", "not given", "not stated", "not known", "not done"),
        *("not measured", "not assessed", "not recorded", "not published", "unreported", "unpublished", "no data"),
        *("unknown", "unclear", "missing", "tbd", "tbc", "k.a.", "keine angabe"),
    }
)
NOT_SIGNIFICANT = frozenset({"ns", "n.s.", "n.s", "not significant", "non-significant", "nonsignificant"})
NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?", re.ASCII | re.IGNORECASE)
NAMED_P = re.compile(r"^p?\s*=\s*", re.IGNORECASE)
BOUND = re.compile(r"(?:p\s*)?([<>≤≥])\s*=?\s*(.+)", re.IGNORECASE)
_MARKS = str.maketrans(
    {
        **dict.fromkeys(
            "\N{MINUS SIGN}\N{FULLWIDTH HYPHEN-MINUS}\N{SMALL HYPHEN-MINUS}\N{EN DASH}\N{FIGURE DASH}", "-"
        ),
        **dict.fromkeys("\N{HYPHEN}\N{NON-BREAKING HYPHEN}", "-"),
        "\N{FULLWIDTH FULL STOP}": ".",
        **dict.fromkeys("\N{FULLWIDTH COMMA}", ","),
        "\N{ARABIC DECIMAL SEPARATOR}": ".",
    }
)
"""The minus signs of typesetters, which come with numbers copied from a paper, and marks that go with other digits."""
_UNSEEN = str.maketrans(
    dict.fromkeys("\N{ZERO WIDTH SPACE}\N{ZERO WIDTH NON-JOINER}\N{ZERO WIDTH JOINER}\N{WORD JOINER}\ufeff\u200e\u200f")
)
_MONTH = "(jan|feb|mar|mrz|mär|apr|may|mai|jun|jul|aug|sep|oct|okt|nov|dec|dez)[a-zä]*"
_DAY = re.compile(
    rf"\d{{4}}-\d{{2}}-\d{{2}}([T ].*)?|\d{{1,2}}[/.]\d{{1,2}}[/.]\d{{2,4}}|\d{{1,4}}[-. ]+{_MONTH}\.?([-. ]+\d{{2,4}})?"
    rf"|{_MONTH}[-. ]+\d{{1,4}}",
    re.IGNORECASE,
)
_THOUSANDS = re.compile(r"[+-]?\d{1,3}([.,'’\s]\d{3})+([.,]\d+)?")
_DECIMAL_COMMA = re.compile(r"[+-]?\d*,\d+")
_IN_BRACKETS = re.compile(r"\((\d+(?:[.,]\d+)?)\)")
_WITH_WORDS = re.compile(r"([+-]?\d+(?:[.,]\d+)?)\s*(?:[^\W\d_][\w .()/]*|[*†‡§¶#^]+)")
_SEVERAL = re.compile(r"\d\s*(±|\+/-|/|\(|\[|;|\bto\b|\bof\b|–)\s*\d|\d\s*-\s*\d")
_APPROXIMATE = re.compile(r"(~|≈|c\.|ca\.?|about|approx)", re.IGNORECASE)
_REMARK = re.compile(
    r"[*†‡§¶#]|(foot)?notes?\b|sources?:|abbreviations?\b|legend\b|comments?:|remarks?:|anmerkung|quelle|fußnote|légende",
    re.IGNORECASE,
)


def visible(cell: str) -> str:
    """A cell without blanks around it, and without characters that nobody sees."""
    return cell.translate(_UNSEEN).strip()


def is_missing(text: str) -> bool:
    """Whether a text is what people write where there is no number."""
    plain = text.lower()
    return plain in _NOTHING or plain.replace(". ", ".") in _NOTHING


def is_remark(cells: Sequence[str]) -> bool:
    """Whether a line is words below a table: it begins as a footnote does, and holds no number."""
    given = [text for cell in cells if (text := visible(cell))]
    return bool(given) and _REMARK.match(given[0]) is not None and not any(map(_is_number, given[1:]))


def plain_digits(text: str) -> str:
    """Digits and signs of any script as ours; superscripts and fractions are no digits.

    The apostrophe before a number, by which a spreadsheet knows a text, is not part of it.
    """
    return "".join(map(_as_ascii, text.translate(_MARKS))).removeprefix("'")


def _as_ascii(character: str) -> str:
    value = unicodedata.decimal(character, None)
    return character if value is None else str(value)


def _is_number(text: str) -> bool:
    return NUMBER.fullmatch(plain_digits(text).replace(",", ".")) is not None


def _without_marks(text: str) -> str:
    """Digits without marks between thousands; a last mark of another kind is the decimal one."""
    marks = [mark for mark in text if mark in ",."]
    decimal = marks[-1] if marks and marks.count(marks[-1]) == 1 and len(set(marks)) > 1 else ""
    plain = "".join(character for character in text if character.isdigit() or character in f"+-{decimal}")
    return plain.replace(",", ".")


def holds_several(text: str) -> bool:
    """Whether a cell holds more than one number, as an estimate with its limits, or events of people."""
    return _SEVERAL.search(text) is not None


def why_no_number(text: str) -> str:
    """Why a text is no number, and what to write."""
    if _DAY.fullmatch(text):
        return "is a date: the spreadsheet took a number such as 3/33 or 3.5 for a day; type it again as a number"
    if BOUND.fullmatch(text) or text.lower() in NOT_SIGNIFICANT:
        return "bounds a number and is none; leave it empty, or give the exact number"
    if found := _IN_BRACKETS.fullmatch(text):
        return f"is in brackets, which may mean that it is below 0; write -{found[1]} or {found[1]}"
    if found := _WITH_WORDS.fullmatch(text):
        return f"has words or marks beside its number; write {found[1]} alone, and units in the name of the column"
    if holds_several(text):
        return "holds more than one number; give each a column of its own"
    if _APPROXIMATE.match(text):
        return "is approximate; write the number alone, or leave the cell empty"
    if _THOUSANDS.fullmatch(text):
        return (
            "has marks between thousands, or a decimal comma in a file with commas between columns; "
            f"write {_without_marks(text)}, or a point for the decimal mark"
        )
    if _DECIMAL_COMMA.fullmatch(plain_digits(text)):
        return (
            f"has a decimal comma; write {plain_digits(text).replace(',', '.')}: commas are decimal ones only in text with "
            "semicolons or tabs between columns"
        )
    if text.endswith("%"):
        return "is a percentage; give people where people are counted, and a number between 0 and 1 where a share is asked for"
    if text.startswith("#"):
        return "is an error of the spreadsheet's own formula; mend the formula, or leave the cell empty"
    return "is not a finite number; leave it empty or write NA if unknown"
