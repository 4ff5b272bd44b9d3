"""What a cell means: a number, yes or no, a word of a closed list. What it cannot mean is a loss, and None."""

from collections.abc import Mapping
from typing import TypeVar

from exchange.cochrane.package import Cells, Loss
from exchange.cochrane.tables import Line, Table, brief, with_decimal_point
from models.printed import printed_number

Meaning = TypeVar("Meaning")

NOTHING = frozenset(
    ["", "#n/a", "n/a", "na", "#value!", "#div/0!", "#num!", "null", "#nv", "#n/d", "#n/b", "#wert!", "#valeur!",
     "#valor!", "#valore!", "#waarde!", "#zahl!", "#nombre!", "#div/0", "#¡div/0!", "#¡num!", "#¡valor!"]
)  # fmt: skip
"""What stands in a cell without a value; the package itself writes #N/A, a spreadsheet its errors in its own language."""
_YES_NO = {
    "true": True, "false": False, "yes": True, "no": False, "1": True, "0": False, "wahr": True, "falsch": False,
    "vrai": True, "faux": False, "verdadero": True, "verdadeiro": True, "falso": False, "vero": True, "waar": True,
    "onwaar": False,
}  # fmt: skip
"""Yes and no, also as spreadsheets write them in their own language."""
_WHOLE = 10**9


def is_nothing(text: str) -> bool:
    return text.strip().lower() in NOTHING


class LineReader:
    """Reads the cells of one line of a table; what it cannot read goes into the losses.

    Columns that the table does not have are empty: layouts differ.
    """

    def __init__(self, table: Table, line: Line, losses: list[Loss]) -> None:
        self.cells: Cells = line.cells
        self.line = line.number
        self._table = table
        self._losses = losses

    def lose(self, column: str, done: str) -> None:
        value = brief(self.cells.get(column, ""))
        self._losses.append(Loss(file=self._table.name, line=self.line, column=column, value=value, done=done))

    def text(self, column: str) -> str:
        """A cell as written; '' for none."""
        told = self.cells.get(column, "")
        return "" if is_nothing(told) else told.strip()

    def number(self, column: str, least: float | None = None) -> float | None:
        """A number, ``1.0E-6`` as well; one below `least` is lost."""
        told = self.cells.get(column, "")
        if is_nothing(told):
            return None
        if self._table.has_decimal_commas:
            told = with_decimal_point(told)
        # A comma may be a decimal one, or set thousands apart: nobody can tell.
        value = None if "," in told else printed_number(told)
        if value is None:
            self.lose(column, "not a number: taken as empty")
        elif least is not None and value < least:
            self.lose(column, "below nought, which it cannot be: taken as empty")
            return None
        return value

    def share(self, column: str) -> float | None:
        """A share of 1, written as 95%, 95 or 0.95; None where it is none."""
        text = self.text(column)
        plain = with_decimal_point(text) if self._table.has_decimal_commas else text
        value = printed_number(plain.removesuffix("%"))
        if value is None:
            return None
        # In a spreadsheet 95% is the number 0.95.
        return value if 0 < value < 1 and not text.endswith("%") else value / 100

    def whole(self, column: str) -> int | None:
        """A whole number from 0 on, as of keys and years; ``1.0`` is 1."""
        value = self.number(column, least=0)
        if value is None:
            return None
        if value != int(value) or value > _WHOLE:
            self.lose(column, "not a whole number: taken as empty")
            return None
        return int(value)

    def flag(self, column: str, default: bool = False) -> bool:
        told = self.text(column).lower()
        if not told:
            return default
        if told not in _YES_NO:
            self.lose(column, f"neither true nor false: taken as {str(default).lower()}")
        return _YES_NO.get(told, default)

    def word(self, column: str, words: Mapping[str, Meaning], done: str) -> Meaning | None:
        """What a word of a closed list means, in any case and spacing; None where it is empty or not known."""
        told = " ".join(self.text(column).split())
        if not told:
            return None
        meaning = words.get(told.lower())
        if meaning is None:
            self.lose(column, done)
        return meaning

    def key(self) -> tuple[int, int] | None:
        """The numbers of comparison and analysis; None, and a loss, where one is missing."""
        for column in ("Analysis group", "Analysis number"):
            if is_nothing(self.cells.get(column, "")):
                self.lose(column, "no key: the line is left out")
                return None
        group, number = self.whole("Analysis group"), self.whole("Analysis number")
        return None if group is None or number is None else (group, number)
