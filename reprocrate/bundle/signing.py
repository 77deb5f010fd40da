"""Detached signatures of bundles, by the OpenSSF Model Signing specification (OMS) with an offline key.

What is signed is the bundle as one file: its SHA-256 stands in an in-toto statement, in a DSSE envelope, in a
Sigstore bundle (`application/vnd.dev.sigstore.bundle.v0.3+json`). So the signature holds for every byte, the
crate metadata and checksums too, and `model_signing verify key` checks it without reprocrate. It tells the
file's name and digest and the SHA-256 of the public key, and nothing else about whoever signed.

https://github.com/ossf/model-signing-spec
"""

from __future__ import annotations

import contextlib
import io
import tempfile
from pathlib import Path
from typing import Any

from reprocrate.errors import IntegrityError, UnavailableError, UsageError
from reprocrate.files import could_not, read_regular, write_atomically

MOST_SIGNATURE = 1_000_000
"""Bytes that a signature has at most; genuine ones have some thousands."""

_MOST_KEY = 100_000
_INSTALL = "Run `pip install 'reprocrate[sign]'`"
_MAKE_KEY = (
    "Make a pair with `openssl ecparam -name prime256v1 -genkey -noout -out private.pem` and "
    "`openssl ec -in private.pem -pubout -out public.pem`"
)


def sign_file(bundle: Path, key: Path, output: Path, password: bytes | None = None) -> None:
    """Sign a file with a private key.

    Args:
        bundle: what is signed, to its last byte.
        key: an elliptic-curve key (P-256, P-384 or P-521) in PEM.
        output: where the signature goes.
        password: what the key is encrypted with, if it is.

    Raises:
        UsageError: the key cannot be used.
        UnavailableError: model-signing is not installed, or a file cannot be read or written.
    """
    signing, hashing, _ = _model_signing()
    config = signing.Config().set_hashing_config(_whole_file(hashing))
    _require_key(key, "--key")
    try:
        config.use_elliptic_key_signer(private_key=key, password=password)
    except Exception as error:  # of the kinds that cryptography has for the ways in which a key may be wrong
        raise _unusable("--key", key, error, encrypted=password is None) from error
    with tempfile.TemporaryDirectory(prefix="reprocrate-sign-") as folder:
        made = Path(folder, "signature")
        try:
            config.sign(bundle.resolve(), made)
        except OSError as error:
            raise could_not("read", bundle, error) from error
        write_atomically(output, made.read_bytes())


def check_signature(bundle: Path, signature: Path, public_key: Path) -> None:
    """Make sure that a file is the one that was signed with the private half of a public key.

    Raises:
        UsageError: the public key cannot be used, or there is no such signature.
        IntegrityError: the file is another one, the key is another one, or the signature is none.
        UnavailableError: model-signing is not installed, or a file cannot be read.
    """
    _, hashing, verifying = _model_signing()
    config = verifying.Config().set_hashing_config(_whole_file(hashing))
    _require_key(public_key, "--public-key")
    try:
        config.use_elliptic_key_verifier(public_key=public_key)
    except Exception as error:
        raise _unusable("--public-key", public_key, error) from error
    data = _signature_bytes(signature)
    with tempfile.TemporaryDirectory(prefix="reprocrate-verify-") as folder:
        copy = Path(folder, "signature")
        copy.write_bytes(data)
        try:
            with contextlib.redirect_stdout(io.StringIO()):  # where the package warns
                config.verify(bundle.resolve(), copy)
        except OSError as error:
            raise could_not("read", bundle, error) from error
        except Exception as error:  # what a hostile signature makes of its parsers
            raise _refused(bundle, signature, public_key, error) from error


def _model_signing() -> tuple[Any, Any, Any]:
    """The modules of the package that does the work."""
    try:
        from model_signing import hashing, signing, verifying
    except ImportError as error:
        missing = error.name or "model_signing"
        raise UnavailableError(
            "signatures are made and checked by the package model-signing",
            f"{missing} is not installed",
            _INSTALL,
        ) from error
    return signing, hashing, verifying


def _whole_file(hashing: Any) -> Any:
    """Every byte counts: no name is left out, as those of git are by default."""
    config = hashing.Config().use_file_serialization(hashing_algorithm="sha256")
    return config.set_ignored_paths(paths=[], ignore_git_paths=False)


def _require_key(key: Path, option: str) -> None:
    try:
        data = read_regular(key, _MOST_KEY)
    except OSError as error:
        raise UsageError(f"{option}: {key} cannot be read", error.strerror or str(error)) from error
    if b"-----BEGIN " not in data:
        raise UsageError(f"{option}: {key} is no key in PEM", fix=_MAKE_KEY)


def _signature_bytes(signature: Path) -> bytes:
    try:
        data = read_regular(signature, MOST_SIGNATURE)
    except OSError as error:
        raise UsageError(f"--signature: {signature} cannot be read", error.strerror or str(error)) from error
    if not data:
        raise _no_signature(signature)
    return data


def _unusable(option: str, key: Path, error: Exception, *, encrypted: bool = False) -> UsageError:
    said = str(error)
    if isinstance(error, TypeError) and "password" in said.lower():
        why = "it is encrypted" if encrypted else "it is not encrypted, so it takes no password"
        fix = "Put the password into a variable and name that with --password-env" if encrypted else ""
        return UsageError(f"{option}: {key} cannot be used", why, fix)
    if isinstance(error, AttributeError) or "Unsupported key" in said:
        return UsageError(
            f"{option}: {key} cannot be used", "it is not of the curve P-256, P-384 or P-521", _MAKE_KEY
        )
    what = "private" if option == "--key" else "public"
    why = f"it is no {what} key, it is damaged, or the password is another one"
    return UsageError(f"{option}: {key} cannot be used", why, _MAKE_KEY)


def _refused(bundle: Path, signature: Path, public_key: Path, error: Exception) -> IntegrityError:
    """Why a signature does not hold: only what the package says in so many words is told apart."""
    said = str(error)
    if said.startswith("Signature mismatch"):
        return IntegrityError(
            f"{bundle} is not the file that was signed",
            f"its digest is not the one in {signature}",
            "Get the bundle again from where it was published",
        )
    if said.startswith("Key mismatch") or type(error).__name__ == "InvalidSignature":
        return IntegrityError(
            f"{signature} was not made with the key that {public_key} belongs to",
            "either the key or the signature is another one",
            "Get both from their author, by a way that you trust",
        )
    return _no_signature(signature)


def _no_signature(signature: Path) -> IntegrityError:
    return IntegrityError(
        f"{signature} is no signature that can be checked",
        "it is not a Sigstore bundle of the OpenSSF Model Signing specification, made with a key",
        "Get it again from where it was published",
    )
