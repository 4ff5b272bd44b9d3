"""Tables of the supplements: what stands beside the pooled effects and decides nothing."""

from models import forecast_tables
from models.columns import BOOL, DATE, FLOAT, INT, STUDY, TEXT, TEXTS, column, of_analysis, table

__all__ = ["forecast_tables", "review_anytime", "review_look", "review_rmst"]

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


review_anytime = table(
    "review_anytime",
    "One row per evidence set and analysis with a study: evidence that may be looked at every night, as it stands now.",
    column("evidence_set", TEXT, "confirmed or provisional"),
    of_analysis(),
    column("measure", TEXT, "Effect measure"),
    column("is_ratio", BOOL, "True where estimate and limits are ratios, analysed as logarithms"),
    column("level", FLOAT, "Of the limits, 0.95 as a rule"),
    column("g", FLOAT, "Variance of the effects that are bet on, analysis scale; NULL where nobody said which matters"),
    column("g_from", TEXT, "What g was made from, or why there is none"),
    column("needed", FLOAT, "E-value at which no effect is refuted: 1 / (1 - level)"),
    column("k", INT, "Rows that count; NULL without g, as all below but required and diversity"),
    column("information", FLOAT, "Sum of 1 / vi, analysis scale"),
    column("estimate", FLOAT, "Common effect: difference in the outcome's unit, or ratio"),
    column("ci_low", FLOAT, "Lower limit that holds at all looks together, scale of estimate"),
    column("ci_high", FLOAT, "Upper limit that holds at all looks together, scale of estimate"),
    column("e_value", FLOAT, "Evidence against no effect; infinity where it is too large to be held"),
    column("log_e", FLOAT, "Its natural logarithm"),
    column("highest_e_value", FLOAT, "The highest e-value of all looks"),
    column("required", INT, "Participants needed, with the differences between studies; NULL if not computable"),
    column("diversity", FLOAT, "Share of the random-effects variance that lies between studies, 0 to below 1"),
    column("has_crossed", BOOL, "Whether z has reached its boundary at any look; NULL where there is none"),
)

review_look = table(
    "review_look",
    "One row per look at an analysis: a day on which its numbers changed, and what they showed then.",
    column("evidence_set", TEXT, "confirmed or provisional"),
    of_analysis(),
    column("place", INT, "Order of the looks, from 1; all that the published version had is the first"),
    column("look_date", DATE, "Day on which the last of its numbers was known; NULL for what nobody has entered yet"),
    column("studies", TEXTS, "Studies whose numbers came in"),
    column("k", INT, "Rows that count"),
    column("n_participants", INT, "Participants in them; NULL where not every row tells its own"),
    column("information", FLOAT, "Sum of 1 / vi, analysis scale"),
    column("score", FLOAT, "Sum of yi / vi, analysis scale"),
    column("estimate", FLOAT, "Common effect: difference in the outcome's unit, or ratio"),
    column("ci_low", FLOAT, "Lower limit that holds at all looks together, scale of estimate"),
    column("ci_high", FLOAT, "Upper limit that holds at all looks together, scale of estimate"),
    column("e_value", FLOAT, "Evidence against no effect; infinity where it is too large to be held"),
    column("log_e", FLOAT, "Its natural logarithm"),
    column("z", FLOAT, "Random-effects estimate over its Wald standard error"),
    column("share", FLOAT, "Share of the required participants, at most 1; NULL where either is not known"),
    column("z_boundary", FLOAT, "O'Brien-Fleming boundary of z by Lan and DeMets; NULL where no z counts yet"),
    column("has_crossed", BOOL, "Whether z reaches the boundary at this look; NULL where there is none"),
)
