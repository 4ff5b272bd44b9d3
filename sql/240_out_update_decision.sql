-- out_update_decision: One row per night, oldest first; the last one is in force.
-- review: Review folder
-- decided_at: Night of the decision, UTC
-- status: Up to date, Update pending, No update planned (Cochrane's Updating Classification System), No published version yet or Not known tonight
-- rationale: Brief reason
-- explanation: At most 400 characters
-- baseline_version: Published version it is about; empty while there is none
-- fired_rules: Signals that fired
-- event_keys: News events behind the status
-- is_confirmed_only: False when a rule fired on provisional numbers only
-- protocol_version: Version and fingerprint of the review folder
CREATE VIEW out_update_decision AS
SELECT
    review, decided_at, status, rationale, explanation, baseline_version, fired_rules, event_keys,
    is_confirmed_only, protocol_version
FROM review_update_decision
ORDER BY decided_at;
