SELECT study_id, eligibility, reason
FROM review_study_status
WHERE list = 'included' AND eligibility = 'not_met'
