-- out_anytime: One row per evidence set and analysis with a study: evidence that may be looked at every night, as it stands now; a supplement.
-- evidence_set: confirmed or provisional
-- analysis: Analysis, as out_analysis names it
-- comparison: Comparison of the protocol
-- outcome: Outcome of the protocol
-- timepoint: Time of the protocol
-- measure: Effect measure
-- level: Of the limits, 0.95 as a rule
-- g: Variance of the effects that are bet on, analysis scale; NULL where nobody said which matters
-- g_from: What g was made from, or why there is none
-- k: Rows that count; NULL without g, as all below but n_required and diversity
-- information: Sum of 1 / vi, analysis scale
-- estimate: Common effect: difference in the outcome's unit, or ratio
-- ci_low: Lower limit that holds at all looks together, scale of estimate
-- ci_high: Upper limit that holds at all looks together, scale of estimate
-- e_value: Evidence against no effect; infinity where it is too large to be held
-- log_e: Its natural logarithm
-- e_value_needed: E-value at which no effect is refuted: 1 / (1 - level)
-- highest_e_value: The highest e-value of all looks
-- n_required: Participants needed, with the differences between studies; NULL if not computable
-- diversity: Share of the random-effects variance that lies between studies, 0 to below 1
-- has_crossed: Whether z has reached its boundary at any look; NULL where there is none
CREATE VIEW out_anytime AS
SELECT
    evidence_set, analysis, comparison, outcome, timepoint, measure, level, g, g_from, k, information, estimate,
    ci_low, ci_high, e_value, log_e, needed AS e_value_needed, highest_e_value, required AS n_required, diversity,
    has_crossed
FROM review_anytime;
