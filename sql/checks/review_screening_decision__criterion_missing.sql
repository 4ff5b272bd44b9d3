SELECT study_id, count(DISTINCT criterion) AS n FROM review_screening_decision GROUP BY study_id HAVING count(DISTINCT criterion) <> 5
