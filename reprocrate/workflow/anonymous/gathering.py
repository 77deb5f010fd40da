"""Gathering whom a project's files could name: from manifest, repository, documents and machine."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from pathlib import Path, PurePosixPath
from typing import Any

from reprocrate.capture.code.git import people_of, remotes_of
from reprocrate.capture.privacy.scrubber import Scrubber, machine_scrubber, tells_a_person
from reprocrate.capture.records.keeping import load_private
from reprocrate.manifest import Manifest
from reprocrate.manifest.anonymity import host_of
from reprocrate.standard.identity_formats import identities_by_form
from reprocrate.workflow.anonymous.identities import Identities, domains_of
from reprocrate.workflow.drafts.about import read_about
from reprocrate.workflow.drafts.tree import look_at, read_start
from reprocrate.workflow.project import Project

_DOCUMENTS = (
    *("README*", "LICEN[CS]E*", "COPYING*", "NOTICE*", "AUTHORS*", "CONTRIBUTORS*", "MAINTAINERS*"),
    *(
        "CITATION.cff",
        "codemeta.json",
        ".zenodo.json",
        "package.json",
        "pyproject.toml",
        "setup.cfg",
        "setup.py",
    ),
)
_EMAIL = re.compile(r"[A-Za-z0-9_.+-]{1,64}@(?:[A-Za-z0-9-]{1,63}\.){1,8}[A-Za-z]{2,24}")
_COPYRIGHT = re.compile(
    r"(?im)^[\s#*/;%.]*copyright(?:\s*(?:\(c\)|©|:))*\s*(?:[0-9]{4}(?:\s*[-–,]\s*(?:[0-9]{4}|present))*,?\s*)+"
    r"(?:by\s+)?(?P<holder>[^\n<(]{3,100})"
)
_PERSON = re.compile(r"[^\W\d_][\w'’.-]*(?:\s+[^\W\d_][\w'’.-]*){1,3}")
_NOBODYS = re.compile(r"(?i)(?:git|no-?reply)@")
_NAMED = re.compile(
    r"(?P<name>[A-Z][\w'’.-]*(?:[ \t]+[A-Z][\w'’.-]*){1,3})[ \t]*"
    r"<(?P<address>[A-Za-z0-9_.+-]{1,64}@[A-Za-z0-9.-]{1,200})>"
)
_ORGANISATION = re.compile(
    r"(?i)\b(?:authors|contributors|company|corporation|department|developers|foundation|gmbh|group|inc|institute|lab|"
    r"laboratory|llc|ltd|project|regents|software|team|university)\b"
)
_MOST_COMMITTERS = 100
_CODE_HOSTS = re.compile(
    r"(?:^|\.)(?:github\.com|gitlab\.com|bitbucket\.org|codeberg\.org|huggingface\.co|kaggle\.com|sr\.ht)$"
)


def gather(project: Project, manifest: Manifest) -> Identities:
    """Whom the files of a project could name.

    Args:
        project: the project.
        manifest: its manifest, with identities.
    """
    people, emails = _in_repository(project.root)
    said, words = _in_manifest(manifest)
    documents = list(_documents(project.root))
    people |= said | _in_documents(project.root, documents)
    # Some addresses are nobody's by their form, but not where somebody gives them as theirs.
    for match in (match for text in documents for match in _NAMED.finditer(text)):
        people.add(match["name"])
        emails.add(match["address"])
    contact = manifest.experiment.contact
    if contact:
        emails |= set(_EMAIL.findall(contact))
        words |= set() if _EMAIL.search(contact) else {contact}
    found = {match[0] for text in documents for match in _EMAIL.finditer(text)}
    emails |= {each for each in found if any(identities_by_form(each))}
    remotes = [_address(each) for each in _repositories(project, manifest)]
    scrubbers = list(_scrubbers(project, manifest))
    words |= set(domains_of(emails)) | set(project.settings.privacy.identities)
    return Identities(
        people=frozenset(name for name in people if len(name) > 2),
        emails=frozenset(emails),
        accounts=frozenset(_accounts(remotes)),
        words=frozenset(word for word in words if len(word.strip()) > 3),
        addresses=frozenset(each for each in remotes if "/" in each),
        homes=frozenset(home for each in scrubbers for home in each.homes if home not in ("/root", "/")),
        users=frozenset(
            n for each in scrubbers for n in each.names if n not in each.hosts and tells_a_person(n)
        ),
        hosts=frozenset(name for each in scrubbers for name in each.hosts if tells_a_person(name)),
    )


def _in_repository(root: Path) -> tuple[set[str], set[str]]:
    """Names and e-mail addresses of those who made commits."""
    found = people_of(root)[:_MOST_COMMITTERS]
    robots = {name for name, _ in found if name.endswith("[bot]") or name in ("GitHub", "root", "")}
    return {name for name, _ in found} - robots, {
        address for _, address in found if "@" in address and not _NOBODYS.match(address)
    }


def _in_manifest(manifest: Manifest) -> tuple[set[str], set[str]]:
    """Names of people, and what else stands for them."""
    about = manifest.experiment
    words: set[str | None] = set()
    for author in about.authors:
        words |= {author.orcid, author.affiliation, author.affiliation_ror}
    for grant in about.funding:
        words |= {grant.funder, grant.funder_ror, grant.number}
    if about.publisher:
        words.add(about.publisher.ror)
    if about.paper:
        words |= {about.paper.doi, about.paper.arxiv, about.paper.url}
    for code in manifest.code:
        words.add(code.swhid)
        if code.commit:  # logs and file names have it shortened
            words |= {code.commit[:length] for length in (7, 8, 9, 10, 12, len(code.commit))}
    return {author.name for author in about.authors}, {word for word in words if word}


def _documents(root: Path) -> Iterator[str]:
    """The beginnings of the files in which projects say who made them."""
    for pattern in _DOCUMENTS:
        for path in sorted(root.glob(pattern)):
            if path.is_file():
                yield read_start(path)


def _in_documents(root: Path, texts: Iterable[str]) -> set[str]:
    """People whom the documents name as authors or holders of the copyright."""
    about = read_about(look_at(root))
    found = {author["name"] for author in (about.authors.value if about.authors else ())}
    for text in texts:
        for match in _COPYRIGHT.finditer(text):
            for holder in re.split(r",| and | & ", match["holder"]):
                name = holder.strip(" .\t\r")
                if _PERSON.fullmatch(name) and not _ORGANISATION.search(name):
                    found.add(name)
    package = root / "package.json"
    if package.is_file():
        found |= set(_in_package(read_start(package)))
    return found


def _in_package(text: str) -> Iterator[str]:
    try:
        document: Any = json.loads(text)
    except ValueError:
        return
    if isinstance(document, dict):
        listed = document.get("contributors")
        for person in [document.get("author"), *(listed if isinstance(listed, list) else [])]:
            name = person.get("name") if isinstance(person, dict) else person
            if isinstance(name, str) and (said := name.partition("<")[0].strip()):
                yield said


def _repositories(project: Project, manifest: Manifest) -> Iterator[str]:
    yield from remotes_of(project.root)
    yield from (code.repository for code in manifest.code if code.repository)
    if project.settings.code.repository:
        yield project.settings.code.repository


def _address(repository: str) -> str:
    """Host and path of a repository: `git@github.com:ada/rings.git` is `github.com/ada/rings`."""
    text = repository.strip().removesuffix("/").removesuffix(".git")
    if "://" in text:
        text = text.partition("://")[2]
        text = text.rpartition("@")[2] if "@" in text.partition("/")[0] else text
    elif ":" in text and "/" not in text.partition(":")[0]:
        text = text.rpartition("@")[2].replace(":", "/", 1)
    return text


def _accounts(addresses: Iterable[str]) -> Iterator[str]:
    """Whose repositories these are, at the hosts where a path begins with an account."""
    for each in addresses:
        host, _, path = each.partition("/")
        account = PurePosixPath(path).parts[:1]
        if account and len(account[0]) > 2 and _CODE_HOSTS.search(host_of(f"https://{host}/")):
            yield account[0]


def _scrubbers(project: Project, manifest: Manifest) -> Iterator[Scrubber]:
    """What knows this machine and those that runs were made on."""
    yield machine_scrubber(project.root)
    for run in manifest.runs:
        if (there := load_private(project.root, run.id).scrubber) is not None:
            yield there
