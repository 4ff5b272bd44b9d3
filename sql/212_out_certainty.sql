-- out_certainty: One row per analysis and evidence set: GRADE certainty, computed and stated.
-- evidence_set: confirmed or provisional
-- analysis: Analysis, as out_analysis names it
-- comparison: Comparison of the protocol
-- outcome: Outcome of the protocol
-- timepoint: Time of the protocol
-- computed: high, moderate, low or very low from the domains that numbers decide; NULL without data
-- starts_low: Whether it starts low, since not every study is known to be randomised
-- rated_down_for: Domains in which the numbers rate down
-- for_a_person: Domains in which something is left to judge
-- stated: Certainty that people stated
-- stated_reasons: Their reasons
-- information_size: Participants that one adequately powered trial would need; NULL if not computable
CREATE VIEW out_certainty AS
SELECT
    evidence_set,
    analysis,
    c.comparison,
    c.outcome,
    c.timepoint,
    computed,
    starts_low,
    coalesce(list(domain ORDER BY domain) FILTER (WHERE is_rated_down), []) AS rated_down_for,
    coalesce(list(domain ORDER BY domain) FILTER (WHERE needs_person), []) AS for_a_person,
    stated,
    stated_reasons,
    information_size
FROM review_certainty AS c
LEFT JOIN review_certainty_concern USING (evidence_set, analysis)
GROUP BY ALL;
