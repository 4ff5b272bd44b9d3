"""How right the program's judgements were on labelled data: figures of `make accuracy`, and where they were measured.

A test holds that the benchmarks still give these figures.
"""

from models.value import Value


class Measured(Value, frozen=True, kw_only=True):
    """Precision and recall of one question on one labelled set."""

    question: str
    labelled: str
    """The set."""
    n: int
    """Labelled cases that the answer should name."""
    precision: float
    recall: float
    where: str

    @property
    def in_words(self) -> str:
        return (
            f"{self.question}: precision {self.precision:.3f}, recall {self.recall:.3f} of {self.n} ({self.labelled};"
            f" {self.where})"
        )


MEASURED_ON = "2026-11-30"
_RECORDS, _REPORTS = "benchmarks/accuracy.py", "benchmarks/reports.py"
_ARCHIVE, _REGISTRATIONS = "labelled records of the replay archive", "made-up registrations"
_FIRST, _SECOND = "made-up reports, first review", "made-up reports, second review"


def _of(question: str, labelled: str, n: int, precision: float, recall: float, where: str) -> Measured:
    return Measured(question=question, labelled=labelled, n=n, precision=precision, recall=recall, where=where)


MEASURED = (
    _of("registrations joined without a person", "labelled pairs", 78, 1.0, 1.0, _RECORDS),
    _of("reports of results linked", "labelled pairs", 21, 1.0, 1.0, _RECORDS),
    _of("eligible registrations", _ARCHIVE, 6, 1.0, 1.0, _RECORDS),
    _of("eligible registrations", _REGISTRATIONS, 94, 1.0, 1.0, _RECORDS),
    _of("registrations left to a person", _REGISTRATIONS, 37, 1.0, 1.0, _RECORDS),
    _of("two descriptions of one report", _FIRST, 132, 1.0, 0.970, _REPORTS),
    _of("two descriptions of one report", _SECOND, 86, 1.0, 1.0, _REPORTS),
    _of("reports not excluded", _FIRST, 80, 0.907, 0.975, _REPORTS),
    _of("reports not excluded", _SECOND, 56, 0.945, 0.929, _REPORTS),
    _of("reports joined to their study", _FIRST, 40, 0.973, 0.900, _REPORTS),
    _of("reports joined to their study", _SECOND, 27, 0.957, 0.815, _REPORTS),
)

AT_FIRST_SIGHT = (
    "The labelled sets are made up or small, and the rules have been mended on them. Before anything was mended on them, of"
    " the reports that count 97.6 % (first review) and 91.8 % (second) were not excluded, and of those that belong to a"
    " study 72.5 % and 63.0 % were joined, none of them wrongly by likeness (tests/reports/README.md)."
)
