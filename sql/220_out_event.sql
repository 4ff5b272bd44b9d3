-- out_event: One row per thing that happened to an eligible study, newest first.
-- event_key: Identity across runs
-- event_code: E1 completed, E2Q results in quality control, E2 results posted, E3 results report, E4 new trial, E5 results overdue, E6 reversal, E7 correction, E8 listed as ongoing after it had ended
-- study_id: Study
-- event_date: When it happened in the world; first day that it can mean
-- event_date_precision: How much of event_date was known: day, month or year
-- public_date: When a source first showed it
-- first_seen_at: When we first observed it, UTC
-- days_unseen: Days from public_date to first_seen_at
-- grade: action, watch or info
-- is_news: True when it became public after the search of the version in force, or after the day since which a review without one is watched
-- evidence: What it rests on
CREATE VIEW out_event AS
SELECT
    event_key,
    event_code,
    study_id,
    event_date,
    event_date_precision,
    public_date,
    first_seen_at,
    first_seen_at::DATE - public_date AS days_unseen,
    grade,
    is_news,
    evidence
FROM review_event
ORDER BY public_date DESC, event_key;
