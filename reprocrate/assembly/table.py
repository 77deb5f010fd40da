"""What the tables of `reprocrate.toml` have in common."""

from __future__ import annotations

import shlex
from pathlib import PurePosixPath
from typing import Annotated

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field

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


Command = Annotated[Many[str], BeforeValidator(_split_command), Field(min_length=1)]
FilePattern = Annotated[Text, AfterValidator(_file_pattern)]


class Table(BaseModel):
    """A table of `reprocrate.toml`; an unknown key is an error."""

    model_config = ConfigDict(
        extra="forbid", frozen=True, strict=True, regex_engine="python-re", validate_by_alias=True
    )
