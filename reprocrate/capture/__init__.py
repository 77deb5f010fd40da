"""Recording what a launch did: its code, data, environment, hardware, seeds and results.

Nothing is imported here: before the author's command starts, as little as possible may be loaded.
"""
