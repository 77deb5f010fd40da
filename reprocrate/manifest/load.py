"""Manifest files: reading with clear reasons, writing whole or not at all."""

from __future__ import annotations

import re
from contextlib import suppress
from pathlib import Path
from typing import Any, NamedTuple

from pydantic import ValidationError

from reprocrate.errors import UnavailableError, UnreadableError
from reprocrate.files import write_atomically
from reprocrate.manifest.construction import construct
from reprocrate.manifest.document import VERSION, Manifest
from reprocrate.manifest.migration import STEPS
from reprocrate.manifest.strict import MAX_BYTES, read_text
from reprocrate.standard import SchemaProblem, pointer_to, problems, value_at

_VERSION = re.compile(r"(0|[1-9][0-9]*)\.([0-9]+)")


class Problem(NamedTuple):
    """Why a document is no manifest of this version.

    Attributes:
        pointer: JSON Pointer (RFC 6901) to the value.
        reason: what is wrong with it.
    """

    pointer: str
    reason: str

    def __str__(self) -> str:
        return f"{self.pointer or 'the document'}: {self.reason}"


class OlderVersionError(UnreadableError):
    """A sound manifest of an older version, which has to be migrated before it can be used."""

    def __init__(self, name: str, version: str) -> None:
        self.version = version
        super().__init__(
            f"{name} follows version {version} of the standard",
            f"that is older than {VERSION}, and its manifests are only read to be migrated",
            f"Run `reprocrate migrate` on it, which writes it as version {VERSION} and keeps the original",
        )


class InvalidManifestError(UnreadableError):
    """A manifest that does not follow its schema; `problems` names every place."""

    def __init__(self, name: str, problems: list[Problem]) -> None:
        self.problems = problems
        more = f" (and {len(problems) - 1} more)" if len(problems) > 1 else ""
        super().__init__(
            f"{name} is not a valid manifest",
            f"{problems[0]}{more}",
            "Run `reprocrate validate` on it to see every problem",
        )


def load_manifest(path: Path) -> Manifest:
    """Read a manifest file.

    Raises:
        UnavailableError: the file cannot be opened.
        UnreadableError: it is not JSON, not a manifest, or of a version that is not known here.
    """
    return parse_manifest(manifest_file_bytes(path), name=str(path))


def manifest_file_bytes(path: Path) -> bytes:
    """The bytes of a manifest file; of one that is too large only so many that this can be told.

    Raises:
        UnavailableError: the file cannot be opened.
    """
    try:
        with path.open("rb") as file:
            return file.read(MAX_BYTES + 1)
    except OSError as error:
        raise UnavailableError(f"{path} cannot be read", error.strerror or str(error)) from error


def parse_manifest(data: bytes, name: str = "the manifest") -> Manifest:
    """Turn the bytes of a manifest into a typed value; `name` is used in errors.

    Raises:
        UnreadableError: the bytes are not JSON, not a manifest, or of a version that is not known here.
    """
    return manifest_from(document_of(data, name), name)


def document_of(data: bytes, name: str = "the manifest") -> Any:
    """The JSON value that the bytes of a manifest hold, whatever it is; `name` is used in errors.

    Raises:
        UnreadableError: the bytes are not strict JSON.
    """
    document, found = read_text(data)
    if found:
        first, more = found[0], f" (and {len(found) - 1} more)" if len(found) > 1 else ""
        place = f" at {first.pointer}" if first.pointer else ""
        raise UnreadableError(
            f"{name}{'' if first.line else ':'} {first} ({first.code}{place}){more}",
            fix=f"`reprocrate explain {first.code}` says more about it",
        )
    return document


def manifest_from(document: object, name: str = "the manifest") -> Manifest:
    """Turn plain JSON values into a manifest.

    In a manifest of a newer minor version, properties and words that are not known here are kept as they are.

    Args:
        document: the values.
        name: used in errors.

    Raises:
        UnreadableError: they are not a manifest, or of a version that is not known here.
    """
    version = document_version(document, name)
    # The schema comes first: the models decide the same, but of millions of problems they keep each.
    lenient = is_newer_minor(version)
    if found := [
        Problem(each.pointer, each.message)
        for each in shape_problems(document, version)
        if not (lenient and brought_by_newer_minor(each, document))
    ]:
        raise InvalidManifestError(name, found)
    if is_older(version):
        raise OlderVersionError(name, version)
    return manifest_of_shape(document, version, name)


def manifest_of_shape(
    document: object, version: str, name: str = "the manifest", *, undecided: bool = False
) -> Manifest:
    """Turn plain JSON values that follow the schema into a manifest.

    Args:
        document: the values.
        version: that they declare.
        name: used in errors.
        undecided: whether comparing a word that is not known here raises `NewerWordError`, instead of
            finding it different from all others.

    Raises:
        InvalidManifestError: they do not follow the schema.
    """
    if version == VERSION and isinstance(document, dict):
        # The models would decide as the schema has; only a document that was not held to it fails here.
        with suppress(AttributeError, KeyError, TypeError, ValueError):
            return construct(Manifest, document)
    context = {"lenient": is_newer_minor(version), "undecided": undecided}
    try:
        return Manifest.model_validate(document, context=context)
    except ValidationError as error:
        raise InvalidManifestError(name, _reasons(error)) from None


def shape_problems(document: object, version: str) -> list[SchemaProblem]:
    """What the schema of a version says against a document, also what a newer minor version may have brought.

    Args:
        document: the values.
        version: one of this major version, or one that can be migrated.
    """
    if is_older(version):
        return problems(document, "manifest", version)
    if is_newer_minor(version):
        return problems(document, "manifest", forgiven=lambda each: brought_by_newer_minor(each, document))
    return problems(document, "manifest")


def save_manifest(manifest: Manifest, path: Path) -> None:
    """Write the canonical bytes, whole or not at all."""
    write_atomically(path, manifest.to_bytes())


def document_version(document: object, name: str = "the manifest") -> str:
    """The version that a document declares: one of this major version, or an older one that can be migrated.

    Raises:
        UnreadableError: it declares none, or another one.
    """
    if not isinstance(document, dict):
        raise UnreadableError(f"{name} is not a manifest", "a manifest is a JSON object")
    version = document.get("manifest_version")
    if not isinstance(version, str) or not _VERSION.fullmatch(version):
        raise UnreadableError(f"{name} is not a manifest", 'it has no "manifest_version" such as "1.0"')
    if other_major(document) is None:
        return version
    major = VERSION.split(".", 1)[0]
    older = ", ".join(STEPS)
    raise UnreadableError(
        f"{name} has manifest_version {version} (RC0002)",
        f"this reprocrate reads versions {major}.x (newest: {VERSION}) and can migrate {older}",
        f"Make the manifest anew with the tool that wrote it; only {older} can be migrated"
        if version.startswith("0.")
        else "Install a newer reprocrate to read it",
    )


def other_major(document: object) -> str | None:
    """The version of a document that follows another major version, and none that can be migrated."""
    version = document.get("manifest_version") if isinstance(document, dict) else None
    match = _VERSION.fullmatch(version) if isinstance(version, str) else None
    if match is None or match[1] == VERSION.split(".", 1)[0] or is_older(match[0]):
        return None
    return match[0]


def is_newer_minor(version: str) -> bool:
    """Whether a version of our major has properties that are not known here."""
    (major, minor), (known_major, known) = (each.split(".") for each in (version, VERSION))
    minor, known = minor.lstrip("0"), known.lstrip("0")
    return major == known_major and (len(minor), minor) > (len(known), known)  # of any length


def is_older(version: str) -> bool:
    """Whether a version is one that can be migrated to the newest."""
    return version in STEPS


def brought_by_newer_minor(problem: SchemaProblem, document: object) -> bool:
    """Whether what our schema says against a document may be what a newer minor version added.

    That is properties, and words in a list of words.
    """
    if problem.keyword == "enum":
        return isinstance(value_at(document, problem.pointer), str)
    return problem.keyword == "unevaluatedProperties"


def _reasons(error: ValidationError) -> list[Problem]:
    """What the models refuse. The tests hold them equal to the schema, which has said nothing then."""
    return [
        Problem(pointer_to(detail["loc"]), detail["msg"][:1].lower() + detail["msg"][1:])
        for detail in error.errors(include_url=False, include_input=False)
    ]
