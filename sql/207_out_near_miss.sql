-- out_near_miss: One row per excluded study that fails exactly one criterion, with the words that decided it.
-- study_id: Study
-- registry_ids: All registry entries of the study
-- title: Title of its newest record
-- criterion: The criterion that is not met
-- field: Field of the record that decided
-- quote: The words found there
-- decided_by: rule, or the person or review version that decided
CREATE VIEW out_near_miss AS
SELECT
    s.study_id,
    any_value(s.registry_ids) AS registry_ids,
    any_value(s.title) AS title,
    any_value(d.criterion) AS criterion,
    any_value(d.field) AS field,
    any_value(d.quote) AS quote,
    any_value(d.decided_by) AS decided_by
FROM out_study AS s
JOIN review_screening_decision AS d ON d.study_id = s.study_id AND d.verdict = 'not_met'
WHERE s.list = 'excluded'
GROUP BY s.study_id
HAVING count(*) = 1
ORDER BY s.study_id;
