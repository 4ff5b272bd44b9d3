SELECT record_id FROM review_study_record ANTI JOIN core_trial_latest USING (record_id)
