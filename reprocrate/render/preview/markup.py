"""HTML that is escaped by construction: text is text unless it was made here."""

from __future__ import annotations

import html
from collections.abc import Iterable
from urllib.parse import quote

from reprocrate.render.words import flowing, plain, verbatim

_VOID = frozenset({"meta", "br", "link", "circle", "line", "rect", "path", "col"})
_INLINE = frozenset({"a", "b", "bdi", "br", "circle", "code", "line", "path", "rect", "span", "text"})


class Markup(str):
    """Text that is HTML already."""

    __slots__ = ()


Content = str | Markup | None | Iterable["str | Markup | None"]


def text(value: str) -> Markup:
    """Somebody's text as HTML: escaped, on one line, without characters that act; a space at an end stays."""
    return Markup(html.escape(flowing(value)))


def element(name: str, /, *content: Content, **attributes: str | int | float | bool | None) -> Markup:
    """One element.

    Args:
        name: its name.
        content: what is in it; text is escaped, `Markup` stands as it is, None is nothing.
        attributes: by name; a trailing underscore is dropped and others become hyphens. None and False leave
            an attribute out, True gives one without a value.
    """
    written = "".join(_attribute(key, value) for key, value in attributes.items())
    end = "" if name in _INLINE else "\n"
    if name in _VOID:
        closing = "" if name in ("meta", "br", "link", "col") else "/"
        return Markup(f"<{name}{written}{closing}>{end}")
    return Markup(f"<{name}{written}>{joined(*content)}</{name}>{end}")


def shortened(value: str, most: int = 160) -> str:
    """A name as far as it is one: a hostile or careless one may have thousands of characters."""
    value = plain(value)
    return value if len(value) <= most else f"{value[: most - 1]}…"


def joined(*content: Content) -> Markup:
    """Pieces of HTML one after the other."""
    return Markup("".join(_written(one) for one in content))


def code(value: str) -> Markup:
    """Something that a machine reads."""
    return element("code", value)


def prose(value: str) -> Markup:
    """Text in which what stands between back quotes is for machines."""
    pieces = value.split("`")
    if len(pieces) % 2 == 0:
        return text(value)
    return joined(*(code(each) if place % 2 else each for place, each in enumerate(pieces)))


def lines(values: Iterable[str]) -> Markup:
    """Lines for a block of code, with their spaces."""
    return Markup(html.escape(verbatim("\n".join(values))))


def link(address: str, label: str | Markup) -> Markup:
    """A link to the web; only its label where the address is of another kind."""
    if not address.startswith(("https://", "http://")):
        return Markup(_written(label))
    class_ = "bare" if label == address else None  # paper shows the address of the others
    href = quote(address, safe=":/?#[]@!$&'()*+,;=%-._~")
    return element("a", label, href=href, rel="noreferrer nofollow", class_=class_)


def file_link(path: str, label: str | Markup | None = None) -> Markup:
    """A link to a file beside the page, whatever its name looks like."""
    return element("a", code(path) if label is None else label, href=f"./{quote(path, safe='/')}")


def definition(term: str, *content: Content) -> Markup:
    """One entry of a list of definitions."""
    return element("div", element("dt", term), element("dd", *content))


def _attribute(name: str, value: str | int | float | bool | None) -> str:
    if value is None or value is False:
        return ""
    key = name.removesuffix("_").replace("_", "-")
    return f" {key}" if value is True else f' {key}="{html.escape(plain(str(value)))}"'


def _written(content: Content) -> str:
    if content is None:
        return ""
    if isinstance(content, Markup):
        return str(content)
    if isinstance(content, str):
        return str(text(content))
    return "".join(_written(one) for one in content)
