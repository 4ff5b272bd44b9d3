-- severity: whole
-- says: a record belongs to two studies
SELECT record_id, count(DISTINCT study_id) AS n FROM review_study_record GROUP BY record_id HAVING count(DISTINCT study_id) > 1
