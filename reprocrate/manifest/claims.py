"""What is claimed from the results."""

from typing import Annotated, Literal

from pydantic import Field

from reprocrate.manifest.section import Amount, Identifier, Many, Number, Positive, Section, Text, Word


class Place(Section):
    """Where the paper makes a claim."""

    kind: Word[Literal["table", "figure", "section"]] | None = None
    label: str | None = None
    cell: str | None = None


class Quantifier(Section):
    """In how many of the cases an ordering holds."""

    at_least: Positive
    of: Positive


class Claim(Section):
    """One sentence of the paper that a rerun can uphold or not."""

    id: Identifier
    text: Text
    kind: Word[Literal["value", "threshold", "ordering", "gain", "quantified"]]
    primary: bool | None = None
    location: Place | None = None
    evidence: Many[Identifier] = ()
    relation: Word[Literal["equals", "at_least", "at_most"]] | None = None
    value: Number | None = None
    by: Amount | None = None
    margin: Annotated[float, Field(gt=0, allow_inf_nan=False)] | None = None
    quantifier: Quantifier | None = None
