"""Tables of people without a value: who they are, and what they would change."""

from typing import Any

from sqlalchemy import Column

from models.columns import BOOL, FLOAT, INT, STUDY, TEXT, TEXTS, column, of_analysis, of_subgroup, table


def of_evidence() -> list[Column[Any]]:
    """Columns that say of which analysis and evidence a row is."""
    return [column("evidence_set", TEXT, "published, confirmed or provisional"), *of_analysis()]


review_missing = table(
    "review_missing",
    "One row per arm of each row that is pooled: who was randomised, and who has a value.",
    of_evidence(),
    of_subgroup(),
    column(*STUDY),
    column("part", TEXT, "Tells several rows of one study in one analysis apart"),
    column("arm", TEXT, "intervention or control"),
    column("n_randomised", INT, "Participants randomised to the arm; NULL where nobody tells"),
    column("n_started", INT, "Participants of the arm at the start of the posted participant flow; NULL without one"),
    column("n_analysed", INT, "Participants with a value"),
    column("n_missing", INT, "Randomised, or else started, and not analysed; NULL where it cannot be counted"),
    column("n_died", INT, "Of the missing, those who had died by then; NULL where nobody tells"),
    column("reason", TEXT, "Why the missing cannot be counted"),
)

review_missing_estimand = table(
    "review_missing_estimand",
    "One row per analysis and way to ask about those who died or left.",
    of_evidence(),
    column("strategy", TEXT, "while alive, as observed, hypothetical, composite, worst rank, worst case …"),
    column("measure", TEXT, "Effect measure, which is win odds for ranks"),
    column("estimate", FLOAT, "Pooled effect: difference in the outcome's unit, or ratio; NULL where not computable"),
    column("ci_low", FLOAT, "Lower confidence limit"),
    column("ci_high", FLOAT, "Upper confidence limit"),
    column("reason", TEXT, "What is lacking, where it is not computable"),
)

review_missing_surface = table(
    "review_missing_surface",
    "One row per analysis and pair of assumptions about the missing of both arms.",
    of_evidence(),
    column("convention", TEXT, "Convention whose headline is pooled"),
    column("lowest", FLOAT, "End of the scale beyond which no mean is assumed; NULL where the protocol tells none"),
    column("highest", FLOAT, "Its other end"),
    column("is_of_events", BOOL, "True where assumptions are odds ratios of the event, missing against observed"),
    column("delta_intervention", FLOAT, "Mean of the missing less that of those measured in the arm, or odds ratio"),
    column("delta_control", FLOAT, "The same of the control arm"),
    column("estimate", FLOAT, "Pooled effect under both: difference in the outcome's unit, or ratio"),
    column("ci_low", FLOAT, "Lower confidence limit"),
    column("ci_high", FLOAT, "Upper confidence limit"),
    column("p_value", FLOAT, "Two-sided p-value of no effect"),
    column("changes", TEXTS, "Questions with another answer than as analysed: no effect, side, MID"),
)

review_tipping_point = table(
    "review_tipping_point",
    "One row per analysis, line of assumptions and question: the least that changes the answer.",
    of_evidence(),
    column("convention", TEXT, "Convention whose headline is pooled"),
    column("line", TEXT, "Whose missing fare better or worse than those observed in the same arm"),
    column(
        "question",
        TEXT,
        "no effect: whether the interval excludes it; side: of the estimate; MID: whether that is reached",
    ),
    column("delta_intervention", FLOAT, "Assumption at which the answer changes; NULL where none does"),
    column("delta_control", FLOAT, "The same of the control arm"),
    column("size", FLOAT, "The larger of both without its sign, or odds ratio above 1"),
    column("in_mids", FLOAT, "The same in smallest differences that matter"),
    column("furthest", FLOAT, "Size up to which was searched"),
    column("is_whole", BOOL, "True where nothing lies beyond: the end of the scale, or of what odds ratios can do"),
)
