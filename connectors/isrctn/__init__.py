"""The ISRCTN registry."""
