-- severity: whole
-- says: a version comes from a capture that is not there
SELECT version_id FROM core_trial_version ANTI JOIN core_capture USING (capture_id)
