-- severity: row
-- says: an explanation is longer than Cochrane's form takes
-- action: shorten it by hand when it is copied
SELECT decided_at::VARCHAR AS subject, length(explanation) AS n FROM review_update_decision WHERE length(explanation) > 400
