"""Which files of a submission are the author's own code."""

from __future__ import annotations

import re

VENDORED = frozenset(
    {
        "__pycache__", "build", "dist", "dist-packages", "env", "external", "externals", "node_modules",
        "site-packages", "third-party", "third_party", "thirdparty", "vendor", "vendored", "venv",
    }
)  # fmt: skip
"""Folders with the code of others, or with copies of the author's; so are those that begin with a dot."""

NO_PROGRAM = frozenset({"conftest.py", "noxfile.py", "setup.py", "versioneer.py"})
"""Files that build or test a package, and compute no result."""

_TEST_FILE = re.compile(r"test_.*\.py|.*_test\.py|conftest\.py")
_TEST_FOLDERS = frozenset({"test", "tests", "testing", "unittests"})


def is_code(path: str) -> bool:
    """Whether a file is Python code or a notebook, by its name."""
    return path.endswith((".py", ".ipynb"))


def is_vendored(path: str) -> bool:
    """Whether a file lies in a folder of other people's code, by the names of its folders."""
    return any(
        part in VENDORED or part.startswith(".") or part.endswith(".egg-info")
        for part in path.split("/")[:-1]
    )


def is_test(path: str) -> bool:
    """Whether a file tests the code, rather than computing a result."""
    *folders, name = path.split("/")
    return _TEST_FILE.fullmatch(name) is not None or not _TEST_FOLDERS.isdisjoint(folders)
