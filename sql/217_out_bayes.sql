-- out_bayes: One row per evidence set, analysis and prior: the posterior of a normal-normal model; a supplement.
-- evidence_set: published, confirmed, provisional or undisputed
-- analysis: Analysis, as out_analysis names it
-- comparison: Comparison of the protocol
-- outcome: Outcome of the protocol
-- timepoint: Time of the protocol
-- measure: Effect measure
-- is_ratio: True where estimate and limits are ratios, analysed as logarithms
-- prior: Prior of tau, by its name
-- mu_prior: Prior of the mean effect: flat, or N(mean;SD^2)
-- level: Of the limits, 0.95 as a rule
-- k: Rows that count
-- yi: Posterior median of the mean effect, analysis scale (log for ratios)
-- mean: Posterior mean, analysis scale; NULL where it does not exist
-- sd: Posterior standard deviation, analysis scale; NULL where it does not exist
-- estimate: Posterior median: difference in the outcome's unit, or ratio
-- ci_low: Lower central limit, scale of estimate
-- ci_high: Upper central limit, scale of estimate
-- pi_low: Lower limit of a new study's true effect, scale of estimate
-- pi_high: Upper limit of a new study's true effect, scale of estimate
-- tau_median: Posterior median of tau, analysis scale
-- tau_low: Lower central limit of tau, analysis scale
-- tau_high: Upper central limit of tau, analysis scale
-- tau_mean: Posterior mean of tau; NULL where it does not exist
-- tau_sd: Posterior standard deviation of tau; NULL where it does not exist
-- p_below_no_effect: Probability that the effect is below no effect, 0 to 1
-- p_benefit: Probability that it favours the intervention; NULL where no side is said to be better
-- p_beyond_mid: Probability of a benefit of at least the smallest difference that matters, or NULL
-- bf_tau_zero: Bayes factor of no difference between studies against the prior of tau
-- verdict: What the limits say: benefit, harm, higher, lower, or open
CREATE VIEW out_bayes AS
SELECT
    evidence_set, analysis, comparison, outcome, timepoint, measure, is_ratio, prior, mu_prior, level, k, yi, mean,
    sd, estimate, ci_low, ci_high, pi_low, pi_high, tau_median, tau_low, tau_high, tau_mean, tau_sd,
    p_below_no_effect, p_benefit, p_beyond_mid, bf_tau_zero, verdict
FROM review_bayes;
