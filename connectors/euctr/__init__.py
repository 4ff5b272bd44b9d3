"""The EU Clinical Trials Register, country by country, with its tables of results."""
