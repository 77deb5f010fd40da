"""Random numbers in the code: who draws them, and who sets the seed."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from reprocrate.validation.source.drawing import draws_of, matters, only_exports, trains
from reprocrate.validation.source.known import (
    IS_STANDARD,
    Library,
    generators,
    libraries,
    names,
    of_sklearn,
    seeds_everything,
)
from reprocrate.validation.source.programs import Module, Program, Sighting
from reprocrate.validation.source.scopes import Call
from reprocrate.validation.source.tree import Source

_OWN = frozenset(
    {"gymnasium", "jax", "keras", "numpy", "pandas", "scipy", "sklearn", "imblearn", "tensorflow", "torch"}
)
"""Libraries of which it is known what each function seeds."""

_SEED_WORDS = ("seed", "random_seed", "rng_seed")

_SEED_THEMSELVES = frozenset(
    {"catboost", "datasets", "lightgbm", "networkx", "optuna", "polars", "torchvision", "vllm", "xgboost"}
)
"""Libraries whose seeds are for their own use."""

_SEEDS_BY_NAME = re.compile(r"seed|set_determinis|set_random(?:ness|_state)|(?:improve|ensure)_reproducib")

_SHARE = re.compile(r"shuffle|sample|split|train_test_split|random_split")


# Who seeds --------------------------------------------------------------------------------------------


def seeded_by(call: Call, source: Source) -> frozenset[str]:
    """The ids of the libraries whose shared generator a call seeds; `*` stands for all of them."""
    name = call.name
    for library in libraries():
        if name in library.seeds:
            return frozenset({library.id})
    if name in seeds_everything():
        return frozenset("*")
    first = name.partition(".")[0]
    if first in IS_STANDARD or first in _OWN:
        return _by_environment(call)
    if first and first not in source.own_names | _SEED_THEMSELVES and _is_given_seed(call):
        return frozenset("*")
    return _by_environment(call) or _by_name(call, source)


def _is_given_seed(call: Call) -> bool:
    return call.keyword(*_SEED_WORDS) is not None and not _SHARE.fullmatch(call.last)


def _by_name(call: Call, source: Source) -> frozenset[str]:
    """What a function seeds by its name; one of the same tree is judged by its own calls."""
    last = call.last.lower()
    first = call.name.partition(".")[0]
    is_own = not first or first in source.own_names
    if not _SEEDS_BY_NAME.search(last) or (is_own and call.last in source.own_functions):
        return frozenset()
    if re.fullmatch(r"get_.*|.*sequence.*|seed_?from.*", last):
        return frozenset()
    if call.is_method and last in ("manual_seed", "initial_seed"):
        return frozenset({"torch"})
    return frozenset({"gymnasium"}) if call.is_method and last == "seed" else frozenset("*")


def _by_environment(call: Call) -> frozenset[str]:
    if call.last == "reset" and call.keyword("seed") is not None:
        return frozenset({"gymnasium"})
    return frozenset({"gymnasium"}) if call.is_method and call.last == "seed" else frozenset()


def _in_vain(module: Module, call: Call, source: Source) -> bool:
    """Whether a call stands in a function of the module that nothing in the tree names."""
    functions = list(module.names.functions_around(call.scope))
    if not functions or module.names.scopes[functions[-1]].parent is not module.names.root:
        return False
    outermost = functions[-1]
    return not outermost.decorator_list and outermost.name not in source.mentioned


def seeds_in(program: Program, source: Source) -> frozenset[str]:
    """The libraries that a program seeds; `*` for all."""
    if program not in source.seeded:
        found: set[str] = set()
        for module in program.modules:
            imported, started = _seeds_in_module(module, source)
            found |= imported | started if module is program.module else imported
        source.seeded[program] = frozenset(found)
    return source.seeded[program]


def _seeds_in_module(module: Module, source: Source) -> tuple[frozenset[str], frozenset[str]]:
    """The libraries that a file seeds where it is imported, and those that it seeds where it is started."""
    if module not in source.seeding:
        imported: set[str] = set()
        started: set[str] = set()
        for call in module.calls:
            seeded = seeded_by(call, source)
            found = started if call.node in module.when_started else imported
            if seeded and not seeded <= found and not _in_vain(module, call, source):
                found |= seeded
        source.seeding[module] = (frozenset(imported), frozenset(started))
    return source.seeding[module]


def is_seeded(library: str, module: Module, source: Source) -> bool:
    """Whether a library may be seeded where code of a file runs."""
    programs = source.programs_with(module) or source.programs
    if any({library, "*"} & seeds_in(program, source) for program in programs):
        return True
    return any({library, "*"} & seeded_by(call, source) for call in module.calls)


# Who draws --------------------------------------------------------------------------------------------


def unseeded_programs(source: Source) -> Iterator[Sighting]:
    """The first draw of each program from each library that it nowhere seeds, each place once."""
    found: dict[tuple[Module, int, str], list[Program]] = {}
    calls: dict[tuple[Module, int, str], tuple[Call, Library]] = {}
    for program in source.programs:
        seeded = seeds_in(program, source)
        lacking = [each for each in libraries() if not {each.id, "*"} & seeded and matters(program, each)]
        if not lacking or only_exports(program):
            continue
        for library in lacking:
            first = _first_draw(program, library, source)
            if first is not None:
                module, call = first
                key = (module, call.line, library.id)
                found.setdefault(key, []).append(program)
                calls[key] = (call, library)
    for key, every in found.items():
        call, library = calls[key]
        programs = sorted(every, key=lambda program: not trains(program))
        hint = _idle(programs[0], library, source)
        values: dict[str, object] = {
            "name": call.name,
            "library": library.title,
            "where": _where(key[0], programs),
            "hint": hint,
        }
        yield Sighting(key[0], call.line, values)


def _where(module: Module, programs: list[Program]) -> str:
    """Which programs are meant, unless it is the file itself."""
    others = [program.module.path for program in programs if program.module is not module]
    if not others:
        return ""
    return f" of {others[0]}" + (f" (and of {len(others) - 1} others)" if others[1:] else "")


def _first_draw(program: Program, library: Library, source: Source) -> tuple[Module, Call] | None:
    """The first draw of a program that nothing of it seeds.

    Of one that does not train only those count that it does not share with one that trains and seeds: there
    they stand for the training, such as the random changes of training images.
    """
    is_training = trains(program)
    for module, call in draws_of(program, library):
        others = source.programs_with(module) if module is not program.module and not is_training else []
        if not any({library.id, "*"} & seeds_in(each, source) and trains(each) for each in others):
            return module, call
    return None


def _idle(program: Program, library: Library, source: Source) -> str:
    """A word on a function that would seed a library, if only it were called."""
    for module, call in program.calls:
        if {library.id, "*"} & seeded_by(call, source) and _in_vain(module, call, source):
            function = list(module.names.functions_around(call.scope))[-1]
            return f" ({function.name} at {module.path}:{module.code.place(function.lineno)} is never called)"
    return ""


# Generators of one's own --------------------------------------------------------------------------------


def unseeded_generators(source: Source) -> Iterator[Sighting]:
    """Generators that are made without a seed, and calls that take a seed from the system anew."""
    for module in source.modules:
        for call in module.calls:
            is_made = call.name in generators() and _has_no_seed(call)
            if is_made and not _is_fallback(module, call) and not _is_seeded_later(module, call):
                yield Sighting(
                    module, call.line, {"name": call.name, "what": "makes a generator without a seed"}
                )
            elif call.name in ("numpy.random.seed", "random.seed") and _has_no_seed(call):
                yield Sighting(
                    module, call.line, {"name": call.name, "what": "takes a new seed from the system"}
                )


def _has_no_seed(call: Call) -> bool:
    if call.is_open:
        return False
    given = [
        *call.node.args[:1],
        *([value] if (value := call.keyword(*names()["generators"]["keywords"])) else []),
    ]
    return all(isinstance(each, ast.Constant) and each.value is None for each in given)


def _is_fallback(module: Module, call: Call) -> bool:
    """Whether a generator is made only for whoever gave none, as in `rng or default_rng()`."""
    for node in module.names.around(call.node):
        if isinstance(node, ast.BoolOp | ast.IfExp | ast.If):
            return True
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            return False
    return False


def _is_seeded_later(module: Module, call: Call) -> bool:
    """Whether the variable that a generator is kept in is given a seed: `rng = Random(); rng.seed(0)`."""
    statement = module.names.parents.get(call.node)
    if not isinstance(statement, ast.Assign):
        return False
    kept = {ast.unparse(target) for target in statement.targets}
    return any(
        other.last in ("seed", "setstate", "set_state")
        and other.node.args
        and isinstance(other.node.func, ast.Attribute)
        and ast.unparse(other.node.func.value) in kept
        for other in module.calls
    )


# random_state -----------------------------------------------------------------------------------------


def without_random_state(source: Source) -> Iterator[Sighting]:
    """What draws from NumPy's global generator, where nothing seeds that and no `random_state` is given."""
    for module in source.modules:
        if source.programs and not source.programs_with(module):
            continue
        lacking = [
            call
            for call in module.calls
            if _lacks_random_state(call) and not _is_given_by_another(module, call)
        ]
        if lacking and not is_seeded("numpy", module, source) and "set_params" not in module.names.attributes:
            for call in lacking:
                yield Sighting(module, call.line, {"name": call.name.rpartition(".")[2] or call.last})


def _is_given_by_another(module: Module, call: Call) -> bool:
    """Whether an estimator is given to another call that hands its own random state on, or lacks one itself.

    So `BaggingClassifier(DecisionTreeClassifier(), random_state=0)` seeds the trees, too.
    """
    variable = ""
    for node in module.names.around(call.node):
        if isinstance(node, ast.Call) and _hands_on(module, node):
            return True
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
            variable = node.targets[0].id
        if isinstance(node, ast.stmt):
            break
    return bool(variable) and any(
        any(isinstance(each, ast.Name) and each.id == variable for each in _arguments(other.node))
        and _hands_on(module, other.node)
        for other in module.calls
    )


def _arguments(node: ast.Call) -> list[ast.expr]:
    return [*node.args, *(each.value for each in node.keywords)]


def _hands_on(module: Module, node: ast.Call) -> bool:
    rules = names()["random_state"]
    last = module.names.meaning(node.func, module.names.root)
    return any(each.arg in rules["keywords"] for each in node.keywords) or of_sklearn(last) in rules["always"]


def _lacks_random_state(call: Call) -> bool:
    rules = names()["random_state"]
    if call.is_open:
        return False
    if call.last == "sample" and call.is_method and call.keyword("frac") is not None:
        return call.keyword(*rules["keywords"]) is None and not call.name.startswith(("random.", "dask."))
    name = of_sklearn(call.name)
    if not _takes_random_state(call, name, rules):
        return False
    given = call.keyword(*rules["keywords"])
    return given is None or (isinstance(given, ast.Constant) and given.value is None)


def _takes_random_state(call: Call, name: str, rules: dict[str, list[object]]) -> bool:
    """Whether a call draws at all with the arguments that it has."""
    if name in rules["when"]:
        keyword, *values = rules["when"][name]  # type: ignore[call-overload]
        given = call.keyword(keyword)
        many = len(call.node.args) > 2
        return isinstance(given, ast.Constant) and given.value in values and not many
    if name in rules["unless"]:
        keyword, value = rules["unless"][name]  # type: ignore[call-overload]
        given = call.keyword(keyword)
        return not (isinstance(given, ast.Constant) and given.value is value)
    return name in rules["always"]
