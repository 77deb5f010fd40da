"""The records of a project, on the disk."""
