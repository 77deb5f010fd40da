"""How each library's generators of random numbers are watched.

Nothing is imported for that, and no generator is asked for a number, so that results are the same bits. When
the program imports a library that is known here, its functions that seed are replaced by ones that note the
seed and then call the original. PyTorch's `Generator` is compiled and closed: it is seen where it is handed
to something that is not.

Standard library only, Python 3.8 and newer.
"""

from __future__ import annotations

import os
import sys

from _reprocrate_loaded import like
from _reprocrate_numpy import Numpy, numpy_state

TYPE_CHECKING = False  # as in `typing`, which the program may not have imported
if TYPE_CHECKING:
    from types import FrameType, ModuleType
    from typing import Any, Callable

    from _reprocrate_seeds import Seeds

    Watch = Callable[[ModuleType], None]

_TREE_SEEDS = (
    *("seed", "random_state", "random_seed", "data_random_seed", "bagging_seed", "extra_seed", "drop_seed"),
    *("feature_fraction_seed", "objective_seed"),
)
_TORCH_START = 67280421310721
"""The seed of a new `torch.Generator`."""


def watchers(seeds: Seeds) -> dict[str, Watch]:
    """By module, what is done with it once it is loaded."""
    numpy = Numpy(seeds, functions(seeds, "numpy.random", "seed", shared="numpy"))
    jax = functions(seeds, "jax.random", "PRNGKey", "key")
    return {
        "random": lambda module: _random(seeds, module),
        "multiprocessing.util": lambda module: _workers(seeds, module),
        "numpy.random.bit_generator": numpy.entropy,
        "numpy.random._mt19937": numpy.legacy,
        "numpy.random.mt19937": numpy.legacy,  # NumPy 1.17
        "numpy.random.mtrand": numpy.shared,
        "torch.random": lambda module: _torch(seeds, module),
        "torch.cuda.random": functions(seeds, "torch.cuda", "manual_seed", "manual_seed_all"),
        "torch.utils.data.dataloader": _handed(seeds, "torch.utils.data", "DataLoader"),
        "torch.utils.data.dataset": _handed(seeds, "torch.utils.data", "random_split"),
        "torch.utils.data.sampler": _handed(
            seeds, "torch.utils.data", "RandomSampler", "SubsetRandomSampler", "WeightedRandomSampler"
        ),
        "tensorflow.python.framework.random_seed": functions(
            seeds, "tensorflow.random", "set_seed", "set_random_seed", shared="tensorflow"
        ),
        "jax._src.random": jax,
        "jax._src.random.core": jax,
        "gym.utils.seeding": functions(seeds, "gym.utils.seeding", "np_random", needed=True),
        "gymnasium.utils.seeding": functions(seeds, "gymnasium.utils.seeding", "np_random"),
        "sklearn.utils.validation": functions(seeds, "sklearn.utils", "check_random_state", default="numpy"),
        "scipy._lib._util": functions(seeds, "scipy._lib._util", "check_random_state", default="numpy"),
        "pandas.core.common": functions(
            seeds, "pandas.core.common", "random_state", parameter="state", default="numpy"
        ),
        "keras.src.random.seed_generator": functions(
            seeds, "keras.random", "make_default_seed", default="random"
        ),
        "networkx.utils.misc": _each(
            functions(
                seeds, "networkx.utils", "create_random_state", parameter="random_state", default="numpy"
            ),
            functions(
                seeds, "networkx.utils", "create_py_random_state", parameter="random_state", default="random"
            ),
        ),
        "xgboost.core": lambda module: _boosters(seeds, module),
        "lightgbm.basic": lambda module: _boosters(seeds, module),
        "jax._src.clusters.k8s_cluster": _Import(seeds, "numpy"),
        "ipykernel.compiler": lambda module: _cells(seeds, module),
    }


def functions(
    seeds: Seeds,
    prefix: str,
    *names: str,
    parameter: str = "seed",
    shared: str = "",
    default: str = "",
    needed: bool = False,
) -> Watch:
    """Watches functions of a module, which seed with their first argument.

    Args:
        seeds: takes what is seen.
        prefix: what stands before a function's name where the public finds it.
        names: the functions.
        parameter: the name of the first argument.
        shared: the library whose shared generator they seed.
        default: the library whose shared generator they use where no seed is given.
        needed: whether only calls with a seed tell anything.
    """

    def wrapped(original: Any, name: str) -> Any:
        function = "%s.%s" % (prefix, name)

        def call(*args: Any, **kwargs: Any) -> Any:
            given = args[0] if args else kwargs.get(parameter)
            if given is None:
                if needed or default in seeds.seeded:
                    return original(*args, **kwargs)
            elif default and not _is_number(given):
                return original(*args, **kwargs)  # a generator, which goes on as it is
            if shared:
                seeds.note_shared(shared, function)
            thread = seeds.enter(function, given, default)
            try:
                return original(*args, **kwargs)
            finally:
                seeds.leave(thread)

        return like(call, original)

    def watch(module: ModuleType) -> None:
        for name in names:
            original = getattr(module, name, None)
            if callable(original) and not getattr(original, "_is_noting", False):
                replacement = wrapped(original, name)
                replacement._is_noting = True
                setattr(module, name, replacement)

    return watch


def _each(*watches: Watch) -> Watch:
    def watch(module: ModuleType) -> None:
        for each in watches:
            each(module)

    return watch


def _is_number(given: Any) -> bool:
    return isinstance(given, int) or type(given).__module__ == "numpy"


def _random(seeds: Seeds, module: ModuleType) -> None:
    """The standard library's generators; all that inherit from `random.Random` are seeded by it."""
    names: Any = module
    instance, look = names._inst, _Random(seeds, names)
    original, restore = names.Random.seed, names.Random.setstate

    def seed(generator: Any, a: Any = None, version: int = 2) -> None:
        if generator is instance and "random" not in seeds.seeded:
            seeds.note_shared("random", "random.seed")
        original(generator, a, version)
        look.seeded(generator, a)

    def setstate(generator: Any, state: Any) -> None:
        restore(generator, state)
        look.restored(generator)

    names.Random.seed = like(seed, original)
    names.Random.setstate = like(setstate, restore)
    names.seed, names.setstate = instance.seed, instance.setstate
    seeds.shared["random"] = instance.getstate()
    if hasattr(os, "register_at_fork"):
        os.register_at_fork(after_in_child=seeds.forked)


class _Random:
    """What is noted of the standard library's generators."""

    def __init__(self, seeds: Seeds, module: Any) -> None:
        self._seeds = seeds
        self._instance = module._inst
        self._init = module.Random.__init__.__code__
        self._begun = 0  # the generator that was last made without a seed
        seeds.own(self._init.co_filename)

    def seeded(self, generator: Any, value: Any) -> None:
        """A generator was seeded."""
        seeds = self._seeds
        frame: FrameType | None = sys._getframe(2)
        if frame is not None and frame.f_code is self._init:
            frame = frame.f_back
        if frame is None or (seeds.full and seeds.is_full(frame)):
            return
        if generator is self._instance:
            seeds.note("random.seed", value)
        elif value is not None:
            seeds.note("random.Random", value)
        elif seeds.is_project(frame):  # libraries make some for names of files and the like
            self._begun = id(generator)
            seeds.note_late("random.Random")

    def restored(self, generator: Any) -> None:
        """A generator was given a state."""
        if generator is self._instance:
            self._seeds.seeded.add("random")
        elif self._begun == id(generator):  # it is pickled or copied
            self._seeds.take_back()


def _workers(seeds: Seeds, module: ModuleType) -> None:
    """Worker processes of `multiprocessing`, at whose end only its own finalizers run."""
    names: Any = module

    def begin(_seeds: Any) -> None:
        names.Finalize(None, seeds.worker_is_done, exitpriority=-1000)

    names.register_after_fork(seeds, begin)


def _torch(seeds: Seeds, module: ModuleType) -> None:
    """PyTorch's shared generator, which is born with a seed from the system."""
    functions(seeds, "torch", "manual_seed", "seed", shared="torch")(module)
    restore = module.set_rng_state

    def set_rng_state(*args: Any, **kwargs: Any) -> Any:
        seeds.seeded.add("torch")
        return restore(*args, **kwargs)

    names: Any = module
    names.set_rng_state = like(set_rng_state, restore)
    seeds.shared["torch"] = module.default_generator.initial_seed()


def _handed(seeds: Seeds, prefix: str, *names: str) -> Watch:
    """Watches what is handed a `torch.Generator`: functions, and classes when they are made."""

    def wrapped(original: Any, function: str) -> Any:
        def call(*args: Any, **kwargs: Any) -> Any:
            seed = _seed_of((*args, *kwargs.values()))
            if seed is None:
                return original(*args, **kwargs)
            thread = seeds.enter(function, seed)
            try:
                return original(*args, **kwargs)
            finally:
                seeds.leave(thread)

        return like(call, original)

    def watch(module: ModuleType) -> None:
        for name in names:
            found: Any = getattr(module, name, None)
            if isinstance(found, type):
                made: Any = found
                made.__init__ = wrapped(made.__init__, "%s.%s" % (prefix, name))
            elif callable(found):
                setattr(module, name, wrapped(found, "%s.%s" % (prefix, name)))

    return watch


def _seed_of(given: Any) -> int | None:
    """The seed of the generator of PyTorch's among these, where it was given one."""
    try:
        for each in given:
            if type(each).__name__ == "Generator" and hasattr(each, "initial_seed"):
                seed: int = each.initial_seed()
                return None if seed == _TORCH_START else seed
    except Exception:
        pass
    return None


class _Import:
    """A module of a library that draws numbers when it is imported, for waiting times that it may need.

    The author's program has not used the generator by that.
    """

    def __init__(self, seeds: Seeds, library: str) -> None:
        self._seeds = seeds
        self._library = library
        self._was_used = True

    def before(self, _module: ModuleType) -> None:
        """The import begins."""
        self._was_used = self._seeds.is_used(self._library)

    def __call__(self, _module: ModuleType) -> None:
        if not self._was_used:
            _begin_anew(self._seeds, self._library)


def _cells(seeds: Seeds, module: ModuleType) -> None:
    """A notebook's kernel, which chooses its ports by the standard library's generator before any cell."""
    kind: Any = module.XCachingCompiler
    original = kind.get_code_name
    begun: list[bool] = []

    def get_code_name(compiler: Any, *args: Any, **kwargs: Any) -> Any:
        if not begun:
            begun.append(True)
            _begin_anew(seeds, "random")
        return original(compiler, *args, **kwargs)

    kind.get_code_name = like(get_code_name, original)


def _begin_anew(seeds: Seeds, library: str) -> None:
    """What was drawn until now from a library's shared generator is nothing that the author's code drew."""
    try:
        if library not in seeds.seeded:
            if library == "random":
                seeds.shared[library] = sys.modules["random"]._inst.getstate()
            else:
                seeds.shared[library] = numpy_state(sys.modules["numpy.random.mtrand"])
    except Exception:  # another version of it
        pass


def _boosters(seeds: Seeds, module: ModuleType) -> None:
    """XGBoost's and LightGBM's models, whose parameters hold their seeds."""
    kind: Any = module.Booster
    original = kind.__init__
    library = module.__name__.partition(".")[0]

    def init(model: Any, *args: Any, **kwargs: Any) -> None:
        given = args[0] if args else kwargs.get("params")
        if type(given) is dict:
            for name in _TREE_SEEDS:
                if given.get(name) is not None:
                    seeds.note("%s.Booster(%s)" % (library, name), given[name])
        original(model, *args, **kwargs)

    kind.__init__ = like(init, original)
