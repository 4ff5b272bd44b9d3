"""Indexes of the literature, and the files in which databases hand out what a search found."""
