-- out_drop_out: One row per study, period, group and reason for which participants left, as its register posts it.
-- study_id: Study
-- source_id: Registry entry, or the summary of results that a register publishes beside it
-- period: Part of the study, verbatim
-- group_title: Group of the participant flow, verbatim
-- reason_text: Why they left, verbatim
-- n_left: Participants who left for it; NULL where no number is posted
-- n_units: Eyes, knees, clusters … where the flow counts them beside participants
-- n_started: Participants of the group at the start of the period
-- comment_text: What the register adds, verbatim
CREATE VIEW out_drop_out AS
WITH flow AS (SELECT study_id, source_id, json_extract(results, '$.flow') AS flow FROM review_posted_results),
left_early AS (
    SELECT study_id, source_id, item ->> 'group_id' AS group_id, item ->> 'period' AS period, item
    FROM (SELECT study_id, source_id, unnest(json_extract(flow, '$.drop_outs[*]')) AS item FROM flow)
),
title AS (
    SELECT source_id, item ->> 'id' AS group_id, any_value(item ->> 'title') AS group_title
    FROM (SELECT source_id, unnest(json_extract(flow, '$.groups[*]')) AS item FROM flow)
    GROUP BY ALL
),
started AS (
    SELECT source_id, item ->> 'period' AS period, item ->> 'group_id' AS group_id, any_value((item ->> 'count')::BIGINT) AS n
    FROM (SELECT source_id, unnest(json_extract(flow, '$.counts[*]')) AS item FROM flow)
    WHERE upper(item ->> 'milestone') = 'STARTED'
    GROUP BY ALL
)
SELECT
    study_id,
    source_id,
    period,
    coalesce(group_title, group_id) AS group_title,
    item ->> 'reason_text' AS reason_text,
    (item ->> 'count')::BIGINT AS n_left,
    (item ->> 'n_units')::BIGINT AS n_units,
    n AS n_started,
    item ->> 'comment_text' AS comment_text
FROM left_early
LEFT JOIN title USING (source_id, group_id)
LEFT JOIN started USING (source_id, group_id, period);
