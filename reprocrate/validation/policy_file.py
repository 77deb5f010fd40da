"""Reading a policy from its file, with errors that name the file, the line and the field."""

from __future__ import annotations

import difflib
import math
from collections.abc import Callable, Iterable, Iterator, Mapping
from itertools import chain, islice
from pathlib import Path
from typing import Any

from reprocrate.errors import UnreadableError, UsageError, in_sentences
from reprocrate.files import could_not
from reprocrate.files.toml_lines import line_of
from reprocrate.files.toml_text import read_toml
from reprocrate.finding import Severity
from reprocrate.manifest.strict import parse
from reprocrate.standard import NEWEST, path_of, problems
from reprocrate.validation.domains import unknown_domain
from reprocrate.validation.families import find_rule, rule_codes
from reprocrate.validation.policy import OFF, Policy, is_for_people, is_lower, is_untouchable, policy_of
from reprocrate.validation.policy_names import is_file, text_of

MOST_BYTES = 1_000_000
"""A larger file is no policy."""

_MOST_COMPLAINTS = 100
_MOST_EXTENDED = 50

_KINDS = ((bool, "true or false"), (int, "a whole number"), (float, "a number"), (str, "text"))

Complaint = tuple[tuple[str | int, ...], str, str]
"""The place of a problem, what is wrong there, and what to do."""


def read_policy(what: Path | str) -> Policy:
    """Read a policy and those that it extends.

    Args:
        what: a TOML or JSON file; or the name of a policy that comes with the standard or with an installed
            package, where it is a text that names no file.

    Raises:
        UsageError: it is no policy, or one that this program cannot apply; the text names every problem.
        UnreadableError: it is no TOML or JSON.
        UnavailableError: it cannot be read.
    """
    if isinstance(what, str) and not is_file(what):
        return _Reader().named(what)
    return _Reader().read(Path(what))


class _Reader:
    """Reads each policy once, however often it is extended."""

    def __init__(self) -> None:
        self._open: list[Path | str] = []
        self._read: dict[Path | str, Policy] = {}

    def read(self, path: Path) -> Policy:
        """The policy of a file."""
        try:
            place = path.resolve()
        except RuntimeError:  # so Python 3.11 says it
            raise UsageError(f"{path} is no policy", "it is a link that leads to itself") from None
        return self._once(place, str(path), lambda: sound_document(path), path)

    def named(self, name: str) -> Policy:
        """The policy of a name."""
        return self._once(name, name, lambda: _sound(name, text_of(name)), None)

    def _once(
        self, key: Path | str, shown: str, document_of: Callable[[], Mapping[str, Any]], path: Path | None
    ) -> Policy:
        if key in self._open:
            circle = [_name(each) for each in (*self._open[self._open.index(key) :], key)]
            raise UsageError(
                f"the policy {shown} extends itself",
                " extends ".join(circle),
                "Take one of them out of `extends`",
            )
        if len(self._open) == _MOST_EXTENDED:
            raise UsageError(
                f"the policy {self._open[0]} is not read",
                f"more than {_MOST_EXTENDED} policies extend each other in a row",
                "Let it extend fewer",
            )
        if key not in self._read:
            self._open.append(key)
            document = document_of()
            extended = [self._extended(name, path, shown) for name in document.get("extends", ())]
            self._read[key] = policy_of(document, extended)
            self._open.pop()
        return self._read[key]

    def _extended(self, name: str, path: Path | None, shown: str) -> Policy:
        if not name.endswith((".toml", ".json")):
            return self.named(name)
        if path is None:
            raise UsageError(
                f"the policy {shown} is not read",
                f"it extends the file {name}, and has no folder of its own",
                "A policy of a package extends others by their names",
            )
        return self.read(_inside(path, name))


def _name(key: Path | str) -> str:
    return key if isinstance(key, str) else key.name


def _sound(name: str, text: str) -> Mapping[str, Any]:
    """What the policy of a name says, where nothing is wrong with it."""
    try:
        document = read_toml(text)
    except ValueError as error:
        raise UnreadableError(f"the policy {name} is not valid TOML", str(error)) from None
    found = complaints(document)
    if found:
        raise _error(Path(name), text, found)
    return document


def sound_document(path: Path) -> Mapping[str, Any]:
    """What a policy's file says, where nothing is wrong with it.

    Raises:
        UsageError: as `read_policy`, and the others too.
    """
    text = _text(path)
    document = _document(path, text)
    found = complaints(document)
    if found:
        raise _error(path, text if path.suffix == ".toml" else "", found)
    sound: Mapping[str, Any] = document
    return sound


def _inside(path: Path, name: str) -> Path:
    """The file that a policy extends; a link must not lead out of the policy's folder."""
    folder = path.resolve().parent
    if not (folder / name).resolve().is_relative_to(folder):
        raise UsageError(
            f"{path}: the policy {name} is not extended",
            f"it leads out of the folder {folder.name}",
            "Put the policies that are extended beside the one that extends them",
        )
    return path.parent / name


def _text(path: Path) -> str:
    if path.suffix not in (".toml", ".json"):
        raise UsageError(f"{path} is no policy", "a policy is a file that ends in .toml or .json")
    if path.exists() and not path.is_file() and not path.is_dir():
        raise UsageError(f"{path} is no policy", "it is a device, a pipe or a socket")
    try:
        with path.open("rb") as file:
            content = file.read(MOST_BYTES + 1)
    except OSError as error:
        raise could_not("read", path, error) from error
    if len(content) > MOST_BYTES:
        raise UsageError(f"{path} is no policy", f"it is larger than {MOST_BYTES:,} bytes")
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError as error:
        raise UnreadableError(f"{path} is not UTF-8", str(error), "Save it as UTF-8") from None


def _document(path: Path, text: str) -> Any:
    if path.suffix == ".json":
        return parse(text.encode(), str(path))
    try:
        return read_toml(text)
    except ValueError as error:
        raise UnreadableError(f"{path} is not valid TOML", str(error)) from None


# What can be wrong ------------------------------------------------------------------------------------


def complaints(document: Any) -> list[Complaint]:
    """What is wrong with the document of a policy; of its meaning only where its shape is right.

    That is everything, up to a hundred of it.
    """
    meaning = chain(_of_version(document), _of_rules(document), _of_domains(document))
    return list(islice(_of_shape(document), _MOST_COMPLAINTS)) or list(islice(meaning, _MOST_COMPLAINTS))


def _of_shape(document: Any) -> Iterator[Complaint]:
    for problem in problems(document, "policy"):
        yield tuple(path_of(problem.pointer)), problem.message, ""


def _of_version(document: Mapping[str, Any]) -> Iterator[Complaint]:
    version = document["standard"]
    if int(version.partition(".")[2]) > int(NEWEST.partition(".")[2]):
        fix = "Install a newer reprocrate"
        yield (
            ("standard",),
            f"it is for version {version}, and the newest known here is {NEWEST}",
            fix,
        )


def _of_rules(document: Mapping[str, Any]) -> Iterator[Complaint]:
    for code, level in document.get("levels", {}).items():
        yield from _of_level(code, None if level == OFF else Severity(level))
    for code, values in document.get("parameters", {}).items():
        for name, value in values.items():
            yield from _of_parameter(code, name, value)


def _of_domains(document: Mapping[str, Any]) -> Iterator[Complaint]:
    for index, name in enumerate(document.get("domains", ())):
        if advice := unknown_domain(name):
            yield ("domains", index), f"there is no domain {name}", advice


def _of_level(code: str, level: Severity | None) -> Iterator[Complaint]:
    rule = find_rule(code)
    if rule is None:
        yield ("levels", code), f"there is no rule {code}", _meant(code, rule_codes())
    elif is_untouchable(rule) and is_lower(level, rule):
        verb = "silence" if level is None else "lower"
        yield (
            ("levels", code),
            f"no policy may {verb} {code}, which is about reading, structure, integrity or security",
            "Take it out",
        )
    elif is_for_people(rule, level):
        yield (
            ("levels", code),
            f"no policy may make an error of {code}: whether an answer conflicts is for people to weigh",
            "Leave it a warning",
        )


def _of_parameter(code: str, name: str, value: Any) -> Iterator[Complaint]:
    rule = find_rule(code)
    if rule is None:
        yield ("parameters", code), f"there is no rule {code}", _meant(code, rule_codes())
    elif is_untouchable(rule):
        yield ("parameters", code), f"no policy may set anything of {code}", "Take it out"
    elif name not in rule.parameters:
        known = rule.parameters
        what = f"{code} has no parameter {name}" if known else f"nothing of {code} can be set"
        yield ("parameters", code, name), what, _meant(name, known)
    elif not _is_like(value, rule.parameters[name]):
        default = rule.parameters[name]
        words = f"{name} of {code} must be {_kind_of(default)}, such as {default}, not {value!r}"
        yield ("parameters", code, name), words, ""


def _kind_of(value: Any) -> str:
    return next(words for kind, words in _KINDS if isinstance(value, kind))


def _is_like(value: Any, default: Any) -> bool:
    """Whether a value is of a default's kind; a whole number will do for a number."""
    if isinstance(value, float) and not math.isfinite(value):
        return False
    return _kind_of(value) == _kind_of(default) or (type(value) is int and isinstance(default, float))


def _meant(name: str, known: Iterable[str]) -> str:
    names = list(known)
    near = difflib.get_close_matches(name, names, n=1, cutoff=0.5)
    if near:
        return f"Did you mean {near[0]}?"
    return f"Known: {', '.join(names)}" if 0 < len(names) <= 8 else ""


def _error(path: Path, text: str, found: list[Complaint]) -> UsageError:
    said = [(_place(path, text, place) + what, fix) for place, what, fix in found]
    (first, fix), *more = said
    others = f"Also: {'; '.join('. '.join(filter(None, each)) for each in more)}" if more else ""
    return UsageError(first, fix=in_sentences(fix, others))


def _place(path: Path, text: str, place: tuple[str | int, ...]) -> str:
    line = line_of(text, place) if text and place else None
    where = f"{path} line {line}: " if line else f"{path}: "
    return where + (f"{'.'.join(map(str, place))}: " if place else "")
