-- out_missing: One row per arm of each row that is pooled: who was randomised, and who has a value.
-- evidence_set: published, confirmed or provisional
-- analysis: Analysis, as out_analysis names it
-- comparison: Comparison of the protocol
-- outcome: Outcome of the protocol
-- timepoint: Time of the protocol
-- subgroup: Subgroup of the analysis; empty for none
-- subgroup_number: Its number, 0 for none: names may repeat
-- study_id: Study: the id of its first registry record
-- part: Tells several rows of one study in one analysis apart
-- arm: intervention or control
-- n_randomised: Participants randomised to the arm; NULL where nobody tells
-- n_started: Participants of the arm at the start of the posted participant flow; NULL without one
-- n_analysed: Participants with a value
-- n_missing: Randomised, or else started, and not analysed; NULL where it cannot be counted
-- n_died: Of the missing, those who had died by then; NULL where nobody tells
-- reason: Why the missing cannot be counted
CREATE VIEW out_missing AS
SELECT
    evidence_set, analysis, comparison, outcome, timepoint, subgroup, subgroup_number, study_id, part, arm,
    n_randomised, n_started, n_analysed, n_missing, n_died, reason
FROM review_missing
ORDER BY evidence_set, analysis, subgroup_number, study_id, part, arm DESC;
