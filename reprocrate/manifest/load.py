"""Manifest files: reading with clear reasons, writing whole or not at all."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from pydantic import ValidationError

from reprocrate.errors import UnavailableError, UnreadableError
from reprocrate.files import write_atomically
from reprocrate.manifest.canonical import parse
from reprocrate.manifest.document import VERSION, Manifest
from reprocrate.manifest.migration import STEPS
from reprocrate.standard import SchemaProblem, pointer_to, problems, value_at

_VERSION = re.compile(r"^([0-9]{1,9})\.([0-9]{1,9})\Z")


@dataclass(frozen=True, slots=True)
class Problem:
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
    try:
        data = path.read_bytes()
    except OSError as error:
        raise UnavailableError(f"{path} cannot be read", error.strerror or str(error)) from error
    return parse_manifest(data, name=str(path))


def parse_manifest(data: bytes, name: str = "the manifest") -> Manifest:
    """Turn the bytes of a manifest into a typed value; `name` is used in errors.

    Raises:
        UnreadableError: the bytes are not JSON, not a manifest, or of a version that is not known here.
    """
    return manifest_from(parse(data, name), name)


def manifest_from(document: object, name: str = "the manifest", *, undecided: bool = False) -> Manifest:
    """Turn plain JSON values into a manifest.

    In a manifest of a newer minor version, properties and words that are not known here are kept as they are.

    Args:
        document: the values.
        name: used in errors.
        undecided: whether comparing a word that is not known here raises `NewerWordError`, instead of
            finding it different from all others.

    Raises:
        UnreadableError: they are not a manifest, or of a version that is not known here.
    """
    version = document_version(document, name)
    if is_older(version):
        if found := problems(document, "manifest", version):
            raise InvalidManifestError(name, [Problem(each.pointer, each.message) for each in found])
        raise OlderVersionError(name, version)
    lenient = is_newer_minor(version)
    try:
        return Manifest.model_validate(document, context={"lenient": lenient, "undecided": undecided})
    except ValidationError as error:
        raise InvalidManifestError(name, _reasons(document, error, lenient)) from None


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
    if not isinstance(version, str) or not (match := _VERSION.match(version)):
        raise UnreadableError(f"{name} is not a manifest", 'it has no "manifest_version" such as "1.0"')
    major = int(VERSION.split(".", 1)[0])
    if match[1] == str(major) or is_older(version):
        return version
    older = ", ".join(STEPS)
    raise UnreadableError(
        f"{name} has manifest_version {version}",
        f"this reprocrate reads versions {major}.x (newest: {VERSION}) and can migrate {older}",
        "Install a newer reprocrate to read it"
        if int(match[1]) > major
        else f"Make the manifest anew with the tool that wrote it; only {older} can be migrated",
    )


def is_newer_minor(version: str) -> bool:
    """Whether a version of our major has properties that are not known here."""
    major, minor = map(int, VERSION.split("."))
    return version.startswith(f"{major}.") and int(version.split(".")[1]) > minor


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


def _reasons(document: object, error: ValidationError, lenient: bool) -> list[Problem]:
    """What is wrong, in the schema's words; the models decide the same, but explain it worse."""
    found = [
        Problem(problem.pointer, problem.message)
        for problem in problems(document, "manifest")
        if not (lenient and brought_by_newer_minor(problem, document))
    ]
    return found or [
        Problem(pointer_to(detail["loc"]), detail["msg"][:1].lower() + detail["msg"][1:])
        for detail in error.errors(include_url=False, include_input=False)
    ]
