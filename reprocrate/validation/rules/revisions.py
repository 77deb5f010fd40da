"""RC02: what names a version of data or of a service stays the same thing."""

from __future__ import annotations

from collections.abc import Iterator

from reprocrate.validation.places import numbered
from reprocrate.validation.rule import SHOULD, Found, rule
from reprocrate.validation.subject import Subject

_MOVING = frozenset(
    ["latest", "newest", "current", "main", "master", "trunk", "head", "develop", "dev", "nightly", "tip"]
)


@rule("RC0224", SHOULD, spec="data", since="1.0", says="{what} names its version {version}, which moves")
def version_stays_the_same(subject: Subject) -> Iterator[Found]:
    """The version of data or of a service SHOULD NOT be a word for whatever is newest.

    Judged: each `version` and `remote.revision` of data and `version` of a service that is, whatever the case
        and without refs/heads/ or origin/ before it, one of latest, newest, current, main, master, trunk,
        head, develop, dev, nightly and tip; at the version.
    Why: under that name there is something else tomorrow, so nobody can get what was used.
    Fix: name the commit, the date or the number that the word stood for; caches and servers tell it.
    """
    manifest = subject.well_formed
    named: list[tuple[str, str, str | None]] = []
    for pointer, data in numbered("/data", manifest.data):
        named.append((f"{pointer}/version", f"data {data.id}", data.version))
        if data.remote:
            named.append((f"{pointer}/remote/revision", f"data {data.id}", data.remote.revision))
    for pointer, service in numbered("/services", manifest.services):
        named.append((f"{pointer}/version", f"service {service.id}", service.version))
    for place, what, version in named:
        word = (version or "").strip().lower().removeprefix("refs/heads/").removeprefix("origin/")
        if word in _MOVING:
            yield Found(place, what=what, version=version)
