"""Places in a manifest: the JSON Pointers of entries, files and references."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from functools import cache, lru_cache
from typing import Any, NamedTuple, TypeVar, get_args

from reprocrate.bundle import layout
from reprocrate.manifest import Code, Data, Environment, File, Lock, Manifest, Run, Section
from reprocrate.manifest.canonical import MAX_SAFE_INTEGER

T = TypeVar("T")

_DIGITS = "0123456789abcdef"
"""Of these alone consist digests, in which nothing else is to be looked for."""


def numbered(pointer: str, entries: Iterable[T]) -> Iterable[tuple[str, T]]:
    """Each entry of a list with its pointer."""
    if not entries:
        return ()
    if type(entries) is tuple and len(entries) <= _REMEMBERED_ENTRIES:
        return zip(_pointers(pointer, len(entries)), entries)  # noqa: B905 - four times faster than strict
    return ((f"{pointer}/{index}", entry) for index, entry in enumerate(entries))


_REMEMBERED_ENTRIES = 64


@lru_cache(1 << 14)
def _pointers(pointer: str, count: int) -> tuple[str, ...]:
    """The pointers of the entries of a list, which hundreds of rules ask for."""
    return tuple([f"{pointer}/{index}" for index in range(count)])


def sections_of(section: Section, pointer: str = "") -> list[tuple[str, Section]]:
    """A part of the manifest and all parts within it, with their pointers, in the manifest's order."""
    found = [(pointer, section)]
    _add_parts(section, pointer, found)
    return found


def _add_parts(section: Section, pointer: str, found: list[tuple[str, Section]]) -> None:
    for name, place in _parts_of(type(section)):
        value = getattr(section, name)
        if not value:
            continue
        if type(value) is tuple:
            first: Section = value[0]
            parts = _parts_of(type(first))
            single = parts[0][0] if len(parts) == 1 else ""  # of values by the thousand, most lack the one
            for index, entry in enumerate(value):
                inner = f"{pointer}/{place}/{index}"
                found.append((inner, entry))
                if parts and (not single or getattr(entry, single)):
                    _add_parts(entry, inner, found)
        else:
            inner = f"{pointer}/{place}"
            found.append((inner, value))
            _add_parts(value, inner, found)


@cache
def _parts_of(kind: type[Section]) -> tuple[tuple[str, str], ...]:
    """The names of the fields of a model that hold other models, and those that JSON has for them."""
    return tuple(
        (name, field.alias or name)
        for name, field in kind.model_fields.items()
        if _holds_sections(field.annotation)
    )


@cache
def fields_among(kind: type[Section], names: tuple[str, ...]) -> tuple[str, ...]:
    """Those of some names that are fields of a model."""
    return tuple(name for name in names if name in kind.model_fields)


def _holds_sections(annotation: Any) -> bool:
    if isinstance(annotation, type) and issubclass(annotation, Section):
        return True
    return any(map(_holds_sections, get_args(annotation)))


class Values(NamedTuple):
    """What a document holds anywhere, without the places: enough to tell that most rules have nothing to say.

    Attributes:
        names: its distinct names of properties.
        texts: its distinct texts, without names of properties.
        text: those of them that are no digest, in lines.
        large: whether there is a whole number beyond what every double keeps.
    """

    names: frozenset[str]
    texts: frozenset[str]
    text: str
    large: bool


def values_in(document: Any) -> Values:
    """Look through all values of a document."""
    names: set[str] = set()
    texts: set[str] = set()
    large = False
    waiting: list[Collection[Any]] = [[document]]
    while waiting:
        for value in waiting.pop():
            kind = type(value)
            if kind is str:
                texts.add(value)
            elif kind is dict:
                names.update(value)
                waiting.append(value.values())
            elif kind is list:
                waiting.append(value)
            elif kind is int and not -MAX_SAFE_INTEGER <= value <= MAX_SAFE_INTEGER:
                large = True
    text = "\n".join([each for each in texts if each.strip(_DIGITS)])
    return Values(frozenset(names), frozenset(texts), text, large)


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


class Declared(NamedTuple):
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
