-- out_tipping_point: One row per analysis, line of assumptions and question: the least that changes the answer.
-- evidence_set: published, confirmed or provisional
-- analysis: Analysis, as out_analysis names it
-- comparison: Comparison of the protocol
-- outcome: Outcome of the protocol
-- timepoint: Time of the protocol
-- convention: Convention whose headline is pooled
-- line: Whose missing fare better or worse than those observed in the same arm
-- question: no effect: whether the interval excludes it; side: of the estimate; MID: whether that is reached
-- delta_intervention: Assumption at which the answer changes; NULL where none does
-- delta_control: The same of the control arm
-- size: The larger of both without its sign, or odds ratio above 1
-- in_mids: The same in smallest differences that matter
-- furthest: Size up to which was searched
-- is_whole: True where nothing lies beyond: the end of the scale, or of what odds ratios can do
CREATE VIEW out_tipping_point AS
SELECT
    evidence_set, analysis, comparison, outcome, timepoint, convention, line, question, delta_intervention,
    delta_control, size, in_mids, furthest, is_whole
FROM review_tipping_point;
