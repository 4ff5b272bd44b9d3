-- out_missing_surface: One row per analysis and pair of assumptions about the missing of both arms: what is pooled then.
-- evidence_set: published, confirmed or provisional
-- analysis: Analysis, as out_analysis names it
-- comparison: Comparison of the protocol
-- outcome: Outcome of the protocol
-- timepoint: Time of the protocol
-- convention: Convention whose headline is pooled
-- lowest: End of the scale beyond which no mean is assumed; NULL where the protocol tells none
-- highest: Its other end
-- is_of_events: True where assumptions are odds ratios of the event, missing against observed
-- delta_intervention: Mean of the missing less that of those measured in the arm, or odds ratio
-- delta_control: The same of the control arm
-- estimate: Pooled effect under both: difference in the outcome's unit, or ratio
-- ci_low: Lower confidence limit
-- ci_high: Upper confidence limit
-- p_value: Two-sided p-value of no effect
-- changes: Questions with another answer than as analysed: no effect, side, MID
CREATE VIEW out_missing_surface AS
SELECT
    evidence_set, analysis, comparison, outcome, timepoint, convention, lowest, highest, is_of_events, delta_intervention,
    delta_control, estimate, ci_low, ci_high, p_value, changes
FROM review_missing_surface
ORDER BY evidence_set, analysis, delta_intervention, delta_control;
