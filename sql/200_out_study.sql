-- out_study: One row per study, eligible or a near miss, as of the night. Irrelevant records are left out.
-- study_id: Study: the id of its first registry record
-- registry_ids: All registry entries of the study
-- report_ids: Reports linked to the study
-- list: included, ongoing, awaiting (classification) or excluded
-- state: Where the study stands, from all evidence
-- eligibility: met, not_met or unclear
-- reason: The evidence that decided state and list
-- title: Title of its newest record
-- design: Allocation, model and masking in words
-- product: Intervention under study, as registered
-- comparator: Comparator, as registered
-- n_registered: Participants in the registry's enrolment field
-- n_registered_type: estimated (planned) or actual
-- n_screened: Participants screened, where the posted participant flow says so in words
-- n_started: Participants who started, by the posted participant flow
-- n_randomised: Participants randomised
-- n_randomised_source: Where n_randomised comes from
-- n_analysed: Participants analysed for the primary outcome
-- n_analysed_source: Where n_analysed comes from
-- planned_participants: Participants planned, while the study is not complete
-- is_start_late: Whether it is not recruiting yet, though its start was planned for more than half a year ago
-- start_date: Start of the study; first day that it can mean
-- completion_date: Completion; first day that it can mean
-- completion_date_precision: How much of completion_date was known: day, month or year
-- results_date: First day on which results were public, in a registry or a report
CREATE VIEW out_study AS
SELECT
    study_id,
    (SELECT list(r.record_id ORDER BY r.record_id) FROM review_study_record AS r WHERE r.study_id = s.study_id)
        AS registry_ids,
    coalesce(
        (SELECT list(r.report_id ORDER BY r.report_id) FROM review_study_report AS r WHERE r.study_id = s.study_id),
        []
    ) AS report_ids,
    list,
    state,
    eligibility,
    reason,
    title,
    design,
    product,
    comparator,
    n_registered,
    n_registered_type,
    n_screened,
    n_started,
    n_randomised,
    n_randomised_source,
    n_analysed,
    n_analysed_source,
    planned_participants,
    is_start_late,
    start_date,
    completion_date,
    completion_date_precision,
    results_date
FROM review_study_status AS s
WHERE list <> 'screened_out';
