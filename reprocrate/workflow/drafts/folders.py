"""Data folders, and what other tools left in a project."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import PurePosixPath

from reprocrate.workflow.drafts.tree import Tree

_DATA_FOLDERS = ("data", "dataset", "datasets")
_INSIDE = frozenset({"raw", "processed", "interim", "external"})
_DATA_SUFFIXES = frozenset(
    [
        ".csv",
        ".tsv",
        ".npy",
        ".npz",
        ".parquet",
        ".feather",
        ".arrow",
        ".h5",
        ".hdf5",
        ".mat",
        ".jsonl",
        ".pkl",
        ".pt",
        ".sqlite",
        ".db",
        ".nii",
        ".wav",
        ".flac",
        ".png",
        ".jpg",
        ".jpeg",
        ".tif",
        ".tiff",
        ".txt",
        ".json",
        ".gz",
        ".zip",
        ".tar",
        ".xlsx",
        ".fasta",
        ".fastq",
        ".bin",
        ".tfrecord",
    ]
)
_ONLY_DATA = frozenset(
    {".csv", ".tsv", ".npy", ".npz", ".parquet", ".h5", ".hdf5", ".mat", ".jsonl", ".arff"}
)
_SPLITS = {
    "train": ("train", "training"),
    "validation": ("val", "valid", "validation", "dev"),
    "test": ("test", "testing", "heldout"),
}
_MOST_SETS = 6
LOCKS = (
    *("uv.lock", "pylock.toml", "poetry.lock", "pdm.lock", "Pipfile.lock", "conda-lock.yml", "pixi.lock"),
    *("requirements.txt", "environment.yml", "environment.yaml"),
)
_TRACKERS = {
    "mlruns": "MLflow",
    "mlflow.db": "MLflow",
    "wandb": "W&B",
    "dvc.yaml": "DVC",
    "lightning_logs": "Lightning",
    "multirun": "Hydra multirun",
    "outputs": "Hydra",
    ".neptune": "Neptune",
    "sacred": "Sacred",
}


@dataclass(slots=True)
class DataFolder:
    """A data set, by its folder.

    Attributes:
        name: what to call it.
        path: the folder.
        about: how many files of what kind and size, for people.
        splits: roles that names in it tell, each with the name that tells.
    """

    name: str
    path: str
    about: str
    splits: dict[str, str] = field(default_factory=dict)


def find_data(tree: Tree) -> list[DataFolder]:
    """Data sets: each folder in `data/`, or `data/` itself where files lie in it; and files at the top."""
    found: list[DataFolder] = []
    for top in _DATA_FOLDERS:
        if top not in tree.folders:
            continue
        inner = [path for path in tree.folders if PurePosixPath(path).parent == PurePosixPath(top)]
        whole = [path for path in tree.below(top) if path.count("/") == 1 and _is_data(path)]
        tells_splits = all(
            _role(PurePosixPath(path).name) or PurePosixPath(path).name in _INSIDE for path in inner
        )
        if whole or tells_splits:
            found.append(_described(tree, top))
        else:
            found += [_described(tree, path) for path in inner[:_MOST_SETS] if tree.below(path)]
    loose = [path for path in tree.files if "/" not in path and PurePosixPath(path).suffix in _ONLY_DATA]
    found += [
        DataFolder(PurePosixPath(path).stem, path, _size(tree.files[path])) for path in loose[:_MOST_SETS]
    ]
    taken: set[str] = set()
    for data in found:
        base = re.sub(r"[^A-Za-z0-9._-]+", "-", data.name).strip("-._") or "data"
        name = base
        while name in taken:
            name += "-2"
        taken.add(name)
        data.name = name
    return found


def find_tools(tree: Tree) -> Iterator[str]:
    """What other tools left, as lines for people."""
    for name in LOCKS:
        if name in tree.files:
            yield f"environment: {name}"
    for name, tool in _TRACKERS.items():
        if name in tree.files or name in tree.folders:
            yield f"{tool} records: {name}"
    events = next((path for path in tree.files if ".tfevents." in path), None)
    if events:
        yield f"TensorBoard events: {PurePosixPath(events).parent}"
    pointers = [path for path in tree.files if path.endswith(".dvc")]
    if pointers:
        yield f"data kept by DVC: {', '.join(pointers[:3])}"


def notebooks(tree: Tree) -> list[str]:
    """Notebooks, those nearest to the top first."""
    return list(tree.named(".ipynb"))


def _described(tree: Tree, folder: str) -> DataFolder:
    files = tree.below(folder)
    kinds = Counter(PurePosixPath(path).suffix.lower().lstrip(".") or "no suffix" for path in files)
    size = sum(files.values())
    shown = ", ".join(kind for kind, _ in kinds.most_common(3))
    more = "" if tree.is_whole else "at least "
    number = f"{more}{len(files):,} file{'s'[: len(files) != 1]}"
    told: dict[str, str] = {}
    for path in sorted(files):
        for part in PurePosixPath(path).relative_to(folder).parts:
            if role := _role(part):
                told.setdefault(role, part)
    splits = {role: told[role] for role in _SPLITS if role in told}
    name = PurePosixPath(folder).name
    return DataFolder(name, folder, f"{number}, {_size(size)}: {shown}" if files else "empty", splits)


def _role(name: str) -> str | None:
    words = re.split(r"[^a-z]+", PurePosixPath(name).name.lower())
    return next((role for role, called in _SPLITS.items() if any(word in called for word in words)), None)


def _is_data(path: str) -> bool:
    return PurePosixPath(path).suffix.lower() in _DATA_SUFFIXES and not PurePosixPath(
        path
    ).name.upper().startswith("README")


def _size(size: int) -> str:
    for unit, factor in (("GB", 1e9), ("MB", 1e6), ("kB", 1e3)):
        if size >= factor:
            return f"{size / factor:.0f} {unit}"
    return f"{size} bytes"
