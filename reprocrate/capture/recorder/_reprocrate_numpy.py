"""How NumPy's generators of random numbers are watched.

They are compiled classes, which stay what they are. They look up two functions of Python's by name,
`operator.index` and `secrets.randbits`, and one of their own, and what these names stand for in NumPy's
modules is replaced.

Standard library only, Python 3.8 and newer.
"""

from __future__ import annotations

import sys

from _reprocrate_loaded import get_ident, like

TYPE_CHECKING = False  # as in `typing`, which the program may not have imported
if TYPE_CHECKING:
    from types import FrameType, ModuleType
    from typing import Any, Callable

    from _reprocrate_seeds import Seeds

_MT19937_WORDS = 624
_MOST_DRAWN = 50_000
_SURELY_DRAWN = 2**96


class Numpy:
    """NumPy's generators, old and new."""

    def __init__(self, seeds: Seeds, watch_seed: Callable[[ModuleType], None]) -> None:
        self._seeds = seeds
        self._watch_seed = watch_seed
        self._is_loaded = False
        self._drawn: set[int] = set()  # entropy that came from the system
        self._is_forgetful = False
        self._nested: set[int] = set()  # threads in the conversion of a list
        self._key_next: set[int] = set()  # threads whose next conversion is of the key of a spawned sequence

    def entropy(self, module: ModuleType) -> None:
        """`SeedSequence`, from which every generator but the legacy one is seeded."""
        names: Any = module
        seeds, full = self._seeds, self._seeds.full
        draw, convert = names.randbits, names._coerce_to_uint32_array

        def randbits(k: int) -> int:
            value: int = draw(k)
            self._remember(value)
            if self._is_loaded and not (full and seeds.is_full(sys._getframe(1))):
                if _is_restoring():
                    seeds.take_back()
                else:
                    seeds.note_drawn("numpy.random.SeedSequence")
            return value

        def coerce(x: Any) -> Any:
            # Called for the entropy, then for the key of a spawned sequence; by itself for items of a list.
            if x.__class__ is tuple and not x:
                return convert(x)  # no key
            thread = get_ident()
            if thread in self._nested or (full and seeds.is_full(sys._getframe(1))):
                return convert(x)
            is_key = thread in self._key_next and type(x) is tuple
            if not is_key and not self._is_drawn(x):
                self._seeds.note("numpy.random.SeedSequence", x)
            self._key_next.discard(thread)
            self._nested.add(thread)
            try:
                array = convert(x)
                if not is_key:
                    self._key_next.add(thread)
                return array
            finally:
                self._nested.discard(thread)

        names.randbits = randbits
        names._coerce_to_uint32_array = coerce

    def _remember(self, entropy: int) -> None:
        if len(self._drawn) >= _MOST_DRAWN:
            self._drawn.clear()
            self._is_forgetful = True
        self._drawn.add(hash(entropy))

    def _is_drawn(self, entropy: Any) -> bool:
        if not isinstance(entropy, int):
            return False
        return hash(entropy) in self._drawn or (self._is_forgetful and entropy > _SURELY_DRAWN)

    def legacy(self, module: ModuleType) -> None:
        """`RandomState`, which asks for the seed as an index."""
        names: Any = module
        names.operator = _Operator(names.operator, self._index)

    def _index(self, value: Any) -> None:
        """A legacy generator is seeded: a new one, which began without a seed, or else one that is there.

        NumPy 2.5 asks so for the position in a state that is restored, too.
        """
        seeds = self._seeds
        if seeds.full and seeds.is_full(sys._getframe(2)):
            return
        if not seeds.note_instead("numpy.random.RandomState", value):
            self._seeds.seeded.add("numpy")  # it may be the shared one
            if not (isinstance(value, int) and 0 <= value <= _MT19937_WORDS):
                self._seeds.note("numpy.random.RandomState", value)

    def shared(self, module: ModuleType) -> None:
        """The generator behind `numpy.random.rand` and its like, before anybody used it."""
        names: Any = module
        self._watch_seed(module)
        restore = names.set_state

        def set_state(state: Any) -> Any:
            self._seeds.seeded.add("numpy")
            return restore(state)

        names.set_state = like(set_state, restore)
        self._seeds.shared["numpy"] = numpy_state(module)
        self._is_loaded = True


def numpy_state(module: Any) -> Any:
    """The state of NumPy's shared generator, to be compared."""
    state = module._rand._bit_generator.state["state"]
    return int(state["pos"]), state["key"].tobytes()


class _Operator:
    """The module `operator` as NumPy's legacy generator sees it."""

    def __init__(self, module: ModuleType, look: Callable[[Any], None]) -> None:
        self._module = module
        self._look = look

    def __getattr__(self, name: str) -> Any:
        return getattr(self._module, name)

    def index(self, value: Any) -> int:
        self._look(value)
        result: int = self._module.index(value)
        return result


def _is_restoring() -> bool:
    """Whether NumPy makes a generator only to give it the state of a pickled or copied one."""
    frame: FrameType | None = sys._getframe(2)
    return frame is not None and frame.f_code.co_filename.endswith("_pickle.py")
