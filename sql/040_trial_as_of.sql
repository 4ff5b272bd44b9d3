-- trial_as_of(registry_on, known_on): each registry record as the registry showed it on one day (DATE),
-- as far as we knew it at a moment (TIMESTAMP, UTC). Both clocks are free:
--   SELECT * FROM trial_as_of(DATE '2016-07-20', TIMESTAMP '2026-01-01');
-- A registry may change a record without another date, as when it sets a status to unknown: such a version counts
-- from the day on which we first saw it, which is `shown_from`.
CREATE MACRO trial_as_of(registry_on, known_on) AS TABLE
WITH dated AS (
    SELECT
        *,
        CASE
            WHEN origin = 'current' AND row_number() OVER same_date > 1 THEN CAST(observed_at AS DATE)
            ELSE registry_date
        END AS shown_from
    FROM core_trial_version
    WINDOW same_date AS (PARTITION BY record_id, source, registry_date, origin ORDER BY observed_at, arrival, version_id)
)
SELECT *
FROM dated
WHERE shown_from <= registry_on AND observed_at <= known_on
QUALIFY row_number() OVER (
    PARTITION BY record_id
    ORDER BY shown_from DESC, origin = 'current' DESC, observed_at DESC, arrival DESC, version_id DESC
) = 1;
