"""Files whose structure says where identities stand: setup.py, LaTeX, notebooks and JSON."""

from __future__ import annotations

import ast
import json
import re
from typing import Any

from reprocrate.manifest.anonymity import NOBODY
from reprocrate.workflow.anonymous.identities import Identities

_ABOUT_A_PACKAGE = """
author author_email maintainer maintainer_email url download_url project_urls home_page home-page author-email
maintainer-email
"""
ABOUT = frozenset(_ABOUT_A_PACKAGE.split())
"""What setup.py and setup.cfg call people and addresses."""

_LATEX = re.compile(
    r"\\(?:author|thanks|email|affiliation|affil|institute|institution|address|orcid|icmlauthor|icmlaffiliation|"
    r"icmlcorrespondingauthor)\b\*?(?:\[[^\]]*\])?\{"
)


def setup_py(text: str, _identities: Identities) -> str:
    """setup.py: what the call of `setup` says of people and addresses is said of nobody."""
    try:
        tree = ast.parse(text)
    except (ValueError, SyntaxError, RecursionError):
        return text
    spans: list[tuple[int, int, str]] = []
    starts = [0]
    data = text.encode(errors="surrogateescape")
    for line in data.splitlines(keepends=True):
        starts.append(starts[-1] + len(line))
    for call in (node for node in ast.walk(tree) if isinstance(node, ast.Call) and _calls_setup(node)):
        for keyword in call.keywords:
            value = keyword.value
            if keyword.arg in ABOUT and isinstance(value, ast.Constant | ast.Dict):
                name = NOBODY if "author" in keyword.arg else ""
                begin = starts[value.lineno - 1] + value.col_offset
                end = starts[(value.end_lineno or value.lineno) - 1] + (value.end_col_offset or 0)
                spans.append((begin, end, "{}" if isinstance(value, ast.Dict) else f'"{name}"'))
    for begin, end, new in sorted(spans, reverse=True):
        data = data[:begin] + new.encode() + data[end:]
    return data.decode(errors="surrogateescape")


def _calls_setup(call: ast.Call) -> bool:
    """Whether a call is that of `setup`, or of `setuptools.setup`."""
    return "setup" in (getattr(call.func, "id", ""), getattr(call.func, "attr", ""))


def latex(text: str, identities: Identities) -> str:
    r"""LaTeX: what stands in \author, \thanks and their like is nobody."""
    parts: list[str] = []
    place = 0
    for match in _LATEX.finditer(text):
        if match.start() < place:
            continue
        end = _closing(text, match.end())
        parts += [text[place : match.end()], NOBODY]
        place = end
    return identities.text("".join([*parts, text[place:]]))


def _closing(text: str, place: int) -> int:
    """Where the brace closes that was opened before `place`; the end of the text where it does not."""
    depth = 1
    while place < len(text):
        letter = text[place]
        if letter == "\\":
            place += 2
            continue
        depth += (letter == "{") - (letter == "}")
        if depth == 0:
            return place
        place += 1
    return len(text)


def notebook(text: str, identities: Identities) -> str:
    """A notebook: its metadata and outputs, never the source of its cells, which is code."""
    try:
        document = json.loads(text)
    except (ValueError, RecursionError):
        return text
    if not isinstance(document, dict) or not isinstance(document.get("cells"), list):
        return text
    if isinstance(about := document.get("metadata"), dict):
        document["metadata"] = cleaned(_without_author(about), identities)
    for cell in (each for each in document["cells"] if isinstance(each, dict)):
        said = (
            ("metadata", "outputs") if cell.get("cell_type") == "code" else ("metadata", "outputs", "source")
        )
        cell |= {key: cleaned(cell[key], identities) for key in said if key in cell}
    if document == json.loads(text):
        return text
    return json_like(document, text)


def _without_author(about: dict[str, Any]) -> dict[str, Any]:
    """The metadata of a notebook without who wrote it; people call kernels after themselves, too."""
    kept = {key: value for key, value in about.items() if key not in ("authors", "author", "colab")}
    kernel = kept.get("kernelspec")
    if isinstance(kernel, dict) and "name" in kernel:
        kept["kernelspec"] = kernel | {"display_name": kernel["name"]}
    return kept


def cleaned(value: Any, identities: Identities) -> Any:
    """A JSON value with `MARK` in the place of every identity in its texts."""
    if isinstance(value, str):
        return identities.text(value)
    if isinstance(value, list):
        return [cleaned(each, identities) for each in value]
    if isinstance(value, dict):
        return {key: cleaned(each, identities) for key, each in value.items()}
    return value


def json_like(document: Any, like: str) -> str:
    """JSON indented as another text is."""
    found = re.search(r"\n([ \t]+)\S", like)
    indent = found[1] if found else None
    end = "\n" if like.endswith("\n") else ""
    return json.dumps(document, indent=indent, ensure_ascii=False) + end
