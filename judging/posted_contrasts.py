"""Estimates that a registry posts, as rows of contrasts.csv: what is told whole, and is of an analysis of the review.

They are provisional until a person confirms them, and they stand back where numbers of arms are known.
"""

from collections import Counter
from collections.abc import Iterator
from datetime import date

from models.analysis import Given
from models.dates import first_day
from models.folder_rows import ContrastRow
from models.protocol import Protocol
from models.report import Report
from models.trial import TrialRecord
from models.vocabulary import MEAN_MEASURES, RATIOS, EvidenceWord
from studies.contrasts import Contrast, contrasts

TURNED = "turned round: posted as control against intervention"


def offered(study_id: str, source: TrialRecord | Report, protocol: Protocol) -> list[ContrastRow]:
    """Rows for contrasts.csv, not confirmed, from the posted analyses of one record or summary.

    An estimate is offered whose outcome, time, comparison and measure are those of an analysis that takes estimates,
    with its direction told and a standard error. Where several are posted for one place, nothing says which of them the
    review would take, and none is offered.
    """
    rows = [
        row_of(item, posted_on(source))
        for item in contrasts(study_id, source, protocol).contrasts
        if item.se is not None and item.direction != "not stated" and _is_taken(item, protocol)
    ]
    n_rows = Counter(place_of(row) for row in rows)
    return [row for row in rows if n_rows[place_of(row)] == 1]


def place_of(row: ContrastRow) -> tuple[str, str, str, str]:
    return row.study_id, row.comparison, row.outcome, row.timepoint


def posted_on(source: TrialRecord | Report) -> date:
    """Day from which results could be read, as far as the source itself tells."""
    told = source.published_date if isinstance(source, Report) else source.results_posted_date
    return first_day(told or source.registry_date)


def row_of(item: Contrast, known_from: date) -> ContrastRow:
    """One posted estimate as intervention against control, on the scale on which it is posted."""
    is_turned = item.direction == "control against intervention"
    is_ratio = item.measure in RATIOS and not item.is_log
    estimate, low, high = (_turned(value, is_ratio) if is_turned else value for value in _numbers(item))
    return ContrastRow.model_validate(
        {
            "study_id": item.study_id,
            "comparison": item.comparison,
            "outcome": item.outcome,
            "timepoint": item.timepoint,
            "measure": item.measure,
            "is_log": item.is_log,
            "estimate": estimate,
            **_spread(item, *((high, low) if is_turned else (low, high))),
            "n_intervention": item.n_intervention,
            "n_control": item.n_control,
            "report": item.report,
            "table": item.place,
            "population": "as posted",
            "quantity": "change" if item.measure in MEAN_MEASURES else None,
            "is_adjusted": item.is_adjusted,
            "extractor": "trialwatch",
            "known_from": known_from,
            "evidence": EvidenceWord.DERIVED if is_turned else EvidenceWord.VERBATIM,
            "is_confirmed": False,
            "note": "; ".join(_notes(item, is_turned)) or None,
        }
    )


def _notes(item: Contrast, is_turned: bool) -> Iterator[str]:
    if is_turned:
        yield TURNED
    if item.direction_source:
        yield " ".join(item.direction_source.split())
    if item.note:
        yield item.note


def _numbers(item: Contrast) -> tuple[float, float | None, float | None]:
    return item.estimate, item.ci_low, item.ci_high


def _turned(value: float | None, is_ratio: bool) -> float | None:
    if value is None:
        return None
    return 1 / value if is_ratio else -value


def _spread(item: Contrast, low: float | None, high: float | None) -> dict[str, float | None]:
    """Limits with their level, or the standard error where that is what was posted."""
    if item.se_source == "as posted" or item.ci_pct is None:
        return {"se": item.se}
    return {"ci_low": low, "ci_high": high, "level": item.ci_pct / 100}


def _is_taken(item: Contrast, protocol: Protocol) -> bool:
    place = (item.comparison, item.outcome, item.timepoint)
    return any(
        analysis.place == place
        and analysis.measure is item.measure
        and analysis.given in {Given.CONTRAST, Given.ANY}
        and (item.estimate > 0 or item.is_log or item.measure not in RATIOS)
        for analysis in protocol.analyses
    )
