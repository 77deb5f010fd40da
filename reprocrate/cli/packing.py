"""`reprocrate pack`"""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from reprocrate.cli.anonymity import anonymity, tell_identities
from reprocrate.cli.exits import NO
from reprocrate.cli.options import Json, Quiet
from reprocrate.cli.pack_options import (
    HELP,
    Allow,
    Anonymous,
    Bag,
    Crate,
    Data,
    DryRun,
    Folder,
    Form,
    Format,
    MaxSize,
    Offline,
    Output,
    Platforms,
    Redact,
    Redistributed,
    Reveal,
    RoCrate,
    Strict,
    VolumeSize,
    Wheels,
    Workflow,
    data_wanted,
    size_given,
)

if TYPE_CHECKING:
    from reprocrate.cli.voice import Voice
    from reprocrate.workflow.packing import PackingOutcome
    from reprocrate.workflow.splitting import PackedInVolumes


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("pack", help=HELP)(pack)


def pack(
    folder: Folder = Path(),
    output: Output = None,
    format_: Form = Format.ZIP,
    data: Data = None,
    max_size: MaxSize = None,
    volume_size: VolumeSize = None,
    dry_run: DryRun = False,
    strict: Strict = False,
    offline: Offline = False,
    ro_crate: Crate = RoCrate.CHECKED,
    bagit: Bag = False,
    anonymous: Anonymous = False,
    allow_identity: Allow = None,
    redact: Redact = None,
    reveal: Reveal = None,
    wheels: Wheels = False,
    platform: Platforms = None,
    may_redistribute: Redistributed = None,
    workflow: Workflow = False,
    json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Pack a project into one file."""
    from reprocrate import bundle
    from reprocrate.cli.voice import Voice
    from reprocrate.cli.wheels import wheels_wanted
    from reprocrate.workflow.packing import PackingChoice
    from reprocrate.workflow.splitting import pack_in_volumes

    voice = Voice(quiet=quiet)
    in_general, named = data_wanted(data)
    choice = PackingChoice(
        output,
        in_general,
        strict=strict,
        offline=offline,
        ro_crate=ro_crate.value,
        form=bundle.Form(format_.value),
        bag=bagit,
        anonymous=anonymity(anonymous, allow_identity, redact, reveal),
        reveal=reveal,
        workflow=workflow,
        wheels=wheels_wanted(wheels, platform, may_redistribute),
        named=named,
        most=size_given(max_size, "--max-size"),
        dry=dry_run,
    )
    with voice.progress():
        outcome = pack_in_volumes(folder, choice, size_given(volume_size, "--volume-size"), voice)
    _tell(outcome, voice, json=json)


def _tell(made: PackedInVolumes, voice: Voice, *, json: bool) -> None:
    """Say what was packed, or why nothing was, and leave."""
    outcome = made.outcome
    tell_identities(voice, outcome.identities)
    packed = outcome.packed
    if packed is None:
        raise not_packed(outcome, voice, json=json)
    if not outcome.report.valid:
        voice.warn(
            "packed, but validation found errors that readers will see; `reprocrate validate` lists them"
        )
    if json:
        voice.json(made.to_json())
        return
    voice.show(f"{packed.path}  {packed.files} files, {packed.size:,} bytes")
    if made.volumes:
        *volumes, listed = made.volumes
        voice.show(f"{volumes[0]} to {volumes[-1].name}, and their checksums: {listed.name}")
    voice.show(f"payload sha256 {packed.payload_digest}")
    voice.show(f"Next: reprocrate import {shlex.quote(str(packed.path))}   (anywhere), then reprocrate rerun")


def not_packed(outcome: PackingOutcome, voice: Voice, *, json: bool) -> typer.Exit:
    """Say why nothing was packed, and what would have been."""
    from reprocrate.render.report import report_text

    listing, too_large = outcome.listing, outcome.proposal
    if listing and json:
        voice.json(outcome.to_json())
    tell = voice.note if too_large else voice.show  # of a dry run the listing is the result
    for line in listing.lines() if listing and not json else ():
        tell(line)
    for warning in (*outcome.secrets, *(listing.warnings if listing else ())):
        voice.warn(warning)
    if outcome.secrets:
        voice.warn(
            "nothing was packed, because a bundle is made to be published. Make these secrets invalid where "
            "they were issued, read them from the environment, and run again; or list the files in `keep` "
            "of [privacy] in reprocrate.toml, if they hold none"
        )
    elif listing is None:
        voice.show(report_text(outcome.report))
        voice.warn("nothing was packed, because of the errors above. Correct them and pack again.")
    elif too_large:
        first, *others = too_large.shown()
        voice.warn(f"nothing was packed: {first}")
        if not json:
            voice.show("\n".join(others))
    return typer.Exit() if listing and not too_large else typer.Exit(NO)
