"""`sign`, and the check of signatures before a bundle is judged or imported."""

from __future__ import annotations

import shlex
from dataclasses import dataclass
from pathlib import Path

from reprocrate.bundle import open_bundle
from reprocrate.bundle.signing import check_signature, sign_file
from reprocrate.bundle.volume_set import volumes_at
from reprocrate.errors import UsageError
from reprocrate.workflow.opening import Kind, kind_of
from reprocrate.workflow.progress import Progress, counter


@dataclass(frozen=True, slots=True)
class Signed:
    """A signature and the key that it is said to be from."""

    signature: Path
    public_key: Path


def sign_bundle(
    what: Path, key: Path, output: Path | None, progress: Progress, password: bytes | None = None
) -> Path:
    """Sign a bundle that is intact, and tell where the signature is: beside it, unless said otherwise.

    Raises:
        UsageError: it is no bundle, or the key cannot be used.
        IntegrityError: the bundle is damaged.
        UnreadableError, UnavailableError: it cannot be read, or the signature cannot be made.
    """
    bundle = _one_file(what)
    target = output or bundle.with_name(f"{bundle.name}.sig")
    if target.resolve() == bundle.resolve():
        raise UsageError(f"{target} is the bundle itself", fix="Give another name for the signature")
    with open_bundle(bundle) as opened:
        opened.require_intact(counter(progress, "checking digests", opened.total_size))
    sign_file(bundle, key, target, password)
    return target


def require_signature(what: Path, signed: Signed) -> None:
    """Make sure that a bundle is the file that was signed with a key.

    Raises:
        UsageError: it is no bundle, or the key cannot be used.
        IntegrityError: it is not.
        UnavailableError: it cannot be checked here.
    """
    check_signature(_one_file(what), signed.signature, signed.public_key)


def _one_file(what: Path) -> Path:
    kind, path = kind_of(what)
    if kind is not Kind.BUNDLE:
        raise UsageError(
            f"{what} is a {kind.value}", "only a bundle that is one file has a signature", "Name the bundle"
        )
    if volumes := volumes_at(path):
        raise UsageError(
            f"{what} is a bundle in volumes",
            "a signature is of the bundle as one file",
            f"Join them: cat {shlex.quote(str(volumes.bundle))}.[0-9]* > {shlex.quote(str(volumes.bundle))}",
        )
    return path
