"""Writes down which generators of random numbers a Python process seeds, with what, and where in its code.

Nothing is imported for that, and no generator is asked for a number, so that results are the same bits. When
the program imports a library that is known here, its functions that seed are replaced by ones that note the
seed and then call the original. NumPy's generators are compiled classes, which stay what they are: they look
up two functions of Python's by name, `operator.index` and `secrets.randbits`, and one of their own, and what
these names stand for in NumPy's modules is replaced.

Standard library only, Python 3.8 and newer.
"""

from __future__ import annotations

import sys

from _reprocrate_cells import named
from _reprocrate_loaded import like, when_loaded

TYPE_CHECKING = False  # as in `typing`, which the program may not have imported
if TYPE_CHECKING:
    from types import FrameType, ModuleType
    from typing import Any, Callable

_MOST_VALUES = 50
"""How many different seeds from one place in the code are written down."""

_TREE_SEEDS = (
    *("seed", "random_state", "random_seed", "data_random_seed", "bagging_seed"),
    "feature_fraction_seed",
)


class Seeds:
    """What seeds the generators of this process.

    Args:
        write: takes one entry for the log.
        is_ours: whether a file belongs to the project.
    """

    def __init__(self, write: Callable[[dict[str, Any]], None], is_ours: Callable[[str], bool]) -> None:
        self._write = write
        self._is_ours = is_ours
        self._noted: dict[tuple[str, str, str], set[Any]] = {}
        self._drawn: set[int] = set()  # entropy that NumPy drew from the system
        self._depth = 0
        self._is_new = False  # NumPy just drew entropy for a generator that may be seeded next
        self._at_start: dict[str, Any] = {}
        self._seeded: set[str] = set()  # global generators that were seeded

    def note(self, function: str, value: Any, *, alone: bool = False, instead: bool = False) -> None:
        """One call that seeds a generator; without a seed, `value` is None and the system's entropy is used.

        Args:
            function: its public name.
            value: the seed.
            alone: whether it only counts if the project's own code made the call.
            instead: whether it takes back that the same place just made a generator without a seed.
        """
        try:
            self._note(function, value, alone, instead)
        except Exception:  # the author's program matters more than its record
            pass

    def _note(self, function: str, value: Any, alone: bool, instead: bool) -> None:
        place = self._place(alone)
        if place is None:
            return
        library = function.partition(".")[0]
        known = self._noted.setdefault((library, function, place), set())
        plain = _plain(value)
        if plain in known or len(known) >= _MOST_VALUES:
            return
        known.add(plain)
        entry = {"event": "seed", "library": library, "function": function, "value": plain, "site": place}
        if instead:
            entry["instead"] = True
        self._write(entry)

    def _place(self, alone: bool) -> str | None:
        """File and line of the project's code that led here; None where there is none."""
        frame: FrameType | None = sys._getframe(2)
        own = __file__
        while frame is not None and frame.f_code.co_filename == own:
            frame = frame.f_back
        while frame is not None:
            name = frame.f_code.co_filename
            if self._is_ours(name):
                return "%s:%d" % (named(name), frame.f_lineno)
            if alone or name.startswith("<frozen importlib"):
                return None  # a library that is being imported makes generators of its own
            frame = frame.f_back
        return None

    # How each library is watched ---------------------------------------------------------------------

    def random(self, module: ModuleType) -> None:
        """The standard library's generators; all that inherit from `random.Random` are seeded by it."""
        kind: Any = module.Random
        instance: Any = module._inst
        original = kind.seed

        def seed(generator: Any, a: Any = None, version: int = 2) -> None:
            original(generator, a, version)
            shared = generator is instance
            if shared:
                self._seeded.add("random")
            self.note("random.seed" if shared else "random.Random", a, alone=a is None)

        kind.seed = like(seed, original)
        names: Any = module
        names.seed = instance.seed
        self._at_start["random"] = instance.getstate()

    def numpy_entropy(self, module: ModuleType) -> None:
        """`SeedSequence`, from which every generator but the legacy one is seeded."""
        names: Any = module
        draw, convert = names.randbits, names._coerce_to_uint32_array

        def randbits(k: int) -> int:
            value: int = draw(k)
            self._is_new = True
            if len(self._drawn) < 10_000:
                self._drawn.add(hash(value))
            if "numpy" in self._at_start and not _is_restoring():
                self.note("numpy.random.SeedSequence", None)
            return value

        def coerce(x: Any) -> Any:
            # Called for the entropy and for the key of a spawned sequence, which is a tuple; by itself for
            # the items of a list.
            if self._depth == 0 and type(x) is not tuple and not self._is_drawn(x):
                self._is_new = False
                self.note("numpy.random.SeedSequence", x)
            self._depth += 1
            try:
                return convert(x)
            finally:
                self._depth -= 1

        names.randbits = randbits
        names._coerce_to_uint32_array = coerce

    def _is_drawn(self, entropy: Any) -> bool:
        return isinstance(entropy, int) and hash(entropy) in self._drawn

    def numpy_legacy(self, module: ModuleType) -> None:
        """`numpy.random.seed` and `RandomState`, which ask for the seed as an index."""
        names: Any = module
        names.operator = _Operator(names.operator, self)

    def numpy_index(self, value: Any) -> None:
        """A legacy generator is seeded: a new one, which began without a seed, or else the shared one."""
        if self._is_new:
            self.note("numpy.random.RandomState", value, instead=True)
        else:
            self._seeded.add("numpy")
            self.note("numpy.random.seed", value)
        self._is_new = False

    def numpy_shared(self, module: ModuleType) -> None:
        """The state of the generator behind `numpy.random.rand` and its like, before anybody used it."""
        names: Any = module
        self._at_start["numpy"] = _numpy_state(names)
        self._is_new = False

    def functions(self, *names: str, library: str = "") -> Callable[[ModuleType], None]:
        """Watches module functions whose first argument is the seed."""

        def watch(module: ModuleType) -> None:
            for name in names:
                original = getattr(module, name, None)
                if callable(original):
                    prefix = library or module.__name__
                    setattr(module, name, self._noting(original, "%s.%s" % (prefix, name)))

        return watch

    def _noting(self, original: Any, function: str) -> Any:
        def call(*args: Any, **kwargs: Any) -> Any:
            given = args[0] if args else next(iter(kwargs.values()), None)
            self._seeded.add(function.partition(".")[0])
            self.note(function, given)
            return original(*args, **kwargs)

        return like(call, original)

    def boosters(self, module: ModuleType) -> None:
        """XGBoost's and LightGBM's models, whose parameters hold their seeds."""
        kind: Any = module.Booster
        original = kind.__init__
        library = module.__name__.partition(".")[0]

        def init(model: Any, params: Any = None, *args: Any, **kwargs: Any) -> None:
            if isinstance(params, dict):
                for name in _TREE_SEEDS:
                    if params.get(name) is not None:
                        self.note("%s.%s" % (library, name), params[name])
            if params is None:
                original(model, *args, **kwargs)
            else:
                original(model, params, *args, **kwargs)

        kind.__init__ = like(init, original)

    def unseeded(self) -> list[str]:
        """Libraries whose shared generator was used and never seeded, when the program is done."""
        found = []
        for library, before in self._at_start.items():
            module = sys.modules.get({"random": "random", "numpy": "numpy.random.mtrand"}[library])
            if module is None or library in self._seeded:
                continue
            now = module._inst.getstate() if library == "random" else _numpy_state(module)
            if now != before:
                found.append(library)
        return found


class _Operator:
    """The module `operator` as NumPy's legacy generator sees it."""

    def __init__(self, module: ModuleType, seeds: Seeds) -> None:
        self._module = module
        self._seeds = seeds

    def __getattr__(self, name: str) -> Any:
        return getattr(self._module, name)

    def index(self, value: Any) -> int:
        self._seeds.numpy_index(value)
        result: int = self._module.index(value)
        return result


def watch(write: Callable[[dict[str, Any]], None], is_ours: Callable[[str], bool]) -> Seeds:
    """Begin to watch the libraries that are imported from now on, and those that are there."""
    seeds = Seeds(write, is_ours)
    watchers: dict[str, Callable[[ModuleType], None]] = {
        "random": seeds.random,
        "numpy.random.bit_generator": seeds.numpy_entropy,
        "numpy.random._mt19937": seeds.numpy_legacy,
        "numpy.random.mtrand": seeds.numpy_shared,
        "torch.random": seeds.functions("manual_seed", "seed", library="torch"),
        "torch.cuda.random": seeds.functions("manual_seed", "manual_seed_all", library="torch.cuda"),
        "tensorflow.python.framework.random_seed": seeds.functions(
            "set_seed", "set_random_seed", library="tensorflow.random"
        ),
        "jax._src.random": seeds.functions("PRNGKey", "key", library="jax.random"),
        "jax._src.random.core": seeds.functions("PRNGKey", "key", library="jax.random"),
        "gymnasium.utils.seeding": seeds.functions("np_random", library="gymnasium"),
        "xgboost.core": seeds.boosters,
        "lightgbm.basic": seeds.boosters,
    }
    when_loaded(watchers)
    return seeds


def _plain(value: Any) -> Any:
    """A seed as JSON can hold it: None, an integer, or what kind of thing it is."""
    if value is None or type(value) is int:
        return value
    if isinstance(value, bool):
        return int(value)
    try:
        return int(value.__index__())  # NumPy's integers
    except Exception:
        pass
    try:
        items = [_plain(item) for item in value] if len(value) <= 16 else []
    except Exception:
        items = []
    if items and all(type(item) is int for item in items):
        return ",".join(map(str, items))
    return "(%s)" % type(value).__name__


def _is_restoring() -> bool:
    """Whether NumPy makes a generator only to give it the state of a pickled or copied one."""
    frame: FrameType | None = sys._getframe(2)
    return frame is not None and frame.f_code.co_filename.endswith("_pickle.py")


def _numpy_state(module: Any) -> Any:
    state = module._rand._bit_generator.state["state"]
    return int(state["pos"]), state["key"].tobytes()
