"""What every page of ours stands in: a document of its own that runs and loads nothing."""

from __future__ import annotations

import base64
import hashlib
from importlib.resources import files as package_files

from reprocrate.render.preview.markup import Markup, element, shortened

_LONGEST_TITLE = 200


def house_style() -> str:
    """The style sheet of all pages."""
    return package_files(__package__ or "").joinpath("style.css").read_text("utf-8")


def html_page(title: str, description: str, *body: Markup, style: str) -> bytes:
    """A page as UTF-8.

    Args:
        title: what the browser calls it.
        description: what it is about, in a sentence or two.
        body: what is on it.
        style: its style sheet, the only one that applies.
    """
    page = element(
        "html",
        element(
            "head",
            element("meta", charset="utf-8"),
            element("meta", name="viewport", content="width=device-width, initial-scale=1"),
            _policy(style),
            element("meta", name="referrer", content="no-referrer"),
            element("title", shortened(title, _LONGEST_TITLE)),
            element("meta", name="description", content=description),
            element("style", Markup(style)),
        ),
        element("body", element("div", *body, class_="page")),
        lang="en",
    )
    return f"<!DOCTYPE html>\n{page}".encode()


def section(identifier: str, title: str, body: Markup) -> Markup:
    """A part of a page that its contents lead to."""
    heading = element("h2", title, id=f"{identifier}-title")
    return element("section", heading, body, id=identifier, aria_labelledby=f"{identifier}-title")


def _policy(style: str) -> Markup:
    """Nothing may run or be loaded, whatever a document smuggles in; only this very style sheet applies."""
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    rules = f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"
    return element("meta", http_equiv="Content-Security-Policy", content=rules)
