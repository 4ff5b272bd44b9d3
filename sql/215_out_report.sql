-- out_report: One row per report, with the studies that it is of, its copies, and what decided its screening.
-- report_id: Report: by its PMID, or else by the most widely used of its numbers
-- title: Title, verbatim
-- first_author: First author, verbatim
-- journal: Journal, verbatim
-- doi: DOI
-- published_date: Publication; first day that it can mean
-- published_date_precision: How much of published_date was known: day, month or year
-- kind: What it is to its study, or, of none, what it is by itself: results, follow_up, protocol, abstract, registry_summary, notice or other
-- study_ids: Studies that it is of
-- evidence: Why it is of them
-- verdict: met, not_met or unclear, by title, abstract, types and keywords alone
-- deciding_criterion: First criterion that is not met, or else unclear
-- deciding_words: The words that decided it
-- n_copies: Descriptions of it by sources
-- sources: Connectors that told of it
-- databases: Databases that it was exported from
-- told_as: Ids under which sources gave it
CREATE VIEW out_report AS
WITH copies AS (
    SELECT
        report_id,
        count(*) AS n_copies,
        list_sort(list(DISTINCT source)) AS sources,
        coalesce(list_sort(list(DISTINCT database) FILTER (WHERE database IS NOT NULL)), []) AS databases,
        list_sort(list(DISTINCT told_as)) AS told_as
    FROM review_report_copy
    GROUP BY report_id
),

links AS (
    SELECT
        report_id,
        list(study_id ORDER BY study_id) AS study_ids,
        string_agg(evidence, '; ' ORDER BY study_id) AS evidence,
        arg_min(kind, study_id) AS kind
    FROM review_study_report
    GROUP BY report_id
),

deciding AS (
    SELECT report_id, criterion, quote
    FROM review_report_screening
    WHERE verdict <> 'met' AND field <> 'not said'
    QUALIFY row_number() OVER (
        PARTITION BY report_id
        ORDER BY
            verdict = 'unclear',
            list_position(['population', 'intervention', 'design', 'comparator'], criterion)
    ) = 1
)

SELECT
    r.report_id,
    r.title,
    r.first_author,
    r.journal,
    r.doi,
    r.published_date,
    r.published_date_precision,
    coalesce(l.kind, r.kind) AS kind,
    coalesce(l.study_ids, []) AS study_ids,
    l.evidence,
    r.verdict,
    d.criterion AS deciding_criterion,
    d.quote AS deciding_words,
    c.n_copies,
    c.sources,
    c.databases,
    c.told_as
FROM review_report AS r
JOIN copies AS c USING (report_id)
LEFT JOIN links AS l USING (report_id)
LEFT JOIN deciding AS d USING (report_id)
ORDER BY r.report_id;
