"""Tables of the page: each with a caption and headers, and room to scroll where it is wide."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from reprocrate.render.preview.markup import Content, Markup, element, text

Header = str | tuple[str, str]
"""The text of a column's header, alone or with the class of its cells."""


def table(
    caption: str, headers: Sequence[Header], rows: Iterable[Sequence[Markup]], class_: str | None = None
) -> Markup:
    """A table in a region that scrolls sideways on a narrow screen and can be reached with the keyboard.

    Of the class `reflow`, each row becomes a block there, with the name of its column beside each cell.
    """
    named = [one if isinstance(one, tuple) else (one, "") for one in headers]
    columns = [element("th", name, scope="col", class_=kind or None) for name, kind in named]
    reflows = "reflow" in (class_ or "").split()
    names = [name for name, _ in named]
    inside = element(
        "table",
        element("caption", caption),
        element("thead", element("tr", *columns)),
        element("tbody", *(element("tr", *(_told(row, names) if reflows else row)) for row in rows)),
        class_=class_,
    )
    return element("div", inside, class_="wide", role="group", tabindex="0", aria_label=caption[:200])


def _told(row: Sequence[Markup], names: Sequence[str]) -> list[Markup]:
    """The cells of a row with the names of their columns; a header needs none."""
    return [
        Markup(cell.replace("<td", f'<td data-label="{text(name)}"', 1)) if cell.startswith("<td") else cell
        for cell, name in zip(row, names, strict=True)
    ]


def number(value: str, below: str | None = None, *, is_best: bool = False) -> Markup:
    """A cell that holds a number, and a small line below it; the best of several has a star before it."""
    content: list[Content] = [value]
    if is_best:
        star = element("span", "★", class_="star", role="img", aria_label="best")
        content = [star, " ", element("b", value)]
    if below is not None:
        content += [" ", element("span", below, class_="sub")]
    return element("td", *content, class_="number")
