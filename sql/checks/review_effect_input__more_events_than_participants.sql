SELECT study_id, outcome
FROM review_effect_input
WHERE events_intervention > n_intervention OR events_control > n_control
