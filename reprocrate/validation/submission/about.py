"""What a submission consists of, and what its papers about itself say: README, licence, results, citation."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator

from reprocrate.finding import Location, Observed
from reprocrate.standard.licence_texts import (
    licence_named,
    licence_of_badge,
    licence_of_header,
    licence_of_text,
)
from reprocrate.validation.submission.items import counted, found, listed, not_assessed, not_found
from reprocrate.validation.submission.readme import lines_of, tables_of
from reprocrate.validation.submission.tree import (
    ARCHIVES,
    DOCUMENTS,
    LANGUAGES,
    Sign,
    SubmissionTree,
    suffix_of,
)

_LICENCE_FILE = re.compile(r"(?:un)?licen[cs]e(?:[-_.].*)?|copying(?:\..*)?|licen[cs]es?/.*", re.IGNORECASE)
_DECLARED = re.compile(
    r"^\s*license(?:-expression)?\s*[=:]\s*(?:\{\s*text\s*=\s*)?[\"']?(?P<name>[A-Za-z0-9.+ -]+?)"
    r"[\"',}]*\s*$",
    re.MULTILINE,
)
_METRIC = re.compile(
    r"\b(?:acc(?:uracy)?|f1|auc|auroc|loss|error|rmse|mae|mse|bleu|rouge|score|return|reward|perplexity|ppl|iou|miou|dice|"
    r"precision|recall|m?ap(?:50)?|psnr|ssim|fid|wer|cer|top-?[15]|r2|mrr|ndcg|hits?@\d+|results?|performance|success|"
    r"pass@\d+|elo|avg|average|mean|val|test|dev|eer|lpips|nll|bpc|em)\b|%",
    re.IGNORECASE,
)
_RESULTS = re.compile(
    r"\b(?:results?|performance|benchmarks?|evaluation|leaderboard|model zoo|main|scores?)\b"
)
_CITES = Sign(
    r"@(?:article|inproceedings|misc|techreport|phdthesis|book|software|conference|unpublished|incollection)\s*\{",
    "@",
    re.IGNORECASE,
)
_ARXIV = Sign(r"arxiv\.org/(?:abs|pdf)/[\w./-]+|doi\.org/10\.\d{4,9}/[^\s\])>\"']+", "arxiv.org doi.org")
_OF_ITSELF = re.compile(
    r"\bcit(?:e|ed|ing|ation)\b|\bofficial\b|img\.shields\.io|zenodo\.org/badge|论文|引用|"
    r"\b(?:our|this|the|full|accompanying) (?:\w+ )?(?:paper|article|publication|preprint|manuscript)\b|"
    r"\[[^\]]*\b(?:arxiv|paper|preprint|doi)\b[^\]]*\]|"
    r"\b(?:code|implementation|repository|scripts|supplement\w*|materials?) (?:for|of|to|accompan\w+)\b",
    re.IGNORECASE,
)
"""Words beside an address that make it that of the work itself, and not of what it builds on."""

_LEAST_NUMBERS = 2
_SURELY = 4


def observe_inventory(tree: SubmissionTree) -> Observed:
    """How many files there are, of what kinds, and what was not looked at."""
    seen = getattr(tree.files, "seen", None)
    if not tree.own:
        return not_found("inventory", "there are no files")
    kinds = Counter(_kind(path) for path in tree.own)
    shown = ", ".join(f"{count:,} {kind}" for kind, count in kinds.most_common(7) if kind)
    detail = f"{counted(len(tree.own), 'file')} of {sum(map(tree.size, tree.own)):,} bytes"
    detail += f": {shown}" if shown else ""
    return found("inventory", "; ".join([detail, *_remarks(tree, seen)]))


def _remarks(tree: SubmissionTree, seen: object) -> Iterator[str]:
    """What the reader should know was not looked at."""
    inner = [path for path in tree.own if path.lower().endswith(ARCHIVES)]
    if inner:
        verb = "archive in it is" if len(inner) == 1 else "archives in it are"
        yield f"{len(inner)} {verb} not looked into: {listed(inner, 3)}"
    if seen is None:
        return
    told = (
        (getattr(seen, "left_out", ()), "left out as made by tools: {}"),
        (getattr(seen, "unreadable", ()), "not readable: {}"),
    )
    for names, words in told:
        if names:
            yield words.format(listed(sorted(names), 3))
    if getattr(seen, "encrypted", 0):
        yield f"{counted(getattr(seen, 'encrypted', 0), 'file')} encrypted"
    if getattr(seen, "links", 0):
        yield f"{counted(getattr(seen, 'links', 0), 'symbolic link')} not followed"
    if not tree.is_whole:
        yield "it is so large that only a part was looked at"


def observe_readme(tree: SubmissionTree) -> Observed:
    """The README at the top."""
    if tree.readme:
        words = len(tree.text(tree.readme).split())
        return found("readme", f"{tree.readme}, {counted(words, 'word')}", [Location(tree.readme)])
    if tree.readmes:
        where = [Location(path) for path in tree.readmes]
        return found("readme", f"none at the top; {listed(tree.readmes)}", where)
    if tree.is_only_documents:
        return not_assessed("readme", "there is nothing but documents")
    return not_found("readme", "no file called README")


def observe_licence(tree: SubmissionTree) -> Observed:
    """Under which licence it may be used."""
    said = dict(_licences(tree))
    if said:
        names = "; ".join(f"{spdx} ({place})" for place, spdx in list(said.items())[:3])
        return found("licence", names, [Location(str(place)) for place in said])
    files = [path for path in tree.own if tree.is_top(path) and _is_licence_file(tree, path)]
    if files:
        return found("licence", f"{listed(files)}, of no kind that is known here", map(Location, files))
    for path in tree.programs[:50]:
        spdx = licence_of_header(tree.text(path)[:2000])
        if spdx:
            return found("licence", f"{spdx} (the header of {path})", [Location(path)])
    if tree.is_only_documents:
        return not_assessed("licence", "there is nothing but documents")
    below = [path for path in tree.own if _is_licence_file(tree, path)]
    more = f"; {listed(below)} may be of what others wrote" if below else ""
    return not_found(
        "licence", f"no licence file at the top, and no other file says it{more}", map(Location, below)
    )


def _licences(tree: SubmissionTree) -> Iterator[tuple[str, str]]:
    top = [path for path in tree.own if tree.is_top(path)]
    for path in tree.own:
        if _is_licence_file(tree, path) and (tree.is_top(path) or "/licenses/" in f"/{path}".lower()):
            spdx = licence_of_text(tree.text(path)) or licence_of_header(tree.text(path))
            if spdx:
                yield path, spdx
    for path in top:
        name = path.rpartition("/")[2].lower()
        spdx = None
        if name in ("pyproject.toml", "citation.cff", "setup.cfg", "package.json", "description"):
            match = _DECLARED.search(tree.text(path))
            spdx = licence_named(match["name"]) if match else None
        elif path == tree.readme:
            spdx = licence_of_badge(tree.text(path))
        if spdx:
            yield path, spdx


def _is_licence_file(tree: SubmissionTree, path: str) -> bool:
    name = path.removeprefix(tree.root).rpartition("/")[2]
    return _LICENCE_FILE.fullmatch(name) is not None and suffix_of(path) in (
        "",
        ".md",
        ".txt",
        ".rst",
        ".mit",
        ".apache",
    )


def observe_results(tree: SubmissionTree) -> Observed:
    """A table of results in a README."""
    if not tree.guides:
        said = "there is no README that could have one"
        return (
            not_assessed("results-table", said)
            if tree.is_only_documents
            else not_found("results-table", said)
        )
    places = []
    for path in tree.guides:
        text = tree.text(path)
        for table in tables_of(lines_of(text), text):
            named = _METRIC.search(table.head) or _RESULTS.search(table.heading) or table.measured >= _SURELY
            if table.numbers >= _LEAST_NUMBERS and named:
                places.append((table.numbers, Location(path, line=table.line)))
    if places:
        most = max(number for number, _ in places)
        where = listed(dict.fromkeys(place.file or "" for _, place in places), 2)
        detail = f"{counted(len(places), 'table')} in {where}, the largest with {counted(most, 'number')}"
        return found("results-table", detail, [place for _, place in places])
    return not_found(
        "results-table", f"no table with numbers and the name of a metric in {listed(tree.readmes, 2)}"
    )


def observe_citation(tree: SubmissionTree) -> Observed:
    """How it is to be cited."""
    files = [
        path
        for name in ("citation.cff", "citation.bib", "citation", "citation.md", "citation.txt")
        for path in tree.by_name.get(name, ())
    ]
    if files:
        return found("citation", listed(files), map(Location, files))
    for path in tree.guides:
        for line, _ in tree.lines(path, _CITES):
            return found("citation", f"an entry of BibTeX in {path}", [Location(path, line=line)])
    for path in (path for path in tree.readmes if path == tree.readme):
        lines = tree.text(path).splitlines()
        for line, match in tree.lines(path, _ARXIV):
            if line and _OF_ITSELF.search(" ".join(lines[max(0, line - 2) : line])):
                return found(
                    "citation", f"{path} names {match[0].rstrip(').,*')}", [Location(path, line=line)]
                )
    if tree.is_only_documents:
        return not_assessed("citation", "there is nothing but documents")
    return not_found("citation", "no CITATION file, and no README that says it")


def _kind(path: str) -> str:
    suffix = suffix_of(path)
    return LANGUAGES.get(suffix) or DOCUMENTS.get(suffix) or suffix.removeprefix(".")
