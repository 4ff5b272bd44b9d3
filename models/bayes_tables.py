"""Tables of the Bayesian analyses: posteriors, studies drawn towards each other, and one answer per analysis."""

from models.columns import BOOL, FLOAT, INT, TEXT, column, of_analysis, of_subgroup, table

_SETS = "published, confirmed, provisional or undisputed"

review_bayes = table(
    "review_bayes",
    "One row per evidence set, analysis and prior: the posterior of a normal-normal model; a supplement.",
    column("evidence_set", TEXT, _SETS),
    of_analysis(),
    column("measure", TEXT, "Effect measure"),
    column("is_ratio", BOOL, "True where estimate and limits are ratios, analysed as logarithms"),
    column("prior", TEXT, "Prior of tau, by its name"),
    column(
        "prior_family", TEXT, "HN half-normal, HC half-Cauchy, Exp exponential, U uniform, LN log-normal, LT5 log-t"
    ),
    column("prior_scale", FLOAT, "Its scale: of tau, or of log tau (LN, LT5)"),
    column("prior_location", FLOAT, "Its location of log tau (LN, LT5), else 0"),
    column("mu_prior", TEXT, "Prior of the mean effect: flat, or N(mean;SD^2)"),
    column("mu_prior_mean", FLOAT, "Its mean, analysis scale"),
    column("mu_prior_sd", FLOAT, "Its standard deviation; NULL where it is flat"),
    column("level", FLOAT, "Of the limits, 0.95 as a rule"),
    column("k", INT, "Rows that count"),
    column("yi", FLOAT, "Posterior median of the mean effect, analysis scale (log for ratios)"),
    column("mean", FLOAT, "Posterior mean, analysis scale; NULL where it does not exist"),
    column("sd", FLOAT, "Posterior standard deviation, analysis scale; NULL where it does not exist"),
    column("estimate", FLOAT, "Posterior median: difference in the outcome's unit, or ratio"),
    column("ci_low", FLOAT, "Lower central limit, scale of estimate"),
    column("ci_high", FLOAT, "Upper central limit, scale of estimate"),
    column("pi_low", FLOAT, "Lower limit of a new study's true effect, scale of estimate"),
    column("pi_high", FLOAT, "Upper limit of a new study's true effect, scale of estimate"),
    column("tau_median", FLOAT, "Posterior median of tau, analysis scale"),
    column("tau_low", FLOAT, "Lower central limit of tau, analysis scale"),
    column("tau_high", FLOAT, "Upper central limit of tau, analysis scale"),
    column("tau_mean", FLOAT, "Posterior mean of tau; NULL where it does not exist"),
    column("tau_sd", FLOAT, "Posterior standard deviation of tau; NULL where it does not exist"),
    column("p_below_no_effect", FLOAT, "Probability that the effect is below no effect, 0 to 1"),
    column("p_benefit", FLOAT, "Probability that it favours the intervention; NULL where no side is said to be better"),
    column("p_beyond_mid", FLOAT, "Probability of a benefit of at least the smallest difference that matters, or NULL"),
    column("bf_tau_zero", FLOAT, "Bayes factor of no difference between studies against the prior of tau"),
    column("verdict", TEXT, "What the limits say: benefit, harm, higher, lower, or open"),
)

review_bayes_study = table(
    "review_bayes_study",
    "One row per row of review_bayes and study: its true effect as believed beside the others.",
    column("evidence_set", TEXT, _SETS),
    column("analysis", TEXT, "Analysis, as out_analysis names it"),
    column("prior", TEXT, "Prior of tau, by its name"),
    column("study_id", TEXT, "Study: the id of its first registry record"),
    column("part", TEXT, "Tells several rows of one study in one analysis apart"),
    of_subgroup(),
    column("estimate", FLOAT, "Its own effect: difference in the outcome's unit, or ratio"),
    column("shrunk", FLOAT, "Posterior median of its true effect, scale of estimate"),
    column("ci_low", FLOAT, "Lower central limit of that, scale of estimate"),
    column("ci_high", FLOAT, "Upper central limit of that, scale of estimate"),
)

review_answer = table(
    "review_answer",
    "One row per evidence set and analysis: whether the ways of pooling agree, in words.",
    column("evidence_set", TEXT, _SETS),
    of_analysis(),
    column("wald", TEXT, "What Wald limits say: benefit, harm, higher, lower or open; NULL without such a line"),
    column("hksj", TEXT, "The same of HKSJ limits; NULL for a single study"),
    column("agrees", BOOL, "Whether all say the same; NULL without a Bayesian analysis"),
    column("p_benefit_low", FLOAT, "Lowest probability of benefit under the priors, 0 to 1"),
    column("p_benefit_high", FLOAT, "Highest probability of benefit under the priors, 0 to 1"),
    column("sentence", TEXT, "In words, for readers who are no statisticians"),
)
