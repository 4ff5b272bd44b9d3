-- out_forecast: One row per ongoing study, in the order in which results can be expected; what never started on time comes last.
-- study_id: Study
-- registry_ids: All registry entries of the study
-- title: Title of its newest record
-- state: Where the study stands, from all evidence
-- planned_participants: Participants planned
-- expected_completion_date: Completion as planned; first day that it can mean
-- expected_completion_precision: How much of expected_completion_date is known: day, month or year
-- is_late: Whether that day has passed by the night
-- is_start_late: Whether its start was planned for more than half a year ago and it is not recruiting yet
-- doubt: Why the planned completion is not to be believed; NULL where nothing speaks against it
-- n_pooled: Participants in the largest confirmed analysis of the review now; NULL where nobody tells how many
-- participant_ratio: planned_participants divided by n_pooled, NULL where not all of these are known; rule S3 asks for this ratio once the study is completed
-- results_median: Day by which results are as likely as not, given that there ever are any
-- results_low50: Begin of the central 50 % of that day
-- results_high50: End of it
-- results_low90: Begin of the central 90 %
-- results_high90: End of it
-- results_chance: Probability that results become public within results_horizon_months of the end
-- results_horizon_months: Months after the end beyond which nobody has looked
-- earliest_completion: First day on which it can end, where its start has passed and it has not begun
-- n_put_off: How often its registered end was moved back
-- days_put_off: By how many days in all
-- delay_from: What the delay after the end is taken from
-- slippage_from: What the delay of the end is taken from, or that it is not known
-- results_doubts: What the dates leave out
-- results_unknown: Why there are no dates; empty where there are
CREATE VIEW out_forecast AS
SELECT
    study_id,
    registry_ids,
    title,
    state,
    planned_participants,
    completion_date AS expected_completion_date,
    completion_date_precision AS expected_completion_precision,
    completion_date < night AS is_late,
    coalesce(is_start_late, false) AS is_start_late,
    CASE
        WHEN is_start_late THEN 'start was planned for ' || start_date || ', and it is not recruiting yet'
        WHEN state = 'stale' THEN 'nobody has vouched for its status'
        WHEN completion_date < night THEN 'completion was planned for ' || completion_date || ', and it is still ' || state
    END AS doubt,
    n_pooled,
    CASE WHEN NOT is_least THEN planned_participants / nullif(n_pooled, 0) END AS participant_ratio,
    f.results_median,
    f.results_low50,
    f.results_high50,
    f.results_low90,
    f.results_high90,
    f.results_chance,
    f.results_horizon_months,
    f.earliest_completion,
    f.n_put_off,
    f.days_put_off,
    f.delay_from,
    f.slippage_from,
    f.doubts AS results_doubts,
    f.unknown AS results_unknown
FROM out_study
LEFT JOIN review_forecast AS f USING (study_id)
CROSS JOIN (SELECT max(decided_at)::DATE AS night FROM review_update_decision)
CROSS JOIN (
    SELECT
        CASE WHEN coalesce(max(k), 0) = 0 THEN coalesce(max(n_participants), 0) ELSE max(n_participants) END AS n_pooled,
        coalesce(bool_or(n_is_least), false) AS is_least
    FROM review_pooled_effect
    WHERE evidence_set = 'confirmed' AND is_headline
)
WHERE list = 'ongoing'
ORDER BY coalesce(is_start_late, false), completion_date NULLS LAST, study_id;
