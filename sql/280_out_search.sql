-- out_search: One row per question that a source was asked, as it was sent, and per search by hand (PRISMA-S, items 1, 8 and 13).
-- source: Connector slug, or database that was searched by hand
-- kind: What was asked: search, count, feed, record, results, history, history_version or version; or by hand
-- question: Path and parameters as sent, escapes undone; by POST with its body; without credentials; by hand, its files
-- registry_total: Records that the registry announced for it, or that people say a search by hand found
-- n_records: Records read from the answer
-- n_new: Of a search by hand, records of which nothing had told before
-- asked_at: When, UTC; of a search by hand, when its file was loaded
-- searched_on: Day of the search
-- is_day_given: False when that is the day of loading, or of a version's publication, for nobody told the day of the search
-- told_by: What tells that a search by hand was one of this database
CREATE VIEW out_search AS
SELECT
    source, kind, url_decode(replace(regexp_replace(url, '^https?://[^/]+', ''), '+', ' ')) AS question,
    registry_total, n_records, NULL::BIGINT AS n_new, observed_at AS asked_at, observed_at::DATE AS searched_on,
    true AS is_day_given, '' AS told_by
FROM core_capture
WHERE kind <> 'file'
UNION ALL
SELECT
    database, 'by hand', array_to_string(files, ', '), n_expected, n_records, n_new, loaded_at, searched_on,
    is_day_given, told_by
FROM review_search;
