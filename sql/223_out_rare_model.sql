-- out_rare_model: One row per evidence set, analysis with rare events, and other way of pooling them; a supplement that decides nothing.
-- evidence_set: published, confirmed, provisional or undisputed
-- analysis: Analysis, as out_analysis names it
-- comparison: Comparison of the protocol
-- outcome: Outcome of the protocol
-- timepoint: Time of the protocol
-- model: glmm-cm-el, glmm-um-fs, beta-binomial or exact
-- measure: OR, or of the beta-binomial model the analysis's RR, OR or RD
-- interval: wald or exact
-- level: Level of the limits
-- k: Rows that inform it; 0 where it is not computable
-- estimate: Pooled effect: ratio or difference; NULL where there is none
-- ci_low: Lower confidence limit; NULL beside an upper one: a ratio of 0 is not excluded
-- ci_high: Upper confidence limit; NULL beside a lower one: there is none
-- p_value: Two-sided p-value of no effect; NULL where the way is not computable
-- tau2: Between-study variance of log odds ratios; NULL where the model has none
-- rho: Correlation between people of one arm of a study, of the beta-binomial model
-- agrees: Whether its interval says of no effect what the headline's says; NULL where not known
-- note: Why it is not computable, or what a reader must know
CREATE VIEW out_rare_model AS
SELECT
    evidence_set, analysis, comparison, outcome, timepoint, model, measure, interval, level, k,
    estimate, ci_low, ci_high, p_value, tau2, rho, agrees, note
FROM review_rare_model;
