"""What a migration did, in text and as the JSON document that `migration.schema.json` describes."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from reprocrate import __version__
from reprocrate.manifest import Migration
from reprocrate.render import words
from reprocrate.standard import schema_url

SCHEMA_VERSION = "1.0"

_TITLES = {
    "lost": "Not kept (RC0020): only the original has it",
    "assumed": "Assumed (RC0021): please check",
    "aside": "Kept under names that start with x- (RC0022): programs do not read it there",
}


def migration_text(subject: str, migration: Migration, written: str | None, original: str) -> str:
    """What was done, and what needs a person's eye, on a few lines."""
    if not migration.changed:
        return f"{words.plain(subject)} follows version {migration.now}, the newest: nothing was changed."
    lines = [*_notes(migration)]
    if not lines:
        lines.append("Nothing was lost, assumed or set aside.")
    count = sum(change.count for change in migration.changes)
    lines.append(
        f"{words.count_of(count, 'value')} moved or written in another form; --json lists the kinds."
    )
    lines.append(f"Version {migration.was} is now {migration.now}: {words.plain(written or '')}")
    lines.append(f"The original is kept: {words.plain(original)}")
    return "\n".join(lines)


def _notes(migration: Migration) -> Iterator[str]:
    notes = migration.document.get("migrated", {}).get("notes", ())
    for kind, title in _TITLES.items():
        of_kind = [note for note in notes if note["kind"] == kind]
        if of_kind:
            yield title
        for note in of_kind:
            more = f" and {note['count'] - 1} more like it" if "count" in note else ""
            now = f"; now {note['now']}" if "now" in note else ""
            yield f"  {words.plain(note['was'] or 'the whole')}{more}: {note['reason']}{words.plain(now)}"


def migration_document(
    subject: str, migration: Migration, written: str | None, original: str
) -> dict[str, Any]:
    """The same as plain JSON values, value by value."""
    return {
        "$schema": schema_url("migration"),
        "schema_version": SCHEMA_VERSION,
        "tool": {"name": "reprocrate", "version": __version__},
        "subject": subject,
        "from": migration.was,
        "to": migration.now,
        "changed": migration.changed,
        "written": written,
        "original": original,
        "changes": [
            {"was": each.was, "now": each.now, "how": each.how, "count": each.count}
            for each in migration.changes
        ],
        "findings": [
            {
                "code": note.finding.code,
                "severity": note.finding.severity.value,
                "message": note.finding.message,
                "fix": note.finding.fix,
                "was": note.was,
                **({} if note.now is None else {"now": note.now}),
            }
            for note in migration.notes
        ],
    }
