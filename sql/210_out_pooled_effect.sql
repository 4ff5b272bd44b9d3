-- out_pooled_effect: One row per evidence set, convention, outcome, time and pooling choice.
-- evidence_set: published, confirmed (the review's result), provisional (with machine-read results) or undisputed (confirmed without what was retracted or put in doubt)
-- convention: revman5: as published in 2019; revman2025: Cochrane's since January 2025
-- comparison: Comparison of the protocol
-- outcome: Outcome of the protocol
-- timepoint: Window of the protocol
-- measure: MD (outcome's unit) or RR (ratio)
-- model: Pooling model: common, mh (Mantel-Haenszel), DL or REML
-- interval: wald or hksj
-- is_headline: True for the line that rules compare and readers see first
-- k: Studies pooled
-- n_participants: Participants in them
-- estimate: Pooled effect: difference in the outcome's unit, or ratio
-- ci_low: Lower 95 % confidence limit, scale of estimate
-- ci_high: Upper 95 % confidence limit, scale of estimate
-- p_value: Two-sided p-value of no effect
-- se: Standard error on the analysis scale (log for ratios)
-- tau2: Between-study variance on the analysis scale
-- tau2_low: Lower 95 % Q-profile limit of tau2
-- tau2_high: Upper 95 % Q-profile limit of tau2
-- i2_pct: I², per cent
-- h2: H², ratio of total to sampling variability
-- q: Cochran's Q
-- q_p: p-value of Q
-- pi_low: Lower 95 % prediction limit, scale of estimate; from three studies on
-- pi_high: Upper 95 % prediction limit, scale of estimate; from three studies on
-- pi_df: Degrees of freedom of the prediction interval
-- note: What a reader must know about this line
CREATE VIEW out_pooled_effect AS
SELECT
    evidence_set, convention, comparison, outcome, timepoint, measure, model, interval, is_headline, k,
    n_participants, estimate, ci_low, ci_high, p_value, se, tau2, tau2_low, tau2_high,
    i2_pct, h2, q, q_p, pi_low, pi_high, pi_df, note
FROM review_pooled_effect;
