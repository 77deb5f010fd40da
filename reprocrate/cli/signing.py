"""`reprocrate sign`, and the options of other commands that check a signature."""

from __future__ import annotations

import os
import shlex
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from reprocrate.cli.options import Quiet
from reprocrate.errors import UsageError

if TYPE_CHECKING:
    from reprocrate.cli.voice import Voice

Signature = Annotated[
    Path | None,
    typer.Option("--signature", metavar="FILE", help="Check this signature of the bundle first."),
]
PublicKey = Annotated[
    Path | None,
    typer.Option("--public-key", metavar="FILE", help="The key in PEM that the signature has to be from."),
]


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("sign")(sign)


def sign(
    bundle: Annotated[Path, typer.Argument(help="A bundle that is one file.")],
    key: Annotated[
        Path, typer.Option("--key", metavar="FILE", help="Private key in PEM: P-256, P-384 or P-521.")
    ],
    output: Annotated[
        Path | None,
        typer.Option("-o", "--output", metavar="FILE", help="The signature.", show_default="BUNDLE.sig"),
    ] = None,
    password_env: Annotated[
        str | None,
        typer.Option(
            "--password-env",
            metavar="NAME",
            help="Environment variable with the password of the key.",
            show_default=False,
        ),
    ] = None,
    quiet: Quiet = False,
) -> None:
    """Sign a bundle with a key of yours, offline. The signature is a small file beside it.

    Whoever has the public key sees by it that not a byte of the bundle has changed: with
    `reprocrate import BUNDLE --signature BUNDLE.sig --public-key public.pem`, or without reprocrate with
    `model_signing verify key` (OpenSSF Model Signing). It tells no name, only which key it is from.

    A pair of keys: `openssl ecparam -name prime256v1 -genkey -noout -out private.pem`, then
    `openssl ec -in private.pem -pubout -out public.pem`.
    """
    from reprocrate.cli.voice import Voice
    from reprocrate.workflow.signing import sign_bundle

    voice = Voice(quiet=quiet)
    with voice.progress():
        made = sign_bundle(bundle, key, output, voice, _password(password_env))
    voice.show(f"{made}  signature of {bundle}")
    voice.show(
        f"Next: publish both and the public key; readers check with\n"
        f"  reprocrate import {shlex.quote(bundle.name)} --signature {shlex.quote(made.name)} "
        "--public-key public.pem"
    )


def require_signed(what: Path, signature: Path | None, public_key: Path | None, voice: Voice) -> None:
    """Check the signature of a bundle, where one is given.

    Raises:
        UsageError: one of the two options lacks the other.
        IntegrityError: the signature does not hold.
        UnavailableError: it cannot be checked here.
    """
    if signature is None and public_key is None:
        return
    if signature is None or public_key is None:
        lacking = "--signature" if signature is None else "--public-key"
        raise UsageError("a signature is checked with the public key of its author", fix=f"Add {lacking}")
    from reprocrate.workflow.signing import Signed, require_signature

    require_signature(what, Signed(signature, public_key))
    voice.note(f"signed with the key of {public_key}, and not changed since")


def _password(variable: str | None) -> bytes | None:
    if variable is None:
        return None
    if variable not in os.environ:
        raise UsageError(f"--password-env: there is no variable {variable}", fix="Set it to the password")
    return os.environ[variable].encode()
