-- severity: row
-- says: a register cannot have shown a version after it was seen; a day of grace for time zones
-- action: look at the date in the register
SELECT record_id AS subject, registry_date, observed_at
FROM core_trial_version
WHERE registry_date > observed_at::DATE + 1
