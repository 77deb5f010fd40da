"""What names in a file mean: imports, aliases, and what a variable was made by.

A name is told as the dotted name of what it was imported from: after `import numpy as np`, `np.random.seed`
is `numpy.random.seed`. What a call of it gives has brackets behind it: after `scaler = StandardScaler()`,
`scaler.fit` is `sklearn.preprocessing.StandardScaler().fit`. A name that has two meanings in its scope has
none here.
"""

from __future__ import annotations

import ast
import builtins
from collections.abc import Callable, Iterator
from typing import Any

from reprocrate.validation.source.reading import Code
from reprocrate.validation.source.scopes import Call, Scope, Text, class_around, owner_of

Function = ast.FunctionDef | ast.AsyncFunctionDef

BUILTINS = frozenset(dir(builtins))
"""Names that mean something without being bound."""

_BINDING = ast.Assign | ast.AnnAssign | ast.NamedExpr | ast.withitem
"""What gives a name a value that is looked at."""

MOST_STEPS = 8
"""How many assignments a name is followed through."""

_SAME = (
    ("tensorflow.compat.v1.", "tensorflow."),
    ("tensorflow.python.keras.", "keras."),
    ("tensorflow.keras.", "keras."),
    ("tf_keras.", "keras."),
    ("numpy.random.mtrand.", "numpy.random."),
    ("gym.", "gymnasium."),
    ("pytorch_lightning.", "lightning."),
    ("lightning.pytorch.", "lightning."),
)
"""Older and inner names of packages, with what they are called here."""


class Names:
    """The names of one file.

    Args:
        code: the file.

    Attributes:
        root: the scope of the module.
        calls: every call, in the order of the text.
        scopes: the scope that each function and class makes, by the node.
        parents: the node that each node stands in.
        imported: the modules that are imported, with the number of dots before each.
        attributes: every name behind a dot that is read.
        loaded: every plain name that is read.
        strings: texts in the code, but for documentation.
        assignments: every plain assignment.
    """

    def __init__(self, code: Code) -> None:
        self.code = code
        self.root = Scope(code.tree)
        self.scopes: dict[ast.AST, Scope] = {code.tree: self.root}
        self.parents: dict[ast.AST, ast.AST] = {}
        self.imported: list[tuple[int, str]] = []
        self.attributes: set[str] = set()
        self.loaded: set[str] = set()
        self.strings: list[Text] = []
        self.assignments: list[ast.Assign] = []
        self._known: dict[tuple[int, str], str] = {}
        self._called: list[tuple[ast.Call, Scope]] = []
        self._walk()
        self.calls = [self._made(node, scope) for node, scope in self._called]

    # Walking -----------------------------------------------------------------------------------------

    def _walk(self) -> None:
        """Visit every node once, in the order of the text; without recursion, since code may be deep."""
        waiting: list[tuple[ast.AST, Scope]] = [(self.code.tree, self.root)]
        parents = self.parents
        while waiting:
            node, scope = waiting.pop()
            visit = _VISITORS.get(type(node))
            inner: Scope = visit(self, node, scope) if visit is not None else scope
            if isinstance(node, ast.Name | ast.Constant):
                continue
            for each in reversed(_children(node)):
                parents[each] = node
                waiting.append((each, inner))

    def _function(self, node: Function | ast.Lambda, scope: Scope) -> Scope:
        if not isinstance(node, ast.Lambda):
            scope.others.add(node.name)
        inner = self.scopes[node] = Scope(node, scope)
        given = node.args
        for each in [*given.posonlyargs, *given.args, *given.kwonlyargs, given.vararg, given.kwarg]:
            if each is not None:
                inner.others.add(each.arg)
        return inner

    def _class(self, node: ast.ClassDef, scope: Scope) -> Scope:
        scope.others.add(node.name)
        inner = self.scopes[node] = Scope(node, scope)
        return inner

    def _import(self, node: ast.Import, scope: Scope) -> Scope:
        for alias in node.names:
            self.imported.append((0, alias.name))
            bound = alias.asname or alias.name.partition(".")[0]
            scope.imports.setdefault(bound, []).append(alias.name if alias.asname else bound)
        return scope

    def _import_from(self, node: ast.ImportFrom, scope: Scope) -> Scope:
        module = node.module or ""
        self.imported.append((node.level, module))
        for alias in node.names:
            self.imported.append((node.level, f"{module}.{alias.name}" if module else alias.name))
            if alias.name != "*":
                dotted = (
                    f"{'.' * node.level}{module}.{alias.name}"
                    if module
                    else f"{'.' * node.level}{alias.name}"
                )
                scope.imports.setdefault(alias.asname or alias.name, []).append(dotted)
        return scope

    def _call(self, node: ast.Call, scope: Scope) -> Scope:
        self._called.append((node, scope))
        return scope

    def _name(self, node: ast.Name, scope: Scope) -> Scope:
        if isinstance(node.ctx, ast.Load):
            self.loaded.add(node.id)
            scope.mentions.add(node.id)
        elif not isinstance(self.parents.get(node), _BINDING):
            scope.others.add(node.id)
        return scope

    def _attribute(self, node: ast.Attribute, scope: Scope) -> Scope:
        if isinstance(node.ctx, ast.Load):
            self.attributes.add(node.attr)
            scope.mentions.add(node.attr)
        return scope

    def _assign(self, node: ast.Assign, scope: Scope) -> Scope:
        self.assignments.append(node)
        for target in node.targets:
            self._bind(target, node.value, scope)
        return scope

    def _assign_one(self, node: ast.AnnAssign | ast.NamedExpr, scope: Scope) -> Scope:
        if node.value is not None:
            self._bind(node.target, node.value, scope)
        return scope

    def _bind(self, target: ast.expr, value: ast.expr, scope: Scope) -> None:
        if isinstance(target, ast.Name):
            scope.values.setdefault(target.id, []).append(value)
        elif (
            isinstance(target, ast.Attribute)
            and isinstance(target.value, ast.Name)
            and target.value.id == "self"
        ):
            owner = class_around(scope)
            if owner is not None:
                owner.values.setdefault(f"self.{target.attr}", []).append(value)

    def _with(self, node: ast.With | ast.AsyncWith, scope: Scope) -> Scope:
        for item in node.items:
            if isinstance(item.optional_vars, ast.Name):
                scope.values.setdefault(item.optional_vars.id, []).append(item.context_expr)
        return scope

    def _constant(self, node: ast.Constant, scope: Scope) -> Scope:
        if isinstance(node.value, str) and not isinstance(self.parents.get(node), ast.Expr):
            self.strings.append(Text(node.value, node))
        return scope

    def _global(self, node: ast.Global, scope: Scope) -> Scope:
        scope.others.update(node.names)
        return scope

    def _made(self, node: ast.Call, scope: Scope) -> Call:
        name = self.meaning(node.func, scope)
        if isinstance(node.func, ast.Attribute):
            return Call(node, scope, name, node.func.attr, True)
        own = node.func.id if isinstance(node.func, ast.Name) else ""
        return Call(node, scope, name, name.rpartition(".")[2] or own, False)

    # Meaning -----------------------------------------------------------------------------------------

    def meaning(self, node: ast.expr, scope: Scope) -> str:
        """What an expression names, as a dotted name; empty where that is not known."""
        return self._meaning(node, scope, MOST_STEPS)

    def value_of(self, node: ast.expr, scope: Scope) -> ast.expr:
        """What an expression is, with a name that is assigned once in its scope followed to what it is."""
        for _ in range(MOST_STEPS):
            if not isinstance(node, ast.Name):
                break
            owner = owner_of(node.id, scope)
            values = owner.values.get(node.id, []) if owner else []
            if owner is None or len(values) != 1 or node.id in owner.others or node.id in owner.imports:
                break
            node, scope = values[0], owner
        return node

    def _meaning(self, node: ast.expr, scope: Scope, steps: int) -> str:
        behind: list[str] = []
        while isinstance(node, ast.Attribute):
            behind.append(node.attr)
            node = node.value
        if isinstance(node, ast.Name):
            if node.id == "self" and behind:
                start = self._of_variable(f"self.{behind.pop()}", class_around(scope), steps)
            else:
                start = self._of_name(node.id, scope, steps)
        elif isinstance(node, ast.Call) and steps:
            made = self._meaning(node.func, scope, steps - 1)
            start = f"{made}()" if made else ""
        else:
            start = ""
        return canonical(".".join([start, *reversed(behind)])) if start else ""

    def _of_name(self, name: str, scope: Scope, steps: int) -> str:
        owner = owner_of(name, scope)
        if owner is None:
            return name if name in BUILTINS else ""
        if name in owner.imports:
            others = [each for each in owner.values.get(name, []) if not _is_nothing(each)]
            if others or name in owner.others:
                return ""
            return owner.imports[name][0]
        if name in owner.others:
            return ""
        return self._of_variable(name, owner, steps)

    def _of_variable(self, name: str, owner: Scope | None, steps: int) -> str:
        """What a variable holds that everywhere in its scope is the same."""
        if owner is None or not steps:
            return ""
        key = (id(owner), name)
        if key not in self._known:
            values = [each for each in owner.values.get(name, []) if not _is_nothing(each)]
            self._known[key] = ""  # a circle of assignments means nothing
            meanings = {self._meaning(each, owner, steps - 1) for each in values}
            self._known[key] = meanings.pop() if len(meanings) == 1 else ""
        return self._known[key]

    # Surroundings ------------------------------------------------------------------------------------

    def around(self, node: ast.AST) -> Iterator[ast.AST]:
        """The nodes that a node stands in, the nearest first."""
        while (parent := self.parents.get(node)) is not None:
            yield parent
            node = parent

    def functions_around(self, scope: Scope | None) -> Iterator[Function]:
        """The functions that a scope is in, the nearest first."""
        while scope is not None:
            if isinstance(scope.node, ast.FunctionDef | ast.AsyncFunctionDef):
                yield scope.node
            scope = scope.parent


_VISITORS: dict[type[ast.AST], Callable[[Names, Any, Scope], Scope]] = {
    ast.FunctionDef: Names._function,
    ast.AsyncFunctionDef: Names._function,
    ast.Lambda: Names._function,
    ast.ClassDef: Names._class,
    ast.Import: Names._import,
    ast.ImportFrom: Names._import_from,
    ast.Call: Names._call,
    ast.Name: Names._name,
    ast.Attribute: Names._attribute,
    ast.Assign: Names._assign,
    ast.AnnAssign: Names._assign_one,
    ast.NamedExpr: Names._assign_one,
    ast.With: Names._with,
    ast.AsyncWith: Names._with,
    ast.Constant: Names._constant,
    ast.Global: Names._global,
}


_WITHOUT_CODE = (ast.expr_context, ast.operator, ast.unaryop, ast.boolop, ast.cmpop)


def _children(node: ast.AST) -> list[ast.AST]:
    """The nodes in a node, in the order of the text, without those that only say what kind it is."""
    found: list[ast.AST] = []
    for name in node._fields:
        value = getattr(node, name, None)
        if isinstance(value, list):
            found.extend(each for each in value if isinstance(each, ast.AST))
        elif isinstance(value, ast.AST) and not isinstance(value, _WITHOUT_CODE):
            found.append(value)
    return found


def canonical(name: str) -> str:
    """A dotted name with older and inner names of packages replaced."""
    for old, new in _SAME:
        if name.startswith(old):
            return new + name[len(old) :]
    return name


def _is_nothing(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and node.value is None
