-- severity: whole
-- says: a study has no status
SELECT DISTINCT study_id FROM review_study_record ANTI JOIN review_study_status USING (study_id)
