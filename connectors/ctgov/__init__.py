"""ClinicalTrials.gov: its present interface with record history, and the classic files."""
