"""The nouns: what passes between the packages, and nothing that acts on them."""
