"""Words by which a criterion is decided: a rule of terms, and how a review's own words join those that all share."""

from typing import Self

from pydantic import BaseModel, ConfigDict, PrivateAttr


class Strict(BaseModel):
    """Unknown keys are errors, values do not change after loading."""

    model_config = ConfigDict(extra="forbid", frozen=True, str_strip_whitespace=True, allow_inf_nan=False)


class Row(Strict):
    """A row of a CSV file, which knows its line."""

    _line: int = PrivateAttr(0)

    @property
    def line(self) -> int:
        """Line of the file on which the row ends; 0 for one that stands in no file."""
        return self._line

    def at(self, line: int) -> Self:
        """The same row, standing on a line."""
        self._line = line
        return self


class TermRule(Strict):
    """Words that decide a criterion, as whole words without regard to case; `*` ends a word early.

    `except_terms` are phrases whose presence keeps a word inside them from counting. `without` names words, of those
    that all reviews or some share, that mean something else in this one.
    """

    terms: list[str] = []
    except_terms: list[str] = []
    without: list[str] = []

    def beside(self, shared: "TermRule") -> Self:
        """The review's words beside the shared ones, less those that it goes without.

        Raises
        ------
        ValueError
            If it goes without a word that is not shared.
        """
        if unknown := [word for word in self.without if word not in {*shared.terms, *shared.except_terms}]:
            raise ValueError(
                f"without: {', '.join(map(repr, unknown))} is not among the words that this review"
                " shares with others: remove it, or copy the word as it stands there (words/, models/design.py)"
            )
        both = {
            name: [
                word
                for word in dict.fromkeys([*getattr(self, name), *getattr(shared, name)])
                if word not in self.without
            ]
            for name in ("terms", "except_terms")
        }
        return self.model_copy(update=both)
