"""Which deposits of a project are known, in its `reprocrate.toml`: read, and added to its end."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from reprocrate.assembly import SETTINGS_NAME
from reprocrate.errors import ReprocrateError, UnavailableError
from reprocrate.files import write_atomically
from reprocrate.files.toml_text import read_toml
from reprocrate.workflow.project import Project, find_project, open_project

_WHY = "# written by `reprocrate publish`"


def project_of_bundle(bundle: Path, identifier: str) -> Project | None:
    """The project that a bundle was packed from, if that is where the user is or where the bundle lies.

    Args:
        bundle: the bundle.
        identifier: the `id` of its manifest.
    """
    for start in dict.fromkeys((Path.cwd(), bundle.absolute().parent)):
        with suppress(ReprocrateError):
            project = open_project(find_project(start))
            if project.manifest.id == identifier:
                return project
    return None


def known_deposits(project: Project, archive: str) -> tuple[str, ...]:
    """The DOIs under which an archive keeps a project, the newest last."""
    return tuple(one.doi for one in project.settings.deposits if one.archive == archive)


def add_deposit(root: Path, archive: str, doi: str) -> bool:
    """Write into a project's `reprocrate.toml` under which DOI it is kept; what stands there is not touched.

    Returns:
        Whether it stands there now.
    """
    path = root / SETTINGS_NAME
    try:
        before = path.read_bytes() if path.exists() else b""
        text = before.decode("utf-8-sig")
        known = read_toml(text)
    except (OSError, ValueError):
        return False
    if _stands_in(known, archive, doi):
        return True
    end = "\r\n" if "\r\n" in text else "\n"
    gap = "" if not text else end if text.endswith("\n") else 2 * end
    after = text + gap + end.join(_lines(archive, doi)) + end
    try:
        if not _stands_in(read_toml(after), archive, doi):
            return False
    except ValueError:  # `deposits` stands there in another form
        return False
    mark = b"\xef\xbb\xbf" if before.startswith(b"\xef\xbb\xbf") else b""
    try:
        write_atomically(path, mark + after.encode())
    except UnavailableError:
        return False
    return True


def _lines(archive: str, doi: str) -> Iterator[str]:
    yield f"[[deposits]]  {_WHY}"
    yield f"archive = {json.dumps(archive)}"
    yield f"doi = {json.dumps(doi)}"


def _stands_in(known: dict[str, object], archive: str, doi: str) -> bool:
    listed = known.get("deposits")
    return isinstance(listed, list) and any(
        isinstance(one, dict) and one.get("archive") == archive and one.get("doi") == doi for one in listed
    )
