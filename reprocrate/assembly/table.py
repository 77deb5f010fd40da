"""What the tables of `reprocrate.toml` have in common."""

from __future__ import annotations

import shlex
from pathlib import PurePosixPath
from typing import Annotated

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field

from reprocrate.capture.launch.grid import check_parameter, written
from reprocrate.errors import UsageError
from reprocrate.manifest.section import Many, Text


def _split_command(value: object) -> object:
    return tuple(shlex.split(value)) if isinstance(value, str) else value


def _file_pattern(value: str) -> str:
    parts = PurePosixPath(value).parts
    if not parts or any("**" in part and part != "**" for part in parts):
        raise ValueError(
            "it must be a file, folder or glob of the project, with `**` only in place of whole folders"
        )
    return value


def grid_of_texts(value: object) -> object:
    """The values of a grid as the command gets them: numbers as TOML writes them."""
    if not isinstance(value, dict):
        return value
    grid: dict[str, tuple[str, ...]] = {}
    for name, values in value.items():
        listed = values if isinstance(values, list | tuple) else [values]
        if not all(isinstance(one, bool | int | float | str) for one in listed):
            raise ValueError(f"the values of {name} must be numbers, texts or booleans")
        grid[name] = tuple(written(one) for one in listed)
        try:
            check_parameter(name, grid[name])
        except UsageError as error:
            raise ValueError(str(error)) from None
    return grid


Command = Annotated[Many[str], BeforeValidator(_split_command), Field(min_length=1)]
FilePattern = Annotated[Text, AfterValidator(_file_pattern)]


class Table(BaseModel):
    """A table of `reprocrate.toml`; an unknown key is an error."""

    model_config = ConfigDict(
        extra="forbid", frozen=True, strict=True, regex_engine="python-re", validate_by_alias=True
    )
