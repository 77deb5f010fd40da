"""The source tree of a launch: which files it is, and what version control knows of it."""
