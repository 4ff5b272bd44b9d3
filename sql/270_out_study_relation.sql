-- out_study_relation: One row per pair of related studies of which at least one is eligible or a near miss.
-- study_id: Study: the id of its first registry record
-- other_id: The other study; comes after study_id in the order of ids
-- kind: duplicate, extension, sub_study, re_registration, shared_number or named
-- evidence: What the relation rests on
CREATE VIEW out_study_relation AS
SELECT r.study_id, r.other_id, r.kind, r.evidence
FROM review_study_relation AS r
WHERE EXISTS (FROM out_study AS s WHERE s.study_id IN (r.study_id, r.other_id));
