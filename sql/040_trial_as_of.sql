-- trial_as_of(registry_on, known_on): each registry record as the registry showed it on one day (DATE),
-- as far as we knew it at a moment (TIMESTAMP, UTC). Both clocks are free:
--   SELECT * FROM trial_as_of(DATE '2016-07-20', TIMESTAMP '2026-01-01');
CREATE MACRO trial_as_of(registry_on, known_on) AS TABLE
SELECT *
FROM core_trial_version
WHERE registry_date <= registry_on AND observed_at <= known_on
QUALIFY row_number() OVER (
    PARTITION BY record_id
    ORDER BY registry_date DESC, origin = 'current' DESC, observed_at DESC, version_id DESC
) = 1;
