-- out_forecast_effect: One row per ongoing study, main analysis and convention: what the study would do to it if it reports the outcome.
-- study_id: Study: the id of its first registry record
-- evidence_set: Evidence that it is forecast from: confirmed
-- analysis: Analysis, as out_analysis names it
-- comparison: Comparison of the protocol
-- outcome: Outcome of the protocol
-- timepoint: Time of the protocol
-- convention: Convention under which it is pooled
-- measures: Whether its registered outcomes name this one: named, named at another time, not named, not known
-- measures_quote: The registry's words for it
-- n_intervention: Participants planned, intervention; need not be whole
-- n_control: Participants planned, control
-- assumed: What was taken for granted of its arms
-- prior: Prior of the standard deviation between studies, analysis scale
-- se: Standard error expected of it on the analysis scale (log for ratios)
-- se_from: What that is taken from
-- is_ratio: Whether predicted and its limits are ratios
-- predicted: Median of the estimate it will report: difference in the outcome's unit, or ratio
-- pi_low: Lower limit of the central 95 % of that estimate
-- pi_high: Upper limit of it
-- excludes_now: Whether the pooled confidence interval excludes no effect tonight
-- chance_excludes: Probability that it does with the study
-- chance_excludes_benefit: Probability that it does, in favour of the intervention; NULL where no direction is better
-- chance_excludes_harm: Probability that it does, against the intervention
-- mid: Smallest important difference, scale of predicted; NULL where nobody has set one
-- chance_clears: Probability that the whole interval lies beyond it, in either direction
-- is_imprecise_now: Whether GRADE's imprecision rates down tonight
-- chance_imprecision_changes: Probability that it is rated otherwise with the study
-- chance_s1: Probability that rule S1 fires with the study; NULL where it does not apply
-- chance_s2: The same of rule S2
-- chance_s3: The same of rule S3, which is certain either way
-- chance_s4: The same of rule S4
-- chance_s5: The same of rule S5, which is certain either way
-- chance_s6: The same of rule S6, which is certain either way
-- fires_now: Rules of these that fire without it
-- n_needed: Barrowman's n: participants more that would exclude no effect if the pooled effect stays as it is
-- unknown: Why probabilities are missing; empty where none is
CREATE VIEW out_forecast_effect AS
SELECT
    study_id, 'confirmed' AS evidence_set, analysis, comparison, outcome, timepoint, convention, measures, measures_quote,
    n_intervention, n_control, assumed, prior, se, se_from, is_ratio, predicted, pi_low, pi_high, excludes_now, chance_excludes,
    chance_benefit AS chance_excludes_benefit, chance_harm AS chance_excludes_harm, important_difference AS mid,
    chance_clears, is_imprecise_now, chance_imprecision_changes, chance_s1, chance_s2, chance_s3, chance_s4, chance_s5,
    chance_s6, fires_now, n_needed, unknown
FROM review_forecast_effect;
