-- out_source_freshness: One row per source: how recently it was searched to the end, as of the night.
-- source: Connector slug, or database that people search by hand
-- title: Source by name
-- state: How its last check ended: complete, partial or failed
-- last_checked_at: Last check, UTC
-- last_complete_at: Last check that reached the end, UTC; of a search by hand, the day on which it was made
-- limit_days: Older than this many days is stale
-- is_stale: True when the last complete check is older than that, or failed tonight
-- is_overdue: True when the last complete check is older than that, or there was none: not known
-- n_records: Records read at the last check; NULL when nobody told
-- n_expected: Records that the registry announced, or that a search by hand found as people say
-- n_new: Of a search by hand, records of which nothing had told before
-- is_by_hand: True for a database that people search
-- is_day_given: False when the day of a search by hand is that of loading, or of a version's publication, for nobody told it
-- reason: Why the check was not complete
CREATE VIEW out_source_freshness AS
SELECT
    source, title, state, last_checked_at, last_complete_at, limit_days, is_stale, is_overdue, n_records, n_expected,
    n_new, is_by_hand, is_day_given, reason
FROM review_source_check;
