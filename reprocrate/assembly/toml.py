"""Reading `reprocrate.toml`, with errors that name the line and the key."""

from __future__ import annotations

import difflib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, get_args, get_origin

from pydantic import BaseModel, ValidationError

from reprocrate.assembly import SETTINGS_NAME
from reprocrate.assembly.settings import ProjectSettings
from reprocrate.errors import UnavailableError, UsageError, in_sentences
from reprocrate.files.toml_lines import line_of
from reprocrate.files.toml_text import read_toml

_MOST_PROBLEMS = 100
# What pydantic says of a value speaks of Python; this is what is said of the same in a TOML file.
_WORDS = {
    "bool_parsing": "must be true or false",
    "bool_type": "must be true or false",
    "dict_type": "must be a table, as in { key = 1 }",
    "float_parsing": "must be a number",
    "float_type": "must be a number",
    "int_from_float": "must be a whole number",
    "int_parsing": "must be a whole number",
    "int_type": "must be a whole number",
    "list_type": 'must be a list, as in ["a", "b"]',
    "missing": "is missing",
    "model_type": "must be a table, as in { key = 1 }",
    "string_too_short": "must not be empty",
    "string_type": "must be a text in quotation marks",
    "too_short": "must not be empty",
    "tuple_type": 'must be a list, as in ["a", "b"]',
}
_OR_TABLE = {
    "margin": "must be a number, such as 0.01, or a table",
    "source": "must be an address in quotation marks, or a table",
}
_NAME_PATTERN = "^[A-Za-z0-9][A-Za-z0-9._-]*"
_NAME_WORDS = "a name has letters from A to Z, digits, `.`, `_` and `-`, and begins with a letter or digit"
_UNKNOWN = ("extra_forbidden", "unknown_property")

Location = Sequence[str | int]


def load_settings(project: Path) -> ProjectSettings:
    """The author's settings of a project; the defaults where it has no `reprocrate.toml`.

    Raises:
        UsageError: the file is not TOML, or has a key or value that means nothing here; names every place.
        UnavailableError: it cannot be read.
    """
    path = project / SETTINGS_NAME
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        return ProjectSettings()
    except UnicodeDecodeError as error:
        raise UsageError(f"{SETTINGS_NAME} is not UTF-8", str(error), "Save it as UTF-8") from None
    except OSError as error:
        raise UnavailableError(f"{path} cannot be read", error.strerror or str(error)) from error
    return parse_settings(text)


def parse_settings(text: str) -> ProjectSettings:
    """Settings from the text of a `reprocrate.toml`.

    Raises:
        UsageError: as `load_settings`.
    """
    try:
        document = read_toml(text)
    except ValueError as error:
        raise UsageError(f"{SETTINGS_NAME} is not valid TOML", str(error)) from None
    try:
        return ProjectSettings.model_validate(document)
    except ValidationError as error:
        details = sorted(error.errors(include_url=False), key=lambda detail: detail["type"] not in _UNKNOWN)
        problems = dict(_explain(each, document, text) for each in details[:_MOST_PROBLEMS])
        (what, fix), *more = problems.items()
        others = f"Also: {'; '.join(other for other, _ in more)}" if more else ""
        raise UsageError(what, fix=in_sentences(fix, others)) from None


def _explain(detail: Any, document: Mapping[str, Any], text: str) -> tuple[str, str]:
    """What is wrong and what to do, for one problem that pydantic found."""
    location = _in_file(document, detail["loc"])
    if detail["type"] == "missing":
        location = (*location, detail["loc"][-1])
    elif detail["type"] == "unknown_property":
        location = (*location, detail["ctx"]["name"])
    line = line_of(text, location)
    place = f"{SETTINGS_NAME}{f' line {line}' if line else ''}: {_dotted(location)}"
    if detail["type"] in _UNKNOWN:
        known = _keys_at(location[:-1])
        guess = difflib.get_close_matches(str(location[-1]), known, n=1)
        fix = f"Did you mean `{guess[0]}`?" if guess else f"Known keys: {', '.join(known)}"
        return f"{place} is not a key that reprocrate knows", fix
    message = _WORDS.get(detail["type"], detail["msg"].removeprefix("Value error, "))
    if detail["type"] == "model_type":
        message = _OR_TABLE.get(str(location[-1]), message)
    elif detail["type"] == "string_pattern_mismatch":
        is_name = detail["ctx"]["pattern"].startswith(_NAME_PATTERN)
        message = _NAME_WORDS if is_name else f"has the wrong form: {message}"
    value = detail.get("input")
    shown = f" {value!r}" if isinstance(value, str | int | float) and detail["type"] != "missing" else ""
    return f"{place}{shown}: {message[:1].lower()}{message[1:]}", ""


def _in_file(document: Any, location: Location) -> tuple[str | int, ...]:
    """The parts of pydantic's path that are in the file, without its names for branches of a union."""
    kept: list[str | int] = []
    for part in location:
        is_entry = isinstance(document, list) and isinstance(part, int) and part < len(document)
        if is_entry or (isinstance(document, Mapping) and part in document):
            document = document[part]
            kept.append(part)
    return tuple(kept)


def _keys_at(location: Location) -> list[str]:
    """The keys that the table at this path takes."""
    table: Any = ProjectSettings
    for part in location:
        if get_origin(table) is dict:
            table = _table_in(get_args(table)[1])
        elif isinstance(part, str) and table is not None:
            fields = {field.alias or name: field for name, field in table.model_fields.items()}
            table = _table_in(fields[part].annotation) if part in fields else None
    if table is None or get_origin(table) is dict:
        return []
    return [field.alias or name for name, field in table.model_fields.items()]


def _table_in(annotation: Any) -> Any:
    """The model or dictionary type within an optional, annotated or tuple type."""
    if get_origin(annotation) is dict or (isinstance(annotation, type) and issubclass(annotation, BaseModel)):
        return annotation
    return next((found for inner in get_args(annotation) if (found := _table_in(inner)) is not None), None)


def _dotted(location: Location) -> str:
    text = ""
    for part in location:
        text += f"[{part}]" if isinstance(part, int) else (f".{part}" if text else str(part))
    return text or "the file"
