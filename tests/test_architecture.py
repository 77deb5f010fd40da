"""The shape of the code: layers, doors, sizes, names, and what starting up may cost."""

from __future__ import annotations

import ast
import re
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

PACKAGE = Path(__file__).resolve().parent.parent / "reprocrate"
LINKED = {"schema", "examples"}
LONGEST_FUNCTION = 60
LONGEST_MODULE = 350
MEANINGLESS_NAMES = {"utils", "util", "helpers", "helper", "common", "core", "base", "misc", "tools"}
HEAVY = (
    "model_signing",
    "rocrate",
    "jsonschema",
    "jsonschema_rs",
    "requests",
    "pydantic",
    "zstandard",
    "scipy",
    "numpy",
)
NOT_TO_JUDGE = (
    *(name for name in HEAVY if name not in ("jsonschema_rs", "pydantic")),
    "importlib.metadata",
    "importlib.resources",
    "reprocrate.validation.policy_file",
    "typer",
    "yaml",
)
"""What a manifest or a crate folder that follows its schema is judged without."""

AFTER_THE_RUNS = (
    "asyncio",
    "rich",
    "reprocrate.assembly.assemble",
    "reprocrate.crate.foreign",
    "reprocrate.render.verdict_page",
    "reprocrate.rerun.compare.manifests",
    "reprocrate.validation.rules.results",
    "reprocrate.workflow.packing",
)
"""What a rerun needs after its runs at the earliest, and does not import before them."""

OLDEST_PYTHON_OF_AUTHORS = (3, 8)
IMPORTED_AS = {
    "py-rattler": "rattler",
    "jsonschema-rs": "jsonschema_rs",
    "model-signing": "model_signing",
    "pyopenssl": "OpenSSL",
    "pyyaml": "yaml",
}


def _modules(folder: Path = PACKAGE) -> list[Path]:
    return sorted(path for path in folder.rglob("*.py") if path.relative_to(PACKAGE).parts[0] not in LINKED)


def _recorder() -> list[Path]:
    return sorted((PACKAGE / "capture" / "recorder").rglob("*.py"))


def _names(paths: list[Path]) -> list[str]:
    return [path.relative_to(PACKAGE.parent).as_posix() for path in paths]


def _functions(tree: ast.Module) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    return (node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef))


def _top_level_imports(tree: ast.Module) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name.split(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.level == 0 and node.module:
            yield node.module.split(".")[0]


def test_import_contracts_are_kept(repository: Path) -> None:
    linter = Path(sys.executable).parent / "lint-imports"
    done = subprocess.run(
        [linter, "--no-cache"], cwd=repository, capture_output=True, text=True, check=False, timeout=120
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_every_third_party_package_is_declared_and_has_a_door(repository: Path) -> None:
    settings = tomllib.loads((repository / "pyproject.toml").read_text("utf-8"))
    extras = settings["project"]["optional-dependencies"]
    optional = [each for name, listed in extras.items() if name != "test" for each in listed]
    lines = [*settings["project"]["dependencies"], *optional]
    names = [re.split(r"[<>=!~\[; ]", line, maxsplit=1)[0] for line in lines]
    declared = {IMPORTED_AS.get(name, name) for name in names}
    doors = [
        set(contract.get("forbidden_modules", ()))
        for contract in settings["tool"]["importlinter"]["contracts"]
    ]
    with_door = {name for door in doors if door & declared for name in door}
    trees = [ast.parse(path.read_text("utf-8")) for path in _modules() if path not in _recorder()]
    imported = {name for tree in trees for name in _top_level_imports(tree)} - sys.stdlib_module_names
    assert imported - {"reprocrate"} - with_door == set()
    assert declared - with_door == set()


@pytest.mark.parametrize("path", _modules(), ids=_names(_modules()))
def test_module_and_its_functions_are_short(path: Path) -> None:
    text = path.read_text("utf-8")
    assert len(text.splitlines()) <= LONGEST_MODULE
    lengths = {
        function.name: (function.end_lineno or function.lineno) - function.lineno + 1
        for function in _functions(ast.parse(text))
    }
    assert {name: length for name, length in lengths.items() if length > LONGEST_FUNCTION} == {}


def test_functions_are_simple(repository: Path) -> None:
    ruff = Path(sys.executable).parent / "ruff"
    done = subprocess.run(
        [ruff, "check", "--no-cache", "--select", "C901", "--ignore-noqa", "reprocrate"],
        cwd=repository,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_names_mean_something() -> None:
    assert [
        name for path in _modules() for name in [path.stem, path.parent.name] if name in MEANINGLESS_NAMES
    ] == []


def test_package_says_that_it_is_typed() -> None:
    assert (PACKAGE / "py.typed").is_file()


def test_recorder_is_there() -> None:
    assert _recorder(), "capture/recorder/ is what enters the author's process"


@pytest.mark.parametrize("path", _recorder(), ids=_names(_recorder()))
def test_recorder_runs_on_old_pythons_with_nothing_installed(path: Path) -> None:
    tree = ast.parse(path.read_text("utf-8"), str(path), feature_version=OLDEST_PYTHON_OF_AUTHORS)
    own = {module.stem for module in _recorder()} | {"recorder"}
    assert set(_top_level_imports(tree)) - sys.stdlib_module_names - own == set()


@pytest.mark.parametrize(
    ("module", "unwanted"),
    [
        ("reprocrate", HEAVY),
        ("reprocrate.cli", HEAVY),
        ("reprocrate.workflow.rerunning", AFTER_THE_RUNS),
    ],
)
def test_starting_up_imports_nothing_that_is_needed_later_or_not_at_all(
    module: str, unwanted: tuple[str, ...]
) -> None:
    code = f"import sys, {module}; print(*[name for name in {unwanted} if name in sys.modules])"
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60
    )
    assert done.stdout.split() == []


@pytest.mark.parametrize("what", ["golden/supervised.json", "RC1805/valid"])
def test_judging_imports_nothing_that_only_other_commands_need(what: str, tmp_path: Path) -> None:
    given = PACKAGE.parent / "schema" / "1.0" / "conformance" / what
    place = tmp_path / "crate"
    if given.is_file():
        place = tmp_path / "reprocrate.json"
        shutil.copyfile(given, place)
    else:
        shutil.copytree(next(each / "files" for each in sorted(given.iterdir()) if each.is_dir()), place)
    code = "import sys; from reprocrate.cli.app import run_app; code = run_app(sys.argv[1:])\n"
    code += f"print(code, *[name for name in {NOT_TO_JUDGE} if name in sys.modules])"
    argv = [sys.executable, "-c", code, "validate", "--quiet", str(place)]
    done = subprocess.run(argv, capture_output=True, text=True, check=True, timeout=60)
    assert done.stdout.splitlines()[-1] == "0"


def test_names_that_are_imported_when_first_used_are_all_there() -> None:
    from reprocrate.rerun import compare

    assert sorted(compare._HOME) == sorted(compare.__all__)
    for name in compare.__all__:
        assert getattr(compare, name).__module__.startswith("reprocrate.rerun.compare.")
