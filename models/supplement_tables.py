"""Tables of the supplements: what stands beside the pooled effects and decides nothing."""

from models.columns import BOOL, FLOAT, INT, TEXT, column, of_analysis, table

review_rare_model = table(
    "review_rare_model",
    "One row per evidence set, analysis with rare events, and other way of pooling them.",
    column("evidence_set", TEXT, "published, confirmed, provisional or undisputed"),
    of_analysis(),
    column("model", TEXT, "glmm-cm-el, glmm-um-fs, beta-binomial or exact"),
    column("measure", TEXT, "OR, or of the beta-binomial model the analysis's RR, OR or RD"),
    column("interval", TEXT, "wald or exact"),
    column("level", FLOAT, "Level of the limits"),
    column("k", INT, "Rows that inform it; 0 where it is not computable"),
    column("estimate", FLOAT, "Pooled effect: ratio or difference; NULL where there is none"),
    column("ci_low", FLOAT, "Lower confidence limit; NULL beside an upper one: a ratio of 0 is not excluded"),
    column("ci_high", FLOAT, "Upper confidence limit; NULL beside a lower one: there is none"),
    column("se", FLOAT, "Standard error on the analysis scale (log for ratios)"),
    column("p_value", FLOAT, "Two-sided p-value of no effect; NULL where the way is not computable"),
    column("tau2", FLOAT, "Between-study variance of log odds ratios; NULL where the model has none"),
    column("rho", FLOAT, "Correlation between people of one arm of a study, of the beta-binomial model"),
    column("agrees", BOOL, "Whether its interval says of no effect what the headline's says; NULL where not known"),
    column("note", TEXT, "Why it is not computable, or what a reader must know"),
)
