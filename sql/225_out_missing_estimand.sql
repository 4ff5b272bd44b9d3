-- out_missing_estimand: One row per analysis and way to ask about those who died or left: its number, or what it lacks.
-- evidence_set: published, confirmed or provisional
-- analysis: Analysis, as out_analysis names it
-- comparison: Comparison of the protocol
-- outcome: Outcome of the protocol
-- timepoint: Time of the protocol
-- strategy: while alive, as observed, hypothetical, composite, worst rank, worst case …
-- measure: Effect measure, which is win odds for ranks
-- estimate: Pooled effect: difference in the outcome's unit, or ratio; NULL where not computable
-- ci_low: Lower confidence limit
-- ci_high: Upper confidence limit
-- reason: What is lacking, where it is not computable
CREATE VIEW out_missing_estimand AS
SELECT
    evidence_set, analysis, comparison, outcome, timepoint, strategy, measure, estimate, ci_low,
    ci_high, reason
FROM review_missing_estimand;
