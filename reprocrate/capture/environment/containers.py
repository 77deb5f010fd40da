"""The container image that this machine is, where it tells.

Podman writes the image into `/run/.containerenv`; Apptainer and Singularity name their image in
variables. Docker, Kubernetes and others say only that there is a container, unless who starts it hands the
image's name on: in `REPROCRATE_CONTAINER_IMAGE`, or as GitLab's runner does, in `CI_JOB_IMAGE`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path, PurePath
from urllib.parse import urlsplit

from reprocrate.capture.record import Container

_DIGEST = re.compile(r"sha256:[0-9a-f]{64}")
_ASSIGNMENT = re.compile(r'^(?P<name>[A-Za-z_]+)="?(?P<value>[^"\n]*)"?$', re.MULTILINE)
_APPTAINER = ("APPTAINER_CONTAINER", "SINGULARITY_CONTAINER", "APPTAINER_NAME", "SINGULARITY_NAME")
_HANDED_ON = ("REPROCRATE_CONTAINER_IMAGE", "CI_JOB_IMAGE")


def look_at_container(
    environ: Mapping[str, str], hosts: tuple[str, ...] = (), root: Path = Path("/")
) -> Container | None:
    """The image that a launch with these variables was in; None where there is none, or nothing names it.

    Args:
        environ: the launch's variables.
        hosts: names of this machine; an image of its own registry is called by `localhost`.
        root: the root of the file system.
    """
    found = _handed_on(environ) or _podman(root) or _apptainer(environ)
    registry, slash, name = found.image.partition("/") if found else ("", "", "")
    host, colon, port = registry.partition(":")
    if found is not None and slash and host in hosts:
        return replace(found, image=f"localhost{colon}{port}/{name}")
    return found


def _handed_on(environ: Mapping[str, str]) -> Container | None:
    names = [environ[name].strip() for name in _HANDED_ON if environ.get(name, "").strip()]
    return _named(names[0]) if names else None


def _podman(root: Path) -> Container | None:
    try:
        text = (root / "run/.containerenv").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return None
    values = {match["name"]: match["value"] for match in _ASSIGNMENT.finditer(text)}
    # Not `imageid`: that is the digest of the image's configuration, which no registry knows it by.
    return _named(values.get("image", ""))


def _apptainer(environ: Mapping[str, str]) -> Container | None:
    """A path names a file of this machine: only its last part travels. An address stays one."""
    for name in _APPTAINER:
        value = environ.get(name, "").strip()
        if "://" in value:
            return _named(value)
        if value:
            return _named(PurePath(value).name)
    return None


def _named(image: str) -> Container | None:
    """An image without the scheme and credentials that its address may have, its digest apart."""
    if "://" in image:
        parts = urlsplit(image)
        image = (parts.netloc.rpartition("@")[2] if parts.scheme != "docker-archive" else "") + parts.path
    name, _, digest = image.partition("@")
    if not name or name.startswith(("/", "<")) or any(character.isspace() for character in name):
        return None
    return Container(name, digest if _DIGEST.fullmatch(digest) else None)
