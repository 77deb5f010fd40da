"""Which recorded runs are done again, with which seeds, and on what files."""
