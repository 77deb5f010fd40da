"""Whose checklist it is, and which of its questions each answer belongs to.

A question is recognised by words that its pack names, compared without spaces, hyphens and ligatures, or by
its heading. Its number decides only where the rest of the checklist is recognised and the text does not speak
against it. Nothing is matched by its order: authors delete questions.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache

from reprocrate.validation.checklists.answers import Answer, FilledChecklist
from reprocrate.validation.checklists.carriers.asked import Asked, Extract
from reprocrate.validation.checklists.carriers.wording import is_open, squeezed
from reprocrate.validation.checklists.packs import Item, Pack, pack_ids, pack_of

FEWEST = 3
"""Fewer questions than this are no checklist: single ones are asked everywhere."""
_FEWEST_IN_NAMED = 2
"""So many are enough in a file that somebody gave as a checklist, if their words say whose they are."""
_LONGEST_SHOWN = 60
_WORD, _SMALL = re.compile(r"[a-z]+"), frozenset(["and", "of", "the", "for", "or", "with", "to", "in"])
_YEARED = re.compile(r"(?P<venue>[a-z]+)[-_]?(?:20)?(?P<year>\d\d)")


@dataclass(frozen=True, slots=True)
class _Keyed:
    """An item with what it is recognised by, squeezed."""

    item: Item
    title: str
    keys: tuple[str, ...]
    weight: int


@dataclass(frozen=True, slots=True)
class Match:
    """What was recognised of a source as one pack's checklist."""

    pack: Pack
    items: Mapping[int, Item]

    @property
    def count(self) -> int:
        """How many of the pack's questions were recognised."""
        return len({item.id for item in self.items.values()})

    @property
    def is_enough(self) -> bool:
        """Whether they are enough to call it this checklist: three, and a quarter of all."""
        return self.count >= max(FEWEST, len(self.pack.items) / 4)


def recognise(extract: Extract) -> FilledChecklist | None:
    """The checklist that a source holds; None where it holds none.

    Where nothing that is known here is like it, though it looks like a checklist, its id is empty and
    `not_read` says so.
    """
    match = best_match(extract)
    if match is None:
        return _unknown(extract)
    answers, doubled = _answers(extract, match)
    not_read = [
        *_another_year(extract, match.pack),
        *extract.not_read,
        *_left_over(extract, match),
        *doubled,
        *_not_answers(extract, match),
    ]
    return FilledChecklist(match.pack.id, extract.source, answers, tuple(not_read))


def best_match(extract: Extract) -> Match | None:
    """The pack that most of the questions belong to; of several years, the one that the source names.

    Where it names none, the one of which most questions are there, then the latest: venues keep most of them.
    """
    found = _found(extract)
    venues = extract.venues
    if not found:
        return None

    def rank(each: Match) -> tuple[int, int, float, int]:
        named = venues.index(each.pack.id) if each.pack.id in venues else len(venues)
        return each.count, -named, each.count / len(each.pack.items), each.pack.year or 0

    best = max(found, key=rank)
    rivals = [each for each in found if each.pack.venue == best.pack.venue and each.pack.id in venues]
    almost = [each for each in rivals if each.count >= 0.8 * best.count]
    return max(almost, key=rank) if almost else best


def _found(extract: Extract) -> list[Match]:
    """The packs of which enough questions are there."""
    asked, venues = extract.asked, extract.venues
    if len(asked) < _FEWEST_IN_NAMED:
        return []
    packs = [pack for pack in map(pack_of, pack_ids()) if _can_be(pack, extract.kind)]
    matches = [_matched(asked, pack, named=pack.id in venues) for pack in packs]
    found = [each for each in matches if each.is_enough]
    return found if found or not extract.is_named else _few(extract, matches)


def _few(extract: Extract, matches: Sequence[Match]) -> list[Match]:
    """The packs of one venue whose questions alone are there, though they are few; none where several fit.

    Numbers and parts of titles do not count: they tell no venue from the others.
    """
    answered = sum(each.answer is not None for each in extract.asked)
    certain = {
        each.pack.id: len({item.id for ask in extract.asked if (item := _said(ask, each.pack))})
        for each in matches
        if each.pack.kind != "appendix" and len(each.items) > (2 * answered) // 3
    }
    most = max(certain.values(), default=0)
    if most < _FEWEST_IN_NAMED:
        return []
    likely = [each for each in matches if certain.get(each.pack.id) == most]
    named = [each for each in likely if each.pack.id in extract.venues]
    venues = {each.pack.venue for each in named or likely}
    return (named or likely) if len(venues) == 1 else []


def _can_be(pack: Pack, kind: str) -> bool:
    """Whether authors fill in this pack in such a form; badges are not theirs to answer."""
    return pack.kind == "appendix" if kind == "appendix" else pack.kind != "badges"


def _matched(asked: Sequence[Asked], pack: Pack, *, named: bool) -> Match:
    """Which of the questions are this pack's."""
    items: dict[int, Item] = {}
    for index, each in enumerate(asked):
        item = _item_of(each, pack)
        if item is not None:
            items[index] = item
    if named or len(items) >= FEWEST:
        for index, each in enumerate(asked):
            numbered = pack.find(each.number) if index not in items and each.number else None
            if numbered is not None and (not each.question or _speaks_for(each, numbered) or named):
                items[index] = numbered
    return Match(pack, dict(sorted(items.items())))


def _item_of(asked: Asked, pack: Pack) -> Item | None:
    return _said(asked, pack) or _shortened(asked.title, pack)


def _said(asked: Asked, pack: Pack) -> Item | None:
    """The item whose own words a question has, or whose whole title."""
    question, title = squeezed(asked.question or asked.title), squeezed(asked.title)
    if question:
        fitting = [
            each for each in _keyed(pack.id) if each.keys and all(key in question for key in each.keys)
        ]
        heaviest = max((each.weight for each in fitting), default=0)
        best = [each for each in fitting if each.weight == heaviest]
        if len(best) == 1:
            return best[0].item
    titled = [each.item for each in _keyed(pack.id) if each.title in (title, question)]
    return titled[0] if len(titled) == 1 else None


def _shortened(title: str, pack: Pack) -> Item | None:
    """The one item whose title has all words of this one, which has two or more."""
    words = set(_WORD.findall(title.lower())) - _SMALL
    if len(words) < 2:
        return None
    fitting = [each for each in pack.items if words <= set(_WORD.findall(each.title.lower()))]
    return fitting[0] if len(fitting) == 1 else None


def _speaks_for(asked: Asked, item: Item) -> bool:
    question = squeezed(asked.question or asked.title)
    return any(squeezed(key) in question for key in item.keys)


@cache
def _keyed(pack: str) -> tuple[_Keyed, ...]:
    made = []
    for item in pack_of(pack).items:
        keys = tuple(filter(None, map(squeezed, item.keys)))
        made.append(_Keyed(item, squeezed(item.title), keys, sum(map(len, keys))))
    return tuple(made)


def _answers(extract: Extract, match: Match) -> tuple[tuple[Answer, ...], list[str]]:
    """An answer for each item, and what was told twice and not alike."""
    by_item: dict[str, list[Asked]] = {}
    allowed_of = _allowed(extract, match)
    for index, item in match.items.items():
        by_item.setdefault(item.id, []).append(extract.asked[index])
    answers, told = [], []
    for name, given in by_item.items():
        allowed = allowed_of[name]
        said = [each for each in given if not is_open(each.written)] or given[:1]
        first = said[0]
        words = {each.answer or each.written for each in said}
        answer = first.answer if len(words) == 1 and first.answer in allowed else None
        if len(words) > 1:
            places = " and ".join(str(each.place) for each in said[:3])
            told.append(f"{name} is answered more than once and not alike: {places}")
        written = (
            " / ".join(dict.fromkeys(each.written for each in said)) if len(words) > 1 else first.written
        )
        if answer is None and is_open(written):  # as the template has it
            written = ""
        answers.append(Answer(name, answer, written, first.justification, first.place))
    return tuple(answers), told


def _allowed(extract: Extract, match: Match) -> dict[str, tuple[str, ...]]:
    """The answers that count, by item: those that the venue offers, and NA below a gate answered no."""
    said: dict[str, set[str | None]] = {}
    for index, item in match.items.items():
        said.setdefault(item.id, set()).add(extract.asked[index].answer)
    closed = {child for item in match.pack.items if said.get(item.id) == {"no"} for child in item.gate}
    return {
        item.id: (*item.answers, "na") if item.id in closed else item.answers for item in match.items.values()
    }


def _left_over(extract: Extract, match: Match) -> list[str]:
    """Questions among the recognised ones that are not the pack's."""
    if not match.items:
        return []
    first, last = min(match.items), max(match.items)
    return [
        f"{each.place}: no question of {match.pack.name} is like {_shown(each.title or each.question)}"
        for index, each in enumerate(extract.asked)
        if first < index < last + FEWEST
        and index not in match.items
        and (each.title or each.question)
        and (each.answer is not None or is_open(each.written))
    ]


def _not_answers(extract: Extract, match: Match) -> list[str]:
    """What stands in the place of an answer and is none that the venue allows."""
    told = []
    allowed_of = _allowed(extract, match)
    for index, item in match.items.items():
        each = extract.asked[index]
        if is_open(each.written):
            continue
        if each.answer is None:
            told.append(
                f"{each.place}: what stands as the answer to {item.id} is none: {_shown(each.written)}"
            )
        elif each.answer not in allowed_of[item.id]:
            allowed = ", ".join(match.pack.words.get(word, word) for word in item.answers)
            told.append(f"{each.place}: {_shown(each.written)} is no answer to {item.id}; allowed: {allowed}")
    return told


def _another_year(extract: Extract, pack: Pack) -> list[str]:
    """What to say where a source is of a year of which there is no pack."""
    for named in extract.venues:
        match = _YEARED.fullmatch(named)
        same = match is not None and pack.id.startswith(f"{match['venue']}-")
        if same and named not in pack_ids():
            unknown = f"{extract.source} follows {named}, which is not known here"
            return [f"{unknown}; its questions were read as those of {pack.id}"]
        if same:
            break
    return []


def _unknown(extract: Extract) -> FilledChecklist | None:
    """What looks like a checklist and is none that is known here."""
    answered = [each for each in extract.asked if each.answer is not None and each.question]
    if len(answered) < 5 or not extract.venues:
        return None
    place = answered[0].place
    told = (
        f"{place}: {len(answered)} questions are answered here that no checklist known here asks; "
        f"the source names {extract.venues[0]}"
    )
    return FilledChecklist("", extract.source, (), (told, *extract.not_read))


def _shown(text: str) -> str:
    return f'"{text}"' if len(text) <= _LONGEST_SHOWN else f'"{text[: _LONGEST_SHOWN - 3]}..."'


def venues_in(names: Iterable[str]) -> tuple[str, ...]:
    """Venues with a year, as packs name them, from names of style files and phrases; most frequent first."""
    found: Counter[str] = Counter()
    for name in names:
        match = _YEARED.fullmatch(name.lower())
        if match:
            venue, year = match["venue"], match["year"]
            known = {f"{venue}-{year}", f"{venue}-20{year}"} & set(pack_ids())
            found[next(iter(known), f"{venue}-{_written(venue, year)}")] += 1
    return tuple(name for name, _ in found.most_common())


def _written(venue: str, year: str) -> str:
    """A year as the packs of the venue have it."""
    long = any(re.fullmatch(rf"{venue}-20\d\d", name) for name in pack_ids())
    return f"20{year}" if long else year
