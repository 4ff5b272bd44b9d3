-- report_as_of(index_on, known_on): each report as its index showed it on one day (DATE), as far as we knew it
-- at a moment (TIMESTAMP, UTC). Both clocks are free:
--   SELECT * FROM report_as_of(DATE '2022-08-31', TIMESTAMP '2026-01-01');
CREATE MACRO report_as_of(index_on, known_on) AS TABLE
SELECT *
FROM core_report_version
WHERE registry_date <= index_on AND observed_at <= known_on
QUALIFY row_number() OVER (
    PARTITION BY report_id ORDER BY registry_date DESC, observed_at DESC, arrival DESC, version_id DESC
) = 1;
