"""What every page of ours stands in: a document of its own that runs and loads nothing."""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Iterator
from functools import lru_cache
from importlib.resources import files as package_files

from reprocrate.render.preview.markup import Markup, element, shortened

_LONGEST_TITLE = 200


def house_style() -> str:
    """The style sheet of all pages."""
    return package_files(__package__ or "").joinpath("style.css").read_text("utf-8")


def html_page(
    title: str, description: str, *body: Markup, style: str, script: str = "", data: str = ""
) -> bytes:
    """A page as UTF-8.

    Args:
        title: what the browser calls it.
        description: what it is about, in a sentence or two.
        body: what is on it.
        style: its style sheet, the only one that applies.
        script: a script of ours, the only one that may run; the page must be whole without it.
        data: JSON that the script reads.
    """
    given = Markup(data.replace("<", r"\u003c"))  # nothing in it can end the element
    page = element(
        "html",
        element(
            "head",
            element("meta", charset="utf-8"),
            element("meta", name="viewport", content="width=device-width, initial-scale=1"),
            _policy(style, script),
            element("meta", name="referrer", content="no-referrer"),
            element("title", shortened(title, _LONGEST_TITLE)),
            element("meta", name="description", content=description),
            element("style", Markup(style)),
        ),
        element(
            "body",
            element("div", *body, class_="page"),
            element("script", given, type="application/json", id="data") if data else None,
            element("script", Markup(script)) if script else None,
        ),
        lang="en",
    )
    return f"<!DOCTYPE html>\n{page}".encode()


def section(identifier: str, title: str, body: Markup) -> Markup:
    """A part of a page that its contents lead to."""
    heading = element("h2", title, id=f"{identifier}-title")
    return element("section", heading, body, id=identifier, aria_labelledby=f"{identifier}-title")


def used_style(style: str, *body: Markup) -> str:
    """A style sheet without the rules for classes that a page does not have, for pages that are many.

    The sheet has one rule on each line, as ours have.
    """
    classes = {name for one in body for found in _CLASSES.findall(one) for name in found.split()}
    return _trimmed(style, frozenset({"page", *classes}))


_CLASSES = re.compile(r'class="([^"]*)"')
_CLASS_IN_SELECTOR = re.compile(r"\.([a-z][a-z-]*)")


@lru_cache(maxsize=256)  # the pages of a batch have few different sets of classes
def _trimmed(style: str, classes: frozenset[str]) -> str:
    return "\n".join(line for line in style.splitlines() if _is_used(line, classes))


def _is_used(line: str, classes: frozenset[str]) -> bool:
    """Whether a line is no rule, or one of whose selectors every class is there."""
    selectors, brace, declarations = line.partition("{")
    if not brace or not declarations.strip() or selectors.strip().startswith("@"):
        return True
    return any(set(_CLASS_IN_SELECTOR.findall(one)) <= classes for one in _selectors(selectors))


def _selectors(text: str) -> Iterator[str]:
    """The selectors of a rule; what stands in `:not(...)` need not be there."""
    return iter(re.sub(r":not\([^)]*\)", "", text).split(","))


def _policy(style: str, script: str) -> Markup:
    """Nothing else may run or be loaded, whatever a document smuggles in; only these very texts apply."""
    rules = f"default-src 'none'; style-src '{_digest(style)}'; base-uri 'none'; form-action 'none'"
    allowed = f"; script-src '{_digest(script)}'" if script else ""
    return element("meta", http_equiv="Content-Security-Policy", content=rules + allowed)


def _digest(text: str) -> str:
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
