"""People without a value, and what they would change, as rows."""

from collections.abc import Iterator, Sequence

from models.missing import MissingAnswer
from stores.rows import OF_ANALYSIS, Row, columns_of


def missing_rows(answers: Sequence[MissingAnswer]) -> dict[str, list[Row]]:
    """Rows by table."""
    return {
        "review_missing": [row for answer in answers for row in _arms(answer)],
        "review_missing_estimand": [
            columns_of(answer, *OF_ANALYSIS)
            | columns_of(item, "strategy", "measure", "estimate", "ci_low", "ci_high", "reason")
            for answer in answers
            for item in answer.estimands
        ],
        "review_missing_surface": [row for answer in answers for row in _surface(answer)],
        "review_tipping_point": [
            columns_of(answer, *OF_ANALYSIS, "convention")
            | columns_of(item, "line", "question", "size", "in_mids", "furthest", "is_whole")
            | {"delta_intervention": item.intervention, "delta_control": item.control}
            for answer in answers
            for item in answer.tipping_points
        ],
    }


def _arms(answer: MissingAnswer) -> Iterator[Row]:
    for arm in answer.arms:
        yield (
            columns_of(answer, *OF_ANALYSIS)
            | columns_of(arm, "study_id", "part", "arm", "n_analysed", "n_missing", "reason")
            | columns_of(arm.flow, "n_randomised", "n_started", "n_died")
            | {"subgroup": arm.subgroup.name, "subgroup_number": arm.subgroup.number}
        )


def _surface(answer: MissingAnswer) -> Iterator[Row]:
    for point in answer.surface:
        yield (
            columns_of(answer, *OF_ANALYSIS, "convention", "is_of_events", "lowest", "highest")
            | columns_of(point, "estimate", "ci_low", "ci_high", "p_value")
            | {
                "delta_intervention": point.intervention,
                "delta_control": point.control,
                "changes": list(point.changes),
            }
        )
