-- severity: whole
-- says: a version is there twice
SELECT version_id, count(*) AS n FROM core_trial_version GROUP BY version_id HAVING count(*) > 1
