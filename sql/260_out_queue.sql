-- out_queue: One row per thing that only a person can settle.
-- kind: rejected, eligibility, link, extraction, discrepancy, recall, vanished, protocol or check
-- subject: Study, record or file it is about
-- reason: Why a person is needed
-- field: Field
-- value: What stood there
-- action: What to do
CREATE VIEW out_queue AS
SELECT kind, subject, reason, field, value, action
FROM review_queue;
