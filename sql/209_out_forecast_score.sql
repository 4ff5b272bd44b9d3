-- out_forecast_score: One row per forecast that was kept and has since been answered, by the evidence that answered it.
-- study_id: Study: the id of its first registry record
-- analysis: Analysis, as out_analysis names it
-- convention: Convention under which it is pooled
-- made_at: Night on which the forecast was kept, the last before the study had numbers
-- scored_at: Night on which it was first held against them
-- evidence_set: confirmed, or provisional where the numbers are machine-read
-- estimate: What the study reported, analysis scale
-- pit: Share of the kept distribution below it; NULL where no effect was predicted
-- in_50: Whether it lies in the central 50 % of that
-- in_80: Whether it lies in the central 80 %
-- in_95: Whether it lies in the central 95 %
-- brier_excludes: Squared error of the probability that the pooled interval excludes no effect
-- brier_rules: Mean squared error of the probabilities of the rules on results
-- days_late: Days from the median of the kept date to the first public results; negative if early
-- in_50_date: Whether that day lies in the central 50 % of the kept date
-- in_90_date: Whether it lies in the central 90 %
CREATE VIEW out_forecast_score AS
SELECT
    study_id, analysis, convention, made_at, scored_at, evidence_set, estimate, pit, in_50, in_80, in_95,
    brier_excludes, brier_rules, days_late, in_50_date, in_90_date
FROM review_forecast_score;
