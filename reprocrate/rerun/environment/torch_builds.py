"""Builds of PyTorch: the label of a version says which of PyTorch's own indexes has it.

`2.5.1+cpu` is on https://download.pytorch.org/whl/cpu and on no other index, and no installer notes where a
package came from. uv knows these indexes by the label (`--torch-backend`), so that a lock needs no
address but in a remark for those who install from it by hand.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

_OF_TORCH = frozenset({"torch", "torchvision", "torchaudio", "torchtext", "torchdata", "torchao"})
_BACKEND = re.compile(r"cpu|cu[0-9]{2,3}|rocm[0-9]+(?:\.[0-9]+)*|xpu")


def is_of_torch(name: str) -> bool:
    """Whether a package, by its normalised name, is one that PyTorch's own indexes have builds of."""
    return name in _OF_TORCH


def torch_backend(labelled: Iterable[tuple[str, str | None]]) -> str:
    """The word of uv for the build of these packages; empty where none of them has one, or they have several.

    Args:
        labelled: normalised names, each with the local label of the version.
    """
    found = {label for name, label in labelled if name in _OF_TORCH and label and _BACKEND.fullmatch(label)}
    return found.pop() if len(found) == 1 else ""


def torch_index(backend: str) -> str:
    """The address of the index that has such builds (pytorch.org/get-started)."""
    return f"https://download.pytorch.org/whl/{backend}"


def other_build(backend: str) -> str:
    """The sentence for a lock that could not be made with these builds."""
    return (
        f"The build +{backend} of PyTorch's packages is not in the lock, which names that of the index: "
        f"{torch_index(backend)} could not be used."
    )


def with_remark(lock: str, backend: str) -> str:
    """A lock with the remark where its builds of PyTorch are, if it names any."""
    if not backend or f"+{backend}" not in lock:
        return lock
    where = f"uv --torch-backend {backend}, pip --extra-index-url {torch_index(backend)}"
    return f"# Versions with +{backend} are on an index of PyTorch: {where}\n{lock}"
