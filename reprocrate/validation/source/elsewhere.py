"""What keeps code from running on another machine, or from finding the same there."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from reprocrate.validation.source.programs import Module, Program, Sighting
from reprocrate.validation.source.scopes import Call
from reprocrate.validation.source.tree import Source

_HOME = re.compile(
    r"(?<![A-Za-z0-9_.~<>/:-])(?:/home/|/Users/|[A-Za-z]:[\\/]Users[\\/])(?P<name>[A-Za-z0-9_.-]+)[\\/]"
)
_NOBODYS = frozenset(
    {
        "admin", "app", "code", "data", "dataset", "datasets", "docker", "ec2-user", "jovyan", "ma-user",
        "mambauser", "me", "model", "models", "myuser", "name", "public", "runner", "save", "shared",
        "someone", "test", "ubuntu", "user", "username", "vscode", "work", "workspace", "xxx", "you",
        "your_name", "your-name", "yourname",
    }
)  # fmt: skip
"""Folders below `/home` that are no person's: of services, of containers, and stand-ins."""


def home_folders(source: Source) -> Iterator[Sighting]:
    """Texts in the code that hold a path in somebody's home folder."""
    for module in source.modules:
        for text in module.names.strings:
            match = _HOME.search(text.value) if "/" in text.value or "\\" in text.value else None
            if match and match["name"].lower() not in _NOBODYS:
                yield Sighting(module, text.line, {"path": f"{match[0]}..."})


# Downloads --------------------------------------------------------------------------------------------

_HUB = re.compile(r"(?:transformers|diffusers|sentence_transformers)\.\w+\.from_pretrained")
_REPOSITORY = re.compile(r"[A-Za-z0-9][\w.-]*(?:/[\w.-]+)?")


def unpinned_downloads(source: Source) -> Iterator[Sighting]:
    """Downloads of data or models that may bring other bytes next year, and that nothing compares."""
    for module in source.modules:
        for call in module.calls:
            lacks = _lacks(module, call)
            if lacks:
                yield Sighting(module, call.line, {"name": call.name, "lacks": lacks})


def _lacks(module: Module, call: Call) -> str:
    """What a download does not name; empty where it names enough, or is none."""
    if call.is_open:
        return ""
    first = (
        call.node.args[0]
        if call.node.args
        else call.keyword("path", "repo_id", "url", "github", "repo_or_dir")
    )
    text = first.value if isinstance(first, ast.Constant) and isinstance(first.value, str) else None
    name = call.name
    if _HUB.fullmatch(name) or name in (
        "datasets.load_dataset",
        "huggingface_hub.hf_hub_download",
        "huggingface_hub.snapshot_download",
    ):
        is_local = (
            text is None
            or not _REPOSITORY.fullmatch(text)
            or text in ("csv", "json", "parquet", "text", "imagefolder", "arrow")
        )
        return "" if is_local or call.keyword("revision") is not None else "no revision"
    if name == "torch.hub.load" and text is not None and call.keyword("source") is None:
        return "" if ":" in text else "no tag or commit"
    if name in ("urllib.request.urlretrieve", "wget.download"):
        return "" if _compares(module) else "no checksum"
    if name == "keras.utils.get_file":
        return (
            "" if call.keyword("file_hash", "md5_hash", "cache_subdir_hash") is not None else "no file_hash"
        )
    if name == "pooch.retrieve":
        known = call.keyword("known_hash")
        return "no known_hash" if isinstance(known, ast.Constant) and known.value is None else ""
    if name == "sklearn.datasets.fetch_openml":
        return "" if call.keyword("version", "data_id") is not None else "no version"
    return ""


def _compares(module: Module) -> bool:
    """Whether a file works with digests at all."""
    return any(name == "hashlib" for _, name in module.names.imported) or any(
        re.search(r"md5|sha256|sha1|checksum", name, re.IGNORECASE)
        for name in module.names.loaded | module.names.attributes
    )


# Devices ----------------------------------------------------------------------------------------------


def fixed_devices(source: Source) -> Iterator[Sighting]:
    """The first place at which a program asks for a GPU by name, where it never considers anything else."""
    for program in source.programs:
        if not _considers(program):
            first = next(
                (
                    (m, call)
                    for m, call in program.reached_calls
                    if _asks_for_gpu(call) and not _is_conditional(m, call)
                ),
                None,
            )
            if first is not None:
                module, call = first
                yield Sighting(module, call.line, {"what": ast.unparse(call.node)[:60]})


def _is_conditional(module: Module, call: Call) -> bool:
    """Whether a call is made only if something holds, which may be that there is a GPU."""
    return any(isinstance(each, ast.If | ast.IfExp) for each in module.names.around(call.node))


def _asks_for_gpu(call: Call) -> bool:
    if call.is_method and call.last == "cuda" and not call.name.startswith("torch.cuda"):
        return all(isinstance(each, ast.Constant) for each in call.node.args) and not call.node.keywords
    given = [call.keyword("device"), *(call.node.args[:1] if call.last in ("to", "device") else [])]
    return any(
        isinstance(each, ast.Constant) and isinstance(each.value, str) and each.value.startswith("cuda")
        for each in given
    )


def _considers(program: Program) -> bool:
    """Whether a program looks for a device, lets its user choose, or names the processor."""
    for module in program.modules:
        if {"is_available", "device_count", "no_cuda", "use_cuda", "use_gpu"} & (
            module.names.attributes | module.names.loaded
        ):
            return True
        if any(
            re.search(r"\bcpu\b|\bmps\b|--?(?:device|gpu|no-?cuda|cuda)", text.value)
            for text in module.names.strings
        ):
            return True
    return False
