"""RC01: texts that tell what a manifest must not: secrets, and whose machine it was."""

from __future__ import annotations

import re
from collections.abc import Iterator

from reprocrate.standard import pointer_to
from reprocrate.standard.secret_formats import forms_possible_in, secrets_by_form
from reprocrate.validation.places import numbered, values_of
from reprocrate.validation.rule import SHOULD, Found, rule
from reprocrate.validation.subject import Subject

_HOME = re.compile(r"(?<![A-Za-z0-9_.~<>-])(?:/home/|/Users/|[A-Za-z]:\\Users\\)(?P<name>[A-Za-z0-9_.-]+)")
_NOBODYS = frozenset({"jovyan", "runner", "shared", "ubuntu", "user", "vscode"})


@rule("RC0122", SHOULD, spec="privacy", since="1.0", says="it holds what has the form of a secret: {kind}")
def text_holds_no_secret(subject: Subject) -> Iterator[Found]:
    """A manifest SHOULD NOT hold text that has the form of a secret.

    Judged: every value in the document that is text and holds a match of a pattern of
        `schema/1.0/secret-formats.json`, as that file says; once for each text, by the first pattern of the
        file that matches, at the text.
    Why: a manifest is published, and a key in it is then everybody's. The forms are those that issuers gave
        their keys so that they can be found.
    Fix: make the key invalid where it was issued, give the new one by the environment, and run again.
    """
    together = subject.values.text
    forms = forms_possible_in(together)  # most manifests hold a word of few forms, and no secret
    if next(secrets_by_form(together, forms), None) is None:
        return
    for path, text in values_of(subject.document):
        found = next(secrets_by_form(text, forms), None) if isinstance(text, str) else None
        if found is not None:
            yield Found(pointer_to(path), kind=found.kind)


@rule("RC0123", SHOULD, spec="privacy", since="1.0", says="it holds a path in the home folder of {name}")
def text_holds_no_home_folder(subject: Subject) -> Iterator[Found]:
    r"""A manifest SHOULD NOT hold a path in somebody's home folder.

    Judged: every value in the document that is text and holds `/home/`, `/Users/` or, behind a letter and a
        colon, `\Users\`, followed by a name of letters and digits from ASCII, `.`, `_` and `-` other than
        (in any case) jovyan, runner, shared, ubuntu, user and vscode. Right before it stands none of
        these characters and neither `~`, `<` nor `>`. Once for each text, by the first such name, at the
        text.
    Why: the path names a person, under double-blind review too, and leads nowhere on another machine.
    Fix: make it relative to the project or to a named root, and run again; or correct the field.
    """
    possible = any(word in subject.values.text for word in ("/home/", "/Users/", ":\\Users\\"))
    for path, value in values_of(subject.document) if possible else ():
        if isinstance(value, str):
            names = (match["name"] for match in _HOME.finditer(value))
            name = next((name for name in names if name.lower() not in _NOBODYS), None)
            if name is not None:
                yield Found(pointer_to(path), name=name)


_HERE = re.compile(
    r"(?:https?|ssh|git)://(?:[^/@\s]*@)?(?:localhost|127(?:\.[0-9]{1,3}){3}|\[::1\]|0\.0\.0\.0"
    r"|10(?:\.[0-9]{1,3}){3}|192\.168(?:\.[0-9]{1,3}){2}|172\.(?:1[6-9]|2[0-9]|3[01])(?:\.[0-9]{1,3}){2}"
    r"|[a-z0-9.-]+\.(?:local|internal|lan|intranet))(?:[:/?#]|$)",
    re.IGNORECASE,
)


@rule(
    "RC0126", SHOULD, spec="the-manifest", since="1.0", says="{address} is no address that others can reach"
)
def addresses_are_those_of_others(subject: Subject) -> Iterator[Found]:
    """An address by which a reader is to get something SHOULD be one that others can reach.

    Judged: `repository` of code, `url` of the paper, of the source of data and of packages, and of files of
        data: its host is localhost, a number of the own machine (127.0.0.0/8, ::1, 0.0.0.0) or of a private
        network (RFC 1918), or a name that ends in .local, .internal, .lan or .intranet; at the address.
    Why: it leads everybody to their own machine or network.
    Fix: publish it, and give that address; or leave it out.
    """
    manifest = subject.well_formed
    paper = manifest.experiment.paper
    named = [("/experiment/paper/url", paper.url if paper else None)]
    named += [(f"{place}/repository", code.repository) for place, code in numbered("/code", manifest.code)]
    for place, data in numbered("/data", manifest.data):
        named.append((f"{place}/source/url", data.source.url if data.source else None))
        named += [(f"{inner}/url", file.url) for inner, file in numbered(f"{place}/files", data.files)]
    for place, environment in numbered("/environments", manifest.environments):
        packages = numbered(f"{place}/packages", environment.packages)
        named += [(f"{inner}/url", package.url) for inner, package in packages]
    for place, address in named:
        if address is not None and _HERE.match(address):
            yield Found(place, address=address)
