-- out_queue: One row per thing that only a person can settle.
-- item: Name of the item, for settled.csv; another one as soon as anything about it changes
-- kind: results, report, eligibility, extraction, link, discrepancy, search, ruling, rejected, recall, vanished or check
-- subject: Study, record or file it is about
-- reason: Why a person is needed
-- field: Field
-- value: What stood there
-- action: What to do
CREATE VIEW out_queue AS
SELECT item, kind, subject, reason, field, value, action
FROM review_queue;
