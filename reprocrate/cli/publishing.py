"""`reprocrate publish`"""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from reprocrate.cli.anonymity import anonymity, tell_identities
from reprocrate.cli.options import Json, Quiet
from reprocrate.cli.pack_options import (
    Allow,
    Anonymous,
    Data,
    Form,
    Format,
    Offline,
    Output,
    Redact,
    Reveal,
    data_wanted,
    size_given,
)
from reprocrate.cli.packing import not_packed
from reprocrate.cli.publish_options import (
    HELP,
    Anew,
    AsIs,
    Community,
    Embargo,
    EmbargoReason,
    Link,
    LinkUntil,
    NewVersion,
    NewVersionOf,
    Publish,
    Restricted,
    Review,
    To,
    VolumeSize,
    What,
    access_wanted,
    day_wanted,
)
from reprocrate.errors import UsageError

if TYPE_CHECKING:
    from reprocrate.cli.voice import Voice
    from reprocrate.workflow.packing import PackingChoice
    from reprocrate.workflow.publishing import PublishingOutcome


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("publish", help=HELP)(publish)


def publish(
    what: What = Path(),
    to: To = ...,  # type: ignore[assignment]
    publish: Publish = False,
    new_version: NewVersion = False,
    new_version_of: NewVersionOf = None,
    anew: Anew = False,
    restricted: Restricted = False,
    embargo_until: Embargo = None,
    embargo_reason: EmbargoReason = None,
    community: Community = None,
    review: Review = False,
    link: Link = False,
    link_until: LinkUntil = None,
    volume_size: VolumeSize = None,
    as_is: AsIs = False,
    output: Output = None,
    format_: Form = Format.ZIP,
    data: Data = None,
    offline: Offline = False,
    anonymous: Anonymous = False,
    allow_identity: Allow = None,
    redact: Redact = None,
    reveal: Reveal = None,
    json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Deposit a bundle or a project."""
    from reprocrate.cli.voice import Voice
    from reprocrate.deposit.references import doi_of
    from reprocrate.workflow.publishing import PublishingChoice
    from reprocrate.workflow.publishing import publish as publish_at

    voice = Voice(quiet=quiet)
    packing = _packing(output, format_, data, offline=offline)._replace(
        anonymous=anonymity(anonymous, allow_identity, redact, reveal),
        reveal=reveal,
    )
    choice = PublishingChoice(
        to,
        publish=publish,
        new_version_of=doi_of(new_version_of or "") or new_version_of or "",
        new_version=new_version,
        access=access_wanted(restricted, embargo_until, embargo_reason),
        communities=tuple(community or ()),
        review=review,
        link=link or link_until is not None,
        link_until=day_wanted(link_until, "--link-until"),
        volume_bytes=size_given(volume_size, "--volume-size"),
        as_is=as_is,
        anew=anew,
        packing=packing,
    )
    with voice.progress():
        outcome = publish_at(what, choice, voice)
    _tell(outcome, voice, json=json)


def _packing(output: Path | None, form: Format, data: list[str] | None, *, offline: bool) -> PackingChoice:
    """How a project is packed.

    Raises:
        UsageError: as a folder, which no archive takes, or with data that makes no sense.
    """
    from reprocrate import bundle
    from reprocrate.workflow.packing import PackingChoice

    if form is Format.DIR:
        raise UsageError("--format dir cannot be deposited", "archives take files", "Give zip or tar.zst")
    in_general, named = data_wanted(data)
    return PackingChoice(output, in_general, offline=offline, form=bundle.Form(form.value), named=named)


def _tell(outcome: PublishingOutcome, voice: Voice, *, json: bool) -> None:
    """Say what was deposited, or why nothing was, and leave."""
    if outcome.packing is not None:
        tell_identities(voice, outcome.packing.identities)
        raise not_packed(outcome.packing, voice, json=json)
    if json:
        voice.json(outcome.to_json())
        return
    deposit = outcome.deposit
    if deposit is None:
        return
    stands = _STANDS[deposit.stage.value]
    already = " already" if outcome.unchanged and deposit.stage.value == "published" else ""
    voice.show(f"{stands}{already} at {outcome.archive}: {deposit.page}")
    if deposit.doi:
        concept = f" (all versions: {deposit.concept})" if deposit.concept else ""
        voice.show(f"DOI {deposit.doi}{concept}")
    if outcome.link:
        voice.show(f"For reviewers: {outcome.link}")
    for line in outcome.shows:
        voice.show(f"It shows all the same: {line}.")
    if outcome.citation:
        voice.show(f"Cite: {outcome.citation}")
    if deposit.stage.value == "draft":
        voice.show(_next(outcome))


def _next(outcome: PublishingOutcome) -> str:
    """What to do with a draft."""
    if outcome.anonymous:
        bundle = shlex.quote(str(outcome.bundle))
        return f"Keep {bundle}. After acceptance: reprocrate publish --reveal {bundle} --publish --to ARCHIVE"
    seen = "Only you and whoever has the link see it." if outcome.link else "Only you see it."
    return f"{seen} Look at it, then give the same command with --publish."


_STANDS = {
    "draft": "A draft",
    "in review": "In review by a community",
    "published": "Published",
}
