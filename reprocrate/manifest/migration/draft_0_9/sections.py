"""Sections of the draft 0.9 that do not come from runs: experiment, code, data, configurations, compute."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from reprocrate.manifest.migration.draft_0_9.naming import Naming
from reprocrate.manifest.migration.draft_0_9.parts import HEXADECIMAL, SECONDS, UTC, command, files, licence
from reprocrate.manifest.migration.record import NoteKind
from reprocrate.manifest.migration.transfer import ASIDE, Transfer
from reprocrate.manifest.migration.values import (
    author_of,
    doi_of,
    repository_of,
    seconds_of,
    sha256_of,
    utc_of,
)

CODE_ID = "code-1"


def move(whole: Transfer, naming: Naming) -> str | None:
    """Move these sections; the answer is the id of the source tree, if 1.0 can take it."""
    whole.new["experiment"] = _experiment(whole.part("experiment", "experiment"))
    code_id = _code(whole)
    for name, made in (
        ("data", list(_data(whole, naming))),
        ("configurations", list(_configurations(whole, naming, code_id))),
    ):
        if made:
            whole.new[name] = made
    _determinism(whole)
    _compute(whole)
    return code_id


def _experiment(part: Transfer) -> dict[str, Any]:
    part.same("title", "contact", "version", "keywords", "status")
    part.rename("abstract", "description")
    licence(part)
    part.convert("created", "created", utc_of, UTC)
    if "authors" in part.old:
        _authors(part)
    if "paper" in part.old:
        paper = part.part("paper", "paper")
        paper.same("title", "url", "venue")
        paper.convert("doi", "doi", doi_of, "a DOI without its resolver's address")
        part.new["paper"] = paper.done()
    if "funders" in part.old:
        part.put("funders", "funding", [{"funder": name} for name in part.old["funders"]], "as objects")
    return part.done()


def _authors(part: Transfer) -> None:
    authors = []
    for index, text in enumerate(part.old["authors"]):
        author, inside = author_of(text)
        if inside:
            was, now = (*part.was, "authors", index), (*part.now, "authors", index, f"{ASIDE}address")
            part.log.note(NoteKind.ASIDE, was, "what stands in angle brackets is no ORCID", now)
        authors.append({**author, f"{ASIDE}address": inside} if inside else author)
    part.put("authors", "authors", authors, "names and ORCIDs taken apart")


def _code(whole: Transfer) -> str | None:
    """Move the source tree; the answer is its id, if 1.0 can take it."""
    if "code" not in whole.old:
        return None
    identified = "tree" in whole.old["code"]
    part = whole.part("code", "code", 0) if identified else whole.part("code", whole.free("code"))
    part.convert("tree", "tree_sha256", sha256_of, HEXADECIMAL)
    part.convert("repository", "repository", repository_of, "an absolute address")
    if len(part.old.get("commit", "")) in (40, 64):
        part.same("commit")
    part.aside("commit", "1.0 takes whole commit ids only, and this one is cut short")
    part.rename("modified", "dirty")
    licence(part)
    files(part, "files", "files")
    if not identified:
        to = whole.keep("code", part.done())
        reason = "1.0 identifies source code by the digest of its tree, which is not given"
        whole.log.note(NoteKind.ASIDE, part.was, reason, (*whole.now, to))
        return None
    whole.new["code"] = [{"id": CODE_ID, **part.done()}]
    whole.log.changed(part.was, part.now, "an entry of a list, with an id")
    return CODE_ID


def _data(whole: Transfer, naming: Naming) -> Iterator[dict[str, Any]]:
    for part in whole.entries("datasets", "data"):
        part.new["id"] = naming.data[part.old["name"]]
        part.same("name", "version", "citation", "human_subjects")
        licence(part)
        _source(part)
        _access(part)
        if part.old.get("synthetic") is True:
            part.put("synthetic", "origin", "generated", "another word for the same")
        part.aside("synthetic", "1.0 asks whether data existed before or is new, which is not said")
        if "splits" in part.old:
            _splits(part)
        if "preprocessing" in part.old:
            part.put("preprocessing", "preprocessing", [{"step": part.old["preprocessing"]}], "one step")
        files(part, "files", "files")
        yield part.done()


def _source(part: Transfer) -> None:
    source = part.some(("url", "doi", "retrieved"), "source")
    if not source.old:
        return
    source.convert("url", "url", str, "beside the rest of the source")
    source.convert("doi", "doi", doi_of, "a DOI without its resolver's address")
    source.convert("retrieved", "retrieved", utc_of, UTC)
    part.new["source"] = source.done()


def _access(part: Transfer) -> None:
    if "access" not in part.old:
        part.aside("access_note", "1.0 says how to obtain data only beside who may have it")
        return
    access = {"level": part.old["access"]}
    if "access_note" in part.old:
        access["how_to_obtain"] = part.old["access_note"]
        part.forget("access_note")
    part.put("access", "access", access, "an object")


def _splits(part: Transfer) -> None:
    sizes = part.part("splits", "splits")
    splits = [
        {"name": name, "role": name, "count": sizes.old[name]}
        for name in ("train", "validation", "test")
        if name in sizes.old
    ]
    part.put("splits", "splits", splits, "a list with names and roles")
    if sizes.new:
        to = part.keep("splits", sizes.new)
        reason = "1.0 has a list of splits, which takes no names of one's own"
        part.log.note(NoteKind.ASIDE, sizes.was, reason, (*part.now, to))


def _determinism(whole: Transfer) -> None:
    if "deterministic" not in whole.old:
        return
    if whole.old["deterministic"]:
        whole.put("deterministic", "determinism", {"promised": "bitwise"}, "a word for the promise")
    whole.aside("deterministic", "1.0 asks what is promised instead, which is not said")


def _configurations(whole: Transfer, naming: Naming, code_id: str | None) -> Iterator[dict[str, Any]]:
    for part in whole.entries("configurations", "configurations"):
        part.new["id"] = naming.configurations[part.old["name"]]
        part.same("name", "hyperparameters")
        part.words("kind", "role", {"ours": "proposed", "baseline": "baseline", "ablation": "ablation"})
        command(part)
        part.aside("smoke_command", "1.0 has variants as arguments that are added, not as whole commands")
        if code_id:
            part.new["code"] = code_id
        if "datasets" in part.old:
            ids = [naming.data[name] for name in part.old["datasets"]]
            part.put("datasets", "data", ids, "ids for names")
        if "tuning" in part.old:
            part.new["search"] = _search(part.part("tuning", "search"), naming)
        yield part.done()


def _search(part: Transfer, naming: Naming) -> dict[str, Any]:
    part.same("method", "trials")
    if "metric" in part.old and "split" in part.old:
        chosen = {"metric": naming.metrics[part.old["metric"]], "split": part.old["split"]}
        part.put("metric", "selected_by", chosen, "metric and split together")
        part.forget("split")
    for name in ("metric", "split"):
        part.aside(name, "1.0 says what a choice was made on by metric and split together")
    return part.done()


def _compute(whole: Transfer) -> None:
    if "compute" in whole.old:
        part = whole.part("compute", "compute")
        part.same("energy_kwh")
        part.convert("machine_min", "total_s", seconds_of, SECONDS)
        part.aside("price_usd", "1.0 has no place for prices")
        whole.new["compute"] = part.done()
