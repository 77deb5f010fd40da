"""Seeds that are not what they seem: made of the time, replaced at once, or read by nobody."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator

from reprocrate.validation.source.known import generators, names
from reprocrate.validation.source.programs import Module, Sighting
from reprocrate.validation.source.scopes import Call
from reprocrate.validation.source.seeding import seeded_by
from reprocrate.validation.source.tree import Source

_CLOCKS = re.compile(
    r"time\.(?:time|time_ns|perf_counter|monotonic)|datetime\.(?:datetime\.|date\.)?(?:now|utcnow|today)"
    r"|os\.(?:getpid|urandom)|uuid\.uuid[14]|secrets\.\w+"
)
_JAX = frozenset({"jax.random.PRNGKey", "jax.random.key"})


def seed_values(module: Module, source: Source) -> Iterator[tuple[Call, ast.expr]]:
    """Every call of a file that sets a seed, with the seed that it is given."""
    for call in module.calls:
        is_known = call.name in generators() or call.name in _JAX or seeded_by(call, source) - {"gymnasium"}
        value = call.keyword(*names()["generators"]["keywords"]) or next(iter(call.node.args), None)
        if is_known and value is not None:
            yield call, value


def seeds_by_clock(source: Source) -> Iterator[Sighting]:
    """Seeds that are made of the time or the like, and are not written down anywhere."""
    for module in source.modules:
        for call, value in seed_values(module, source):
            origin = module.names.value_of(value, call.scope)
            is_told = isinstance(value, ast.Name) and _is_passed_on(module, value.id, call.node)
            clocks = _calls_in(module, origin, call)
            if clocks and not is_told:
                yield Sighting(module, call.line, {"clock": clocks[0]})


def _calls_in(module: Module, value: ast.expr, call: Call) -> list[str]:
    inside = (each for each in ast.walk(value) if isinstance(each, ast.Call))
    found = (module.names.meaning(each.func, call.scope) for each in inside)
    return [name for name in found if _CLOCKS.match(name)]


def _is_passed_on(module: Module, name: str, node: ast.Call) -> bool:
    """Whether a variable with a seed is given to something that does not seed, such as `print` or a log."""
    for call in module.calls:
        if (
            call.node is node
            or "seed" in call.last.lower()
            or call.name in generators()
            or call.name in ("int", "range")
        ):
            continue
        arguments: Iterable[ast.expr] = [*call.node.args, *(each.value for each in call.node.keywords)]
        if any(
            isinstance(each, ast.Name) and each.id == name for value in arguments for each in ast.walk(value)
        ):
            return True
    return False


def overridden_seeds(source: Source) -> Iterator[Sighting]:
    """Seeds that replace one that was set before in the same block, before anything could have been drawn."""
    for module in source.modules:
        blocks: dict[tuple[int, str], Call] = {}
        for call, value in seed_values(module, source):
            statement = module.names.parents.get(call.node)
            if not isinstance(statement, ast.Expr) or call.name in generators():
                continue
            for library in seeded_by(call, source):
                key = (id(module.names.parents.get(statement)), library)
                before = blocks.get(key)
                if before is not None and _conflicts(before, value) and not _between(module, before, call):
                    line = module.code.place(before.line)
                    yield Sighting(module, call.line, {"before": line})
                blocks[key] = call


def _conflicts(before: Call, value: ast.expr) -> bool:
    """Whether a constant seed follows another one that was chosen otherwise."""
    first = next(iter(before.node.args), None)
    if not isinstance(value, ast.Constant) or first is None:
        return False
    return not isinstance(first, ast.Constant) or first.value != value.value


def _between(module: Module, before: Call, after: Call) -> bool:
    """Whether anything but seeding happens between two calls."""
    return any(
        before.line < call.line < after.line and "seed" not in call.last.lower() for call in module.calls
    )


def idle_options(source: Source) -> Iterator[Sighting]:
    """Options for a seed that are parsed, and that nothing reads."""
    for tree in source.trees:
        if any({"vars", "__dict__", "_get_kwargs"} & _read(m) for m in tree) or any(map(_hands_over, tree)):
            continue
        for module in tree:
            for call in module.calls:
                option = _option(call)
                if (
                    option
                    and not any(_reads(each, option) for each in tree)
                    and not _is_named(tree, option, call)
                ):
                    yield Sighting(module, call.line, {"option": option.replace("_", "-")})


def _read(module: Module) -> set[str]:
    return module.names.attributes | module.names.loaded


def _reads(module: Module, option: str) -> bool:
    """Whether a file reads `something.OPTION`, other than to call it."""
    if option not in module.names.attributes:
        return False
    return any(
        isinstance(node, ast.Attribute)
        and node.attr == option
        and not (isinstance(parent, ast.Call) and parent.func is node)
        and not _is_kept_in_vain(module, parent)
        for node, parent in module.names.parents.items()
    )


def _is_kept_in_vain(module: Module, parent: ast.AST) -> bool:
    """Whether a value is given to a variable that nothing reads, in a file that nothing imports."""
    target = parent.targets[0] if isinstance(parent, ast.Assign) else None
    return isinstance(target, ast.Name) and target.id not in module.names.loaded and not module.is_imported


def _option(call: Call) -> str:
    """What `add_argument("--seed")` stores its value as, if it is a seed."""
    if call.last != "add_argument" or call.is_open or call.keyword("dest") is not None:
        return ""
    texts = [each.value for each in call.node.args if isinstance(each, ast.Constant)]
    long = [each for each in texts if isinstance(each, str) and each.startswith("--")]
    name = long[0][2:].replace("-", "_") if long else ""
    return name if re.fullmatch(r"(?:random_|manual_|rng_)?seed", name, re.IGNORECASE) else ""


def _hands_over(module: Module) -> bool:
    """Whether all options together are given to something outside of the tree, which may read any of them."""
    for call in module.calls:
        if call.name in ("print", "repr", "str") or not call.name:
            continue
        for each in [*call.node.args, *(keyword.value for keyword in call.node.keywords)]:
            value = module.names.value_of(each, call.scope) if isinstance(each, ast.Name) else each
            if (
                isinstance(value, ast.Call)
                and isinstance(value.func, ast.Attribute)
                and "parse" in value.func.attr
            ):
                return True
    return False


def _is_named(tree: Iterable[Module], option: str, call: Call) -> bool:
    """Whether a text elsewhere holds the name of an option, by which it could be read."""
    return any(
        option in text.value
        for module in tree
        for text in module.names.strings
        if module.names.parents.get(text.node) is not call.node
        and not isinstance(module.names.parents.get(text.node), ast.keyword)
    )
