"""Drafts of venues' checklists: what the record shows is filled in, what only the authors know is asked for."""
