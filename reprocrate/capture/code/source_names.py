"""What is source, told by its name, so that the tree does not depend on what earlier launches wrote.

Programs and notebooks, and the files that say how to build and install them. Other settings files belong to
it if they are in version control. Data formats never do: what a launch reads of them is its input.
"""

from __future__ import annotations

import re
from fnmatch import translate

_PROGRAMS = """
.py .pyi .pyx .pxd .ipynb .r .rmd .jl .m .sh .bash .zsh .fish .ps1 .bat .c .h .cc .cpp .cxx .hh .hpp
.hxx .cu .cuh .f .f90 .f95 .f03 .f08 .java .scala .kt .js .mjs .cjs .ts .jsx .tsx .rs .go .lua .rb
.pl .sql .cmake .mk .nf .smk .wdl .cwl .stan .proto .mojo .hs .swift
"""
_BUILDING_AND_INSTALLING = """
Makefile makefile GNUmakefile CMakeLists.txt Dockerfile* Containerfile* *.dockerfile Apptainer*
Singularity* Snakefile* [Jj]ustfile Pipfile Pipfile.lock pyproject.toml setup.cfg MANIFEST.in
requirements*.txt requirements*.in constraints*.txt environment*.yml environment*.yaml uv.lock
poetry.lock pdm.lock pixi.toml pixi.lock pylock*.toml tox.ini .python-version MLproject dvc.yaml
params.yaml renv.lock DESCRIPTION Project.toml Manifest.toml
"""
_FOLDERS_OF_TOOLS = """
.git .hg .svn .reprocrate .venv venv .virtualenv virtualenv .tox .nox .pixi .conda __pycache__
__pypackages__ node_modules .mypy_cache .pytest_cache .ruff_cache .ipynb_checkpoints .eggs .dvc
.idea .vscode .cache site-packages build dist wandb mlruns lightning_logs outputs multirun
"""
_PROGRAM_SUFFIXES = frozenset(_PROGRAMS.split())
_SOURCE_NAMES = re.compile("|".join(map(translate, _BUILDING_AND_INSTALLING.split())))
_SETTINGS_SUFFIXES = frozenset(
    {".yaml", ".yml", ".toml", ".cfg", ".ini", ".conf", ".gin", ".jsonnet", ".libsonnet"}
)
# What the author states about the experiment is no part of what ran.
_NOT_SOURCE = frozenset({"reprocrate.toml", "reprocrate.json"})

SKIPPED_FOLDERS = frozenset(_FOLDERS_OF_TOOLS.split())
"""Folders that tools put beside the source of a project without version control."""


def is_program(path: str) -> bool:
    """Whether a file is a program."""
    return _suffix(path.rpartition("/")[2]) in _PROGRAM_SUFFIXES


def is_source(path: str, *, tracked: bool) -> bool:
    """Whether a file belongs to the source tree; `tracked`: it is in version control."""
    name = path.rpartition("/")[2]
    if name in _NOT_SOURCE or path.startswith(".reprocrate/"):
        return False
    suffix = _suffix(name)
    if suffix in _PROGRAM_SUFFIXES or _SOURCE_NAMES.match(name):
        return True
    return tracked and suffix in _SETTINGS_SUFFIXES


def may_be_source(path: str) -> bool:
    """Whether a file outside version control could be taken for source: by its name, or as a script."""
    return is_source(path, tracked=False) or "." not in path.rpartition("/")[2]


def _suffix(name: str) -> str:
    """As `pathlib` has it, in lower case: neither `.py` nor `py.` has one. Every file is asked for it."""
    place = name.rfind(".")
    return name[place:].lower() if 0 < place < len(name) - 1 else ""
