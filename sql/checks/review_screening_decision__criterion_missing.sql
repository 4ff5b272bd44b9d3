-- severity: row
-- says: a study is not judged on each of the five criteria
-- action: look at its rows in decisions.csv
SELECT study_id AS subject, count(DISTINCT criterion) AS n
FROM review_screening_decision
GROUP BY study_id
HAVING count(DISTINCT criterion) <> 5
