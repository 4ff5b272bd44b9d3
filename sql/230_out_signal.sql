-- out_signal: One row per rule, analysis, evidence set and convention.
-- rule: S0 published estimate reproduced, S1 significance, S2 effect moved, S3 participants, S4 MID, S5 poolable, S6 participants needed
-- analysis: Analysis, as out_analysis names it
-- comparison: Comparison of the protocol
-- outcome: Outcome of the protocol
-- timepoint: Time of the protocol
-- evidence_set: Evidence set compared with the published one
-- convention: Convention under which both were computed
-- fired: True when the rule calls for attention
-- value: What was measured
-- threshold: What it was measured against
-- explanation: One sentence
CREATE VIEW out_signal AS
SELECT rule, analysis, comparison, outcome, timepoint, evidence_set, convention, fired, value, threshold, explanation
FROM review_signal;
