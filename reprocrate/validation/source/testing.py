"""Test splits, as code names them, and what is chosen by them."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from reprocrate.validation.source.known import learned, of_sklearn
from reprocrate.validation.source.programs import Module, Program, Sighting
from reprocrate.validation.source.scopes import Call
from reprocrate.validation.source.tree import Source

_TEST = re.compile(r"[a-z]?test(?:s|set|data|loader|dataset|dataloader|ds|ing|gen|x|y)?[0-9]*")
_NUMBERS = frozenset({"do", "is", "len", "max", "min", "n", "num", "number", "run", "size"})
"""First words of names that are no data."""

_VALIDATION = re.compile(
    r"(?:^|_)(?:x|y)?(?:va|val|valid|validation|dev)(?:id)?(?:set|data|loader|x|y)?(?=_|\d|$)"
)
_EVALUATIONS = ("eval_set", "validation_data", "valid_sets", "evals")
_STOPPERS = re.compile(
    r"(?:keras\.callbacks|lightgbm|xgboost\.callback|lightning\.callbacks(?:\.early_stopping)?)"
    r"\.(?:EarlyStopping|early_stopping)\(\)"
)
_SEARCHES = re.compile(r"sklearn\.model_selection\.(?:\w*SearchCV)\(\)\.fit")


def plain(name: str) -> str:
    """A name in small letters, its words apart by underlines: `XTest` is `x_test`."""
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", "_", name).lower()


def is_test_name(name: str) -> bool:
    """Whether a variable is called as a test split or its score is, and not as validation data."""
    words = plain(name).strip("_").split("_")
    is_test = _TEST.fullmatch(words[0]) or _TEST.fullmatch(words[-1]) or name.lower() in ("x_te", "y_te")
    return bool(is_test) and words[0] not in _NUMBERS and _VALIDATION.search(plain(name)) is None


def variables_in(node: ast.AST) -> list[str]:
    """The variables in an expression, those behind a dot by their last name."""
    found = []
    for each in ast.walk(node):
        if isinstance(each, ast.Name):
            found.append(each.id)
        elif isinstance(each, ast.Attribute):
            found.append(each.attr)
    return found


def _test_variable(node: ast.AST) -> str:
    """The test data in an expression that has no validation data in it; empty if there is none."""
    variables = variables_in(node)
    if any(_VALIDATION.search(plain(each)) for each in variables):
        return ""
    return next((each for each in variables if is_test_name(each)), "")


# Early stopping ---------------------------------------------------------------------------------------


def stopped_early_on_test(source: Source) -> Iterator[Sighting]:
    """Trainings that stop, or keep a model, by what they measure on a test split."""
    for module in source.modules:
        for call in module.calls:
            watched = call.keyword(*_EVALUATIONS) if call.last in ("fit", "train") else None
            name = _test_variable(module.names.value_of(watched, call.scope)) if watched is not None else ""
            how = _stops(module, call) if name else ""
            if how:
                yield Sighting(module, call.line, {"name": name, "how": how})


def _stops(module: Module, call: Call) -> str:
    """By what a training stops early or keeps its best state; empty if by nothing that can be seen."""
    rounds = call.keyword("early_stopping_rounds") or _of_maker(module, call, "early_stopping_rounds")
    if rounds is not None and not (isinstance(rounds, ast.Constant) and rounds.value is None):
        return "early_stopping_rounds"
    if call.name.startswith("catboost.CatBoost"):
        kept = call.keyword("use_best_model")
        return "" if isinstance(kept, ast.Constant) and kept.value is False else "use_best_model"
    callbacks = call.keyword("callbacks")
    if callbacks is None:
        return ""
    listed = module.names.value_of(callbacks, call.scope)
    for each in listed.elts if isinstance(listed, ast.List | ast.Tuple) else [listed]:
        made = module.names.value_of(each, call.scope)
        name = module.names.meaning(made, call.scope)
        if _STOPPERS.fullmatch(name) or (name == "keras.callbacks.ModelCheckpoint()" and _keeps_best(made)):
            return name.removesuffix("()").rpartition(".")[2]
    return ""


def _keeps_best(made: ast.expr) -> bool:
    given = made.keywords if isinstance(made, ast.Call) else []
    values = [each.value for each in given if each.arg == "save_best_only"]
    return any(isinstance(each, ast.Constant) and each.value is True for each in values)


def _of_maker(module: Module, call: Call, keyword: str) -> ast.expr | None:
    """A keyword of the call that made what this call is a method of."""
    function = call.node.func
    made = module.names.value_of(function.value, call.scope) if isinstance(function, ast.Attribute) else None
    given = made.keywords if isinstance(made, ast.Call) else []
    return next((each.value for each in given if each.arg == keyword), None)


# Fitting on the test split ----------------------------------------------------------------------------


def fitted_on_test(source: Source) -> Iterator[Sighting]:
    """Transformers that learn from a test split, which they should only be applied to."""
    for module in source.modules:
        for call in module.calls:
            if call.last not in ("fit", "fit_transform", "fit_resample") or not call.node.args:
                continue
            name = of_sklearn(call.name.removesuffix(f"().{call.last}"))
            is_learned = any(name in learned(kind) for kind in ("scaling", "selection", "resampling"))
            data = call.node.args[0]
            if is_learned and _is_all_test(data):
                yield Sighting(
                    module, call.line, {"name": name.rpartition(".")[2], "data": ast.unparse(data)[:60]}
                )


def searched_on_test(source: Source) -> Iterator[Sighting]:
    """Searches for settings that are fitted on a test split."""
    for module in source.modules:
        for call in module.calls:
            if _SEARCHES.fullmatch(call.name) and call.node.args and _is_all_test(call.node.args[0]):
                name = call.name.removesuffix("().fit").rpartition(".")[2]
                yield Sighting(module, call.line, {"name": name, "data": ast.unparse(call.node.args[0])[:60]})


def _is_all_test(node: ast.expr) -> bool:
    """Whether an expression is a test split, or a plain part of one, and nothing else."""
    while isinstance(node, ast.Subscript | ast.Attribute):
        if isinstance(node, ast.Attribute) and is_test_name(node.attr):
            return True
        node = node.value
    return isinstance(node, ast.Name) and is_test_name(node.id)


# The best by its score on the test split --------------------------------------------------------------


def best_by_test(source: Source) -> Iterator[Sighting]:
    """Comparisons of a score on a test split with the best so far, by which a model or setting is kept."""
    for module in source.modules:
        for node, scope in module.names.scopes.items():
            if not isinstance(node, ast.Module | ast.FunctionDef | ast.AsyncFunctionDef):
                continue
            for each in _ifs(node):
                score = _score_against_best(each.test)
                if score and _is_of_test(score, scope.values.get(score, [])) and _keeps(each, score):
                    yield Sighting(module, each.lineno, {"score": score})


def _ifs(block: ast.Module | ast.FunctionDef | ast.AsyncFunctionDef) -> Iterator[ast.If]:
    """The conditions within loops of a block, but not those of functions in it."""
    waiting: list[tuple[ast.AST, bool]] = [(each, False) for each in block.body]
    while waiting:
        node, in_loop = waiting.pop(0)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef | ast.Lambda | ast.expr):
            continue
        if isinstance(node, ast.If) and (in_loop or not isinstance(block, ast.Module)):
            yield node
        loops = in_loop or isinstance(node, ast.For | ast.While | ast.AsyncFor)
        waiting.extend((each, loops) for each in ast.iter_child_nodes(node))


def _score_against_best(test: ast.expr) -> str:
    """The variable that is compared with the best one so far, in `score > best_score`."""
    if not isinstance(test, ast.Compare) or len(test.ops) != 1:
        return ""
    sides = [test.left, test.comparators[0]]
    best = [each for each in sides if "best" in plain(_last(each)).split("_")]
    others = [each for each in sides if isinstance(each, ast.Name) and each not in best]
    is_order = isinstance(test.ops[0], ast.Gt | ast.GtE | ast.Lt | ast.LtE)
    return others[0].id if is_order and len(best) == 1 and others and isinstance(others[0], ast.Name) else ""


def _last(node: ast.expr) -> str:
    if isinstance(node, ast.Attribute):
        return node.attr
    return node.id if isinstance(node, ast.Name) else ""


def _is_of_test(score: str, values: list[ast.expr]) -> bool:
    """Whether a score is called that of a test, or is made of nothing but calls with test data."""
    if is_test_name(score) or _VALIDATION.search(plain(score)):
        return is_test_name(score)
    calls = [each for each in values if isinstance(each, ast.Call)]
    if not calls or len(calls) != len(values):
        return False
    return all(
        any(_test_variable(argument) for argument in [*each.args, *(one.value for one in each.keywords)])
        for each in calls
    )


def _keeps(condition: ast.If, score: str) -> bool:
    """Whether a branch takes the score as the best one, and keeps something beside it."""
    takes, keeps = False, False
    for statement in condition.body:
        for node in ast.walk(statement):
            if isinstance(node, ast.Assign):
                name = plain(_last(node.targets[0]))
                is_score = isinstance(node.value, ast.Name) and node.value.id == score
                takes = takes or (is_score and "best" in name)
                keeps = keeps or (not is_score and "best" in name)
            elif isinstance(node, ast.Call):
                keeps = keeps or _last(node.func).startswith(("save", "deepcopy", "dump"))
    return takes and keeps


# Layers that act otherwise in training -------------------------------------------------------------------

_OTHERWISE = re.compile(r"torch\.nn\.(?:Dropout|BatchNorm|AlphaDropout)\w*")


def never_evaluating(source: Source) -> Iterator[Sighting]:
    """Programs that train and test a model with dropout or batch normalisation, and never call `eval()`."""
    for program in source.programs:
        layer = _first_layer(program)
        if (
            layer is None
            or not {"backward", "step"} <= program.methods
            or {"eval", "inference"} & program.methods
        ):
            continue
        if any(name.startswith(("lightning.", "transformers.", "accelerate.")) for name in program.names):
            continue
        is_switched = any(
            call.last == "train" and call.node.args + call.node.keywords for _, call in program.calls
        )
        tests = any(is_test_name(name) for module in program.modules for name in module.names.loaded)
        if tests and not is_switched and "training" not in _set_attributes(program):
            module, call = layer
            yield Sighting(module, call.line, {"name": call.name, "program": program.module.path})


def _first_layer(program: Program) -> tuple[Module, Call] | None:
    return next(
        ((module, call) for module, call in program.reached_calls if _OTHERWISE.fullmatch(call.name)), None
    )


def _set_attributes(program: Program) -> set[str]:
    texts = (each.value for module in program.modules for each in module.names.strings)
    return {name for module in program.modules for name in module.names.attributes} | set(texts)
