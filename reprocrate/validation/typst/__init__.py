"""Typst as far as tables and checklists need it: its source as nodes, and what these print.

Nothing is computed: no loop, no condition, no arithmetic. By the reference of Typst, chapter "Syntax".
"""
