"""Environments: rebuilt from their locks, and what a lock holds on which machine."""
