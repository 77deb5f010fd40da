"""Typed values in, text out: for the terminal, as JSON, as Markdown and as HTML.

Everything here is a pure function: the same value gives the same text, whatever the clock and the machine.
What comes from a manifest is somebody else's text and is never trusted as markup, as a path or as a control
sequence of the terminal.
"""
