"""A verdict as a page: static HTML that needs no script, no network and no other file.

It is made from the verdict's JSON document alone (`verdict.schema.json`): the same document gives the
same bytes.
"""

from __future__ import annotations

from collections.abc import Iterator
from importlib.resources import files as package_files

from reprocrate.render import words
from reprocrate.render.preview.frame import house_style, html_page, section
from reprocrate.render.preview.markup import Markup, code, definition, element, joined, shortened
from reprocrate.render.preview.top import contents
from reprocrate.render.verdict import verdict_conclusion
from reprocrate.render.verdict_page.around import circumstances
from reprocrate.render.verdict_page.beside import beside
from reprocrate.render.verdict_page.claims import claims_section
from reprocrate.render.verdict_page.results import Results
from reprocrate.render.verdict_reading import items, part
from reprocrate.render.verdict_words import CLAIM, RESULT, Section, basis_text, deciding_claims

__all__ = ["verdict_page"]

_LONGEST_TITLE = 300
_LONG_TITLE = 140
_KIND = {"compare": "Verdict between two records", "logs": "Verdict of a recomputation"}


def verdict_page(document: Section) -> bytes:
    """The page for people, as UTF-8.

    Args:
        document: plain JSON values that follow `verdict.schema.json`; what is not known there is left out.
    """
    basis = str(document.get("basis"))
    results = Results(items(document, "results"), basis)
    claims = claims_section(items(document, "claims"), results.places, items(document, "results"))
    parts: list[tuple[str, str, Markup | None]] = [
        ("claims", "Claims", claims),
        ("results", "Results", results.section()),
        ("beside", "Beside the verdict", beside(document)),
        ("circumstances", "How it was run", circumstances(document)),
        ("words", "What the words mean", _words(document)),
    ]
    sections = [(name, title, body) for name, title, body in parts if body is not None]
    style = house_style() + package_files(__name__).joinpath("style.css").read_text("utf-8")
    title = str(part(document, "original").get("title"))
    return html_page(
        f"Verdict: {title}",
        str(document.get("sentence")),
        element("a", "Skip to the claims and results", href="#main", class_="skip"),
        _header(document, title, basis),
        contents([(name, title) for name, title, _ in sections]),
        element("main", *(section(*one) for one in sections), id="main", tabindex="-1"),
        _colophon(document),
        style=style,
    )


def _header(document: Section, title: str, basis: str) -> Markup:
    colour = "good" if document.get("upheld") else "bad" if _refuted(document) else "warn"
    conclusion = verdict_conclusion(document, others="see below")
    return element(
        "header",
        element("p", _KIND.get(basis, "Verdict of a rerun"), class_="eyebrow"),
        element("h1", shortened(conclusion, _LONGEST_TITLE), class_=f"conclusion {colour}"),
        element(
            "p", shortened(title, _LONGEST_TITLE), class_=f"of{' long' if len(title) > _LONG_TITLE else ''}"
        ),
        element("p", words.plain(str(document.get("sentence"))), class_="lead"),
        element("dl", *_facts(document), class_="facts"),
        _choice(document),
    )


def _refuted(document: Section) -> bool:
    """Whether something is held against the original; else it is only not shown."""
    if claims := deciding_claims(document):
        return any(one.get("outcome") == "not_upheld" for one in claims)
    return any(
        one.get("outcome") in ("contradicted", "failed", "not_comparable")
        for one in items(document, "results")
    )


def _facts(document: Section) -> Iterator[Markup]:
    found = part(document, "circumstances")
    yield definition("It rests on", basis_text(document))
    if when := found.get("when"):
        yield definition("Made", f"{words.moment(str(when))} (UTC)")
    if tool := part(found, "tool"):
        yield definition("With", words.plain(f"{tool.get('name')} {tool.get('version')}"))
    if found.get("degraded"):
        yield definition("Conditions", element("span", "degraded", class_="tag warn"))


def _choice(document: Section) -> Markup | None:
    """What of the whole was run, and why: too long for a column."""
    reasons = part(document, "circumstances").get("chosen") or ()
    told = [element("li", words.plain(str(reason))) for reason in reasons]
    return element("ul", *told, class_="note") if told else None


def _words(document: Section) -> Markup | None:
    results = {one.get("outcome") for one in items(document, "results") if one.get("asked", True)}
    claims = {one.get("outcome") for one in items(document, "claims")}
    entries = [(name, told) for outcome, (_, name, _, told) in CLAIM.items() if outcome in claims]
    entries += [(name, told) for outcome, (name, _, told) in RESULT.items() if outcome in results]
    if not entries:
        return None
    return element("dl", *(definition(name, words.sentence(told)) for name, told in entries), class_="about")


def _colophon(document: Section) -> Markup:
    original, again = part(document, "original"), part(document, "reproduction")
    payload = part(document, "circumstances").get("payload_sha256")
    identifiers = [joined("the original ", code(str(original.get("id"))))]
    if again.get("id") != original.get("id"):
        identifiers.append(joined(", the rerun ", code(str(again.get("id")))))
    digest = (
        joined(" Payload digest of the original's bundle: ", code(str(payload)), ".") if payload else None
    )
    return element(
        "footer",
        element("p", "Made from ", code("verdict.json"), " alone. Identifiers: ", *identifiers, ".", digest),
        element("p", "This page is static: it holds no scripts and loads nothing from elsewhere."),
    )
