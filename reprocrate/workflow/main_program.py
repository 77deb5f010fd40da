"""The main program of a bundle: what the author named, or what the proposed configuration runs."""

from __future__ import annotations

from reprocrate.crate.programs import entry_script
from reprocrate.errors import UsageError
from reprocrate.manifest import Manifest, manifest_from
from reprocrate.workflow.project import Project

_SETTING = 'Set `main` under [code] in reprocrate.toml to a file of the code, such as "train.py"'


def with_main_program(project: Project, manifest: Manifest, *, wanted: bool) -> Manifest:
    """The manifest with its main program, where the author named one or wants one.

    Args:
        project: the author's project.
        manifest: what is to be packed.
        wanted: whether the program of the proposed configuration is taken where none is named.

    Raises:
        UsageError: there is no such file, or the proposed configuration runs no file of the code.
    """
    named = project.settings.code.main
    if named is not None:
        if not any(file.path == named for code in manifest.code for file in code.files):
            raise UsageError(f"[code] main: {named} is no file of the code that ran", fix=_SETTING)
        return manifest
    if not wanted:
        return manifest
    found = _proposed(manifest)
    if found is None:
        why = "the proposed configuration runs no file of the code"
        raise UsageError("there is no main program", why, _SETTING)
    document = manifest.to_dict()
    for code in document["code"]:
        if code["id"] == found[0]:
            code["main"] = found[1]
    return manifest_from(document, "the manifest to be packed")


def _proposed(manifest: Manifest) -> tuple[str, str] | None:
    """The code and the path in it of the program of the proposed configuration, else of the first one."""
    order = sorted(manifest.configurations, key=lambda each: each.role != "proposed")
    for configuration in order[:1]:
        runs = [run for run in manifest.runs if run.configuration == configuration.id]
        for run in sorted(runs, key=lambda each: each.status != "ok"):
            code = manifest.find_code(run.code)
            if code and (path := entry_script(run, code)):
                return code.id, path
    return None
