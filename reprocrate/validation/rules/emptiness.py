"""RC07: what has to hold something is not said to be empty."""

from __future__ import annotations

from collections.abc import Iterator

from reprocrate.manifest import File
from reprocrate.validation.digests import EMPTY
from reprocrate.validation.places import numbered
from reprocrate.validation.rule import SHOULD, Found, rule
from reprocrate.validation.subject import Subject


@rule("RC0710", SHOULD, spec="integrity", since="1.0", says="{what} is said to hold nothing")
def what_holds_something_is_not_empty(subject: Subject) -> Iterator[Found]:
    """What has to hold something to be what it is SHOULD NOT have the SHA-256 of no bytes.

    Judged: the `tree_sha256` of code that a run names, the `sha256` of packages, the digest of a container's
        image, and `reproduces.payload_sha256`; and by its `sha256` or a `size` of 0 the `patch` of code that
        is `dirty`, the `cached_responses` of a service, the `predictions` of a run with status `ok`, the
        `file` of a model, and the `croissant` of data; at the digest, or at the file.
    Why: a program that found nothing to read still gave a digest, and what was meant is not there.
    Fix: record it anew, and see that the file has been written before its digest is taken.
    """
    manifest = subject.well_formed
    used = {run.code for run in manifest.runs}
    for pointer, code in numbered("/code", manifest.code):
        if code.tree_sha256 == EMPTY and code.id in used:
            yield Found(f"{pointer}/tree_sha256", what=f"the source tree {code.id}")
    for pointer, environment in numbered("/environments", manifest.environments):
        for place, package in numbered(f"{pointer}/packages", environment.packages):
            if package.sha256 == EMPTY:
                yield Found(f"{place}/sha256", what=f"the archive of {package.name}")
        image = environment.container
        if image and image.digest == f"sha256:{EMPTY}":
            yield Found(f"{pointer}/container/digest", what=f"the image {image.image}")
    if manifest.reproduces and manifest.reproduces.payload_sha256 == EMPTY:
        yield Found("/reproduces/payload_sha256", what="the original")
    for place, file in _files(subject):
        if file.size == 0 or file.sha256 == EMPTY:
            yield Found(place, what=file.path)


def _files(subject: Subject) -> Iterator[tuple[str, File]]:
    """Files that cannot be empty."""
    manifest = subject.well_formed
    found: list[tuple[str, File | None]] = []
    for pointer, code in numbered("/code", manifest.code):
        found.append((f"{pointer}/patch", code.patch if code.dirty else None))
    for pointer, service in numbered("/services", manifest.services):
        found.append((f"{pointer}/cached_responses", service.cached_responses))
    for pointer, run in numbered("/runs", manifest.runs):
        found.append((f"{pointer}/predictions", run.predictions if run.status == "ok" else None))
    found += [(f"{pointer}/file", model.file) for pointer, model in numbered("/models", manifest.models)]
    found += [(f"{pointer}/croissant", data.croissant) for pointer, data in numbered("/data", manifest.data)]
    for pointer, file in found:
        if file is not None:
            yield pointer, file
