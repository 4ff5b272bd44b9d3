-- out_rmst: One row per study, analysis and evidence set: how much longer people live on average within a time; times in days.
-- evidence_set: confirmed, or provisional where a row of its curves waits for a person
-- analysis: Analysis, as out_analysis names it
-- comparison: Comparison of the protocol
-- outcome: Outcome of the protocol
-- timepoint: Time of the protocol
-- study_id: Study: the id of its first registry record
-- until: Time up to which lives are counted, the last landmark of both arms, days
-- until_text: The same as the report gives it
-- n_landmarks: Times after the start that both curves have
-- mean_intervention: Mean time alive within it, intervention, days
-- mean_control: Mean time alive within it, control, days
-- difference: Intervention less control, by straight lines between landmarks, days
-- ci_low: Lower confidence limit of the difference, days; NULL where neither errors nor people at risk tell it
-- ci_high: Upper confidence limit of the difference, days
-- level: Level of the limits, 0.95 as a rule
-- least: Least difference that the printed curves allow, whatever happened between landmarks, days
-- most: Greatest such difference, days
-- ratio: Mean of the intervention divided by that of control
-- ratio_low: Lower confidence limit of the ratio
-- ratio_high: Upper confidence limit of the ratio
-- source: Report with table
-- note: What a reader must know about these numbers
CREATE VIEW out_rmst AS
SELECT
    r.evidence_set, r.analysis, r.comparison, r.outcome, r.timepoint, r.study_id, r.until, r.until_text, r.n_landmarks,
    r.mean_intervention, r.mean_control, r.difference, r.ci_low, r.ci_high, r.level, r.least, r.most,
    r.ratio, r.ratio_low, r.ratio_high, r.source, r.note
FROM review_rmst AS r
JOIN review_analysis AS a USING (analysis)
ORDER BY a.place, r.evidence_set, r.study_id;
