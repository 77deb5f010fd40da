"""Drafts of venues' checklists: what the record shows is filled in, the rest is asked for."""
