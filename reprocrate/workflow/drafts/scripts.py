"""Programs that take a seed, and how: found in their source, which is parsed and never run."""

from __future__ import annotations

import ast
import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import PurePosixPath

from reprocrate.workflow.drafts.tree import LONGEST_READ_BYTES, Tree

_SEED = re.compile(r"(?:random[-_]?|rng[-_]?|global[-_]?)?seed|rng|random[-_]state", re.IGNORECASE)
_OUTPUT = re.compile(
    r"(?:out(?:put)?|save|log|results?|run|exp(?:eriment)?)(?:[-_]?(?:dir|directory|path|file|folder))?|checkpoint[-_]dir",
    re.IGNORECASE,
)
_LIKELY = re.compile(r"(?:run[-_]?)?(?:train|main|run|experiment|fit|pretrain|finetune)", re.IGNORECASE)
_EVALUATES = re.compile(r"eval(?:uate|uation)?|test|infer(?:ence)?|predict", re.IGNORECASE)
_SEEDING = frozenset(
    {"seed", "manual_seed", "seed_everything", "set_seed", "default_rng", "PRNGKey", "set_random_seed"}
)
_METRIC = re.compile(
    r"acc(?:uracy)?|(?:micro|macro)?[-_ ]?f1|auc|auroc|loss|error|mse|rmse|mae|bleu|rouge|r2|score|return|"
    r"reward|perplexity|ppl|iou|dice|precision|recall|map|psnr|ssim|fid|wer|cer",
    re.IGNORECASE,
)
_NAMED = re.compile(r"(?P<name>[A-Za-z][A-Za-z0-9_@ /-]{0,40}?)\s*(?P<mark>[:=]\s*)$")
_MOST_SCRIPTS = 60
_MOST_COMMANDS = 6
_LARGEST = 500_000


@dataclass(slots=True)
class Script:
    """A program.

    Attributes:
        path: the file.
        seed: the argument that takes the seed, with `{seed}` in it; None where it takes none.
        output: the argument that says where results go, likewise.
        where: the line that declares the seed's argument, or fixes the seed.
        fixed: the line in which the seed is fixed, where no argument takes it.
        metrics: patterns of printed numbers, by name, with the line that prints each.
        is_program: whether it does something when it is started.
        start: how it is started, where not by its path.
        needs: other options that it does not start without, each with a word in capitals for its value.
    """

    path: str
    seed: str | None = None
    output: str | None = None
    where: int | None = None
    fixed: int | None = None
    metrics: dict[str, tuple[str, int]] = field(default_factory=dict)
    is_program: bool = False
    start: str = ""
    needs: list[str] = field(default_factory=list)

    @property
    def command(self) -> str:
        """How to run it."""
        start = self.start or f"python {_quoted(self.path)}"
        words = [start, *self.needs, self.seed or "", self.output or ""]
        return " ".join(word for word in words if word)

    @property
    def blanks(self) -> str:
        """The words that stand for values which only the author knows."""
        return ", ".join(need.split()[1] for need in self.needs)

    @property
    def evaluates(self) -> bool:
        """Whether it is called as programs that evaluate are."""
        return bool(_EVALUATES.match(PurePosixPath(self.path).stem))


def find_scripts(tree: Tree) -> list[Script]:
    """Programs of a project, the one that is likeliest meant to be run first."""
    paths = [path for path in tree.named(".py") if not _is_beside(path)][:_MOST_SCRIPTS]
    found = [script for path in paths if tree.files[path] <= _LARGEST and (script := _look(tree, path))]
    programs = [script for script in found if script.is_program]
    installed = _installed_programs(tree)
    for script in programs:
        module = _module(tree, script.path)
        if module is not None:
            script.start = installed.get(module) or f"python -m {module}"
    return sorted(programs, key=_rank)


def is_likely(path: str) -> bool:
    """Whether a file is called as the program or notebook is that does an experiment."""
    return _LIKELY.match(PurePosixPath(path).stem) is not None


def _module(tree: Tree, path: str) -> str | None:
    """The name under which a file of a package is imported; None for a file that belongs to none."""
    folder = PurePosixPath(path).parent
    if f"{folder}/__init__.py" not in tree.files:
        return None
    while f"{folder.parent}/__init__.py" in tree.files:
        folder = folder.parent
    return ".".join(PurePosixPath(path).relative_to(folder.parent).with_suffix("").parts)


def _installed_programs(tree: Tree) -> dict[str, str]:
    """The programs that the project installs, by module."""
    try:
        project = tomllib.loads(tree.text("pyproject.toml")).get("project", {})
        listed = project.get("scripts", {}).items()
        return {str(target).partition(":")[0]: str(name) for name, target in listed}
    except (ValueError, AttributeError, RecursionError):
        return {}


def _is_beside(path: str) -> bool:
    """Whether a file belongs to tests, documents or the installation."""
    parts = PurePosixPath(path).parts
    if {"tests", "test", "docs", "doc", "examples"} & set(parts[:-1]):
        return True
    return parts[-1] in ("setup.py", "conftest.py", "noxfile.py", "__init__.py") or parts[-1].startswith(
        "test_"
    )


def _rank(script: Script) -> tuple[bool, bool, bool, int, str]:
    stem = PurePosixPath(script.path).stem
    return (
        not _LIKELY.match(stem),
        script.evaluates,
        script.seed is None,
        script.path.count("/"),
        script.path,
    )


def _look(tree: Tree, path: str) -> Script | None:
    text = tree.text(path)
    if len(text) >= LONGEST_READ_BYTES:
        return None
    try:
        module = ast.parse(text)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None
    script = Script(path)
    for node in ast.walk(module):
        if isinstance(node, ast.If) and "__name__" in ast.unparse(node.test):
            script.is_program = True
        elif isinstance(node, ast.Call):
            _take_call(script, node)
        elif isinstance(node, ast.FunctionDef):
            _take_function(script, node, tree)
        elif isinstance(node, ast.Assign):
            _take_assignment(script, node)
    if script.fixed and script.seed is None:
        script.where = script.fixed
    likely = _LIKELY.fullmatch(PurePosixPath(path).stem) is not None
    script.is_program = script.is_program or likely or script.seed is not None or _does_something(module)
    return script


def _does_something(module: ast.Module) -> bool:
    """Whether the file calls something when it is started, as plain scripts do."""
    loops = (ast.For, ast.While, ast.With)
    calls = (node for node in module.body if isinstance(node, ast.Expr) and isinstance(node.value, ast.Call))
    return any(isinstance(node, loops) for node in module.body) or any(True for _ in calls)


def _take_call(script: Script, call: ast.Call) -> None:
    name = call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")
    texts = [arg.value for arg in call.args if isinstance(arg, ast.Constant) and isinstance(arg.value, str)]
    if name in ("add_argument", "option", "Option"):
        long = [text for text in texts if text.startswith("--")]
        before = (script.seed, script.output)
        for text in long:
            _take_option(script, text, call.lineno, ending=_ending_of_default(call))
        if long and _is_required(call) and before == (script.seed, script.output):
            script.needs.append(f"{long[0]} {long[0].strip('-').replace('-', '_').upper()}")
    elif name.startswith("DEFINE_") and texts:  # absl
        _take_option(script, f"--{texts[0]}", call.lineno, "=")
    elif name == "Fire":
        script.is_program = True
    elif name in _SEEDING and call.args and isinstance(call.args[-1], ast.Constant):
        if isinstance(call.args[-1].value, int) and script.fixed is None:
            script.fixed = call.lineno
    elif name in ("print", "info", "write"):
        _take_print(script, call)


def _is_required(call: ast.Call) -> bool:
    given = {keyword.arg: keyword.value for keyword in call.keywords}
    required = given.get("required")
    return isinstance(required, ast.Constant) and required.value is True


def _ending_of_default(call: ast.Call) -> str:
    """`.json` of an option whose default is, say, `results/out.json`."""
    given = {keyword.arg: keyword.value for keyword in call.keywords}
    default = given.get("default")
    text = default.value if isinstance(default, ast.Constant) else ""
    ending = PurePosixPath(text).suffix if isinstance(text, str) else ""
    return ending if re.fullmatch(r"\.[a-z][a-z0-9]{0,7}", ending) else ""


def _take_option(script: Script, option: str, line: int, join: str = " ", ending: str = "") -> None:
    name = option.lstrip("-")
    if _SEED.fullmatch(name) and script.seed is None:
        script.seed, script.where = f"{option}{join}{{seed}}", line
    elif _OUTPUT.fullmatch(name) and script.output is None:
        ending = ending or (".json" if name.endswith("file") else "")
        script.output = f"{option}{join}out/{{seed}}{ending}"


def _take_function(script: Script, function: ast.FunctionDef, tree: Tree) -> None:
    """A function whose decorator makes arguments of its parameters: Hydra, typer."""
    decorators = [ast.unparse(each) for each in function.decorator_list]
    arguments = [*function.args.args, *function.args.kwonlyargs]
    if any(each.startswith("hydra.main") for each in decorators):
        script.is_program = True
        found = _hydra_seed(tree)
        if found and script.seed is None:
            script.seed, script.where = f"{found}={{seed}}", function.lineno
    elif any(".command" in each or each.startswith(("app.", "typer.")) for each in decorators):
        script.is_program = True
        for argument in arguments:
            if _SEED.fullmatch(argument.arg) and script.seed is None:
                script.seed, script.where = f"--{argument.arg.replace('_', '-')} {{seed}}", argument.lineno


def _hydra_seed(tree: Tree) -> str | None:
    """The key of the seed in a Hydra configuration, `seed` or, say, `train.seed`."""
    for path in tree.named(".yaml", ".yml"):
        folders = PurePosixPath(path).parts[:-1]
        if not any(name in ("conf", "config", "configs") for name in folders):
            continue
        for line in tree.text(path).splitlines():
            if match := re.match(r"(?P<key>(?:random_?)?seed)\s*:", line):
                place = folders[folders.index(next(n for n in folders if n.startswith("conf"))) + 1 :]
                return ".".join([*place, match["key"]])
    return None


def _take_assignment(script: Script, node: ast.Assign) -> None:
    """`SEED = 42`"""
    is_number = isinstance(node.value, ast.Constant) and isinstance(node.value.value, int)
    names = (target.id for target in node.targets if isinstance(target, ast.Name))
    if is_number and script.fixed is None and any(_SEED.fullmatch(name) for name in names):
        script.fixed = node.lineno


def _take_print(script: Script, call: ast.Call) -> None:
    """Numbers that are printed behind a name: `print(f"accuracy: {acc:.4f}")`, `print("accuracy", acc)`."""
    for argument in call.args:
        if isinstance(argument, ast.JoinedStr):
            for before, value in zip(argument.values, argument.values[1:], strict=False):
                if isinstance(before, ast.Constant) and isinstance(value, ast.FormattedValue):
                    match = _NAMED.search(str(before.value))
                    if match:
                        _take_metric(script, match["name"].strip(), re.escape(match[0].lstrip()), call.lineno)
    if len(call.args) == 2 and isinstance(call.args[0], ast.Constant) and isinstance(call.args[0].value, str):
        text = call.args[0].value
        if not isinstance(call.args[1], ast.Constant):
            _take_metric(script, text.rstrip(" :=").strip(), re.escape(text) + " ", call.lineno)


def _take_metric(script: Script, name: str, pattern: str, line: int) -> None:
    words = re.split(r"[^A-Za-z0-9]+", name)
    identifier = re.sub(r"[^A-Za-z0-9_-]+", "_", name).strip("_-").lower()
    if identifier and any(_METRIC.fullmatch(word) for word in words) and len(script.metrics) < 6:
        plain = pattern.replace(r"\ ", " ").replace(r"\-", "-").replace(r"\:", ":").replace(r"\=", "=")
        script.metrics.setdefault(identifier, (f"{plain}(?P<value>[-+0-9.eE]+)", line))


def _quoted(path: str) -> str:
    return f"'{path}'" if re.search(r"[^\w./-]", path) else path


@dataclass(frozen=True, slots=True)
class Loop:
    """A loop over seeds in a shell script.

    Attributes:
        path: the script.
        line: where the loop begins.
        commands: what it runs, with `{seed}`, each under a name that tells it from the others.
        seeds: as `reprocrate run` takes them.
    """

    path: str
    line: int
    commands: dict[str, str]
    seeds: str


def seed_loops(tree: Tree) -> Iterator[Loop]:
    """Loops over seeds in shell scripts."""
    for path in tree.named(".sh"):
        lines = tree.text(path).replace("\\\n", "  ").splitlines()
        for number, line in enumerate(lines, 1):
            match = _LOOP.search(line)
            if match is None or not _SEED.fullmatch(match["name"]):
                continue
            seeds = _seeds(match["over"].strip())
            commands = list(dict.fromkeys(_commands(lines[number - 1 :], match["name"])))[:_MOST_COMMANDS]
            if seeds and commands:
                yield Loop(path, number, dict(zip(_names(commands), commands, strict=True)), seeds)


def _commands(body: list[str], variable: str) -> Iterator[str]:
    """What a loop runs with Python, as far as everything in it is known."""
    place = re.compile(rf"\$\{{?{variable}\}}?(?![A-Za-z0-9_])")
    for line in body:
        if "python" in line and place.search(line):
            command = place.sub("{seed}", line[line.index("python") :])
            command = re.sub(r"\s*(?:&|;|\||>|2>).*$", "", command)
            if not re.search(r"[$`\"']", command):
                yield " ".join(command.split())
        if re.search(r"(?:^|;)\s*done\b", line):
            return


def _names(commands: list[str]) -> list[str]:
    """A name for each command: the first word that only it has, or a number."""
    if len(commands) == 1:
        return ["main"]
    every = [command.split() for command in commands]
    own = [[word for word in words if sum(word in other for other in every) == 1] for words in every]
    stems = [PurePosixPath(words[0]).stem if words else "" for words in own]
    named = [re.sub(r"[^A-Za-z0-9_-]+", "-", stem).strip("-") for stem in stems]
    if all(named) and len(set(named)) == len(named):
        return named
    return [f"main-{number}" for number in range(1, len(commands) + 1)]


_LOOP = re.compile(r"^\s*for\s+(?P<name>\w+)\s+in\s+(?P<over>[^;]+)")


def _seeds(over: str) -> str | None:
    """Seeds as `reprocrate run` takes them, from what a shell loops over."""
    if match := re.fullmatch(r"\{(?P<first>\d+)\.\.(?P<last>\d+)\}", over):
        return f"{match['first']}-{match['last']}"
    if match := re.fullmatch(r"[$`(]+seq\s+(?:(?P<first>\d+)\s+)?(?P<last>\d+)[`)]", over):
        return f"{match['first'] or 1}-{match['last']}"
    if re.fullmatch(r"\d+(?:\s+\d+)*", over):
        numbers = [int(each) for each in over.split()]
        if len(numbers) > 2 and numbers == list(range(numbers[0], numbers[-1] + 1)):
            return f"{numbers[0]}-{numbers[-1]}"
        return ",".join(map(str, numbers))
    return None
