"""What a review contradicts in itself, told from its data package alone."""
