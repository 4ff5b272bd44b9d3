-- out_search: One row per question that a source was asked, as it was sent, with the night (PRISMA-S, item 8).
-- source: Connector slug
-- kind: What was asked: search, count, feed, record, results, history, history_version or version
-- question: Path and parameters as sent, escapes undone; a question by POST with its body; credentials left out
-- registry_total: Records that the registry announced for it
-- n_records: Records read from the answer
-- asked_at: When, UTC
CREATE VIEW out_search AS
SELECT
    source, kind, url_decode(replace(regexp_replace(url, '^https?://[^/]+', ''), '+', ' ')) AS question,
    registry_total, n_records, observed_at AS asked_at
FROM core_capture
WHERE kind <> 'file';
