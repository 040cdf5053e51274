"""The results page: one file to explore what the brief says."""
