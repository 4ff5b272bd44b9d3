-- core_trial_change: One row per field that differs between a version of a registry record and the one before it.
-- Versions are compared within a source: what another one leaves out or words otherwise is no change.
-- record_id: Registry entry
-- field: Column of core_trial_version that differs
-- old_value: Value in the earlier version, as text
-- new_value: Value in the later version, as text
-- registry_date: Day from which the registry showed the later version
-- observed_at: When we saw the later version, UTC
-- version_id: The later version
CREATE VIEW core_trial_change AS
WITH wide AS (
    SELECT
        record_id,
        source,
        version_id,
        registry_date,
        observed_at,
        arrival,
        status_text,
        brief_title,
        official_title,
        phase_text,
        allocation,
        enrolment_count::VARCHAR AS enrolment_count,
        enrolment_type,
        start_date::VARCHAR AS start_date,
        primary_completion_date::VARCHAR AS primary_completion_date,
        primary_completion_type,
        completion_date::VARCHAR AS completion_date,
        completion_type,
        results_posted_date::VARCHAR AS results_posted_date,
        has_results::VARCHAR AS has_results,
        sponsor,
        array_to_string(conditions, '; ') AS conditions,
        array_to_string(interventions, '; ') AS interventions,
        array_to_string(arms, '; ') AS arms,
        array_to_string(primary_outcomes, '; ') AS primary_outcomes,
        array_to_string(secondary_ids, '; ') AS secondary_ids,
        array_to_string(reference_pmids, '; ') AS reference_pmids
    FROM core_trial_version
),
long AS (
    FROM wide
    UNPIVOT INCLUDE NULLS (
        new_value FOR field IN (COLUMNS(* EXCLUDE (record_id, source, version_id, registry_date, observed_at, arrival)))
    )
),
paired AS (
    SELECT
        record_id,
        field,
        lag(new_value) OVER older AS old_value,
        new_value,
        registry_date,
        observed_at,
        version_id,
        row_number() OVER older AS n
    FROM long
    WINDOW older AS (PARTITION BY record_id, source, field ORDER BY registry_date, observed_at, arrival, version_id)
)
SELECT record_id, field, old_value, new_value, registry_date, observed_at, version_id
FROM paired
WHERE n > 1 AND old_value IS DISTINCT FROM new_value;
