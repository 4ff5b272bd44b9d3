-- core_trial_latest: One row per registry record: its newest version by registry date, then by observation.
-- What the registry itself showed goes before what its history or an export says of the same date.
-- record_id: Registry entry, e.g. NCT01363401
-- version_id: Version that the row shows (core_trial_version)
-- registry: Registry by name
-- registry_date: Day from which the registry showed this version; first day that it can mean
-- observed_at: When we saw this version, UTC
-- status: Recruitment status, harmonised
-- status_text: Recruitment status, verbatim
-- has_results: True when results are posted
-- results_posted_date: Results first posted in the registry; first day that it can mean
-- n_versions: Versions of this record that we know
-- document: The whole normalised record, JSON
CREATE VIEW core_trial_latest AS
SELECT
    record_id,
    version_id,
    registry,
    registry_date,
    observed_at,
    status,
    status_text,
    has_results,
    results_posted_date,
    count(*) OVER (PARTITION BY record_id) AS n_versions,
    document
FROM core_trial_version
QUALIFY row_number() OVER (
    PARTITION BY record_id
    ORDER BY registry_date DESC, origin = 'current' DESC, observed_at DESC, arrival DESC, version_id DESC
) = 1;
