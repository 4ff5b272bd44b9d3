SELECT evidence_set, convention, outcome, timepoint, k FROM review_pooled_effect WHERE (k > 0) <> (estimate IS NOT NULL)
