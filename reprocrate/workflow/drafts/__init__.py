"""What `init` finds in a project: each module reads one kind of file, and runs none."""
