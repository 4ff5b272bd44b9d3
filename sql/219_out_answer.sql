-- out_answer: One row per evidence set and analysis: whether the ways of pooling agree, in words.
-- evidence_set: published, confirmed, provisional or undisputed
-- analysis: Analysis, as out_analysis names it
-- comparison: Comparison of the protocol
-- outcome: Outcome of the protocol
-- timepoint: Time of the protocol
-- wald: What Wald limits say: benefit, harm, higher, lower or open; NULL without such a line
-- hksj: The same of HKSJ limits; NULL for a single study
-- agrees: Whether all say the same; NULL without a Bayesian analysis
-- p_benefit_low: Lowest probability of benefit under the priors, 0 to 1
-- p_benefit_high: Highest probability of benefit under the priors, 0 to 1
-- sentence: In words, for readers who are no statisticians
CREATE VIEW out_answer AS
SELECT
    evidence_set, analysis, comparison, outcome, timepoint, wald, hksj, agrees, p_benefit_low, p_benefit_high,
    sentence
FROM review_answer;
