-- severity: whole
-- says: a study has a record that is not there
SELECT record_id FROM review_study_record ANTI JOIN core_trial_latest USING (record_id)
