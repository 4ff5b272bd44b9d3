-- out_look: One row per look at an analysis: a day on which its numbers changed, and what they showed then; a supplement.
-- evidence_set: confirmed or provisional
-- analysis: Analysis, as out_analysis names it
-- comparison: Comparison of the protocol
-- outcome: Outcome of the protocol
-- timepoint: Time of the protocol
-- place: Order of the looks, from 1; all that the published version had is the first
-- look_date: Day on which the last of its numbers was known; NULL for what nobody has entered yet
-- studies: Studies whose numbers came in
-- k: Rows that count
-- n_participants: Participants in them; NULL where not every row tells its own
-- information: Sum of 1 / vi, analysis scale
-- score: Sum of yi / vi, analysis scale
-- estimate: Common effect: difference in the outcome's unit, or ratio
-- ci_low: Lower limit that holds at all looks together, scale of estimate
-- ci_high: Upper limit that holds at all looks together, scale of estimate
-- e_value: Evidence against no effect; infinity where it is too large to be held
-- log_e: Its natural logarithm
-- z: Random-effects estimate over its Wald standard error
-- share: Share of the required participants, at most 1; NULL where either is not known
-- z_boundary: O'Brien-Fleming boundary of z by Lan and DeMets; NULL where no z counts yet
-- has_crossed: Whether z reaches the boundary at this look; NULL where there is none
CREATE VIEW out_look AS
SELECT
    evidence_set, analysis, comparison, outcome, timepoint, place, look_date, studies, k, n_participants,
    information, score, estimate, ci_low, ci_high, e_value, log_e, z, share, z_boundary, has_crossed
FROM review_look
ORDER BY evidence_set, analysis, place;
