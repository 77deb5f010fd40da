"""codecheck.yml, by the CODECHECK configuration file specification 2.0 (codecheck.org.uk/spec/config/2.0).

What only people know (who checked, the certificate's number, where the report is) is never invented: it
is taken from options and from what those who reran say of themselves, and else it is missing, which is told
with the rule of CODECHECK that asks for it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from reprocrate.exports.request import Export, Person, Request
from reprocrate.exports.yaml_text import Value, yaml_text
from reprocrate.manifest import Experiment, File, Manifest, Run

NAME = "codecheck.yml"
VERSION = "https://codecheck.org.uk/spec/config/2.0/"
_MOST_FILES = 1000
_PLACE = "it belongs at the root of the unpacked reproduction, whose paths it names (CC-CFG-003)"


def codecheck(request: Request) -> Export:
    """The file, and what is still missing in it.

    Raises:
        UsageError: there is no verdict.
    """
    verdict = request.judged
    about = request.original.experiment if request.original else None
    document: dict[str, Value] = {"version": VERSION}
    files = list(_files(request.manifest, was_run=verdict["basis"] not in ("logs", "compare")))
    if files:
        document["manifest"] = files
    paper = _paper(about, verdict)
    document["paper"] = paper
    if source := _source(request):
        document["source"] = source
    if people := [_person(one) for one in request.reran]:
        document["codechecker"] = people
    if request.report:
        document["report"] = request.report
    document["summary"] = _summary(verdict)
    if repositories := _repositories(request.original or request.manifest):
        document["repository"] = repositories
    if verdict["circumstances"].get("when"):
        document["check_time"] = verdict["circumstances"]["when"]
    if request.certificate:
        document["certificate"] = request.certificate
    return Export(
        {NAME: yaml_text(document).encode()}, missing=tuple(_missing(document, paper)), notes=(_PLACE,)
    )


def _files(manifest: Manifest, *, was_run: bool) -> Iterator[dict[str, str]]:
    """What the rerun wrote and its bundle holds; where it wrote no files, what it printed."""
    written = [(run, file) for run in manifest.runs for file in run.written if file.travels]
    printed = [(run, file) for run in manifest.runs for file in run.logs if file.travels]
    listed: dict[str, tuple[Run, File]] = {}
    for run, file in written or printed:
        listed[file.path] = (run, file)  # of one path the last run wrote what is there
    for path, (run, _file) in list(listed.items())[:_MOST_FILES]:
        seed = f", seed {run.seed}" if run.seed is not None else ""
        made = "Written by" if written else "Printed by"
        how = made if was_run else f"Recorded, not run again: {made.lower()}"
        yield {"file": path, "comment": f"{how} {run.configuration}{seed}"}


def _paper(about: Experiment | None, verdict: Mapping[str, Any]) -> dict[str, Value]:
    """The paper whose experiment was rerun; its experiment's title and authors where no paper is named."""
    title = (about.paper.title if about and about.paper else None) or verdict["original"]["title"]
    paper: dict[str, Value] = {"title": title}
    if about and about.authors:
        paper["authors"] = [_person(Person(author.name, author.orcid)) for author in about.authors]
    named = about.paper if about else None
    if named:
        addresses = [
            f"https://doi.org/{named.doi}" if named.doi else None,
            f"https://arxiv.org/abs/{named.arxiv}" if named.arxiv else None,
            named.url,
        ]
        known = [address for address in addresses if address]
        if known:
            paper["reference"] = known[0]
        if known[1:]:
            paper["reference-other"] = known[1:]
    return paper


def _person(one: Person) -> dict[str, Value]:
    return {"name": one.name, "ORCID": one.orcid} if one.orcid else {"name": one.name}


def _source(request: Request) -> str | None:
    about = request.manifest.reproduces
    if about is None:
        return None
    where = f" (https://doi.org/{about.doi})" if about.doi else ""
    return f"The bundle with the payload digest sha256:{about.payload_sha256}{where}."


def _repositories(manifest: Manifest) -> list[Value]:
    return list(dict.fromkeys(code.repository for code in manifest.code if code.repository))


def _summary(verdict: Mapping[str, Any]) -> str:
    claims = [
        f'{"Primary claim" if one["primary"] else "Claim"} "{one["text"]}": '
        f"{one['outcome'].replace('_', ' ')}. {one['explanation']}"
        for one in verdict["claims"]
    ]
    results = [
        f"{one['name']}, {one['metric']}: {one['outcome'].replace('_', ' ')}. {one['explanation']}"
        for one in verdict["results"]
        if one["asked"]
    ]
    return "\n".join([verdict["sentence"], *(claims or results)]) + "\n"


def _missing(document: Mapping[str, Value], paper: Mapping[str, Value]) -> Iterator[str]:
    """What the specification demands and nobody said, with the rule that asks for it."""
    if "manifest" not in document:
        yield "`manifest`: the rerun left no files that travel (CC-CFG-004)"
    authors = paper.get("authors", [])
    if not authors:
        yield "`paper.authors`: the original names none (CC-CFG-018)"
    for author in authors:
        if isinstance(author, Mapping) and "ORCID" not in author:
            yield f"`paper.authors`: the ORCID of {author['name']} (CC-CFG-020)"
    if "reference" not in paper:
        yield "`paper.reference`: the original names no DOI or address of its paper (CC-CFG-021)"
    if "codechecker" not in document:
        yield "`codechecker`: who checked; give --by (CC-CFG-008)"
    if "report" not in document:
        yield "`report`: where the certificate is published; give --report (CC-CFG-011)"
    if "certificate" not in document:
        yield "`certificate`: its number in the register; give --certificate (CC-CFG-025)"
