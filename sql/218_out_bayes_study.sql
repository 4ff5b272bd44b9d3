-- out_bayes_study: One row per row of review_bayes and study: its true effect as believed beside the others.
-- evidence_set: published, confirmed, provisional or undisputed
-- analysis: Analysis, as out_analysis names it
-- prior: Prior of tau, by its name
-- study_id: Study: the id of its first registry record
-- part: Tells several rows of one study in one analysis apart
-- subgroup: Subgroup of the analysis; empty for none
-- subgroup_number: Its number, 0 for none: names may repeat
-- estimate: Its own effect: difference in the outcome's unit, or ratio
-- shrunk: Posterior median of its true effect, scale of estimate
-- ci_low: Lower central limit of that, scale of estimate
-- ci_high: Upper central limit of that, scale of estimate
CREATE VIEW out_bayes_study AS
SELECT
    evidence_set, analysis, prior, study_id, part, subgroup, subgroup_number, estimate, shrunk, ci_low, ci_high
FROM review_bayes_study;
