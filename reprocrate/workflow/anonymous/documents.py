"""The places of documents in which projects say who made them, and taking that out.

What is changed here is text that people and package indexes read. It still works afterwards: TOML, JSON and
YAML are still such, a lock still is one, and `setup.py` still calls `setup`.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from fnmatch import fnmatchcase

from reprocrate.manifest.anonymity import MARK, NOBODY
from reprocrate.workflow.anonymous.identities import Identities
from reprocrate.workflow.anonymous.locks import lock
from reprocrate.workflow.anonymous.structured import ABOUT, cleaned, json_like, latex, notebook, setup_py
from reprocrate.workflow.anonymous.tables import ini_without, toml_values, toml_without, yaml_without

Redaction = Callable[[str, Identities], str]

_PEOPLE_IN_JSON = """
author authors contributor contributors creator creators maintainer maintainers editor copyrightHolder
publisher producer provider sponsor funder funding affiliation email codeRepository repository bugs homepage
issueTracker continuousIntegration buildInstructions readme identifier @id id url downloadUrl relatedLink
referencePublication citation grants communities related_identifiers doi sameAs
"""
_OF_PEOPLE = frozenset(_PEOPLE_IN_JSON.split())
_AUTHORS_OF = frozenset({"author", "authors", "creator", "creators"})
_ABOUT_IN_CITATION = """
contact doi identifiers url repository repository-code repository-artifact preferred-citation references
commit license-url
"""
_CITATION = {"authors": f"\n  - name: {NOBODY}", **dict.fromkeys(_ABOUT_IN_CITATION.split())}
_ABOUT_IN_PYPROJECT = """
project.maintainers project.urls.* tool.poetry.maintainers tool.poetry.repository tool.poetry.homepage
tool.poetry.documentation tool.poetry.urls.* tool.flit.metadata.author tool.flit.metadata.author-email
tool.flit.metadata.home-page
"""
_PYPROJECT = {
    "project.authors": f'[{{name = "{NOBODY}"}}]',
    "tool.poetry.authors": f'["{NOBODY}"]',
    **dict.fromkeys(_ABOUT_IN_PYPROJECT.split()),
}
_ABOUT_IN_SETTINGS = """
experiment.authors.* experiment.contact experiment.publisher.* experiment.funding.* experiment.paper.doi
experiment.paper.arxiv experiment.paper.url code.repository privacy.* ethics.irb
"""
_SETTINGS = dict.fromkeys(_ABOUT_IN_SETTINGS.split())
_HOLDER = re.compile(
    r"(?im)^(?P<said>[\s#*/;%.]*copyright(?:\s*(?:\(c\)|©|:))*\s*(?:[0-9]{4}(?:\s*[-–,]\s*(?:[0-9]{4}|present))*,?\s*)+"
    r"(?:by\s+)?)(?P<holder>[^\n]*)$"
)
_LONE_ADDRESS = re.compile(rf'(?P<key>\b(?:source|url|uri)\s*=\s*)"{MARK}"')
_BADGE = re.compile(rf"\[?!\[[^\]\n]*\]\({MARK}\)(?:\]\([^)\n]*\))?[ \t]*")


def redaction_of(path: str, *, is_lock: bool = False) -> Redaction | None:
    """What removes identities from a file that is one of the known places; None where it is none.

    Args:
        path: the file, by its path in the bundle.
        is_lock: whether the manifest says that it is a lock.
    """
    name = path.rpartition("/")[2].lower()
    if is_lock:
        return lock
    if path.startswith(".github/") or name in (".gitmodules", ".gitlab-ci.yml"):
        return prose
    return next((how for pattern, how in _KNOWN if fnmatchcase(name, pattern)), None)


def prose(text: str, identities: Identities) -> str:
    """Text for people: what names somebody goes where it stands, and badges that lead there go as a whole."""
    return _BADGE.sub("", identities.text(_held(text, identities)))


def licence(text: str, identities: Identities) -> str:
    """A licence: its holders are nobody."""
    return identities.text(_HOLDER.sub(lambda match: match["said"] + NOBODY, text))


def _held(text: str, identities: Identities) -> str:
    """Copyright lines of a text whose holders are the authors."""

    def without(match: re.Match[str]) -> str:
        return match["said"] + NOBODY if identities.mentions(match["holder"]) else match[0]

    return _HOLDER.sub(without, text)


def people(_text: str, _identities: Identities) -> str:
    """A list of people, which is nothing else."""
    return f"{MARK}\n"


def citation(text: str, identities: Identities) -> str:
    """CITATION.cff: nobody as author, and no address or identifier."""
    return identities.text(yaml_without(text, _CITATION))


def json_about(text: str, identities: Identities) -> str:
    """codemeta.json, .zenodo.json or package.json without people and addresses."""
    try:
        document = json.loads(text)
    except (ValueError, RecursionError):
        return identities.text(text)
    if not isinstance(document, dict):
        return identities.text(text)
    nobody = {"@type": "Person", "name": NOBODY}
    made: dict[str, object] = {}
    for key, value in document.items():
        if key in _AUTHORS_OF:
            made[key] = [nobody] if isinstance(value, list) else NOBODY
        elif key not in _OF_PEOPLE:
            made[key] = value
    return json_like(cleaned(made, identities), text)


def pyproject(text: str, identities: Identities) -> str:
    """pyproject.toml: nobody as author, no address of the project, no index that only the authors know."""
    return lock(_license_holder(toml_without(text, _PYPROJECT)), identities)


def _license_holder(text: str) -> str:
    return _HOLDER.sub(lambda match: match["said"] + NOBODY, text)


def settings(text: str, identities: Identities) -> str:
    """reprocrate.toml without what the anonymous manifest lacks."""

    def paper(key: str, value: str) -> str | None:
        if key != "experiment.paper":
            return None
        kept = re.findall(r"\b(title|venue)\s*=\s*(\"(?:[^\"\\]|\\.)*\"|'[^']*')", value)
        return "{ " + ", ".join(f"{name} = {said}" for name, said in kept) + " }"

    made = identities.text(toml_values(toml_without(text, _SETTINGS), paper))
    return _LONE_ADDRESS.sub(rf'\g<key>"https://{MARK}.invalid/"', made)


def setup_cfg(text: str, identities: Identities) -> str:
    """setup.cfg without people and addresses."""
    return identities.text(ini_without(text, "metadata", ABOUT))


_KNOWN: tuple[tuple[str, Redaction], ...] = (
    ("licen[cs]e*", licence),
    ("copying*", licence),
    ("notice*", licence),
    ("authors*", people),
    ("contributors*", people),
    ("maintainers*", people),
    ("codeowners", people),
    (".mailmap", people),
    ("citation.cff", citation),
    ("codemeta.json", json_about),
    (".zenodo.json", json_about),
    ("package.json", json_about),
    ("pyproject.toml", pyproject),
    ("reprocrate.toml", settings),
    ("setup.cfg", setup_cfg),
    ("setup.py", setup_py),
    ("requirements*.txt", lock),
    ("constraints*.txt", lock),
    ("environment*.y*ml", lock),
    ("pylock*.toml", lock),
    ("*.lock", lock),
    ("*.ipynb", notebook),
    ("*.tex", latex),
    ("readme*", prose),
    ("changelog*", prose),
    ("contributing*", prose),
    ("*.md", prose),
    ("*.rst", prose),
)
