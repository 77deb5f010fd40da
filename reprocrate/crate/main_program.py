"""The main program of a crate, as registries of workflows demand it.

Workflow RO-Crate 1.0 (https://w3id.org/workflowhub/workflow-ro-crate/1.0) calls it the main workflow: a file
that is source code and a computational workflow, and says in which language it is written. A crate has one
only where its author chose it.
"""

from __future__ import annotations

from collections.abc import Collection

from reprocrate.crate.experiment import license_reference
from reprocrate.crate.graph import NOT_STATED, Graph
from reprocrate.crate.identifiers import Reference
from reprocrate.manifest import Code

WORKFLOW_CRATE = ("https://w3id.org/workflowhub/workflow-ro-crate/1.0", "Workflow RO-Crate", "1.0")
"""What the metadata document then follows besides: address, name and version."""

TYPES = ["File", "SoftwareSourceCode", "ComputationalWorkflow"]

_BIOSCHEMAS = "https://bioschemas.org/profiles/ComputationalWorkflow/1.0-RELEASE"
_LANGUAGES = {
    "py": ("Python", "https://www.python.org/"),
    "ipynb": ("Jupyter Notebook", "https://jupyter.org/"),
    "sh": ("POSIX shell", "https://pubs.opengroup.org/onlinepubs/9799919799/utilities/V3_chap02.html"),
    "bash": ("Bash", "https://www.gnu.org/software/bash/"),
    "r": ("R", "https://www.r-project.org/"),
    "jl": ("Julia", "https://julialang.org/"),
    "pl": ("Perl", "https://www.perl.org/"),
    "lua": ("Lua", "https://www.lua.org/"),
    "js": ("JavaScript", "https://ecma-international.org/publications-and-standards/standards/ecma-262/"),
    "rb": ("Ruby", "https://www.ruby-lang.org/"),
    "nf": ("Nextflow", "https://www.nextflow.io/"),
    "smk": ("Snakemake", "https://snakemake.github.io/"),
    "cwl": ("Common Workflow Language", "https://w3id.org/cwl/"),
    "ga": ("Galaxy", "https://galaxyproject.org/"),
}
_BY_NAME = {"snakefile": "smk", "makefile": "make"}


def main_program(
    graph: Graph, path: str, code: Code, license_: str | None, pythons: Collection[str]
) -> dict[str, object]:
    """What is to be said of the file of the main program besides; its licence is that of the code.

    Args:
        graph: what the language is added to.
        path: the file.
        code: the source tree that it is a part of.
        license_: the licence of the code.
        pythons: the versions of Python that the experiment ran on.
    """
    profile = graph.add(
        _BIOSCHEMAS, graph.target.profile_types, {"name": "ComputationalWorkflow", "version": "1.0"}
    )
    return {
        "@type": TYPES,
        "conformsTo": profile,
        "programmingLanguage": _language(graph, path, pythons),
        "license": license_reference(graph, license_),
        "codeRepository": code.repository,
    }


def _language(graph: Graph, path: str, pythons: Collection[str]) -> Reference:
    name = path.rpartition("/")[2].lower()
    ending = _BY_NAME.get(name) or (name.rpartition(".")[2] if "." in name else "")
    language, page = _LANGUAGES.get(ending, (f"Language of {name}", NOT_STATED))
    identifier = page if ending in _LANGUAGES else "#language"
    version = ", ".join(sorted(pythons)) if ending == "py" else ""
    return graph.add(
        identifier,
        "ComputerLanguage",
        {"name": language, "url": page, "version": version or "not recorded"},
    )
