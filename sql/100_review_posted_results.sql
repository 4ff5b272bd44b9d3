-- review_posted_results: One row per posted results of a study that readers see: in a record, or in a summary that a
-- register publishes beside it, each in its newest version.
-- study_id: Study
-- source_id: Registry entry or report that holds them
-- results: The whole of them, JSON (models.results.PostedResults)
CREATE VIEW review_posted_results AS
WITH source AS (
    SELECT study_id, record_id AS source_id, document
    FROM core_trial_latest JOIN review_study_record USING (record_id)
    UNION ALL
    SELECT study_id, report_id AS source_id, document
    FROM core_report_latest JOIN review_study_report USING (report_id)
)
SELECT study_id, source_id, json_extract(document, '$.results') AS results
FROM source
WHERE json_exists(document, '$.results')
AND study_id IN (SELECT study_id FROM review_study_status WHERE list <> 'screened_out');
