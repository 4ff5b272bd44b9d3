-- severity: whole
-- says: studies are pooled without an estimate, or an estimate has no studies
SELECT evidence_set, convention, outcome, timepoint, k FROM review_pooled_effect WHERE (k > 0) <> (estimate IS NOT NULL)
