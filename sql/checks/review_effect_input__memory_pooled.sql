SELECT study_id, outcome FROM review_effect_input WHERE evidence = 'memory'
