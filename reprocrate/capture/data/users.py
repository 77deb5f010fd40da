"""Which processes of a launch read and wrote each of its files."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from reprocrate.capture.data.files import FileAccess
from reprocrate.capture.data.places import Place, Places
from reprocrate.capture.observation.lineage import ITSELF, Lineage
from reprocrate.capture.observation.processes import By, Process
from reprocrate.capture.record import LaunchedProcess

_MOST_LINEAGES = 100
"""Of more, those that come from others are told as these."""


@dataclass
class FileUsers:
    """Who used the files of a launch.

    Attributes:
        readers: of inputs, and of outputs that others read after they were written.
        writers: of outputs.
    """

    readers: dict[Place, dict[Lineage, None]] = field(default_factory=dict)
    writers: dict[Place, dict[Lineage, None]] = field(default_factory=dict)

    def named(self, root: Lineage, counts: Mapping[Lineage, int]) -> NamedUsers:
        """The processes with their ids; none where the command itself did everything.

        Args:
            root: the command itself.
            counts: how many processes there were of each lineage, those that began first coming first.
        """
        used = {each for users in (self.readers, self.writers) for by in users.values() for each in by}
        if used <= {root}:
            return NamedUsers((), {}, FileUsers())
        needed = {one for each in used for one in each.line} | {root}
        began = {each: place for place, each in enumerate(counts)}
        last = len(began)
        kept = sorted(  # parents before children
            needed, key=lambda each: (len(each.line), began.get(each, last), each.program)
        )[:_MOST_LINEAGES]
        ids = {each: f"p{number}" for number, each in enumerate(kept)}
        processes = [
            LaunchedProcess(
                ids[each],
                each.program,
                each.how,
                ids[each.parent] if each.parent else None,
                counts.get(each, 1),
            )
            for each in kept
        ]
        told_as = {each: next(ids[one] for one in each.line if one in ids) for each in needed}
        return NamedUsers(tuple(processes), told_as, self)


@dataclass(frozen=True)
class NamedUsers:
    """Who used the files of a launch, by the ids of processes.

    Attributes:
        processes: those that used files, and those that these come from.
        ids: for each lineage the id.
        users: who used which file.
    """

    processes: tuple[LaunchedProcess, ...]
    ids: Mapping[Lineage, str]
    users: FileUsers

    def readers(self, place: Place) -> tuple[str, ...]:
        """Who read a file."""
        return self._named(self.users.readers.get(place, ()))

    def writers(self, place: Place) -> tuple[str, ...]:
        """Who wrote a file."""
        return self._named(self.users.writers.get(place, ()))

    def _named(self, by: Iterable[Lineage]) -> tuple[str, ...]:
        if not by:
            return ()
        found = {self.ids[each] for each in by}
        return tuple(process.id for process in self.processes if process.id in found)


def file_users(processes: Sequence[Process], access: FileAccess, places: Places) -> FileUsers:
    """Who used the inputs and outputs of a launch; nobody is named where all of it was one process."""
    found = FileUsers()
    if len({process.lineage for process in processes}) < 2 and not any(map(_is_shared, processes)):
        return found
    elsewhere: dict[str, By] = {}  # folders that got another name, with all that was in them
    own = (ITSELF,)
    for process in processes:
        whose = (process.lineage,)
        uses = ((process.written, True), (process.updated, True), (process.read, False))
        for used, changes in (*uses, (process.read_back, False)):
            for path, by in used.items():
                who = whose if by == own else tuple(_who(process, each) for each in by)
                if not _note(found, access, places.of_data(path), who, changes=changes) and changes:
                    elsewhere[path] = who
    for place in access.outputs.keys() - found.writers.keys() if elsewhere else ():
        above = map(str, access.outputs[place].parents)
        found.writers[place] = dict.fromkeys(
            next((elsewhere[each] for each in above if each in elsewhere), ())
        )
    return found


def _note(found: FileUsers, access: FileAccess, place: Place | None, who: By, *, changes: bool) -> bool:
    """Note who used a file, if it is an input or output; whether it is."""
    if place is None or not (place in access.outputs or place in access.inputs):
        return False
    users = found.writers if changes and place in access.outputs else found.readers
    users.setdefault(place, {}).update(dict.fromkeys(who))
    return True


def _is_shared(process: Process) -> bool:
    """Whether a log is of several processes."""
    mappings = (process.read, process.written, process.updated)
    return any(by != (ITSELF,) for mapping in mappings for by in mapping.values())


def _who(process: Process, by: Lineage) -> Lineage:
    """What did something, by the log of a process."""
    if by is ITSELF:
        return process.lineage
    return by if by.parent or not by.how else Lineage(by.program, by.how, process.lineage)
