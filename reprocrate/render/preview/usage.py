"""The lower part of the page: what is missing, how to run it again, which files there are, and fixity."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from shlex import quote

from reprocrate.finding import Finding, Report, Severity
from reprocrate.manifest import Manifest
from reprocrate.render import words
from reprocrate.render.gaps import find_gaps
from reprocrate.render.numbers import duration, file_size
from reprocrate.render.preview.markup import Markup, code, definition, element, file_link, joined, lines
from reprocrate.render.preview.tree import file_tree
from reprocrate.render.recipe import Steps, make_steps, pip_commands, unpack_commands, uv_commands

_MOST_RULES = 30
_MOST_OF_A_RULE = 3
_MOST_GAPS = 40
_MOST_NEEDS = 20
_WELL_KNOWN = (
    ("REPRODUCING.md", "how to run everything again, step by step, without any special tool"),
    ("reprocrate.json", "everything on this page and more, as data"),
    ("ro-crate-metadata.json", "the same for catalogues and archives (RO-Crate)"),
    ("manifest-sha256.txt", "the SHA-256 digest of every file"),
    (".reprocrate/reproduction/verdict.html", "what the rerun showed of the original, claim by claim"),
    ("reprocrate.toml", "what the authors wrote themselves"),
    ("README.md", "the project's own introduction"),
    ("LICENSE", "the licence in full"),
    ("CITATION.cff", "how to cite this"),
)


_ALWAYS = ("ro-crate-metadata.json", "manifest-sha256.txt")
"""Files of every bundle that are made after its page, so that their sizes are not known yet."""


def gaps(manifest: Manifest) -> Markup:
    """What is not there and what that costs."""
    found = find_gaps(manifest)
    if not found:
        return element("p", "Nothing that a reader would need is known to be missing.")
    items = [element("li", element("b", gap.what), gap.cost) for gap in found[:_MOST_GAPS]]
    if len(found) > _MOST_GAPS:
        items.append(element("li", f"and {len(found) - _MOST_GAPS} more that are missing"))
    return element("ul", *items, class_="gaps")


def checks(report: Report) -> Markup:
    """What validation said when this page was made."""
    errors, warnings = report.count(Severity.ERROR), report.count(Severity.WARNING)
    notes = report.count(Severity.NOTE)
    counts = words.listing(
        [words.count_of(errors, "error"), words.count_of(warnings, "warning"), words.count_of(notes, "note")]
    )
    by_rule: dict[str, list[Finding]] = {}
    for finding in report.findings:
        by_rule.setdefault(finding.code, []).append(finding)
    items = [item for found in list(by_rule.values())[:_MOST_RULES] for item in _found(found)]
    if len(by_rule) > _MOST_RULES:
        items.append(element("li", f"and findings of {len(by_rule) - _MOST_RULES} more rules", class_="soft"))
    return joined(
        element("p", f"{words.count_of(len(report.assessed), 'rule')} were applied: {counts}."),
        element("ul", *items) if items else None,
        _not_assessed(report),
    )


def _found(findings: Sequence[Finding]) -> Iterator[Markup]:
    """The first findings of a rule, and how many more it has."""
    tags = {Severity.ERROR: "bad", Severity.WARNING: "warn", Severity.NOTE: ""}
    for finding in findings[:_MOST_OF_A_RULE]:
        tag = element("span", finding.severity.value, class_=f"tag {tags[finding.severity]}".strip())
        yield element("li", tag, " ", code(finding.code), " ", finding.message)
    more = len(findings) - _MOST_OF_A_RULE
    if more > 0:
        yield element("li", f"and {more:,} more of ", code(findings[0].code), class_="soft")


def reproduce(manifest: Manifest, bundle: str) -> Markup:
    """How to run it again, with this tool and without."""
    steps = make_steps(manifest)
    if not steps or not any(one.runs for one in steps):
        return element("p", "No run was recorded, so there is no command to repeat.", class_="soft")
    first = steps[0]
    count = sum(len(one.runs) for one in steps)
    first_of = f"Run the first of {words.count_of(count, 'command')}:" if count > 1 else "Run:"
    unpack = [*unpack_commands(bundle), "sha256sum -c manifest-sha256.txt"]
    items = [
        _step("Unpack, and check that every file is as it was packed:", unpack),
        element(
            "li",
            element("p", "Build the environment with uv,"),
            _shell(uv_commands(first.environment)),
            element("p", "or with Python's own tools:"),
            _shell(pip_commands(first.environment)),
        ),
        _step(first_of, first._replace(runs=first.runs[:1], places=first.places[:1]).lines),
    ]
    rest = element(
        "p",
        "Every command, and the numbers to expect, are in ",
        file_link("REPRODUCING.md"),
        ".",
        class_="note",
    )
    return joined(
        _needed(manifest, steps),
        element("h3", "With reprocrate"),
        element("p", "Checks every byte, builds the environment, runs every seed and compares the results:"),
        _shell(["pip install reprocrate", f"reprocrate rerun {quote(bundle)}"]),
        element("h3", "Without it"),
        element("ol", *items, class_="steps"),
        rest,
    )


def _needed(manifest: Manifest, steps: Sequence[Steps]) -> Markup | None:
    """How long it takes, and what nobody can pack."""
    seconds = sum(run.duration_s or 0.0 for one in steps for run in one.runs)
    entries = []
    if seconds:
        text = f"{duration(seconds)} for all commands, one after the other, on the machine they ran on"
        entries.append(definition("Time", text))
    if needs := manifest.requirements:
        entries += [
            definition(name, words.shortened(map(words.plain, given), _MOST_NEEDS))
            for name, given in (
                ("Network", needs.network),
                ("Secrets of your own", needs.secrets),
                ("Proprietary", needs.proprietary),
            )
            if given
        ]
    return element("dl", *entries, class_="about") if entries else None


def fixity(payload_sha256: str | None, files: Mapping[str, int] | None, bundle: str) -> Markup:
    """How to tell that nothing was changed."""
    entries = list(_fixity(payload_sha256, files))
    text = joined(
        "The digest of every file is in ", file_link("manifest-sha256.txt"), "; ",
        code("sha256sum -c manifest-sha256.txt"), " checks them all. ",
        code(f"reprocrate import {quote(bundle)}"),
        " does so before anything else and also refuses files that are missing or too many.",
    )  # fmt: skip
    return joined(element("p", text), element("dl", *entries, class_="about") if entries else None)


def important_files(manifest: Manifest, files: Mapping[str, int] | None) -> Markup:
    """Links to the files to look at first, then every file with its size."""
    paths = [(path, what) for path, what in _WELL_KNOWN if files is None or path in files or path in _ALWAYS]
    if files is None:
        paths = paths[:4]
    for environment in manifest.environments:
        if environment.lock and (files is None or environment.lock.path in files):
            paths.append((environment.lock.path, "the packages to install, with versions and digests"))
    entries = [
        element("div", element("dt", file_link(path)), element("dd", what, _size(path, files)))
        for path, what in paths
    ]
    return joined(
        element("dl", *entries, class_="about files"),
        joined(element("h3", "Every file"), file_tree(files)) if files else None,
    )


def colophon(manifest: Manifest) -> Markup:
    """What made this page, and from what."""
    tools = dict.fromkeys(f"{words.plain(one.tool)} {words.plain(one.version)}" for one in manifest.history)
    made = f", recorded with {words.listing(tools)}" if tools else ""
    version = f", a manifest of version {manifest.manifest_version}{made}. Identifier: "
    return element(
        "footer",
        element("p", "Made from ", code("reprocrate.json"), version, code(manifest.id), "."),
        element("p", "This page is static: it holds no scripts and loads nothing from elsewhere."),
    )


def _step(says: str, commands: list[str]) -> Markup:
    return element("li", element("p", says), _shell(commands))


def _shell(commands: list[str]) -> Markup:
    return element("pre", element("code", lines(commands)))


def _not_assessed(report: Report) -> Markup | None:
    if not report.not_assessed:
        return None
    codes = words.shortened((one.code for one in report.not_assessed), 8)
    number = words.count_of(len(report.not_assessed), "rule")
    return element("p", f"{number} could not be applied: {codes}.", class_="note")


def _fixity(payload_sha256: str | None, files: Mapping[str, int] | None) -> Iterator[Markup]:
    if payload_sha256:
        text = ", the SHA-256 that identifies what was done: everything here but this page and the metadata"
        yield definition("Payload digest", code(payload_sha256), text)
    if files:
        size = file_size(sum(files.values()))
        yield definition("Contents", f"{words.count_of(len(files), 'file')}, {size} before compression")


def _size(path: str, files: Mapping[str, int] | None) -> str | None:
    return f" ({file_size(files[path])})" if files and path in files else None
