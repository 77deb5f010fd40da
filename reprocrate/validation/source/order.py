"""What a run computes in another order, or by another algorithm, than the next one."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from reprocrate.validation.source.known import nondeterministic
from reprocrate.validation.source.programs import Module, Program, Sighting
from reprocrate.validation.source.scopes import Call
from reprocrate.validation.source.tree import Source

# Algorithms of the GPU ----------------------------------------------------------------------------------

_BENCHMARK = "torch.backends.cudnn.benchmark"
_DETERMINISTIC = "torch.backends.cudnn.deterministic"
_REQUESTS = (
    "torch.use_deterministic_algorithms",
    "torch.set_deterministic",
    "torch.set_deterministic_debug_mode",
)
_INTERPOLATIONS = ("linear", "bilinear", "bicubic", "trilinear")
_CHOICE = re.compile(r"determin|seed|repro|benchmark|debug|fast", re.IGNORECASE)


def settings(module: Module, name: str) -> Iterator[tuple[ast.Assign, object]]:
    """Assignments to a setting of a library, with the value; None where that is no constant."""
    last = name.rpartition(".")[2]
    for node in module.names.assignments:
        for target in node.targets:
            is_named = isinstance(target, ast.Attribute) and target.attr == last
            if is_named and _is_setting(module, target, name):
                yield node, node.value.value if isinstance(node.value, ast.Constant) else None


def _is_setting(module: Module, target: ast.expr, name: str) -> bool:
    """Whether what is assigned to is a setting, wherever in the file its library was imported."""
    scopes = module.names.scopes.values()
    return any(module.names.meaning(target, scope) == name for scope in scopes)


def benchmarks(source: Source) -> Iterator[Sighting]:
    """Where cuDNN is told to choose the algorithm that happens to be the fastest."""
    for module in source.modules:
        for node, value in settings(module, _BENCHMARK):
            is_free = value is True and not _is_chosen(module, node) and not _is_exclusive(module, node)
            if is_free and _is_trained_with(module, node, source):
                yield Sighting(module, node.lineno, {})


def _is_trained_with(module: Module, node: ast.AST, source: Source) -> bool:
    """Whether a statement may run in a program that trains."""
    scope = next(
        module.names.scopes[each] for each in module.names.around(node) if each in module.names.scopes
    )
    programs = source.programs_with(module)
    return any(_trains(program) and scope in program.reached for program in programs)


def _is_chosen(module: Module, node: ast.AST) -> bool:
    """Whether a statement depends on a condition about determinism, so that the user decides."""
    conditions = (each.test for each in module.names.around(node) if isinstance(each, ast.If))
    return any(_CHOICE.search(ast.unparse(each)) for each in conditions)


def _is_exclusive(module: Module, node: ast.Assign) -> bool:
    """Whether it is set to False again in the same file, as a switch does."""
    return any(value is False for other, value in settings(module, _BENCHMARK) if other is not node)


def asks_for_determinism(program: Program) -> bool:
    """Whether a program asks PyTorch for deterministic algorithms."""
    if any(call.name in _REQUESTS for _, call in program.calls):
        return True
    return any(
        isinstance(value := call.keyword("deterministic"), ast.expr)
        and not (isinstance(value, ast.Constant) and value.value in (False, None))
        for _, call in program.calls
    )


def nondeterministic_operations(source: Source, *, convolutions: bool) -> Iterator[Sighting]:
    """The first call of each operation that programs on a GPU make and that PyTorch calls nondeterministic.

    Args:
        source: the code.
        convolutions: whether those are meant of which cuDNN chooses the algorithm, one for each program.
    """
    for program in source.programs:
        if not _trains_on_gpu(program) or asks_for_determinism(program):
            continue
        if convolutions and any(True for module in program.modules for _ in settings(module, _DETERMINISTIC)):
            continue
        seen: set[str] = set()
        for module, call in program.reached_calls:
            name = _operation(call, convolutions=convolutions)
            if name and name not in seen and not (convolutions and seen):
                seen.add(name)
                yield Sighting(module, call.line, {"name": name})


def _trains(program: Program) -> bool:
    return "backward" in program.methods or "lightning.Trainer" in program.names


def _trains_on_gpu(program: Program) -> bool:
    return _trains(program) and ("cuda" in program.methods or program.mentions("cuda"))


def _operation(call: Call, *, convolutions: bool) -> str:
    """The operation of PyTorch's list that a call makes; empty if it makes none for certain."""
    listed = nondeterministic()
    name = call.name
    if name not in listed and call.is_method and not name.startswith("torch."):
        name = f"torch.Tensor.{call.last}"
        name = name if name in listed else f"torch.{call.last.removesuffix('_')}"
        if call.last not in ("scatter_add_", "scatter_reduce", "scatter_reduce_", "index_add", "index_add_"):
            return ""
    name = name if name in listed else name.removesuffix("_")
    judged = listed.get(name, "")
    if not judged or (judged == "convolution") is not convolutions:
        return ""
    return name if _applies(judged, call) else ""


def _applies(judged: str, call: Call) -> bool:
    """Whether the condition under which an operation is nondeterministic can be seen in its call."""
    if judged == "larger_than_one":
        given = call.node.args[0] if call.node.args else call.keyword("output_size")
        sizes = given.elts if isinstance(given, ast.Tuple | ast.List) else [given]
        numbers = [each.value for each in sizes if isinstance(each, ast.Constant)]
        return any(isinstance(each, int) and each > 1 for each in numbers)
    if judged == "reduce":
        reduce = call.keyword("reduce") or (call.node.args[3] if len(call.node.args) > 3 else None)
        return isinstance(reduce, ast.Constant) and reduce.value in ("sum", "mean", "prod")
    mode = call.keyword("mode")
    if judged == "interpolated":
        return isinstance(mode, ast.Constant) and mode.value in _INTERPOLATIONS
    return judged != "max" or (isinstance(mode, ast.Constant) and mode.value == "max")


# Hashes -----------------------------------------------------------------------------------------------


def late_hash_seeds(source: Source) -> Iterator[Sighting]:
    """Where a program sets PYTHONHASHSEED, which its interpreter has read long before."""
    for module in source.modules:
        starts = any(re.match(r"os\.(?:exec|spawn)|subprocess\.", call.name) for call in module.calls)
        for text in module.names.strings if not starts else ():
            parent = module.names.parents.get(text.node)
            if (
                text.value == "PYTHONHASHSEED"
                and isinstance(parent, ast.Subscript)
                and isinstance(parent.ctx, ast.Store)
            ):
                yield Sighting(module, text.line, {})


# Order of files and sets ------------------------------------------------------------------------------

_LISTINGS = re.compile(r"os\.(?:listdir|scandir)|glob\.i?glob|pathlib\.Path\(\)(?:\..+)?\.(?:r?glob|iterdir)")
_SETTLES = frozenset(
    {"sorted", "set", "frozenset", "len", "any", "all", "max", "min", "sum", "natsorted", "Counter", "bool"}
)
"""What makes the order of its argument of no account."""


def unsorted_files(source: Source) -> Iterator[Sighting]:
    """Lists of files in the order of the file system, where it is plain that the order counts."""
    for module in source.modules:
        for call in module.calls:
            if _LISTINGS.fullmatch(call.name):
                use = _use_in_order(module, call)
                if use:
                    yield Sighting(module, call.line, {"name": f"{call.name}", "use": use})


def unsorted_sets(source: Source) -> Iterator[Sighting]:
    """Lists made of a set, where it is plain that the order counts."""
    for module in source.modules:
        for call in module.calls:
            if call.name == "set" and call.node.args:
                use = _use_in_order(module, call)
                if use and not _is_of_numbers(call.node.args[0]):
                    yield Sighting(module, call.line, {"use": use})


def _is_of_numbers(value: ast.expr) -> bool:
    """Whether a set is plainly of whole numbers, whose order does not change."""
    text = ast.unparse(value)
    return (
        re.search(
            r"\brange\(|\bint\b|\bfloat\b|idx|ids?\b|index|indices|label|year|len\(|_y\b|\by\b|target|class",
            text,
            re.IGNORECASE,
        )
        is not None
    )


def _use_in_order(module: Module, call: Call) -> str:
    """What makes the order of a list count: its numbering, a part of it, or a division of it by chance."""
    node: ast.AST = call.node
    for around in module.names.around(call.node):
        if isinstance(around, ast.Call):
            name = _last_name(around.func)
            if name in _SETTLES:
                return ""
            if name == "enumerate":
                return name if _are_numbers_used(module, around) else ""
            if name == "train_test_split":
                return name
            if name not in ("list", "tuple", "map", "filter", "iter"):
                return ""
        elif isinstance(around, ast.Subscript) and around.value is node:
            return "a part of it" if isinstance(around.slice, ast.Slice) else ""
        elif isinstance(around, ast.Assign):
            return _use_of_variable(module, call, around)
        elif not isinstance(around, ast.ListComp | ast.comprehension | ast.Starred):
            return ""
        node = around
    return ""


def _use_of_variable(module: Module, call: Call, assignment: ast.Assign) -> str:
    """The same for a list that is kept in a variable, which nothing sorts."""
    target = assignment.targets[0]
    name = _last_name(target)
    if not name or (
        isinstance(assignment.value, ast.Call) and assignment.value is call.node and call.name == "set"
    ):
        return ""
    is_kept = isinstance(target, ast.Attribute)
    found = ""
    for node in module.named.get(name, ()):
        if node is target:
            continue
        around = module.names.parents.get(node)
        if isinstance(around, ast.Attribute) and around.attr == "sort":
            return ""
        if isinstance(around, ast.Call) and _last_name(around.func) in ("sorted", "natsorted", "sort"):
            return ""
        use = _counts(module, node, around)
        found = found or (use if is_kept or use != "__getitem__" else "")
    return found


def _counts(module: Module, node: ast.AST, around: ast.AST | None) -> str:
    if isinstance(around, ast.Subscript) and around.value is node and isinstance(around.slice, ast.Slice):
        return "a part of it"
    if isinstance(around, ast.Call) and node in around.args:
        name = _last_name(around.func)
        if name == "enumerate":
            return name if _are_numbers_used(module, around) else ""
        return name if name in ("train_test_split", "random_split", "shuffle") else ""
    if isinstance(around, ast.Subscript) and around.value is node:
        inside = (each for each in module.names.around(around) if isinstance(each, ast.FunctionDef))
        function = next(inside, None)
        return "__getitem__" if function is not None and function.name == "__getitem__" else ""
    return ""


def _are_numbers_used(module: Module, call: ast.Call) -> bool:
    """Whether the numbers that `enumerate` gives are read, where a loop over it can be seen."""
    for node in module.names.around(call):
        if isinstance(node, ast.For | ast.comprehension):
            number = node.target.elts[0] if isinstance(node.target, ast.Tuple) else None
            where = node if isinstance(node, ast.For) else module.names.parents[node]
            names = (each for each in ast.walk(where) if isinstance(each, ast.Name))
            read = {each.id for each in names if isinstance(each.ctx, ast.Load)}
            return not isinstance(number, ast.Name) or number.id in read
        if isinstance(node, ast.stmt):
            break
    return True


def _last_name(node: ast.AST) -> str:
    if isinstance(node, ast.Attribute):
        return node.attr
    return node.id if isinstance(node, ast.Name) else ""
