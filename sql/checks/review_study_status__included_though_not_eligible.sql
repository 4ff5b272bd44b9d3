-- severity: row
-- says: a study is on the list of included ones and is not eligible
-- action: decide in decisions.csv, or correct the version's list
SELECT study_id AS subject, eligibility, reason
FROM review_study_status
WHERE list = 'included' AND eligibility = 'not_met'
