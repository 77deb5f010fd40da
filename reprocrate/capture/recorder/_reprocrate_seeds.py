"""Writes down which generators of random numbers a Python process seeds, with what, and where in its code.

Each seed is written at once, so that a process that ends without ceremony loses none. Of a place in the code
that seeds with ever new numbers, the first are written and the others counted, until it is left alone.

Standard library only, Python 3.8 and newer.
"""

from __future__ import annotations

import sys

from _reprocrate_cells import is_cell, named
from _reprocrate_generators import watchers
from _reprocrate_loaded import get_ident, when_loaded
from _reprocrate_numpy import Numpy, numpy_state
from _reprocrate_plain import Place, Site, plain

TYPE_CHECKING = False  # as in `typing`, which the program may not have imported
if TYPE_CHECKING:
    from types import FrameType
    from typing import Any, Callable

_MOST_WRITTEN = 20
"""How many different seeds from one place in the code are written down."""
_MOST_COUNTED = 1_000
"""How many are told apart."""
_MOST_CALLS = 10_000
"""After so many calls a place is not looked at any more, whatever they seed with."""
_MOST_PLACES = 10_000
"""More are only made by code that writes code."""
_DERIVING = frozenset({"_worker_loop", "_parallel_build_trees", "_parallel_build_estimators"})
"""Functions of PyTorch and scikit-learn that seed workers and parts with numbers that they drew."""

_SHARED_BY_LIBRARIES = frozenset({"deap", "nltk", "textattack"})
"""Libraries whose results rest on the standard library's shared generator."""
_UNWATCHED = "catboost cupy faiss juliacall mlx mxnet numba paddle rpy2"
"""Libraries with generators of their own whose seeds are not seen."""


class Seeds:
    """What seeds the generators of this process.

    Args:
        write: takes one entry for the log.
        is_ours: whether a file belongs to the project.
        holds: whether a module of the project uses a module.
    """

    def __init__(
        self,
        write: Callable[[dict[str, Any]], None],
        is_ours: Callable[[str], bool],
        holds: Callable[[str], bool],
    ) -> None:
        self._write = write
        self._is_ours = is_ours
        self._holds = holds
        recorder = (Seeds.note, watchers, when_loaded, Numpy.entropy)
        self._own = frozenset(function.__code__.co_filename for function in recorder)
        self._files: dict[str, bool] = {}
        self._sites: dict[Any, Site] = {}
        self._places: dict[Any, Place] = {}
        self.full: set[tuple[int, int]] = set()  # calls that are not looked at any more
        self._users: set[str] = set()  # shared generators that a library asked for
        self._inside: set[int] = set()  # threads in a function that was noted, whose doings are its own
        self._late: dict[int, Place | None] = {}  # by thread, where a generator just began without a seed
        self._legacy: set[Any] = set()  # where such a one was given a seed before: none is written there yet
        self.shared: dict[
            str, Any
        ] = {}  # what tells whether a library's shared generator was used, by library
        self.seeded: set[str] = set()  # libraries whose shared generator was seeded

    def is_project(self, frame: FrameType) -> bool:
        """Whether code belongs to the project, or was typed in; each file is looked at once."""
        name = frame.f_code.co_filename
        if name in ("<string>", "<stdin>"):
            return frame.f_globals.get("__name__") == "__main__"
        if name not in self._files:
            self._files[name] = self._is_ours(name)
        return self._files[name]

    def note(self, function: str, value: Any, shared: str = "") -> None:
        """One call that seeds a generator; without a seed, `value` is None and the system's entropy is used.

        Args:
            function: its public name.
            value: the seed.
            shared: the library whose shared generator is used where there is none.
        """
        try:
            if get_ident() not in self._inside:
                place = self._place(function, value is None)
                if place is not None:
                    self._add(place.site, value if value.__class__ is int else plain(value), shared=shared)
        except Exception:  # the author's program matters more than its record
            pass

    def note_shared(self, library: str, function: str) -> None:
        """The shared generator of a library is about to be seeded: it is told if it was used before that."""
        if library in self.seeded:
            return
        self.seeded.add(library)
        try:
            if self.is_used(library):
                place = self._place(function, False)
                site = place and place.site.site
                self._write({"event": "unseeded", "libraries": [library], "until": site})
        except Exception:
            pass

    def _add(self, site: Site, value: Any, instead: bool = False, shared: str = "") -> None:
        if self._late:
            self._write_late()
        number = hash(value)
        if number in site.seen:
            return
        if len(site.seen) >= _MOST_COUNTED:
            return
        site.seen.add(number)
        count = len(site.seen)
        entry: dict[str, Any] = {"event": "seed", "function": site.function, "site": site.site}
        if count <= _MOST_WRITTEN:
            entry["value"] = value
            if instead:
                entry["instead"] = True
            if value is None and shared:
                entry["shared"] = shared
                self._users.add(shared)
        elif count & (count - 1):
            return  # told when it has doubled, and at the end
        else:
            entry["count"] = site.counted = count
        self._write(entry)

    def _place(self, function: str, alone: bool) -> Place | None:
        """The line of the project's code that led here.

        Outside the project's code there is one place for each function, but for what has no seed and what a
        library does while it is imported.
        """
        frame: FrameType | None = sys._getframe(2)
        while frame is not None and frame.f_code.co_filename in self._own:
            frame = frame.f_back
        direct, files = frame, self._files
        while frame is not None:
            code = frame.f_code
            ours = files.get(code.co_filename)
            if ours is None:
                ours = self.is_project(frame)
            if ours:
                place = self._known((function, id(code), frame.f_lasti), frame)
                if place is None:
                    return None
                place.calls += 1
                if frame is direct and (place.calls > _MOST_CALLS or len(place.site.seen) >= _MOST_COUNTED):
                    self.full.add(place.key[1:])
                return place
            if code.co_name in _DERIVING or code.co_filename.startswith("<frozen importlib"):
                return None
            frame = frame.f_back
        return None if alone else self._known((function,), None)

    def _known(self, key: Any, frame: FrameType | None) -> Place | None:
        place = self._places.get(key)
        if place is None and len(self._places) < _MOST_PLACES:
            where = None
            name = "<" if frame is None else frame.f_code.co_filename
            if frame is not None and (name[:1] != "<" or is_cell(name)):
                where = "%s:%d" % (named(name), frame.f_lineno)
            site = self._sites.setdefault((key[0], where), Site(key[0], where))
            place = self._places[key] = Place(key, site, frame and frame.f_code)
        return place

    # A generator that begins without a seed, and may be given one next ----------------------------------

    def note_drawn(self, function: str) -> None:
        """A generator begins with the system's entropy: NumPy's legacy one does so even if it has a seed."""
        try:
            thread = get_ident()
            place = None if thread in self._inside else self._place(function, True)
            if place is not None and place.key not in self._legacy:
                self._add(place.site, None)
            else:
                self._write_late()
            self._late[thread] = place
        except Exception:
            pass

    def note_late(self, function: str) -> None:
        """A generator without a seed, unless `take_back` comes next."""
        try:
            place = self._place(function, True)
            self._write_late()
            if place is not None:
                self._legacy.add(place.key)
                self._late[get_ident()] = place
        except Exception:
            pass

    def take_back(self) -> None:
        """The generator that just began without a seed is given the state of another."""
        if self._late:
            self._late.pop(get_ident(), None)

    def note_instead(self, function: str, value: Any) -> bool:
        """The generator that just began without a seed is given one; False where none did."""
        try:
            thread = get_ident()
            is_inside = thread in self._inside
            if thread not in self._late:
                return is_inside
            begun = self._late.pop(thread)
            if is_inside:
                return True
            place = self._place(function, False)
            if place is not None and begun is None and place.site.site is None:
                self._add(place.site, plain(value))
                return True
            if place is None or begun is None or place.key[1:] != begun.key[1:]:
                return False
            is_written = begun.key not in self._legacy
            self._legacy.add(begun.key)
            self._add(place.site, plain(value), instead=is_written)
            if is_written:
                begun.site.seen.discard(hash(None))
            return True
        except Exception:
            return False

    def _write_late(self) -> None:
        for thread in list(self._late):
            place = self._late.pop(thread, None)
            if place is not None and place.key in self._legacy:
                self._add(place.site, None)

    # Functions that seed ------------------------------------------------------------------------------

    def enter(self, function: str, value: Any, shared: str = "") -> int:
        """A function that seeds is called: what it does itself is not noted until `leave`."""
        if not (self.full and self.is_full(sys._getframe(2))):
            self.note(function, value, shared)
        thread: int = get_ident()
        if thread in self._inside:
            return -1
        self._inside.add(thread)
        return thread

    def is_full(self, frame: FrameType) -> bool:
        """Whether the call that a frame makes is not looked at any more."""
        full: bool = (id(frame.f_code), frame.f_lasti) in self.full
        return full

    def leave(self, thread: int) -> None:
        """The function that `enter` told of is done."""
        self._inside.discard(thread)

    # The end ------------------------------------------------------------------------------------------

    def own(self, filename: str) -> None:
        """A file of a library is passed over: what calls its functions calls the generator."""
        self._own |= {filename}

    def forked(self) -> None:
        """A child process begins: Python seeds its shared generator there anew, from the system."""
        try:
            self._inside.clear()
            self._late.clear()
            if "random" in self.shared:
                self.seeded.discard("random")
                self.shared["random"] = sys.modules["random"]._inst.getstate()
        except Exception:  # the program took it out
            pass

    def unseeded(self) -> list[str]:
        """Libraries whose shared generator was used and never seeded, when the program is done."""
        self._write_late()
        for site in list(self._sites.values()):
            if len(site.seen) > max(_MOST_WRITTEN, site.counted):
                site.counted = len(site.seen)
                entry = {"event": "seed", "function": site.function, "site": site.site}
                self._write({**entry, "count": site.counted})
        unwatched = [name for name in _UNWATCHED.split() if name in sys.modules]
        if unwatched:
            self._write({"event": "unwatched", "libraries": unwatched})
        try:
            self._seen_at_the_end()
        except Exception:
            pass
        return [
            each for each in ("random", "numpy", "torch") if each not in self.seeded and self.is_used(each)
        ]

    def is_used(self, library: str) -> bool:
        """Whether the shared generator of a library gave a number since it was there."""
        try:
            return bool({"random": self._random, "numpy": self._numpy, "torch": self._torch}[library]())
        except Exception:  # it is not there, or is another version
            return False

    def worker_is_done(self) -> None:
        """A worker process of `multiprocessing`, which ends without ceremony, is about to."""
        try:
            found = self.unseeded()
            if found:
                self._write({"event": "unseeded", "libraries": found})
        except Exception:
            pass

    def _random(self) -> bool:
        """Libraries use it for waiting times and names, too: it counts where the project uses it."""
        if sys.modules["random"]._inst.getstate() == self.shared["random"]:
            return False
        if "random" in self._users or not _SHARED_BY_LIBRARIES.isdisjoint(sys.modules):
            return True
        return self._holds("random")

    def _numpy(self) -> bool:
        state: bool = numpy_state(sys.modules["numpy.random.mtrand"]) != self.shared["numpy"]
        return state

    def _torch(self) -> bool:
        """Whether PyTorch's generator still has the seed that it was born with, and gave a number."""
        torch: Any = sys.modules["torch"]
        if torch.default_generator.initial_seed() != self.shared["torch"]:
            return False
        unused = torch.Generator()
        unused.manual_seed(self.shared["torch"])
        return not torch.equal(unused.get_state(), torch.default_generator.get_state())

    def _seen_at_the_end(self) -> None:
        """A seed that PyTorch's shared generator was given by a call that was not seen."""
        if "torch" in self.shared and "torch" not in self.seeded:
            seed = sys.modules["torch"].default_generator.initial_seed()
            if seed != self.shared["torch"]:
                self._write({"event": "seed", "function": "torch.Generator.manual_seed", "value": seed})


def watch(
    write: Callable[[dict[str, Any]], None], is_ours: Callable[[str], bool], holds: Callable[[str], bool]
) -> Seeds:
    """Begin to watch the libraries that are imported from now on, and those that are there."""
    seeds = Seeds(write, is_ours, holds)
    when_loaded(watchers(seeds))
    return seeds
