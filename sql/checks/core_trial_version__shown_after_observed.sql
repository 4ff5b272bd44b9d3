-- A registry cannot have shown a version after we saw it; a day of grace for time zones.
SELECT version_id, registry_date, observed_at
FROM core_trial_version
WHERE registry_date > observed_at::DATE + 1
