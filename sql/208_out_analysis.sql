-- out_analysis: One row per analysis of the review, in its order.
-- analysis: Name of the analysis, as 1.3
-- comparison: Comparison of the protocol
-- outcome: Outcome of the protocol
-- timepoint: Time of the protocol
-- title: Its title, where it has one of its own
-- role: main, subgroup or sensitivity; rules are applied to main analyses
-- is_primary: True for a primary outcome
-- measure: Effect measure
-- given: What studies give: arms, contrast, o_minus_e or any
-- totals: Which totals it shows: all, overall, subgroups or none
-- is_reproduced: Whether its published estimate is reproduced (S0); NULL without one
CREATE VIEW out_analysis AS
SELECT
    analysis, comparison, outcome, timepoint, title, role, is_primary, measure, given, totals, is_reproduced
FROM review_analysis
ORDER BY place;
