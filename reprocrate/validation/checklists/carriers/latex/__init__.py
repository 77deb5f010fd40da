"""LaTeX as far as a checklist needs it: tokens, macros without computation, included files, plain text."""
