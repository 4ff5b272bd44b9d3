"""Pooling of anybody's spreadsheet: a product of its own that needs no review."""
