"""The page that opens a bundle: static HTML that needs no script, no network and no other file.

It is `ro-crate-preview.html` of the RO-Crate specification. The same manifest gives the same bytes.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Mapping
from importlib.resources import files as package_files

from reprocrate.finding import Report
from reprocrate.manifest import Manifest
from reprocrate.render.preview import top, usage
from reprocrate.render.preview.findings import Findings
from reprocrate.render.preview.markup import Markup, element, joined
from reprocrate.render.preview.provenance import Provenance

__all__ = ["preview_page"]


def preview_page(
    manifest: Manifest,
    *,
    files: Mapping[str, int] | None = None,
    bundle: str = "experiment.crate.zip",
    payload_sha256: str | None = None,
    report: Report | None = None,
) -> bytes:
    """The page for people, as UTF-8.

    Args:
        manifest: the experiment.
        files: size in bytes of every file that will be beside the page, by path: only these are linked to.
            None links to every file that the manifest says travels.
        bundle: name of the bundle's file, for the commands that are shown.
        payload_sha256: the bundle's payload digest, where it does not depend on this page.
        report: what validation said, to be shown too.
    """
    findings = Findings(manifest)
    provenance = Provenance(manifest, files)
    comparisons = findings.comparisons()
    sections: list[tuple[str, str, Markup | None]] = [
        ("claims", "Claims", findings.claims()),
        ("results", "Results", findings.results()),
        ("comparisons", "Comparisons", comparisons),
        ("completeness", "Completeness", joined(top.parts(manifest), usage.gaps(manifest))),
        ("checks", "Checks", usage.checks(report) if report else None),
        ("reproduce", "How to run it again", usage.reproduce(manifest, bundle)),
        ("runs", "Runs", provenance.runs()),
        ("code", "Code", provenance.code()),
        ("data", "Data", provenance.data()),
        ("environment", "Software", provenance.environments()),
        ("hardware", "Hardware", provenance.hardware()),
        ("determinism", "Determinism", provenance.determinism()),
        ("files", "Files", usage.important_files(manifest, files)),
        ("fixity", "Fixity", usage.fixity(payload_sha256, files, bundle)),
    ]
    return _document(manifest, [(name, title, body) for name, title, body in sections if body is not None])


def _document(manifest: Manifest, sections: list[tuple[str, str, Markup]]) -> bytes:
    style = package_files(__name__).joinpath("style.css").read_text("utf-8")
    title = manifest.experiment.title
    page = element(
        "html",
        element(
            "head",
            element("meta", charset="utf-8"),
            element("meta", name="viewport", content="width=device-width, initial-scale=1"),
            _policy(style),
            element("meta", name="referrer", content="no-referrer"),
            element("title", title),
            element("meta", name="description", content=top.summary(manifest)),
            element("style", Markup(style)),
        ),
        element(
            "body",
            element(
                "div",
                top.header(manifest),
                top.contents([(name, title) for name, title, _ in sections]),
                element("main", *(_section(*one) for one in sections)),
                usage.colophon(manifest),
                class_="page",
            ),
        ),
        lang="en",
    )
    return f"<!DOCTYPE html>\n{page}".encode()


def _section(identifier: str, title: str, body: Markup) -> Markup:
    heading = element("h2", title, id=f"{identifier}-title")
    return element("section", heading, body, id=identifier, aria_labelledby=f"{identifier}-title")


def _policy(style: str) -> Markup:
    """Nothing may run or be loaded, whatever a manifest smuggles in; only this very style sheet applies."""
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    rules = f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"
    return element("meta", http_equiv="Content-Security-Policy", content=rules)
