"""Environments of conda, linked from a list of archives without running anything of them."""
