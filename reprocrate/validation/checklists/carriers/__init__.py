"""Reads filled checklists from the forms that authors and chairs really hold.

The sources differ, what comes of them does not:

    LaTeX ─ text ┐
    Typst ─ text ┤
    Markdown ────┤ Text ─ labelled | optioned | ticked ─┐
    PDF ─ lines ─┘                                      ├ Asked ─ recognition ─ FilledChecklist
    OpenReview note, CSV, form fields of a PDF ─────────┘

Nothing is compiled or run. What cannot be read is told, never guessed.
"""
