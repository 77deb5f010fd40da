"""What all parts of a manifest have in common: closed to typos, open to `x-` and extension names."""

import re
from typing import Annotated, Any, ClassVar, NoReturn, TypeVar

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    PlainSerializer,
    ValidationError,
    ValidationInfo,
    ValidatorFunctionWrapHandler,
    WrapValidator,
    model_validator,
)
from pydantic_core import PydanticCustomError

from reprocrate.standard import python_pattern

T = TypeVar("T")

OPEN_NAME = re.compile(r"^(x-|[a-z][a-z0-9]*:)")
"""Property names that every section takes: private ones and those of a declared extension."""


def matching(pattern: str) -> Any:
    """The constraint that text matches a pattern of the schema, written as it is there (ECMA-262)."""
    return Field(pattern=python_pattern(pattern))


def _whole_number(value: object) -> object:
    """JSON has one kind of number: 3.0 is the integer 3."""
    return int(value) if isinstance(value, float) and value.is_integer() else value


class NewerWordError(Exception):
    """Something was to be decided by a word that only a newer version of the standard explains."""

    def __init__(self, word: str) -> None:
        super().__init__(f'it depends on the word "{word}", which a newer version of the standard explains')


class NewerWord(str):
    """A word of a newer minor version, for whoever must not take it for one of the others, nor for none.

    It can be shown and written. Comparing it with a word, or looking it up, raises `NewerWordError`.
    """

    __slots__ = ()

    def __eq__(self, other: object) -> bool:
        if isinstance(other, str):
            self._undecided()
        return False

    def __ne__(self, other: object) -> bool:
        if isinstance(other, str):
            self._undecided()
        return True

    def __hash__(self) -> int:
        return self._undecided()

    def _undecided(self) -> NoReturn:
        raise NewerWordError(str(self))


def _word(value: object, known: ValidatorFunctionWrapHandler, info: ValidationInfo) -> object:
    """One of the standard's words, or in a manifest of a newer minor version any that it may have added."""
    try:
        return known(value)
    except ValidationError:
        context = info.context or {}
        if not context.get("lenient") or not isinstance(value, str):
            raise
        return NewerWord(value) if context.get("undecided") else value


Word = Annotated[T, WrapValidator(_word), PlainSerializer(str, return_type=str)]
"""One of the words that a `Literal` lists."""

Many = Annotated[tuple[T, ...], Field(strict=False)]
Integer = Annotated[int, BeforeValidator(_whole_number)]
Size = Annotated[int, Field(ge=0), BeforeValidator(_whole_number)]
Count = Annotated[int, Field(ge=0), BeforeValidator(_whole_number)]
Positive = Annotated[int, Field(ge=1), BeforeValidator(_whole_number)]
ZeroOrOne = Annotated[int, Field(ge=0, le=1), BeforeValidator(_whole_number)]
Amount = Annotated[float, Field(ge=0, allow_inf_nan=False)]
Number = Annotated[float, Field(allow_inf_nan=False)]
Text = Annotated[str, Field(min_length=1)]
Identifier = Annotated[str, matching(r"^[A-Za-z0-9][A-Za-z0-9._-]*$"), Field(max_length=200)]
Sha256 = Annotated[str, matching(r"^[0-9a-f]{64}$")]
RelativePath = Annotated[
    str,
    matching(r"^(?!/)(?!.*//)(?!(.*/)?\.{1,2}(/|$))[^\\\x00-\x1f]*[^/\\\x00-\x1f]$"),
    Field(max_length=4096),
]
Timestamp = Annotated[str, matching(r"^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]+)?Z$")]
Url = Annotated[str, matching(r"^(https?|ssh|git|s3|gs)://([^\s/?#@]+@)?[^\s/?#@]+([/?#]\S*)?$")]
Doi = Annotated[str, matching(r"^10\.[0-9]{4,9}/\S+$")]
_ONE_LICENCE = r"\(*(DocumentRef-[A-Za-z0-9.-]+:)?[A-Za-z0-9][A-Za-z0-9.-]*\+?\)*"
License = Annotated[str, matching(rf"^{_ONE_LICENCE}( (AND|OR|WITH) {_ONE_LICENCE})*$")]
Scalar = bool | Integer | Number | str | None
Settings = dict[str, Scalar]
SafeInteger = Annotated[int, Field(ge=-(2**53) + 1, le=2**53 - 1), BeforeValidator(_whole_number)]
SeedValue = SafeInteger | Annotated[str, matching(r"^-?[1-9][0-9]{15,999}$")]


class Section(BaseModel):
    """A part of the manifest.

    A property that the standard does not know is an error, so that typos are found, unless its name starts
    with `x-` or with an extension's prefix and a colon. In a manifest of a newer minor version (validation
    context `lenient`) unknown properties are kept as they are. `null` stands only where the standard says so.
    """

    model_config = ConfigDict(
        defer_build=True,  # most manifests are put together of what the schema has accepted (`construction`)
        extra="allow",
        frozen=True,
        strict=True,
        regex_engine="python-re",
    )

    nullable: ClassVar[frozenset[str]] = frozenset()
    _known: ClassVar[frozenset[str]] = frozenset()
    _never_null: ClassVar[frozenset[str]] = frozenset()

    @classmethod
    def __pydantic_init_subclass__(cls, **kwargs: Any) -> None:
        super().__pydantic_init_subclass__(**kwargs)
        cls._known = frozenset(field.alias or name for name, field in cls.model_fields.items())
        cls._never_null = cls._known - cls.nullable

    @model_validator(mode="before")
    @classmethod
    def _closed(cls, data: Any, info: ValidationInfo) -> Any:
        """Refuse unknown names and nulls; `load` asks the schema for every problem and a good description."""
        lenient = bool((info.context or {}).get("lenient"))
        for name, value in data.items() if isinstance(data, dict) else ():
            if name not in cls._known and not lenient and not OPEN_NAME.match(name):
                raise PydanticCustomError("unknown_property", "unknown property {name}", {"name": name})
            if value is None and name in cls._never_null:
                raise PydanticCustomError("null", "{name} is null; leave it out instead", {"name": name})
        return data


class File(Section):
    """One file with its size in bytes and its SHA-256 digest."""

    path: RelativePath
    size: Size | None = None
    sha256: Sha256 | None = None
    executable: bool | None = None
    root: str | None = None
    url: Url | None = None
    read_by: Many[Identifier] = ()
    written_by: Many[Identifier] = ()
    in_bundle: bool | None = None
    license: License | None = None

    @property
    def travels(self) -> bool:
        """Whether the bytes are meant to be in the bundle."""
        return self.in_bundle is not False
