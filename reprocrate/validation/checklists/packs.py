"""Venues' checklists as data: the packs of the standard, and the questions that they are mapped to.

A pack is one file of `schema/1.0/checklists/`, and `checklist.schema.json` says what it holds. What a venue
asks stands there and nowhere else.
"""

from __future__ import annotations

import difflib
import json
import re
from functools import cache
from typing import Any, NamedTuple

from reprocrate.errors import UsageError
from reprocrate.standard import shipped_bytes, shipped_folder

FOLDER = "checklists"
_BANK = "questions"


class Question(NamedTuple):
    """A question of the bank.

    Attributes:
        id: its name.
        text: what it asks.
        reach: what a program can tell about it at best: `A` the evidence can show it, `C` it can speak
            against it, `T` only people can tell.
        chapter: anchor of the chapter of the specification that it is about.
        opposed_by: rules whose findings say the opposite of a "yes".
        doubted_by: rules whose findings leave room for a "yes", but keep it from being shown.
        observed: what says something of it, of what is looked for in a submission's files.
    """

    id: str
    text: str
    reach: str
    chapter: str
    opposed_by: tuple[str, ...] = ()
    doubted_by: tuple[str, ...] = ()
    observed: str = ""


class Item(NamedTuple):
    """A question of a venue.

    Attributes:
        id: its number or name in the venue's checklist.
        title: its heading.
        text: what it asks, in our words.
        reach: what a program can tell about an answer, as for `Question`.
        questions: names of the questions of the bank that it asks.
        answers: those that the venue allows, in the words of a manifest.
        keys: words by which its printed text is recognised, whatever their case.
        gate: items that are to be answered only where this one is answered with yes.
        na_when: conditions of which one must hold where the question does not apply.
        no_when: conditions of which one must hold where the answer is no.
        na_means: what "not applicable" says here, where the venue gives it a meaning of its own.
        edition: the edition of the form that added it; empty where every edition asks it.
        is_promise: whether it asks what will be done after acceptance, of which the record tells nothing yet.
    """

    id: str
    title: str
    text: str
    reach: str
    questions: tuple[str, ...]
    answers: tuple[str, ...]
    keys: tuple[str, ...] = ()
    gate: tuple[str, ...] = ()
    na_when: tuple[str, ...] = ()
    no_when: tuple[str, ...] = ()
    na_means: str = ""
    edition: str = ""
    is_promise: bool = False


class Pack(NamedTuple):
    """The checklist of one venue and year.

    Attributes:
        id: what a manifest names it by, such as `neurips-2026`.
        name: its name for people.
        venue: who asks.
        year: the year that it is for; None where it is not bound to one.
        version: the venue's own version of it.
        kind: `checklist`, `badges`, `appendix` or `statement`.
        words: how the venue prints each answer.
        items: its questions, in the venue's order.
        note: what could not be verified about it.
    """

    id: str
    name: str
    venue: str
    year: int | None
    version: str
    kind: str
    words: dict[str, str]
    items: tuple[Item, ...]
    note: str = ""

    def find(self, item: str) -> Item | None:
        """The item with a number or name, in whatever case; None if it has none."""
        return next((each for each in self.items if each.id.lower() == item.strip().lower()), None)

    def gate_of(self, item: str) -> Item | None:
        """The item that decides whether another one is to be answered."""
        return next((each for each in self.items if item in each.gate), None)


@cache
def pack_ids() -> tuple[str, ...]:
    """The names of all packs, sorted."""
    names = (file.name.removesuffix(".json") for file in shipped_folder().joinpath(FOLDER).iterdir())
    return tuple(sorted(name for name in names if name != _BANK))


def is_pack(name: str) -> bool:
    """Whether there is a pack of that name."""
    return name in pack_ids()


def pack_of(name: str) -> Pack:
    """The pack of a name.

    Raises:
        UsageError: there is none; the text names the nearest, and those that there are.
    """
    if not is_pack(name):
        raise UsageError(f"there is no checklist {name}", _why(name), _fix(name))
    return _read(name)


@cache
def questions() -> dict[str, Question]:
    """The question bank, by name."""
    document = json.loads(shipped_bytes(f"{FOLDER}/{_BANK}.json"))
    return {
        each["id"]: Question(
            id=each["id"],
            text=each["text"],
            reach=each["class"],
            chapter=each["chapter"],
            opposed_by=tuple(each.get("opposed_by", ())),
            doubted_by=tuple(each.get("doubted_by", ())),
            observed=each.get("observed", ""),
        )
        for each in document["questions"]
    }


@cache
def _read(name: str) -> Pack:
    document = json.loads(shipped_bytes(f"{FOLDER}/{name}.json"))
    return Pack(
        id=document["id"],
        name=document["name"],
        venue=document["venue"],
        year=document.get("year"),
        version=document["version"],
        kind=document["kind"],
        words=document["words"],
        items=tuple(_item(each) for each in document["items"]),
        note=document.get("note", ""),
    )


def _item(each: dict[str, Any]) -> Item:
    lists = {name: tuple(each.get(name, ())) for name in ("keys", "gate", "na_when", "no_when")}
    return Item(
        id=each["id"],
        title=each["title"],
        text=each["text"],
        reach=each["class"],
        questions=tuple(each["questions"]),
        answers=tuple(each["answers"]),
        na_means=each.get("na_means", ""),
        edition=each.get("edition", ""),
        is_promise=each.get("promise", False),
        **lists,
    )


_YEAR = re.compile(r"(?P<venue>.*?)-?(?P<year>(?:20)?[0-9]{2})")


def another_year(name: str) -> str:
    """The pack of the same venue whose year is nearest to that of a name; empty where there is none."""
    match = _YEAR.fullmatch(name.lower())
    if match is None:
        return ""
    years = re.compile(re.escape(match["venue"]) + r"-(20)?[0-9]{2}")
    same = [each for each in pack_ids() if years.fullmatch(each)]
    year = int(match["year"]) % 100
    return min(same, key=lambda each: abs(int(each[-2:]) - year), default="")


def _nearest(name: str) -> tuple[str, bool]:
    """The pack that is most like a name that there is not, and whether it is another year of its venue."""
    if of_same_venue := another_year(name):
        return of_same_venue, True
    near = difflib.get_close_matches(name.lower(), pack_ids(), n=1, cutoff=0.4)
    return (near[0], False) if near else ("", False)


def _why(name: str) -> str:
    nearest, another_year = _nearest(name)
    return f"of that venue the nearest year known here is {nearest}" if another_year else ""


def _fix(name: str) -> str:
    nearest, another_year = _nearest(name)
    known = f"Known: {', '.join(pack_ids())}"
    if another_year:
        return f"Use {nearest} if its questions are still the same. {known}"
    return f"Did you mean {nearest}? {known}" if nearest else known
