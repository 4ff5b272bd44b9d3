-- severity: whole
-- says: an event is there twice
SELECT event_key, count(*) AS n FROM review_event GROUP BY event_key HAVING count(*) > 1
