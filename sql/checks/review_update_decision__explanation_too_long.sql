SELECT decided_at, length(explanation) AS n FROM review_update_decision WHERE length(explanation) > 400
