"""Tables of the numbers of a review: its analyses, what enters them, what comes out, and what the rules make of it."""

from typing import Any

from sqlalchemy import Column

from models.columns import BOOL, DATE, FLOAT, INT, STUDY, TEXT, column, of_analysis, of_subgroup, table

review_analysis = table(
    "review_analysis",
    "One row per analysis: what is pooled with what, and how.",
    of_analysis(),
    column("place", INT, "Order in the review"),
    column("title", TEXT, "Its title, where it has one of its own"),
    column("role", TEXT, "main, subgroup or sensitivity; rules are applied to main analyses"),
    column("is_primary", BOOL, "True for a primary outcome"),
    column("measure", TEXT, "Effect measure"),
    column("given", TEXT, "What studies give: arms, contrast, o_minus_e or any"),
    column("totals", TEXT, "Which totals it shows: all, overall, subgroups or none"),
    column("is_reproduced", BOOL, "Whether its published estimate is reproduced (S0); NULL without one"),
)

review_effect_input = table(
    "review_effect_input",
    "One row per study, outcome, time and evidence set: what enters a pooled effect.",
    column(*STUDY),
    column("evidence_set", TEXT, "published, confirmed, provisional or undisputed"),
    of_analysis(),
    of_subgroup(),
    column("part", TEXT, "Tells several rows of one study in one analysis apart"),
    column("counts_in", TEXT, "subgroup_and_overall, subgroup_only or overall_only"),
    column("measure", TEXT, "Effect measure"),
    column("n_intervention", INT, "Participants analysed, intervention"),
    column("n_control", INT, "Participants analysed, control"),
    column("events_intervention", INT, "Participants with the event, intervention"),
    column("events_control", INT, "Participants with the event, control"),
    column("mean_intervention", FLOAT, "Mean, unit of the outcome"),
    column("sd_intervention", FLOAT, "Standard deviation, unit of the outcome"),
    column("mean_control", FLOAT, "Mean, unit of the outcome"),
    column("sd_control", FLOAT, "Standard deviation, unit of the outcome"),
    column("time_intervention", FLOAT, "Person-time, intervention"),
    column("time_control", FLOAT, "Person-time, control"),
    column("o_minus_e", FLOAT, "Observed less expected events"),
    column("variance", FLOAT, "Their variance"),
    column("correlation", FLOAT, "Within a person, of a cross-over trial"),
    column("design_effect", FLOAT, "Factor by which people and events of clusters are divided where tables are pooled"),
    column("shared_by", INT, "Rows that share the control group, and among which it is divided"),
    column("quantity", TEXT, "final or change: what means are; empty where nobody says"),
    column("is_adjusted", BOOL, "Whether its numbers are adjusted for baseline values or other covariates"),
    column("zero_add", FLOAT, "What its analysis adds to cells of tables with a zero cell; NULL: as the method has it"),
    column("zero_to", TEXT, "Which tables get it: only0, all or none; NULL: as the method has it"),
    column("zero_by_arm", BOOL, "Whether each arm gets a share in proportion to its size"),
    column("zero_double", TEXT, "drop or keep: studies where nobody, or everybody, had the event in both arms"),
    column("zero_of_cells", BOOL, "Whether that is about the cells that are pooled alone, and not about yi"),
    column("is_contrast", BOOL, "True for an estimate that was given ready; counts beside it are for readers"),
    column("yi", FLOAT, "Effect on the analysis scale: difference, or log of the ratio"),
    column("vi", FLOAT, "Sampling variance of yi"),
    column("source", TEXT, "Report with table, or path into the registry record"),
    column(
        "known_from", DATE, "Day on which the last of its numbers was known; NULL for those that nobody has entered"
    ),
    column("evidence", TEXT, "verbatim, derived or inferred"),
    column("note", TEXT, "What a reader must know about these numbers"),
)


def _pooled_key() -> list[Column[Any]]:
    """Of which evidence, under which convention, of which analysis."""
    return [
        column(
            "evidence_set",
            TEXT,
            "published, confirmed (the review's result), provisional (with machine-read results) or undisputed (confirmed without what was retracted or put in doubt)",
        ),
        column(
            "convention",
            TEXT,
            "published: as its authors pooled the analysis; revman5: RevMan 5's; revman2025: Cochrane's since January 2025",
        ),
        *of_analysis(),
    ]


review_pooled_effect = table(
    "review_pooled_effect",
    "One row per evidence set, convention, outcome, time and pooling choice.",
    _pooled_key(),
    column("measure", TEXT, "Effect measure"),
    column("model", TEXT, "common, mh, DL or REML"),
    column("interval", TEXT, "wald or hksj"),
    column("is_log", BOOL, "True where a generic measure was pooled as logarithms"),
    column("centre", TEXT, "mh where Q of a random-effects model was measured around the Mantel-Haenszel estimate"),
    column("level", FLOAT, "Level of the limits, 0.95 as a rule"),
    column("is_headline", BOOL, "True for the line that rules compare and readers see first"),
    column("k", INT, "Rows pooled; a study may have several"),
    column("n_studies", INT, "Different studies among them"),
    column("n_participants", INT, "Participants in them, those of a cross-over once; NULL where nobody tells how many"),
    column("n_is_least", BOOL, "True where not every row tells its participants: there are at least as many"),
    column("n_in_arms", INT, "Sum of all arms as RevMan prints it, in which participants of a cross-over count twice"),
    column("yi", FLOAT, "Pooled effect on the analysis scale (log for ratios)"),
    column("estimate", FLOAT, "Pooled effect: difference in the outcome's unit, or ratio"),
    column("ci_low", FLOAT, "Lower confidence limit, scale of estimate"),
    column("ci_high", FLOAT, "Upper confidence limit, scale of estimate"),
    column("se", FLOAT, "Standard error on the analysis scale (log for ratios)"),
    column("p_value", FLOAT, "Two-sided p-value of no effect"),
    column("tau2", FLOAT, "Between-study variance on the analysis scale"),
    column("tau2_low", FLOAT, "Lower Q-profile limit of tau2, at level"),
    column("tau2_high", FLOAT, "Upper Q-profile limit of tau2, at level"),
    column("i2_pct", FLOAT, "I², per cent"),
    column("h2", FLOAT, "H², ratio of total to sampling variability"),
    column("q", FLOAT, "Cochran's Q"),
    column("q_p", FLOAT, "p-value of Q"),
    column(
        "pi_low",
        FLOAT,
        "Lower prediction limit at level, scale of estimate; from two studies on, beside HKSJ from three",
    ),
    column(
        "pi_high",
        FLOAT,
        "Upper prediction limit at level, scale of estimate; from two studies on, beside HKSJ from three",
    ),
    column("pi_df", INT, "Degrees of freedom of the prediction interval; NULL where it rests on z"),
    column("note", TEXT, "What a reader must know about this line"),
)

review_subgroup_effect = table(
    "review_subgroup_effect",
    "One row per evidence set, convention, analysis and subgroup: the pooled effect of the subgroup.",
    _pooled_key(),
    of_subgroup(),
    column("measure", TEXT, "Effect measure"),
    column("model", TEXT, "common, mh, DL or REML"),
    column("interval", TEXT, "wald or hksj"),
    column("is_log", BOOL, "True where a generic measure was pooled as logarithms"),
    column("centre", TEXT, "mh where Q of a random-effects model was measured around the Mantel-Haenszel estimate"),
    column("level", FLOAT, "Level of the limits, 0.95 as a rule"),
    column("k", INT, "Rows pooled; a study may have several"),
    column("n_studies", INT, "Different studies among them"),
    column("n_participants", INT, "Participants in them, those of a cross-over once; NULL where nobody tells how many"),
    column("n_is_least", BOOL, "True where not every row tells its participants: there are at least as many"),
    column("n_in_arms", INT, "Sum of all arms as RevMan prints it, in which participants of a cross-over count twice"),
    column("estimate", FLOAT, "Pooled effect: difference in the outcome's unit, or ratio"),
    column("ci_low", FLOAT, "Lower confidence limit, scale of estimate"),
    column("ci_high", FLOAT, "Upper confidence limit, scale of estimate"),
    column("se", FLOAT, "Standard error on the analysis scale (log for ratios)"),
    column("p_value", FLOAT, "Two-sided p-value of no effect"),
    column("tau2", FLOAT, "Between-study variance of the subgroup on the analysis scale"),
    column("i2_pct", FLOAT, "I², per cent"),
    column("q", FLOAT, "Cochran's Q"),
    column("note", TEXT, "What a reader must know about this line"),
)

review_subgroup_test = table(
    "review_subgroup_test",
    "One row per evidence set, convention and analysis: whether its subgroups differ.",
    column("evidence_set", TEXT, "published, confirmed, provisional or undisputed"),
    column("convention", TEXT, "Convention under which the subgroups were pooled"),
    column("analysis", TEXT, "Analysis, as out_analysis names it"),
    column("model", TEXT, "common, mh, DL or REML"),
    column("interval", TEXT, "Interval whose standard errors the test takes"),
    column("chi2", FLOAT, "Chi-squared between subgroups"),
    column("df", INT, "Its degrees of freedom: subgroups with an estimate, less one"),
    column("p_value", FLOAT, "p-value of no difference"),
    column("i2_pct", FLOAT, "I² between subgroups, per cent"),
)

review_certainty = table(
    "review_certainty",
    "One row per outcome, time and evidence set: GRADE certainty, as far as numbers can tell, and as people stated it.",
    column("evidence_set", TEXT, "confirmed or provisional"),
    of_analysis(),
    column("computed", TEXT, "high, moderate, low or very low from the domains that numbers decide; NULL without data"),
    column("starts_low", BOOL, "Whether it starts low, since not every study is known to be randomised"),
    column("stated", TEXT, "Certainty that people stated (certainty.csv)"),
    column("stated_reasons", TEXT, "Their reasons"),
    column(
        "information_size", INT, "Participants that one adequately powered trial would need; NULL if not computable"
    ),
)

review_certainty_concern = table(
    "review_certainty_concern",
    "One row per GRADE domain of each outcome, time and evidence set.",
    column("evidence_set", TEXT, "confirmed or provisional"),
    of_analysis(),
    column("domain", TEXT, "risk of bias, inconsistency, indirectness, imprecision or publication bias"),
    column("is_rated_down", BOOL, "True when the numbers rate the certainty down in this domain"),
    column("needs_person", BOOL, "True when the numbers leave something to judge"),
    column("reason", TEXT, "What the judgement rests on"),
)

review_absolute_effect = table(
    "review_absolute_effect",
    "One row per dichotomous outcome, time, evidence set and baseline risk: people per 1,000.",
    column("evidence_set", TEXT, "confirmed or provisional"),
    of_analysis(),
    column("baseline_risk", FLOAT, "Risk under control, 0 to 1"),
    column("control", FLOAT, "People with the event per 1,000 under control"),
    column("intervention", FLOAT, "People with the event per 1,000 under the intervention"),
    column("ci_low", FLOAT, "Lower limit of intervention, per 1,000"),
    column("ci_high", FLOAT, "Upper limit of intervention, per 1,000"),
)

review_signal = table(
    "review_signal",
    "One row per rule, outcome, time, evidence set and convention.",
    column("rule", TEXT, "S0 to S6"),
    of_analysis(),
    column("evidence_set", TEXT, "Evidence set compared with the published one"),
    column("convention", TEXT, "Convention under which both were computed"),
    column("fired", BOOL, "True when the rule calls for attention"),
    column("value", FLOAT, "What was measured"),
    column("threshold", FLOAT, "What it was measured against"),
    column("explanation", TEXT, "One sentence"),
)
