"""Data on its way to a split, and what a transformer learned from it before.

Followed are variables within one function or one file, through plain copies and selections, so that what is
said is certain; what happens inside of other functions is not known here.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

from reprocrate.validation.source.known import learned, of_sklearn
from reprocrate.validation.source.programs import Module, Sighting
from reprocrate.validation.source.scopes import Call, Scope
from reprocrate.validation.source.tree import Source

_SPLITS = re.compile(
    r"sklearn\.model_selection\.(?:train_test_split|cross_val_score|cross_validate|cross_val_predict"
    r"|(?:\w+Fold|\w*ShuffleSplit)\(\)\.split)"
)
_COMPOSED = frozenset(
    {
        "sklearn.pipeline.Pipeline", "sklearn.pipeline.make_pipeline", "sklearn.compose.ColumnTransformer",
        "sklearn.compose.make_column_transformer",
    }
)  # fmt: skip
_KEEPS = frozenset(
    {
        "T", "assign", "astype", "copy", "drop", "dropna", "fillna", "flatten", "iloc", "join", "loc",
        "ravel", "reset_index", "reshape", "set_index", "squeeze", "to_numpy", "toarray", "tocsr", "todense",
        "values",
    }
)  # fmt: skip
"""Attributes and methods of data that give the same data."""

_WRAPS = re.compile(
    r"pandas\.(?:DataFrame|Series|concat)|(?:numpy|cupy)\.(?:array|asarray|concatenate|hstack|vstack|column_stack|c_)"
    r"|scipy\.sparse\.(?:hstack|vstack|csr_matrix)|torch\.(?:tensor|from_numpy|as_tensor|FloatTensor|Tensor)|list"
)


class Fit(NamedTuple):
    """A transformer that learned from data.

    Attributes:
        call: the call by which it did.
        kind: `scaling`, `selection` or `resampling`.
        transformer: its class.
        data: the variable that it learned from.
    """

    call: Call
    kind: str
    transformer: str
    data: str


class Leak(NamedTuple):
    """A fit on data of which a part became the test data.

    Attributes:
        module: the file.
        fit: the fit.
        split: the name of what divided the data.
        line: where that is.
    """

    module: Module
    fit: Fit
    split: str
    line: int


@dataclass
class _Block:
    """What is known of the variables of a function or file while it is read from top to bottom."""

    module: Module
    scope: Scope
    calls: dict[ast.Call, Call]
    learned: dict[str, Fit] = field(default_factory=dict)
    fitted: dict[str, Fit] = field(default_factory=dict)
    parts: dict[str, tuple[str, Call]] = field(default_factory=dict)


def leaks(source: Source) -> Iterator[Leak]:
    """Every fit on all of the data before it is split."""
    for module in source.modules:
        if not any(_SPLITS.fullmatch(call.name) for call in module.calls):
            continue
        calls = {call.node: call for call in module.calls}
        for node, scope in module.names.scopes.items():
            if isinstance(node, ast.Module | ast.FunctionDef | ast.AsyncFunctionDef):
                yield from _leaks_in(_Block(module, scope, calls), node.body)


def fitted_before_split(source: Source, *, kind: str) -> Iterator[Sighting]:
    """Where a transformer of one kind learns from data of which a part becomes the test data."""
    for leak in leaks(source):
        if leak.fit.kind == kind:
            line = leak.module.code.place(leak.line)
            about: dict[str, object] = {"name": leak.fit.transformer, "data": leak.fit.data}
            yield Sighting(leak.module, leak.fit.call.line, about | {"split": leak.split, "at_line": line})


def _leaks_in(block: _Block, body: list[ast.stmt]) -> Iterator[Leak]:
    for statement in _in_order(body):
        for call in _calls_of(statement, block.calls):
            yield from _meet(block, call)
        _assign(block, statement)


def _in_order(body: list[ast.stmt]) -> Iterator[ast.stmt]:
    """The statements of a block and of those within it, but not of functions and classes."""
    waiting = list(reversed(body))
    while waiting:
        statement = waiting.pop()
        yield statement
        if not isinstance(statement, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            for name in ("finalbody", "orelse", "handlers", "body"):
                inner = getattr(statement, name, [])
                blocks = [each.body if isinstance(each, ast.ExceptHandler) else [each] for each in inner]
                waiting.extend(each for part in reversed(blocks) for each in reversed(part))


def _calls_of(statement: ast.stmt, calls: dict[ast.Call, Call]) -> Iterator[Call]:
    """The calls in a statement itself, the inner ones first."""
    if isinstance(statement, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
        return
    own = [each for each in ast.iter_child_nodes(statement) if isinstance(each, ast.expr | ast.withitem)]
    found = [each for part in own for each in ast.walk(part) if isinstance(each, ast.Call) and each in calls]
    for node in reversed(found):
        yield calls[node]


# What a call does -------------------------------------------------------------------------------------


def _meet(block: _Block, call: Call) -> Iterator[Leak]:
    fit = _fit_of(block, call)
    if fit is not None and call.last == "fit":
        block.fitted[_variable(call)] = fit
    if _SPLITS.fullmatch(call.name):
        yield from _split(block, call)
    elif call.last == "transform" and call.node.args:
        earlier = block.fitted.get(_variable(call))
        part = block.parts.get(_base(call.node.args[0]))
        if earlier is not None and part is not None and part[0] == earlier.data:
            yield Leak(block.module, earlier, part[1].last, part[1].line)


def _split(block: _Block, call: Call) -> Iterator[Leak]:
    is_cross_validation = call.last.startswith("cross_val")
    given = call.node.args[1:2] if is_cross_validation else call.node.args
    for each in given:
        fit = _learned_in(block, each)
        if fit is not None:
            yield Leak(block.module, fit, "split" if call.last == "split" else call.last, call.line)
            return


def _divide(block: _Block, statement: ast.Assign) -> None:
    """Remember of what the variables that `train_test_split` gives are parts."""
    call = block.calls.get(statement.value) if isinstance(statement.value, ast.Call) else None
    target = statement.targets[0]
    if call is None or not call.name.endswith(".train_test_split") or not isinstance(target, ast.Tuple):
        return
    for index, part in enumerate(target.elts):
        if index // 2 < len(call.node.args):
            block.parts[_base(part)] = (_base(call.node.args[index // 2]), call)


def _fit_of(block: _Block, call: Call) -> Fit | None:
    """What a call fits on, if it fits a transformer that learns from data."""
    if call.last not in ("fit", "fit_transform", "fit_resample", "fit_sample") or not call.node.args:
        return None
    name = of_sklearn(call.name.removesuffix(f"().{call.last}"))
    data = _base(call.node.args[0])
    kind = next((each for each in ("scaling", "selection", "resampling") if name in learned(each)), None)
    if kind is None and name in _COMPOSED:
        kind = _kind_inside(block, call)
    if kind is None or not data or "train" in data.lower():
        return None
    return Fit(call, kind, name.rpartition(".")[2], data)


def _kind_inside(block: _Block, call: Call) -> str | None:
    """What a pipeline learns from data by what stands in the call that made it."""
    function = call.node.func
    made = (
        block.module.names.value_of(function.value, block.scope)
        if isinstance(function, ast.Attribute)
        else None
    )
    inside = [each for each in ast.walk(made) if isinstance(each, ast.Call)] if made is not None else []
    names = {of_sklearn(block.module.names.meaning(each.func, block.scope)) for each in inside}
    return next((kind for kind in ("selection", "scaling") if names & learned(kind)), None)


# What variables hold ----------------------------------------------------------------------------------


def _assign(block: _Block, statement: ast.stmt) -> None:
    if not isinstance(statement, ast.Assign):
        return
    for target in statement.targets:
        pairs = [(target, statement.value)]
        if isinstance(target, ast.Tuple):
            values = statement.value.elts if isinstance(statement.value, ast.Tuple) else []
            same = len(values) == len(target.elts)
            pairs = list(
                zip(target.elts, values if same else [statement.value] * len(target.elts), strict=True)
            )
        found = [(each, _learned_in(block, value)) for each, value in pairs]
        for each, fit in found:
            _bind(block, each, fit)
        _keep_fitted(block, target, statement.value)
    _divide(block, statement)


def _keep_fitted(block: _Block, target: ast.expr, value: ast.expr) -> None:
    """Remember a transformer that is fitted where it is made, since `fit` gives it back."""
    call = block.calls.get(value) if isinstance(value, ast.Call) else None
    if call is not None and call.last == "fit" and (fit := _fit_of(block, call)):
        block.fitted[_base(target)] = fit


def _bind(block: _Block, target: ast.expr, fit: Fit | None) -> None:
    name = _base(target)
    if fit is not None:
        block.learned[name] = fit
    elif isinstance(target, ast.Name):
        block.learned.pop(name, None)
        for earlier in [key for key, each in block.fitted.items() if each.data == name]:
            del block.fitted[earlier]
        block.parts.pop(name, None)


def _learned_in(block: _Block, value: ast.expr) -> Fit | None:
    """The fit that went into a value, if it is one that plainly keeps what it was made of."""
    if isinstance(value, ast.Subscript | ast.Starred):
        return _learned_in(block, value.value)
    if isinstance(value, ast.Name):
        return block.learned.get(value.id)
    if isinstance(value, ast.Attribute):
        kept = _learned_in(block, value.value) if value.attr in _KEEPS else None
        return kept or block.learned.get(_base(value))
    if isinstance(value, ast.List | ast.Tuple):
        return next((fit for each in value.elts if (fit := _learned_in(block, each))), None)
    return _learned_by_call(block, value) if isinstance(value, ast.Call) else None


def _learned_by_call(block: _Block, value: ast.Call) -> Fit | None:
    call = block.calls.get(value)
    if call is None:
        return None
    if call.last in ("fit_transform", "fit_resample", "fit_sample"):
        return _fit_of(block, call)
    if call.last == "transform" and value.args:
        fit = block.fitted.get(_variable(call))
        return fit if fit is not None and _base(value.args[0]) == fit.data else None
    if isinstance(value.func, ast.Attribute) and value.func.attr in _KEEPS:
        return _learned_in(block, value.func.value)
    if _WRAPS.fullmatch(call.name) and value.args:
        return _learned_in(block, value.args[0])
    return None


def _variable(call: Call) -> str:
    function = call.node.func
    return _base(function.value) if isinstance(function, ast.Attribute) else ""


def _base(node: ast.expr) -> str:
    """The variable that an expression is a part of: `df` of `df[columns].values`, `self.x` of `self.x[0]`."""
    while isinstance(node, ast.Subscript | ast.Starred) or (
        isinstance(node, ast.Attribute) and node.attr in _KEEPS
    ):
        node = node.value
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in _KEEPS:
        return _base(node.func.value)
    if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
        return f"{node.value.id}.{node.attr}"
    return node.id if isinstance(node, ast.Name) else ""
