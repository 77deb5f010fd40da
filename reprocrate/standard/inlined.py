"""Schemas with their references resolved, so that judging a document looks nothing up.

A reference is replaced by what it refers to, and what stands beside it (a title, a description) takes
precedence: the sentence about a value can then say what this property means, not only what its type means.
What the type means stays under `FORM`, for values that do not have its form.
The shipped schemas do not refer to themselves in circles.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cache
from typing import Any

from reprocrate.standard.pointers import pointer_to, value_at
from reprocrate.standard.shipped import NEWEST, schema_document, schema_url

_LITERAL = frozenset({"const", "default", "enum", "examples", "meta:enum"})
_NAMED = frozenset({"$defs", "dependentSchemas", "patternProperties", "properties"})
FORM = "x-form"
"""What a form of values means in general, where a property that refers to it has a description of its own."""

_ANNOTATIONS = frozenset({"$comment", "deprecated", "description", "examples", "meta:enum", "title"})


@dataclass(slots=True)
class InlinedSchema:
    """One schema with its references resolved.

    Attributes:
        schema: what to judge by; its parts are shared and not to be changed.
        version: of the standard.
        name: of the schema.
    """

    name: str
    version: str = NEWEST
    schema: dict[str, Any] = field(init=False)
    _origins: dict[tuple[int, str], str] = field(init=False, default_factory=dict)
    _made: dict[str, dict[str, Any]] = field(init=False, default_factory=dict)
    _open: list[str] = field(init=False, default_factory=list)

    def __post_init__(self) -> None:
        document = schema_document(self.name, self.version)
        rest = {key: value for key, value in document.items() if key != "$defs"}
        self.schema = self._node(rest, schema_url(self.name, self.version) + "#")

    def place_of(self, node: object, keyword: str) -> str:
        """Where a keyword of a node of `schema` is written, as JSON Pointer.

        Where that is another schema than this one, its identifier comes first.
        """
        place = self._origins[id(node), keyword]
        return place.removeprefix(schema_url(self.name, self.version) + "#")

    def _target(self, reference: str, base: str) -> dict[str, Any]:
        address = reference if not reference.startswith("#") else base.partition("#")[0] + reference
        if address in self._open:
            raise ValueError(f"the schema {self.name} refers to itself in a circle: {address}")
        if address not in self._made:
            self._open.append(address)
            self._made[address] = self._node(_find(address, self.version), address)
            self._open.pop()
        return self._made[address]

    def _node(self, node: Any, place: str) -> Any:
        """A copy of a schema without references, whose every keyword's origin is noted."""
        if not isinstance(node, dict):
            return node
        made: dict[str, Any] = {}
        for keyword, value in node.items():
            if keyword != "$ref":
                origin = place + _step(keyword)
                made[keyword] = self._value(keyword, value, origin)
                self._origins[id(made), keyword] = origin
        if "$ref" in node:
            self._merge(made, self._target(node["$ref"], place), f"{place}/$ref")
        return made

    def _merge(self, made: dict[str, Any], target: dict[str, Any], place: str) -> None:
        if (made.keys() & target.keys()) - _ANNOTATIONS - {key for key in made if key.startswith("x-")}:
            made["allOf"] = [*made.get("allOf", ()), target]
            self._origins[id(made), "allOf"] = place
            return
        for keyword in target.keys() - made.keys():
            self._origins[id(made), keyword] = self._origins[id(target), keyword]
        # The target's order of keywords is kept: `type` is judged, and reported, first.
        merged = {**target, **made}
        if "description" in made and "description" in target:
            merged[FORM] = target.get(FORM, target["description"])
        made.clear()
        made.update(merged)

    def _value(self, keyword: str, value: Any, place: str) -> Any:
        if keyword in _LITERAL:
            return value
        if isinstance(value, dict):
            if keyword in _NAMED:
                return {name: self._node(each, place + _step(name)) for name, each in value.items()}
            return self._node(value, place)
        if isinstance(value, list):
            return [self._node(each, place + _step(index)) for index, each in enumerate(value)]
        return value


@cache
def _step(part: str | int) -> str:
    """The pointer of one step, of which schemas have few that differ."""
    return pointer_to([part])


def _find(address: str, version: str) -> Any:
    """The part of a shipped schema that an absolute reference names.

    Raises:
        LookupError: there is none.
    """
    document, _, pointer = address.partition("#")
    ending = ".schema.json"
    name = document.removeprefix(schema_url("", version).removesuffix(ending)).removesuffix(ending)
    if schema_url(name, version) != document:
        raise LookupError(f"{address} is not a schema of the standard {version}")
    return value_at(schema_document(name, version), pointer)
