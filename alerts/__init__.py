"""What is worth telling people (rules) and how it reaches them (channels)."""
