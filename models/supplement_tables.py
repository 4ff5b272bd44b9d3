"""Tables of the supplements: what stands beside the pooled effects and decides nothing."""

from models.columns import FLOAT, INT, STUDY, TEXT, column, of_analysis, table

review_rmst = table(
    "review_rmst",
    "One row per study, analysis and evidence set: how much longer people live on average within a time; times in days.",
    column(*STUDY),
    column("evidence_set", TEXT, "confirmed, or provisional where a row of its curves waits for a person"),
    of_analysis(),
    column("until", FLOAT, "Time up to which lives are counted, the last landmark of both arms, days"),
    column("until_text", TEXT, "The same as the report gives it"),
    column("unit", TEXT, "Unit of time of the report"),
    column("n_landmarks", INT, "Times after the start that both curves have"),
    column("mean_intervention", FLOAT, "Mean time alive within it, intervention, days"),
    column("mean_control", FLOAT, "Mean time alive within it, control, days"),
    column("difference", FLOAT, "Intervention less control, by straight lines between landmarks, days"),
    column("least", FLOAT, "Least difference that the printed curves allow, whatever happened between landmarks, days"),
    column("most", FLOAT, "Greatest such difference, days"),
    column("se", FLOAT, "Standard error of the difference, days; NULL where neither errors nor people at risk tell it"),
    column("ci_low", FLOAT, "Lower confidence limit of the difference, days"),
    column("ci_high", FLOAT, "Upper confidence limit of the difference, days"),
    column("ratio", FLOAT, "Mean of the intervention divided by that of control"),
    column("ratio_low", FLOAT, "Lower confidence limit of the ratio"),
    column("ratio_high", FLOAT, "Upper confidence limit of the ratio"),
    column("level", FLOAT, "Level of the limits, 0.95 as a rule"),
    column("source", TEXT, "Report with table"),
    column("note", TEXT, "What a reader must know about these numbers"),
)
