-- out_source_freshness: One row per source: how recently it was searched to the end, as of the night.
-- source: Connector slug
-- title: Source by name
-- state: How its last check ended: complete, partial or failed
-- last_checked_at: Last check, UTC
-- last_complete_at: Last check that reached the end, UTC
-- limit_days: Older than this many days is stale
-- is_stale: True when the last complete check is older than that, or failed tonight
-- is_overdue: True when the last complete check is older than that, or there was none: not known
-- n_records: Records read at the last check
-- n_expected: Records that the registry announced
-- reason: Why the check was not complete
CREATE VIEW out_source_freshness AS
SELECT
    source, title, state, last_checked_at, last_complete_at, limit_days, is_stale, is_overdue, n_records, n_expected,
    reason
FROM review_source_check;
