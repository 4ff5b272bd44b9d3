-- out_tombstone: One row per record or report that a complete search of everything no longer found.
-- source: Connector slug
-- item_id: Record or report; what it said stays where it is
-- last_listed_at: When the source last listed it, UTC
-- missed_at: Last complete search of everything, which did not list it, UTC
CREATE VIEW out_tombstone AS
SELECT l.source, l.item_id, max(l.observed_at) AS last_listed_at, any_value(s.last_sweep_at) AS missed_at
FROM core_listed AS l
JOIN review_source_check AS s USING (source)
GROUP BY l.source, l.item_id
HAVING max(l.observed_at) < any_value(s.last_sweep_at);
