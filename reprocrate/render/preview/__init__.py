"""The page that opens a bundle: static HTML that needs no script, no network and no other file.

It is `ro-crate-preview.html` of the RO-Crate specification. The same manifest gives the same bytes.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from reprocrate.finding import Report
from reprocrate.manifest import Manifest
from reprocrate.render.citation import Declared, citations_of
from reprocrate.render.curves import Curve
from reprocrate.render.preview import account, top, usage
from reprocrate.render.preview.citing import citing
from reprocrate.render.preview.curves import learning_curves
from reprocrate.render.preview.findings import Findings
from reprocrate.render.preview.frame import house_style, html_page, section
from reprocrate.render.preview.links import FileLinks
from reprocrate.render.preview.markup import Markup, element, joined
from reprocrate.render.preview.provenance import Provenance
from reprocrate.render.preview.reproduction import claims_of_original
from reprocrate.render.preview.runs import every_run

__all__ = ["Known", "preview_page"]


class Known(NamedTuple):
    """By what a bundle is known.

    Attributes:
        name: the name of its file, for the commands that are shown.
        payload_sha256: its payload digest, where that does not depend on this page.
        doi: the DOI under which it is kept, once that is known.
    """

    name: str = "experiment.crate.zip"
    payload_sha256: str | None = None
    doi: str = ""


AS_USUAL = Known()


def preview_page(
    manifest: Manifest,
    *,
    files: Mapping[str, int] | None = None,
    known: Known = AS_USUAL,
    report: Report | None = None,
    curves: Sequence[Curve] = (),
    declared: Declared | None = None,
    verdict: Mapping[str, Any] | None = None,
) -> bytes:
    """The page for people, as UTF-8.

    Args:
        manifest: the experiment.
        files: size in bytes of every file that will be beside the page, by path: only these are linked to.
            None links to every file that the manifest says travels.
        known: by what the bundle is known.
        report: what validation said, to be shown too.
        curves: values over steps, to be drawn.
        declared: what a CITATION.cff says.
        verdict: what a reproduction showed of the original, as plain JSON values (`verdict.schema.json`).
    """
    findings = Findings(manifest)
    links = FileLinks(files)
    provenance = Provenance(manifest, links)
    comparisons = findings.comparisons()
    of_original = claims_of_original(manifest, verdict)
    sections: list[tuple[str, str, Markup | None]] = [
        ("claims", "Claims of the original" if of_original else "Claims", of_original or findings.claims()),
        ("results", "Results", findings.results()),
        ("curves", "Learning curves", learning_curves(manifest, curves)),
        ("comparisons", "Comparisons", comparisons),
        ("completeness", "Completeness", joined(top.parts(manifest), usage.gaps(manifest))),
        ("checks", "Validation", usage.checks(report) if report else None),
        ("reproduce", "How to run it again", usage.reproduce(manifest, known.name)),
        ("cite", "How to cite", citing(manifest, citations_of(manifest, declared, known.doi))),
        ("runs", "Runs", every_run(manifest, links)),
        ("code", "Code", provenance.code()),
        ("data", "Data", provenance.data()),
        ("models", "Models", account.models(manifest, links)),
        ("ethics", "Ethics and limits", account.ethics(manifest)),
        ("environment", "Software", provenance.environments()),
        ("hardware", "Hardware and cost", joined(provenance.hardware(), account.cost(manifest))),
        ("determinism", "Determinism", provenance.determinism()),
        ("files", "Files", usage.important_files(manifest, files)),
        ("fixity", "Integrity", usage.fixity(known.payload_sha256, files, known.name)),
    ]
    header = top.header(manifest, report, links, known.doi)
    return _document(
        manifest, header, [(name, title, body) for name, title, body in sections if body is not None]
    )


def _document(manifest: Manifest, header: Markup, sections: list[tuple[str, str, Markup]]) -> bytes:
    return html_page(
        manifest.experiment.title,
        top.summary(manifest),
        element("a", "Skip to the claims and results", href="#main", class_="skip"),
        header,
        top.contents([(name, title) for name, title, _ in sections]),
        element("main", *(section(*one) for one in sections), id="main", tabindex="-1"),
        usage.colophon(manifest),
        style=house_style(),
    )
