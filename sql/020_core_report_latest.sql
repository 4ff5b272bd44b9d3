-- core_report_latest: One row per report: its newest version by registry date, then by observation.
-- report_id: Report, e.g. PMID:30048006
-- version_id: Version that the row shows (core_report_version)
-- first_observed_at: When we first saw any version of it, UTC
-- title: Title, verbatim
-- journal: Journal, verbatim
-- doi: DOI
-- published_date: Publication; first day that it can mean
-- registry_ids: Registry ids that the index declares
-- document: The whole normalised report, JSON
CREATE VIEW core_report_latest AS
SELECT
    report_id,
    version_id,
    min(observed_at) OVER (PARTITION BY report_id) AS first_observed_at,
    title,
    journal,
    doi,
    published_date,
    registry_ids,
    document
FROM core_report_version
-- What was once dated stays so: a copy whose date could not be is no newer word on the report.
QUALIFY row_number() OVER (
    PARTITION BY report_id
    ORDER BY published_date IS NULL, registry_date DESC, observed_at DESC, arrival DESC, version_id DESC
) = 1;
