-- out_subgroup: One row per evidence set, convention, analysis and subgroup: its pooled effect, and the test of differences.
-- evidence_set: published, confirmed, provisional or undisputed
-- convention: published: as its authors pooled the analysis; revman5: RevMan 5's; revman2025: Cochrane's since January 2025
-- analysis: Analysis, as out_analysis names it
-- comparison: Comparison of the protocol
-- outcome: Outcome of the protocol
-- timepoint: Time of the protocol
-- subgroup: Subgroup by name
-- subgroup_number: Its number: names may repeat
-- measure: Effect measure
-- model: Pooling model
-- interval: wald or hksj
-- k: Rows pooled; a study may have several
-- n_studies: Different studies among them
-- n_participants: Participants in them, those of a cross-over once; NULL where nobody tells how many
-- n_is_least: True where not every row tells its participants: there are at least as many
-- estimate: Pooled effect: difference in the outcome's unit, or ratio
-- ci_low: Lower confidence limit, scale of estimate
-- ci_high: Upper confidence limit, scale of estimate
-- p_value: Two-sided p-value of no effect
-- tau2: Between-study variance of the subgroup on the analysis scale
-- i2_pct: I² within the subgroup, per cent
-- test_chi2: Chi-squared of the differences between the analysis's subgroups; NULL where it is not tested
-- test_df: Its degrees of freedom
-- test_p: p-value of no difference
-- test_i2_pct: I² between subgroups, per cent
-- note: What a reader must know about this line
CREATE VIEW out_subgroup AS
SELECT
    e.evidence_set, e.convention, e.analysis, e.comparison, e.outcome, e.timepoint, e.subgroup, e.subgroup_number,
    e.measure, e.model, e.interval, e.k, e.n_studies, e.n_participants, e.n_is_least,
    e.estimate, e.ci_low, e.ci_high, e.p_value, e.tau2, e.i2_pct,
    t.chi2 AS test_chi2, t.df AS test_df, t.p_value AS test_p, t.i2_pct AS test_i2_pct, e.note
FROM review_subgroup_effect AS e
LEFT JOIN review_subgroup_test AS t USING (evidence_set, convention, analysis);
