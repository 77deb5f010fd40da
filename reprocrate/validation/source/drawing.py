"""Which draws of random numbers can reach a result.

Not every draw does: a layer that is never trained has no say, a random name or colour changes no number, and
what stands behind an option that is off everywhere never happens.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from reprocrate.validation.source.known import Library
from reprocrate.validation.source.programs import Module, Program
from reprocrate.validation.source.scopes import Call

_TRAINS = frozenset(
    {
        "apply_gradients", "backward", "fit", "fit_generator", "learn", "minimize", "train", "train_on_batch",
    }
)  # fmt: skip
_EXPORTS = frozenset({"export", "trace"})
_TELLS_NOTHING = re.compile(r"(?:.*_)?(?:colou?rs?|port|suffix|run_id|run_name|uid|uuid)", re.IGNORECASE)


def trains(program: Program) -> bool:
    """Whether a program fits a model, as far as the methods that it calls tell."""
    return not _TRAINS.isdisjoint(program.methods) or "lightning.Trainer" in program.names


def only_exports(program: Program) -> bool:
    """Whether a program writes a model in another form: what it draws is an input to try the shapes with."""
    return not _EXPORTS.isdisjoint(call.last for _, call in program.reached_calls) and not trains(program)


def matters(program: Program, library: Library) -> bool:
    """Whether what a program draws from a library can reach a result: layers never trained have no say."""
    if not library.only_with:
        return True
    known = program.methods | program.names | {name.rpartition(".")[2] for name in program.names}
    return any(every <= known for every in library.only_with)


def draws_of(program: Program, library: Library) -> Iterator[tuple[Module, Call]]:
    """The calls of a program that draw from a library and may reach a result, in the order of its files."""
    for module, call in program.reached_calls:
        if _draws(call, library) and not _only_names(module, call):
            off = switches_of(module, call)
            if not any(_is_off(program, switch) for switch in off):
                yield module, call


def _draws(call: Call, library: Library) -> bool:
    if call.name in library.draws:
        return call.keyword("generator", "random_state", "seed") is None
    if library.id == "torch" and call.name == "torch.utils.data.DataLoader":
        shuffle = call.keyword("shuffle")
        is_on = isinstance(shuffle, ast.Constant) and shuffle.value is True
        return is_on and call.keyword("generator", "sampler") is None
    if library.id == "numpy" and re.fullmatch(r"scipy\.stats\.\w+(?:\(\))?\.rvs", call.name):
        return call.keyword("random_state") is None
    return False


def _only_names(module: Module, call: Call) -> bool:
    """Whether what is drawn is a name, a colour or a port, by what it is assigned to or drawn from."""
    inside = (each for each in ast.walk(call.node) if isinstance(each, ast.Attribute))
    if any(isinstance(each.value, ast.Name) and each.value.id == "string" for each in inside):
        return True
    for node in module.names.around(call.node):
        if isinstance(node, ast.keyword):
            return node.arg is not None and _TELLS_NOTHING.fullmatch(node.arg) is not None
        if isinstance(node, ast.Assign):
            target = node.targets[0]
            name = target.id if isinstance(target, ast.Name) else getattr(target, "attr", "")
            return _TELLS_NOTHING.fullmatch(name) is not None
        if isinstance(node, ast.stmt):
            break
    return False


# Options that are off -----------------------------------------------------------------------------------

Switch = tuple[str, str, int]
"""A parameter that is off unless given: of what function or class, its name, its place (-1 for none)."""


def switches_of(module: Module, call: Call) -> Iterator[Switch]:
    """The parameters that are off by default and of which one has to be given for a call to happen."""
    below: ast.AST = call.node
    function = None
    names: set[tuple[str, bool]] = set()
    for node in module.names.around(call.node):
        if isinstance(node, ast.If | ast.IfExp):
            body = node.body if isinstance(node.body, list) else [node.body]
            if below in body:
                names |= set(_needed(node.test))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            function = function or node
            if any(not is_own for _, is_own in names) and function is node:
                yield from _off_by_default(node, node.name, {name for name, is_own in names if not is_own})
        if isinstance(node, ast.ClassDef):
            for each in node.body:
                if isinstance(each, ast.FunctionDef) and each.name == "__init__":
                    yield from _off_by_default(each, node.name, {name for name, is_own in names if is_own})
            return
        below = node


def _needed(test: ast.expr) -> Iterator[tuple[str, bool]]:
    """The names that have to be on for a condition to hold, and whether they are those of `self`."""
    if isinstance(test, ast.BoolOp) and isinstance(test.op, ast.And):
        for each in test.values:
            yield from _needed(each)
    elif isinstance(test, ast.Compare) and len(test.ops) == 1 and isinstance(test.ops[0], ast.Gt | ast.IsNot):
        other = test.comparators[0]
        if isinstance(other, ast.Constant) and other.value in (None, 0):
            yield from _needed(test.left)
    elif isinstance(test, ast.Name):
        yield test.id, False
    elif isinstance(test, ast.Attribute) and isinstance(test.value, ast.Name) and test.value.id == "self":
        yield test.attr, True


def _off_by_default(
    function: ast.FunctionDef | ast.AsyncFunctionDef, name: str, wanted: set[str]
) -> Iterator[Switch]:
    given = function.args
    places = [*given.posonlyargs, *given.args]
    first = len(places) - len(given.defaults)
    is_method = bool(places) and places[0].arg in ("self", "cls")
    for index, (each, default) in enumerate(zip(places[first:], given.defaults, strict=True), start=first):
        if each.arg in wanted and _is_falsy(default):
            yield name, each.arg, index - is_method
    for each, value in zip(given.kwonlyargs, given.kw_defaults, strict=True):
        if each.arg in wanted and value is not None and _is_falsy(value):
            yield name, each.arg, -1


def _is_falsy(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and not node.value


def _is_off(program: Program, switch: Switch) -> bool:
    """Whether nothing in a program gives a parameter, by its place, its name or as an attribute."""
    name, parameter, place = switch
    for _, call in program.calls:
        if call.last == name and (call.is_open or 0 <= place < len(call.node.args)):
            return False
        value = call.keyword(parameter)
        if value is not None and not _is_falsy(value):
            return False
        if call.last == "__init__" and call.node.args:
            return False
    return not any(
        isinstance(target, ast.Attribute) and target.attr == parameter and not _is_its_own(node, parameter)
        for module in program.modules
        for node in module.names.assignments
        for target in node.targets
    )


def _is_its_own(node: ast.Assign, parameter: str) -> bool:
    """Whether an assignment keeps a parameter under its own name, or turns it off."""
    return _is_falsy(node.value) or (isinstance(node.value, ast.Name) and node.value.id == parameter)
