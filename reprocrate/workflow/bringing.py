"""The data of a rerun: what the reader has is checked, what is offered is fetched, the rest explained."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from reprocrate.deposit.addresses import Reach, shown
from reprocrate.deposit.requesting import Client
from reprocrate.errors import IntegrityError, UnavailableError, UsageError
from reprocrate.files import place_of
from reprocrate.manifest import Data, Manifest
from reprocrate.rerun.data.fetching import fetch
from reprocrate.rerun.data.offers import Form, Offer, Provision, is_archive, offers_of
from reprocrate.rerun.data.supply import Mismatch, Search, Shelf, Supply, common_folders, look_for
from reprocrate.rerun.plan import Decision, Plan, size_text
from reprocrate.rerun.plan.data import DataNeed, Standing, data_needs, lacking_of
from reprocrate.rerun.wording import counted
from reprocrate.rerun.work.materials import Key, Material, brought_data, data_materials, data_of, written_by
from reprocrate.rerun.work.selection import Task
from reprocrate.workflow.progress import Progress, counter

Agrees = Callable[[str, str], bool]
"""Whether the user agrees to what an option stands for, after a question."""

_SHOWN = 10


@dataclass(frozen=True, slots=True)
class Bringing:
    """How data is brought that does not come with a bundle.

    Attributes:
        given: data that the reader has, as `NAME=PATH`.
        reach: which addresses may be asked.
        agrees: who is asked before anything is fetched.
    """

    given: tuple[str, ...] = ()
    reach: Reach = field(default_factory=Reach)
    agrees: Agrees = lambda _option, _question: False


def prepare_data(
    manifest: Manifest,
    tasks: Sequence[Task],
    folder: Path,
    bringing: Bringing,
    progress: Progress,
) -> Provision:
    """Make the data of a full rerun ready in an imported folder.

    Data that the reader gives is checked and stays where it is; what is offered is fetched.

    Args:
        manifest: the experiment.
        tasks: the runs to be repeated.
        folder: where it was imported to.
        bringing: how data is brought.
        progress: who listens.

    Returns:
        What the reader brings.

    Raises:
        ReprocrateError: as `provision_for` and `bring_data`.
        UnavailableError: data is missing that only the reader can get.
    """
    provision = provision_for(manifest, tasks, folder, progress, given=bringing.given, reach=bringing.reach)
    bring_data(manifest, tasks, folder, provision, bringing.agrees, progress)
    needs = data_needs(manifest, tasks, folder, provision)
    if missing := [one for one in needs if one.standing is Standing.MISSING]:
        raise missing_data(missing)
    return provision


def provision_for(
    manifest: Manifest,
    tasks: Sequence[Task],
    folder: Path | None,
    progress: Progress,
    *,
    given: Iterable[str] = (),
    reach: Reach | None = None,
) -> Provision:
    """What the reader brings: each file of the data that they say to have, found and checked.

    Args:
        manifest: the experiment.
        tasks: the runs to be repeated; what they write themselves is not looked for.
        folder: the imported folder, where there is one yet.
        progress: who listens.
        given: what the reader says to have, as `NAME=PATH`.
        reach: which addresses may be asked.

    Raises:
        UsageError: a text is not `NAME=PATH`, or there is no such data or path.
        IntegrityError: a file has another content than the recorded one.
        UnavailableError: a file is missing.
    """
    places = given_places(manifest, given)
    supplies: dict[Key, Supply] = {}
    written = written_by(tasks)
    for data in manifest.data:
        if data.id not in places:
            continue
        materials = list(data_materials(data, written))
        wanted = lacking_of(materials, folder, Provision())
        if not wanted:
            progress.note(f"data {data.id}: every file of it is here already, so --data is not needed for it")
            continue
        search = _looked_for(materials, wanted, places[data.id], progress)
        _require_all(data, places[data.id], search)
        supplies |= search.supplies
    return Provision(supplies, reach or Reach())


def given_places(manifest: Manifest, texts: Iterable[str]) -> dict[str, list[Path]]:
    """Where the reader says to have data, by its id.

    Raises:
        UsageError: a text is not `NAME=PATH`, or there is no such data or path.
    """
    labels: dict[str, list[Data]] = {}
    for data in manifest.data:
        for label in {data.id, data.name or data.id}:
            labels.setdefault(label, []).append(data)
    found: dict[str, list[Path]] = {}
    for text in texts:
        label = max((one for one in labels if text.startswith(f"{one}=")), key=len, default="")
        if not label:
            raise _unknown(text, manifest)
        named = [one for one in labels[label] if one.id == label] or labels[label]
        if len(named) > 1:
            ids = ", ".join(one.id for one in named)
            raise UsageError(f"there are several data sets of the name {label}", fix=f"Give an id: {ids}")
        found.setdefault(named[0].id, []).append(_existing(text, text.removeprefix(f"{label}=")))
    return found


def require_placed(manifest: Manifest, folder: Path, progress: Progress) -> None:
    """Check the data that somebody put into an imported folder, at the places that the manifest names.

    What came with the bundle is checked with the bundle.

    Raises:
        IntegrityError: a file there is not the recorded one.
    """
    placed = [one for one in brought_data(manifest) if one.lies_in(folder)]
    read = counter(progress, "checking data", sum(one.file.size or 0 for one in placed)) if placed else None
    shelf = Shelf(folder, read or (lambda _count: None))
    found = [shelf.check(one, place_of(folder, one.source)) for one in brought_data(manifest)]
    wrong = [one for one in found if isinstance(one, Mismatch)]
    if wrong:
        raise IntegrityError(
            f"data in {folder} is not the recorded data",
            _named(wrong, lambda one: one.material.source),
            "Remove it, or put the recorded files there",
        )


def require_data(plan: Plan) -> None:
    """Explain what is missing, where nothing but data stands in the way.

    Raises:
        UnavailableError: data is missing; it says what, and how to get it.
    """
    missing = [one for one in plan.data if one.standing is Standing.MISSING]
    impossible = [one for one in plan.requirements if one.decision is Decision.IMPOSSIBLE]
    if missing and all(one.namespace == "data" for one in impossible):
        raise missing_data(missing)


def missing_data(missing: Sequence[DataNeed]) -> UnavailableError:
    """The error that explains what data is missing, and how to get it."""
    directions = "; ".join(
        f"{one.data}: {one.directions}" if len(missing) > 1 else one.directions for one in missing
    )
    return UnavailableError(
        "data that the runs read is not here",
        "; ".join(one.explanation() for one in missing),
        f"{directions[0].upper()}{directions[1:]}",
    )


def bring_data(
    manifest: Manifest,
    tasks: Sequence[Task],
    folder: Path,
    provision: Provision,
    agrees: Agrees,
    progress: Progress,
) -> None:
    """Fetch what is lacking and offered into an imported folder, if the user agrees.

    Raises:
        UnavailableError: the user does not agree, or it cannot be fetched.
        IntegrityError, UnreadableError: what came is not what was recorded.
    """
    written = written_by(tasks)
    offers: dict[str, list[Offer]] = {}
    for data in data_of(manifest, tasks):
        lacking = lacking_of(list(data_materials(data, written)), folder, provision)
        if found := list(offers_of(data, lacking, provision.reach)):
            offers[data.id] = found
    if not offers:
        return
    what = "; ".join(f"{name}: {_offered(each)}" for name, each in offers.items())
    if not agrees("fetch", f"Data is to be fetched, from addresses that the bundle names: {what}."):
        given = " ".join(f"--data {name}=PATH" for name in offers)
        raise UnavailableError(
            "data was not fetched", what, f"Agree with --fetch, or give your own copy with {given}"
        )
    client = Client(provision.reach, tell=progress.note)
    for name, each in offers.items():
        progress.note(f"fetching data {name}: {_offered(each)}")
        whole, before = sum(one.size for one in each), 0
        for one in each:
            done_of_it = _Told(progress, f"fetching {name}", before, whole)
            fetch(one, folder, client, done_of_it)
            before += done_of_it.most


@dataclass
class _Told:
    """Tells how far several files together are, while one of them comes.

    Attributes:
        progress: who listens.
        what: what comes.
        before: bytes of the files that came before.
        whole: bytes of all, as far as it is recorded.
        most: bytes of this one so far.
    """

    progress: Progress
    what: str
    before: int
    whole: int
    most: int = 0

    def __call__(self, done: int, total: int | None) -> None:
        self.most = max(self.most, done)
        so_far = self.before + done
        self.progress.transfer(self.what, so_far, max(self.whole, so_far, self.before + (total or 0)))


def _offered(offers: Sequence[Offer]) -> str:
    """How much is offered where, in words."""
    files = counted(sum(len(one.materials) for one in offers), "file")
    urls = list(dict.fromkeys(one.url for one in offers))
    more = f" and {len(urls) - _SHOWN} more addresses" if len(urls) > _SHOWN else ""
    places = ", ".join(map(shown, urls[:_SHOWN])) + more
    unknown = any(one.form is not Form.FILE for one in offers)
    caution = " (archives may be larger than what is taken out of them)" if unknown else ""
    return f"{files}, {size_text(sum(one.size for one in offers))}, from {places}{caution}"


def _looked_for(
    materials: Sequence[Material], wanted: Sequence[Material], places: Sequence[Path], progress: Progress
) -> Search:
    total = sum(one.file.size or 0 for one in wanted)
    common = common_folders(one.file.path for one in materials)
    return look_for(wanted, places, common=common, read=counter(progress, "checking data", total))


def _require_all(data: Data, places: Sequence[Path], search: Search) -> None:
    where = " and ".join(map(str, places))
    missing = _named(search.missing, lambda one: one.file.path)
    if search.mismatches:
        also = f"; missing: {missing}" if missing else ""
        raise IntegrityError(
            f"what {where} holds is not the recorded data {data.id}",
            _named(search.mismatches, lambda one: one.material.file.path) + also,
            "Give the version that was recorded",
        )
    if missing:
        raise UnavailableError(
            f"{where} does not hold all of the data {data.id}",
            f"missing, by name and by content: {missing}",
            "Unpack it, and give the folder"
            if any(one.is_file() and is_archive(one.name) for one in places)
            else "Give a folder that has these files",
        )


def _named(items: Sequence[Material | Mismatch], path_of: Callable[..., str]) -> str:
    shown_ones = [
        f"{path_of(one)} {one.why}" if isinstance(one, Mismatch) else path_of(one) for one in items[:_SHOWN]
    ]
    more = f" and {len(items) - _SHOWN} more" if len(items) > _SHOWN else ""
    return "; ".join(shown_ones) + more


def _existing(text: str, path: str) -> Path:
    if not path:
        raise UsageError(f'--data "{text}" names no path', fix="For example: --data rings=~/rings")
    place = Path(path)
    try:
        place = place.expanduser() if path.startswith("~") else place
        there = place.exists()
    except (OSError, ValueError, RuntimeError) as error:
        raise UsageError(f'there can be no such path as in --data "{text}"', str(error)[:200]) from error
    if not there:
        raise UsageError(f"{place} does not exist", f'--data "{text}" names it', "Check the path")
    if not (place.is_dir() or place.is_file()):
        raise UsageError(
            f"{place} is a device, a pipe or a socket", "data is a folder or a file", "Save it to a file"
        )
    return place


def _unknown(text: str, manifest: Manifest) -> UsageError:
    known = ", ".join(one.id for one in manifest.data) or "none"
    if "=" not in text:
        return UsageError(
            f'--data "{text}" is not NAME=PATH',
            fix=f"For example: --data rings=/data/rings. Known data: {known}",
        )
    return UsageError(f"there is no data {text.partition('=')[0]}", f"known: {known}", "Name one of these")
