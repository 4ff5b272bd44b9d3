-- out_pooled_effect: One row per evidence set, convention, analysis and pooling choice.
-- evidence_set: published, confirmed (the review's result), provisional (with machine-read results) or undisputed (confirmed without what was retracted or put in doubt)
-- convention: published: as its authors pooled the analysis; revman5: RevMan 5's; revman2025: Cochrane's since January 2025
-- analysis: Analysis, as out_analysis names it
-- comparison: Comparison of the protocol
-- outcome: Outcome of the protocol
-- timepoint: Time of the protocol
-- measure: Effect measure
-- model: Pooling model: common, mh (Mantel-Haenszel), DL or REML
-- interval: wald or hksj
-- level: Level of the limits, 0.95 as a rule
-- is_headline: True for the line that rules compare and readers see first
-- k: Rows pooled; a study may have several
-- n_studies: Different studies among them
-- n_participants: Participants in them, those of a cross-over once; NULL where nobody tells how many
-- n_is_least: True where not every row tells its participants: there are at least as many
-- estimate: Pooled effect: difference in the outcome's unit, or ratio
-- ci_low: Lower confidence limit, scale of estimate
-- ci_high: Upper confidence limit, scale of estimate
-- p_value: Two-sided p-value of no effect
-- se: Standard error on the analysis scale (log for ratios)
-- tau2: Between-study variance on the analysis scale
-- tau2_low: Lower Q-profile limit of tau2, at level
-- tau2_high: Upper Q-profile limit of tau2, at level
-- i2_pct: I², per cent
-- h2: H², ratio of total to sampling variability
-- q: Cochran's Q
-- q_p: p-value of Q
-- pi_low: Lower prediction limit at level, scale of estimate; from two studies on, beside HKSJ from three
-- pi_high: Upper prediction limit at level, scale of estimate; from two studies on, beside HKSJ from three
-- pi_df: Degrees of freedom of the prediction interval; NULL where it rests on z
-- note: What a reader must know about this line
CREATE VIEW out_pooled_effect AS
SELECT
    evidence_set, convention, analysis, comparison, outcome, timepoint, measure, model, interval, level, is_headline, k,
    n_studies, n_participants, n_is_least, estimate, ci_low, ci_high, p_value, se, tau2, tau2_low, tau2_high,
    i2_pct, h2, q, q_p, pi_low, pi_high, pi_df, note
FROM review_pooled_effect;
