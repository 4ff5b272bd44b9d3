-- severity: row
-- says: a number from memory is pooled
-- action: give the report and the place that the number is read from, in extraction.csv
SELECT study_id AS subject, outcome FROM review_effect_input WHERE evidence = 'memory'
