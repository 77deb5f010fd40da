"""Files that name dependencies, each kind read as what made it writes it."""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from reprocrate.validation.submission.tree import SubmissionTree

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")
_REQUIREMENT = re.compile(r"(?P<name>[A-Za-z0-9][A-Za-z0-9._-]*)\s*(?:\[[^\]]*\])?\s*(?P<rest>.*)", re.DOTALL)
_EXACT = re.compile(r"={2,3}\s*[^,*\s]+\s*$|=[^=,*\s<>]+=[^=,*\s<>]+\s*$")
"""`==1.2`, and `=1.2=build`, which `conda list --export` writes."""

_COMMIT = re.compile(r"@[0-9a-f]{7,40}\b|@v?\d+(?:\.\d+)+|[/-]\d+(?:\.\d+)+[-.].*(?:whl|gz|zip)|sha256[=:]")
_CONDA = re.compile(
    r"^\s*-\s+[\"']?(?:[\w.-]+::)?(?P<name>[A-Za-z0-9_.-]+)\s*(?P<rest>[^#\"'\s]*(?:\s*[<>=!~][^#\"']*)?)[\"']?\s*(?:#.*)?$"
)
_IN_REQUIREMENTS = re.compile(r"(?:.*/)?requirements/[^/]+\.(?:txt|in)")
INSTALL = re.compile(r"\b(?:pip3?|conda|mamba)\s+install\s+(?P<what>[^\n`|;&#]+)")
"""Where a command installs packages."""

_TAKES_A_VALUE = frozenset(
    {
        "-c", "--channel", "--constraint", "-e", "--editable", "-f", "--file", "--find-links", "-i",
        "--index-url", "--extra-index-url", "-n", "--name", "-p", "--prefix", "-r", "--requirement", "-t",
        "--target",
    }
)  # fmt: skip
_NO_PACKAGE = re.compile(
    r"[./~$<{].*|.*\.(?:txt|ya?ml|whl|zip|gz|toml)|.*[/\\].*|.*://.*|git\+.*|with|and|from|the|or|to"
)
_FROZEN = re.compile(r"(?:.*[-_.])?(?:lock(?:ed)?|frozen|freeze|pinned)(?:[-_.].*)?", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Declared:
    """The dependencies that one file names.

    Attributes:
        path: the file.
        exact: how many have one version.
        bounded: how many have a range.
        free: how many have none.
        hashed: whether digests stand beside them.
        locks: whether a program solved them all, those that others need too.
    """

    path: str
    exact: int = 0
    bounded: int = 0
    free: int = 0
    hashed: bool = False
    locks: bool = False

    @property
    def count(self) -> int:
        """How many there are."""
        return self.exact + self.bounded + self.free


def declared_in(tree: SubmissionTree) -> list[Declared]:
    """What each file that names dependencies says, those nearest to the top first."""
    known: list[Declared] = []
    for name, paths in tree.by_name.items():
        named = next((reader for pattern, reader in _READERS if pattern.fullmatch(name)), None)
        for path in paths:
            reader = _requirements if _IN_REQUIREMENTS.fullmatch(path) else named
            declared = _read(reader, path, tree.text(path)) if reader else None
            if declared is not None:
                known.append(declared)
    return sorted(known, key=lambda each: (each.path.count("/"), each.path))


def packages_in(arguments: str) -> Iterator[str]:
    """What is asked for among the arguments of `pip install` or `conda install`, with versions."""
    words = iter(arguments.split())
    for word in words:
        bare = word.strip("\"'")
        if word in _TAKES_A_VALUE:
            next(words, None)
        elif not word.startswith("-") and not _NO_PACKAGE.fullmatch(bare) and _NAME.match(bare):
            yield bare


# How each kind of file is read ---------------------------------------------------------------------------


def _read(reader: Callable[[str], Mapping[str, Any]], path: str, text: str) -> Declared | None:
    """What a file names; None where it is no such file after all."""
    try:
        said = reader(text)
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
        return None
    declared = Declared(path, **said) if said else None
    if declared and declared.exact == declared.count and _FROZEN.fullmatch(path.rpartition("/")[2]):
        return replace(declared, locks=True)  # `pip freeze > requirements-lock.txt`, or what a compiler wrote
    return declared


def _requirements(text: str) -> dict[str, Any]:
    lines = (line.strip() for line in text.replace("\\\n", " ").splitlines())
    wanted = [line for line in lines if line and not line.startswith(("#", "-", "--"))]
    edited = [line for line in text.splitlines() if re.match(r"\s*-e\s+(?:git\+|http)", line)]
    return _counts([*wanted, *edited], hashed="--hash=" in text) if wanted or edited else {}


def _counts(requirements: list[str], *, hashed: bool = False, locks: bool = False) -> dict[str, Any]:
    kinds = [kind_of(each) for each in requirements]
    counts = {kind: kinds.count(kind) for kind in ("exact", "bounded", "free")}
    return {**counts, "hashed": hashed, "locks": locks}


def kind_of(requirement: str) -> str:
    """`exact`, `bounded` or `free`: how much a requirement in the form of PEP 508 leaves open."""
    text = re.sub(r"\s+#.*|\s*--hash=\S+|^-e\s+", "", requirement).partition(";")[0].strip()
    if "://" in text or text.startswith("git+"):
        return "exact" if _COMMIT.search(text) else "free"
    match = _REQUIREMENT.fullmatch(text)
    rest = match["rest"].strip().strip("()") if match else ""
    if _EXACT.match(rest):
        return "exact"
    return "bounded" if re.search(r"[<>=~!]", rest) else "free"


def _conda(text: str) -> dict[str, Any]:
    """An `environment.yml`, read line by line: what it may hold is simple."""
    if not re.search(r"^\s*dependencies\s*:", text, re.MULTILINE):
        return {}
    kinds: list[str] = []
    pip = None
    for line in text[re.search(r"^\s*dependencies\s*:.*$", text, re.MULTILINE).end() :].splitlines():  # type: ignore[union-attr]
        if re.match(r"[A-Za-z]", line):
            break
        room = len(line) - len(line.lstrip())
        if re.match(r"\s*-\s*pip\s*:", line):
            pip = room
        elif pip is not None and room > pip and (item := re.match(r"\s*-\s+[\"']?(?P<text>[^\"']+)", line)):
            kinds += [] if item["text"].startswith("-") else [kind_of(item["text"].strip())]
        elif match := _CONDA.match(line):
            pip = None
            kinds.append(_kind_of_conda(match["rest"]))
    return {kind: kinds.count(kind) for kind in ("exact", "bounded", "free")}


def _kind_of_conda(rest: str) -> str:
    """`=1.2.3=build`, `==1.2` and `=1.2.3` are one version; `=1.2` stands for all that begin so."""
    rest = rest.strip()
    if not rest:
        return "free"
    exact = re.fullmatch(r"==[^,*|]+|=[^=,*|<>]+=[^=,*|<>]+|=\d+\.\d+\.[^,*|<>]+", rest)
    return "exact" if exact else "bounded"


def _pyproject(text: str) -> dict[str, Any]:
    document = tomllib.loads(text)
    project, tool = document.get("project", {}), document.get("tool", {})
    wanted = list(project.get("dependencies", []))
    for group in project.get("optional-dependencies", {}).values():
        wanted += group
    poetry = tool.get("poetry", {})
    tables = [poetry.get("dependencies", {}), tool.get("pixi", {}).get("dependencies", {})]
    tables += [group.get("dependencies", {}) for group in poetry.get("group", {}).values()]
    kinds = [kind_of(each) for each in wanted]
    kinds += [_kind_in_table(value) for table in tables for name, value in table.items() if name != "python"]
    return {kind: kinds.count(kind) for kind in ("exact", "bounded", "free")} if kinds else {}


def _kind_in_table(value: Any) -> str:
    """What a table of Poetry, Pipenv or pixi says of one package."""
    if isinstance(value, dict):
        if "rev" in value or "tag" in value:
            return "exact"
        value = value.get("version", "*")
    text = str(value).strip()
    if text in ("*", ""):
        return "free"
    return "exact" if re.fullmatch(r"={0,3}\s*\d[\w.+!-]*", text) and "*" not in text else "bounded"


def _pipfile(text: str) -> dict[str, Any]:
    document = tomllib.loads(text)
    kinds = [
        _kind_in_table(v)
        for k in ("packages", "dev-packages", "dependencies")
        for v in document.get(k, {}).values()
    ]
    return {kind: kinds.count(kind) for kind in ("exact", "bounded", "free")}


def _setup_py(text: str) -> dict[str, Any]:
    match = re.search(r"install_requires\s*=\s*\[(?P<list>[^\]]*)\]", text)
    wanted = [each[1] for each in re.findall(r"([\"'])([^\"'\n]+)\1", match["list"])] if match else []
    return _counts(wanted) if wanted or "install_requires" in text else {}


def _setup_cfg(text: str) -> dict[str, Any]:
    match = re.search(r"^install_requires\s*=(?P<list>(?:.*\n?)(?:[ \t]+.*\n?)*)", text, re.MULTILINE)
    wanted = [line.strip() for line in match["list"].splitlines() if line.strip()] if match else []
    return _counts([each for each in wanted if not each.startswith("#")]) if wanted else {}


def _toml_lock(text: str) -> dict[str, Any]:
    count = len(re.findall(r"^\[\[(?:package|packages|metadata\.files)\]\]", text, re.MULTILINE))
    return {"exact": count, "hashed": "sha256" in text, "locks": True} if count else {}


def _pipfile_lock(text: str) -> dict[str, Any]:
    document = json.loads(text)
    count = sum(len(document.get(each, {})) for each in ("default", "develop"))
    return {"exact": count, "hashed": "sha256:" in text, "locks": True}


def _yaml_lock(text: str) -> dict[str, Any]:
    count = len(re.findall(r"^\s*-\s+(?:name|conda|pypi|kind)\s*:", text, re.MULTILINE))
    return {"exact": count, "hashed": "sha256" in text or "md5" in text, "locks": True} if count else {}


def _explicit(text: str) -> dict[str, Any]:
    """What `conda list --explicit` writes."""
    addresses = re.findall(r"^https?://\S+(?:conda|bz2)(#\w+)?", text, re.MULTILINE)
    return {"exact": len(addresses), "hashed": any(addresses), "locks": True} if "@EXPLICIT" in text else {}


def _renv(text: str) -> dict[str, Any]:
    document = json.loads(text)
    return {"exact": len(document["Packages"]), "hashed": '"Hash"' in text, "locks": True}


def _description(text: str) -> dict[str, Any]:
    match = re.search(r"^Imports:(?P<list>(?:.*\n?)(?:[ \t]+.*\n?)*)", text, re.MULTILINE)
    wanted = [each.strip() for each in match["list"].split(",") if each.strip()] if match else []
    kinds = ["bounded" if "(" in each else "free" for each in wanted]
    return {kind: kinds.count(kind) for kind in ("bounded", "free")} if wanted else {}


def _julia(text: str) -> dict[str, Any]:
    document = tomllib.loads(text)
    names, bounds = document.get("deps", {}), document.get("compat", {})
    bounded = sum(name in bounds for name in names)
    return {"bounded": bounded, "free": len(names) - bounded} if names else {}


def _julia_manifest(text: str) -> dict[str, Any]:
    count = len(re.findall(r"^\[\[[^\]]+\]\]", text, re.MULTILINE))
    return (
        {"exact": count, "hashed": "git-tree-sha1" in text, "locks": True} if "git-tree-sha1" in text else {}
    )


def _dockerfile(text: str) -> dict[str, Any]:
    images = re.findall(r"^\s*FROM\s+(?:--\S+\s+)?(\S+)", text, re.MULTILINE | re.IGNORECASE)
    kinds = [
        "exact" if "@sha256:" in each else "bounded" if re.search(r":(?!latest)", each) else "free"
        for each in images
    ]
    for match in INSTALL.finditer(text.replace("\\\n", " ")):
        kinds += [kind_of(word) for word in packages_in(match["what"])]
    return {kind: kinds.count(kind) for kind in ("exact", "bounded", "free")} if images else {}


def _flake(text: str) -> dict[str, Any]:
    """The lock of a Nix flake, which fixes the collection that all packages are taken from."""
    inputs = [each for each in json.loads(text)["nodes"].values() if "locked" in each]
    return {"exact": len(inputs), "hashed": '"narHash"' in text, "locks": True} if inputs else {}


def _r_script(text: str) -> dict[str, Any]:
    """A script of R that installs packages, always the newest."""
    names: set[str] = set()
    for match in re.finditer(r"install\.packages\((?P<what>[^()]*(?:\([^()]*\))?)", text):
        what = re.split(r"\b(?:repos|dependencies|lib|type)\s*=", match["what"])[0]
        names.update(re.findall(r"[\"']([A-Za-z][\w.]*)[\"']", what))
    return {"free": len(names)} if names else {}


_READERS: tuple[tuple[re.Pattern[str], Callable[[str], Mapping[str, Any]]], ...] = tuple(
    (re.compile(pattern), reader)
    for pattern, reader in (
        (
            r"(?:[\w.-]*[-_.])?requirements?(?:[-_.][\w.-]*)?\.(?:txt|in)|constraints[\w.-]*\.txt",
            _requirements,
        ),
        (r"(?:[\w.-]*[-_.])?env(?:ironment)?(?:[-_.][\w.-]*)?\.ya?ml|conda[\w.-]*env[\w.-]*\.ya?ml", _conda),
        (r"conda-lock\.ya?ml|pixi\.lock|[\w.-]*\.conda-lock\.ya?ml", _yaml_lock),
        (r"conda-[\w.-]*\.lock|explicit[\w.-]*\.txt|spec-?(?:file|list)[\w.-]*\.txt", _explicit),
        (r"pyproject\.toml", _pyproject),
        (r"pipfile|pixi\.toml", _pipfile),
        (r"setup\.py", _setup_py),
        (r"setup\.cfg", _setup_cfg),
        (r"poetry\.lock|uv\.lock|pdm\.lock|pylock(?:\.[\w-]+)?\.toml", _toml_lock),
        (r"pipfile\.lock", _pipfile_lock),
        (r"renv\.lock", _renv),
        (r"description", _description),
        (r"flake\.lock", _flake),
        (r"(?:install|setup|requirements|packages|dependencies)[\w.-]*\.r", _r_script),
        (r"project\.toml", _julia),
        (r"manifest\.toml", _julia_manifest),
        (r"(?:[\w.-]*\.)?dockerfile(?:\.[\w.-]*)?|containerfile", _dockerfile),
    )
)
