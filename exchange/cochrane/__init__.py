"""Cochrane's data packages: the zip that Cochrane publishes beside a review, read without a judgement on it."""
