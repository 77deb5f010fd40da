"""Measured values, read from what a launch wrote."""
