"""Places in a manifest: the JSON Pointers of entries, files and references."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any, TypeVar

from reprocrate.bundle import layout
from reprocrate.manifest import Code, Data, Environment, File, Lock, Manifest, Run, Section

T = TypeVar("T")


def numbered(pointer: str, entries: Iterable[T]) -> Iterator[tuple[str, T]]:
    """Each entry of a list with its pointer."""
    for index, entry in enumerate(entries):
        yield f"{pointer}/{index}", entry


def sections_of(section: Section, pointer: str = "") -> Iterator[tuple[str, Section]]:
    """A part of the manifest and all parts within it, with their pointers."""
    yield pointer, section
    for name, field in type(section).model_fields.items():
        value = getattr(section, name)
        place = f"{pointer}/{field.alias or name}"
        if isinstance(value, Section):
            yield from sections_of(value, place)
        elif isinstance(value, tuple) and value and isinstance(value[0], Section):
            for inner, entry in numbered(place, value):
                yield from sections_of(entry, inner)


Path = tuple[str | int, ...]


def values_of(value: Any, path: Path = ()) -> Iterator[tuple[Path, Any]]:
    """Every value of a document that is neither list nor object, with its path, in the document's order."""
    if not isinstance(value, dict | list):
        yield path, value
        return
    opened = [(path, _entries(value))]  # no recursion: this walks through every value of large manifests
    while opened:
        path, entries = opened[-1]
        for name, inner in entries:
            if isinstance(inner, dict | list):
                opened.append(((*path, name), _entries(inner)))
                break
            yield (*path, name), inner
        else:
            opened.pop()


def _entries(value: dict[str, Any] | list[Any]) -> Iterator[tuple[str | int, Any]]:
    return iter(value.items() if isinstance(value, dict) else enumerate(value))


@dataclass(frozen=True, slots=True)
class Declared:
    """A file that the manifest names with what it holds.

    Attributes:
        pointer: to the file's entry.
        place: where it lies in a bundle, relative to its root.
        travels: whether its bytes are meant to be in the bundle.
        size: in bytes, if it is said.
        sha256: if it is said.
    """

    pointer: str
    place: str
    travels: bool
    size: int | None
    sha256: str | None


def declared_files(manifest: Manifest) -> Iterator[Declared]:
    """Every file that the manifest declares, in its order.

    Inputs of runs are not among them: they say what was read at the time, and the bytes that travel are
    declared with the data.
    """
    for pointer, code in numbered("/code", manifest.code):
        yield from _of_code(pointer, code)
    for pointer, data in numbered("/data", manifest.data):
        yield from _of_data(pointer, data)
    for pointer, service in numbered("/services", manifest.services):
        yield from _single(f"{pointer}/cached_responses", service.cached_responses)
    for pointer, environment in numbered("/environments", manifest.environments):
        yield from _of_environment(pointer, environment)
    for pointer, run in numbered("/runs", manifest.runs):
        yield from _of_run(pointer, run)
    for pointer, model in numbered("/models", manifest.models):
        yield from _single(f"{pointer}/file", model.file)
    if manifest.reproduces:
        yield from _single("/reproduces/verdict", manifest.reproduces.verdict)


def _of_code(pointer: str, code: Code) -> Iterator[Declared]:
    folder = f"{code.folder}/" if code.folder else ""
    for place, file in numbered(f"{pointer}/files", code.files):
        yield _declared(place, file, folder + file.path)
    yield from _single(f"{pointer}/patch", code.patch)


def _of_data(pointer: str, data: Data) -> Iterator[Declared]:
    for place, file in numbered(f"{pointer}/files", data.files):
        is_outside = (file.root or data.root) is not None
        yield _declared(place, file, f"{layout.EXTERNAL}{data.id}/{file.path}" if is_outside else file.path)
    yield from _single(f"{pointer}/croissant", data.croissant)
    for place, split in numbered(f"{pointer}/splits", data.splits):
        yield from _single(f"{place}/digests", split.digests)


def _of_environment(pointer: str, environment: Environment) -> Iterator[Declared]:
    lock: Lock | None = environment.lock
    if lock:
        yield Declared(f"{pointer}/lock", lock.path, True, lock.size, lock.sha256)
    for place, one in numbered(f"{pointer}/locks", environment.locks):
        yield Declared(place, one.path, True, one.size, one.sha256)
    for place, house in numbered(f"{pointer}/wheels", environment.wheels):
        for inner, wheel in numbered(f"{place}/files", house.files):
            yield from _single(inner, wheel)


def _of_run(pointer: str, run: Run) -> Iterator[Declared]:
    for name in ("outputs", "checkpoints", "logs", "artifacts"):
        for place, file in numbered(f"{pointer}/{name}", getattr(run, name)):
            yield from _single(place, file)
    yield from _single(f"{pointer}/predictions", run.predictions)
    yield from _single(f"{pointer}/histories", run.histories)


def _single(pointer: str, file: File | None) -> Iterator[Declared]:
    if file is not None:
        yield _declared(pointer, file, file.path)


def _declared(pointer: str, file: File, place: str) -> Declared:
    return Declared(pointer, place, file.travels, file.size, file.sha256)
