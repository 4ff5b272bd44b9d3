"""One module per criterion: what of a record decides it, with the words that do."""
