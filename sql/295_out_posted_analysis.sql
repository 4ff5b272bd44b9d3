-- out_posted_analysis: One row per statistical analysis that a register posts of a study, as of its newest version.
-- Numbers stand twice: as printed, and read where they can mean one thing only. No field of a register says which group
-- an estimate is of and which it is set against: the order of group_titles is none.
-- study_id: Study
-- source_id: Registry entry, or the summary of results that a register publishes beside it
-- place: Where in the raw record the analysis stands
-- outcome_title: Outcome, verbatim
-- outcome_role: primary, secondary, other or post_hoc
-- time_frame: When it was measured, verbatim
-- unit_text: Unit of the outcome, verbatim; a difference has it, a ratio has none
-- group_titles: Groups that enter the analysis, verbatim, in the register's order
-- method_text: Statistical method, verbatim
-- estimate_type_text: What the estimate is, and so its scale, verbatim: Odds Ratio (OR), Mean Difference (Net) …
-- estimate: Estimate on the scale that estimate_type_text names, a log where it says log
-- estimate_text: The same as printed
-- ci_pct: Level of the confidence limits, per cent
-- ci_sides: ONE_SIDED or TWO_SIDED
-- ci_low: Lower limit, on the scale of the estimate
-- ci_low_text: The same as printed
-- ci_high: Upper limit, on the scale of the estimate
-- ci_high_text: The same as printed
-- dispersion_type: What dispersion is: STANDARD_ERROR_OF_MEAN, STANDARD_DEVIATION or another's words in capitals
-- dispersion: Dispersion of the estimate, in its unit
-- p_sign: How the p value is meant: = as it is, < below what is printed …
-- p_value: p value, from 0 to 1
-- p_text: The same as printed
-- hypothesis: SUPERIORITY, NON_INFERIORITY, EQUIVALENCE …
-- is_non_inferiority_tested: Whether non-inferiority was tested, where the register has a field for it
-- comments: What is said of groups, method, estimate, limits, p, hypothesis and else, verbatim, in this order
CREATE VIEW out_posted_analysis AS
WITH posted AS (
    SELECT study_id, source_id, unnest(json_extract(results, '$.analyses[*]')) AS item FROM review_posted_results
),
told AS (
    SELECT
        *,
        item ->> 'p_text' AS p_text,
        regexp_extract(
            trim(item ->> 'p_text'), '^(?:[pP]\s*(?:-?\s*[vV]alue)?)?\s*([<>=≤≥]=?|)\s*(\S+)$', ['sign', 'number']
        ) AS p
    FROM posted
),
tested AS (
    SELECT *, CASE WHEN printed_number(p.number) BETWEEN 0 AND 1 THEN printed_number(p.number) END AS p_value FROM told
)
SELECT
    study_id,
    source_id,
    item ->> 'path' AS place,
    item ->> 'outcome_title' AS outcome_title,
    item ->> 'role' AS outcome_role,
    item ->> 'time_frame' AS time_frame,
    item ->> 'unit_text' AS unit_text,
    item ->> '$.groups[*].title' AS group_titles,
    item ->> 'method_text' AS method_text,
    item ->> 'estimate_type_text' AS estimate_type_text,
    printed_number(item ->> 'estimate_text') AS estimate,
    item ->> 'estimate_text' AS estimate_text,
    printed_number(item ->> 'ci_pct_text') AS ci_pct,
    item ->> 'ci_sides_text' AS ci_sides,
    printed_number(item ->> 'ci_lower_text') AS ci_low,
    item ->> 'ci_lower_text' AS ci_low_text,
    printed_number(item ->> 'ci_upper_text') AS ci_high,
    item ->> 'ci_upper_text' AS ci_high_text,
    item ->> 'dispersion_type_text' AS dispersion_type,
    printed_number(item ->> 'dispersion_text') AS dispersion,
    CASE
        WHEN p_value IS NULL THEN NULL
        WHEN p.sign = '' THEN '='
        ELSE replace(replace(p.sign, '≤', '<='), '≥', '>=')
    END AS p_sign,
    p_value,
    p_text,
    item ->> 'hypothesis_text' AS hypothesis,
    CAST(item ->> 'is_non_inferiority_tested' AS BOOLEAN) AS is_non_inferiority_tested,
    list_filter(
        [
            item ->> 'group_text', item ->> 'method_comment_text', item ->> 'estimate_comment_text',
            item ->> 'ci_lower_comment_text', item ->> 'ci_upper_comment_text', item ->> 'p_comment_text',
            item ->> 'hypothesis_comment_text', item ->> 'other_text'
        ],
        lambda text: text IS NOT NULL
    ) AS comments
FROM tested;
