-- severity: row
-- says: an arm has more people with events than people
-- action: correct the row in extraction.csv
SELECT study_id AS subject, outcome
FROM review_effect_input
WHERE events_intervention > n_intervention OR events_control > n_control
