"""Reviews in and out: what others publish as a file read into values, and values written for others."""
