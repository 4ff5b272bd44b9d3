-- severity: whole
-- says: an estimate lies outside its own limits
SELECT evidence_set, convention, outcome, timepoint, estimate, ci_low, ci_high
FROM review_pooled_effect
WHERE NOT (ci_low <= estimate AND estimate <= ci_high)
