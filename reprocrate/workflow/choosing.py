"""Which data sets and which files that runs wrote travel: by the author's word, access, licence and size."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any, Literal, NamedTuple

from reprocrate.assembly.data_settings import DataSettings
from reprocrate.assembly.pack_settings import Amount
from reprocrate.assembly.settings import ProjectSettings
from reprocrate.errors import UsageError
from reprocrate.workflow.redistribution import Redistribution, redistribution

SMALL_BYTES = 100_000_000
"""Data up to this size in all travels by default."""

SMALL_WRITTEN_BYTES = 1_000_000_000
"""Outputs up to this size in all travel by default, and as many bytes of checkpoints."""

DataChoice = Literal["all", "small", "none"]


class Decision(NamedTuple):
    """Whether something travels.

    Attributes:
        travels: whether it does.
        reason: why it does not, in words that follow a colon.
        closed: whether it may not be had by everybody, so that copies of its files must not travel either.
        warnings: what the author should know where it travels, as sentences.
        unlicensed: whether it travels although nothing says that it may be passed on.
    """

    travels: bool
    reason: str = ""
    closed: bool = False
    warnings: tuple[str, ...] = ()
    unlicensed: bool = False


def choose_data(
    sets: Sequence[dict[str, Any]],
    settings: ProjectSettings,
    choice: DataChoice,
    named: Collection[str] = (),
) -> dict[str, Decision]:
    """What becomes of each data set, by its id.

    Of sets about which nothing else decides, `small` takes the smallest first, as long as they are together
    no larger than `SMALL_BYTES`.

    Args:
        sets: the entries of the manifest.
        settings: the author's part.
        choice: which data travels in general.
        named: ids of the data sets that the author asked for by name.

    Raises:
        UsageError: there is no data set of such a name.
    """
    require_known(named, [data["id"] for data in sets])
    decided: dict[str, Decision] = {}
    open_to_all = []
    for data in sets:
        found = _by_its_author(data, settings.data.get(data["id"]), choice, named) or _by_its_terms(data)
        if found is None:
            open_to_all.append(data)
        else:
            decided[data["id"]] = found
    sizes = {data["id"]: _size(data.get("files", [])) for data in open_to_all}
    taken = within(sizes, SMALL_BYTES) if choice == "small" else set(sizes)
    for data in open_to_all:
        name = data["id"]
        if name in taken:
            decided[name] = _travelling(data)
        else:
            total = f"all open data together is {sum(sizes.values()) / 1e6:,.0f} MB"
            decided[name] = Decision(False, f"{total} (--data all or --data {name} takes it along)")
    return {data["id"]: decided[data["id"]] for data in sets}


def require_known(named: Iterable[str], known: Sequence[str]) -> None:
    """Make sure that there are data sets of these names.

    Raises:
        UsageError: there is none.
    """
    for name in named:
        if name not in known:
            raise UsageError(
                f"there is no data set {name!r}",
                f"the data sets are {', '.join(known)}" if known else "no run read data",
                "Give `--data` all, small, none or the name of one of them",
            )


def licence_decision(what: str, licence: str | None, fix: str) -> Decision:
    """Whether weights that are released may travel, by their licence.

    Args:
        what: what they are, to begin a sentence with.
        licence: the licence that they are said to have.
        fix: what takes them along although they may not, in words that follow `only`.
    """
    known = redistribution(licence) if licence else Redistribution.UNKNOWN
    if licence and known is Redistribution.FORBIDDEN:
        return Decision(
            False, f"its licence, {licence}, does not let it be passed on (only {fix})", closed=True
        )
    warnings = _unknown(what, licence) if licence and known is Redistribution.UNKNOWN else ()
    return Decision(True, warnings=warnings, unlicensed=not licence)


def choose_written(sizes: Mapping[str, int], amount: Amount) -> set[str]:
    """Which of the files that runs wrote travel, by their sizes: the smallest first."""
    if amount == "all":
        return set(sizes)
    return within(sizes, SMALL_WRITTEN_BYTES) if amount == "small" else set()


def within(sizes: Mapping[str, int], most: int) -> set[str]:
    """The names of the smallest things that together are no larger than `most` bytes."""
    taken: set[str] = set()
    total = 0
    for name in sorted(sizes, key=lambda name: (sizes[name], name)):
        total += sizes[name]
        if total > most:
            break
        taken.add(name)
    return taken


def _by_its_author(
    data: dict[str, Any], own: DataSettings | None, choice: DataChoice, named: Collection[str]
) -> Decision | None:
    """What the author decided for this data set, if anything."""
    name = data["id"]
    if name in named:
        return _travelling(data, f"--data {name}")
    if choice == "none":
        is_closed = not _is_open(data) or (own is not None and own.in_bundle is False)
        return Decision(False, "--data none", closed=is_closed)
    if own is None or own.in_bundle is None:
        return None
    if own.in_bundle:
        return _travelling(data, f"`in_bundle = true` of [data.{name}]")
    return Decision(False, f"`in_bundle = false` of [data.{name}]", closed=True)


def _by_its_terms(data: dict[str, Any]) -> Decision | None:
    if not _is_open(data):
        return Decision(False, f"its {_terms(data)}{_only(data['id'])}", closed=True)
    return None


def _is_open(data: dict[str, Any]) -> bool:
    return not _terms(data)


def _terms(data: dict[str, Any]) -> str:
    """What keeps a data set from being passed on to everybody, if anything."""
    level = data.get("access", {}).get("level", "open")
    if level != "open":
        return f"access is {level}"
    licence = data.get("license")
    if licence and redistribution(licence) is Redistribution.FORBIDDEN:
        return f"licence, {licence}, does not let it be passed on"
    return ""


def _only(name: str) -> str:
    return f" (only --data {name}, or `in_bundle = true` in [data.{name}], takes it along)"


def _travelling(data: dict[str, Any], word: str = "") -> Decision:
    """That a data set travels, with what its author should know.

    Args:
        data: the entry of the manifest.
        word: by what the author asked for it by its name, if so.
    """
    name, licence, terms = data["id"], data.get("license"), _terms(data)
    warnings: list[str] = []
    if terms:
        asked = f"data {name} travels although its {terms}, since {word} asks for that"
        warnings.append(f"{asked}. Whoever has the bundle has the data")
    elif licence and redistribution(licence) is Redistribution.UNKNOWN:
        warnings += _unknown(f"data {name}", licence)
    if data.get("human_subjects") and "access" not in data:
        warnings.append(f"data {name} is about people, and travels since nothing is said of its `access`")
    return Decision(True, warnings=tuple(warnings), unlicensed=not licence)


def _unknown(what: str, licence: str) -> tuple[str, ...]:
    return (f"{what} travels under {licence}: whether that lets it be passed on is not known here",)


def _size(files: Iterable[dict[str, Any]]) -> int:
    return sum(file.get("size", 0) for file in files if not file.get("root"))
