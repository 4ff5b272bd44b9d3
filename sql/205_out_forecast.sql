-- out_forecast: One row per ongoing study, in the order in which results can be expected.
-- study_id: Study
-- registry_ids: All registry entries of the study
-- title: Title of its newest record
-- state: Where the study stands, from all evidence
-- planned_participants: Participants planned
-- expected_completion_date: Completion as planned; first day that it can mean
-- expected_completion_precision: How much of expected_completion_date is known: day, month or year
-- is_late: Whether that day has passed by the night
-- n_pooled: Participants in the largest confirmed analysis of the review now
-- participant_ratio: planned_participants divided by n_pooled; rule S3 asks for this ratio once the study is completed
CREATE VIEW out_forecast AS
SELECT
    study_id,
    registry_ids,
    title,
    state,
    planned_participants,
    completion_date AS expected_completion_date,
    completion_date_precision AS expected_completion_precision,
    completion_date < (SELECT max(decided_at)::DATE FROM review_update_decision) AS is_late,
    n_pooled,
    planned_participants / nullif(n_pooled, 0) AS participant_ratio
FROM out_study
CROSS JOIN (
    SELECT coalesce(max(n_participants), 0) AS n_pooled
    FROM review_pooled_effect
    WHERE evidence_set = 'confirmed' AND is_headline
)
WHERE list = 'ongoing'
ORDER BY completion_date NULLS LAST, study_id;
