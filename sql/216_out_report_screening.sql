-- out_report_screening: One row per report and criterion, with the words that decided.
-- report_id: Report
-- title: Title, verbatim
-- criterion: population, intervention, design or comparator
-- verdict: met, not_met or unclear
-- field: Where the words stand: title, keywords, abstract, publication_types or language; not said where reports may be silent
-- quote: The words that decided
CREATE VIEW out_report_screening AS
SELECT s.report_id, r.title, s.criterion, s.verdict, s.field, s.quote
FROM review_report_screening AS s
JOIN review_report AS r USING (report_id)
ORDER BY s.report_id, list_position(['population', 'intervention', 'design', 'comparator'], s.criterion);
