"""Venues' checklists: what they ask, what was answered, and what the evidence says of it."""
