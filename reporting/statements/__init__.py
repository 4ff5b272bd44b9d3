"""Statements that a journal asks for, filled from a published night; what only people know is named as owed."""
