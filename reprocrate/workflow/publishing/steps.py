"""The steps of a deposit, from what is known of it to what is wanted."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from reprocrate.bundle import open_bundle
from reprocrate.deposit.archive import Archive, Deposit, Stage
from reprocrate.deposit.archives import Place, archive_at
from reprocrate.deposit.depositing import Content, Depositing, Listener
from reprocrate.deposit.description import Description, describe
from reprocrate.deposit.journal import Begun, Journal
from reprocrate.deposit.sources import Source
from reprocrate.errors import IntegrityError, UsageError
from reprocrate.manifest import Manifest
from reprocrate.render.citation import citations_of
from reprocrate.workflow.interruption import going_on
from reprocrate.workflow.packing import PackingOutcome
from reprocrate.workflow.progress import Progress, counter
from reprocrate.workflow.publishing.material import Material, material
from reprocrate.workflow.publishing.noting import add_deposit, known_deposits
from reprocrate.workflow.publishing.outcome import PublishingOutcome
from reprocrate.workflow.publishing.sending import expected_sources, signature_of, sources_of
from reprocrate.workflow.publishing.wanted import PublishingChoice

_AGAIN = "The same command goes on from here: nothing that arrived is sent again"


def publish(what: Path, choice: PublishingChoice, progress: Progress) -> PublishingOutcome:
    """Deposit a bundle or a project.

    Raises:
        ReprocrateError: the choice contradicts itself, what is to be deposited cannot be read, or the archive
            cannot be asked or refuses.
    """
    choice.require_consistent()
    with going_on(_AGAIN):
        archive = archive_at(Place(choice.to, progress.note))
        work = material(what, choice, progress)
        if isinstance(work, PackingOutcome):
            return PublishingOutcome(None, packing=work)
        if work.anonymous and choice.publish:
            raise UsageError(
                f"{work.bundle.name} names nobody, and what is published cannot be changed",
                fix="Publish it with names: --reveal BUNDLE --publish",
            )
        _require_describable(archive, _description(work.manifest, ""))
        with Journal(work.journal) as journal:
            return _Publishing(archive, journal, work, choice, progress).outcome()


@dataclass(frozen=True)
class _Publishing:
    """One deposit on its way."""

    archive: Archive
    journal: Journal
    work: Material
    choice: PublishingChoice
    progress: Progress

    def outcome(self) -> PublishingOutcome:
        """Do what is missing, and tell what there is then."""
        choice, engine = self.choice, Depositing(self.archive, self.journal, Listener(self.progress.note))
        link = choice.link or self.work.anonymous
        engine.require_offered(choice.access, link=link, communities=bool(choice.communities))
        if not self.work.packs:
            engine.require_fit(self._expected())
        self._take_up(engine)
        before = self.journal.current(self.archive.label)
        deposit = engine.begin(self.work.manifest.experiment.title, self._previous(), anew=choice.anew)
        if before and before.page and not before.published and before.id != deposit.id:
            self.progress.warn(f"{before.page} is left as it is; delete it there if nobody needs it")
        if deposit.stage is not Stage.DRAFT:
            return self._standing(deposit)
        self.progress.note(f"{self.archive.label}: draft {deposit.page}, {_named(deposit)}")
        if not self._hides:
            self._note_in_project(deposit)
        work = self.work.identified(deposit.doi, self.choice, self.progress)
        if isinstance(work, PackingOutcome):
            return PublishingOutcome(deposit, self.archive.label, packing=work)
        deposit = self._brought(engine, deposit, work)
        return self._finished(engine, deposit, work)

    @property
    def _hides(self) -> bool:
        """Whether the project's own file must stay what is under review."""
        return self.work.anonymous or self.choice.packing.reveal is not None

    def _expected(self) -> list[Source]:
        with open_bundle(self.work.bundle) as bundle:
            return expected_sources(bundle, self.choice.volume_bytes)

    @property
    def _listed(self) -> tuple[str, ...]:
        """The DOIs at this archive that the project's own file names, the newest last."""
        project = None if self._hides else self.work.project
        return known_deposits(project, self.archive.label) if project else ()

    def _take_up(self, engine: Depositing) -> None:
        """Go on with a deposit that the journal does not know of, but the project or the bundle names."""
        choice = self.choice
        if self.journal.current(self.archive.label) or choice.anew:
            return
        if choice.new_version or choice.new_version_of:
            return
        for doi in filter(None, (*self._listed[-1:], self.work.doi)):
            found = self.archive.holds(doi)
            if found is not None:
                engine.adopt(found)
                return

    def _previous(self) -> str:
        """The DOI of which this is to be a new version; empty if it is to be none."""
        known, choice = self.journal.current(self.archive.label), self.choice
        if choice.new_version_of or choice.anew:
            return choice.new_version_of
        if choice.new_version and not (known and known.published and self._is(known.payload)):
            return self._newest(known)
        return known.previous if known else ""  # also where the command is given again, and all is done

    def _newest(self, known: Begun | None) -> str:
        """What is to have a new version where the author does not name it."""
        if known is not None and not known.published and known.previous:
            return known.previous
        if known is not None and known.published:
            newest = known.doi or known.page
        else:
            newest = "".join(self._listed[-1:])
        if not newest:
            raise UsageError(
                f"nothing is known to be published at {self.archive.label}",
                "neither the journal beside the bundle nor reprocrate.toml says so",
                "Name what it is a new version of: --new-version-of DOI",
            )
        return newest

    def _standing(self, deposit: Deposit) -> PublishingOutcome:
        """What is published already, or lies with a community, is not changed."""
        known = self.journal.current(self.archive.label)
        if deposit.stage is Stage.PUBLISHED and known and known.payload and not self._is(known.payload):
            raise UsageError(
                f"{self.work.bundle.name} differs from what is published as {deposit.doi or deposit.page}",
                "what is published does not change any more",
                "Publish it as a new version: --new-version",
            )
        if deposit.stage is Stage.PUBLISHED and self.choice.publish and self.choice.communities:
            self.archive.propose(deposit.id, self.choice.communities, review=False)
        return self._told(deposit, self.work, unchanged=True)

    def _is(self, payload: str) -> bool:
        """Whether this is what a payload digest identifies, as far as it can be told."""
        return not self.work.payload or self.work.payload == payload

    def _note_in_project(self, deposit: Deposit) -> None:
        """Write the DOI down. It travels in the bundle, so it must be there before that is packed."""
        if self.work.project is None or not deposit.doi:
            return
        if not add_deposit(self.work.project.root, self.archive.label, deposit.doi):
            self.progress.warn(f"{deposit.doi} could not be written into reprocrate.toml; add it yourself")

    def _brought(self, engine: Depositing, deposit: Deposit, work: Material) -> Deposit:
        """Describe the draft, and bring the files into it."""
        with open_bundle(work.bundle) as bundle:
            payload = bundle.payload_digest()
            if work.payload and payload != work.payload:
                raise IntegrityError(
                    f"{work.bundle} is not the bundle that was to be deposited",
                    "it was changed in the meantime",
                    "Let nothing change it, and give the same command again",
                )
            size = work.bundle.stat().st_size
            read = counter(self.progress, "making volumes", size)
            sources = sources_of(bundle, self.choice.volume_bytes, read)
            if self.choice.as_is:
                sources += signature_of(bundle)
        engine.require_fit(sources)
        total = sum(one.size for one in sources)
        listener = Listener(
            self.progress.note,
            counter(self.progress, "reading what is to be sent", total),
            counter(self.progress, f"sending to {self.archive.label}", total),
        )
        engine = replace(engine, listener=listener)
        described = engine.describe(deposit, _description(work.manifest, deposit.doi), self.choice.access)
        engine.fill(described, Content(sources, payload))
        return described

    def _finished(self, engine: Depositing, deposit: Deposit, work: Material) -> PublishingOutcome:
        """Publish it, hand it to a community, or leave it a draft."""
        choice = self.choice
        if choice.review:
            deposit = self.archive.propose(deposit.id, choice.communities, review=True)
        elif choice.publish:
            deposit = engine.publish(deposit)
            if choice.communities:
                self.archive.propose(deposit.id, choice.communities, review=False)
        if not work.anonymous:
            self._note_in_project(deposit)
        if choice.packing.reveal and deposit.stage is Stage.DRAFT:
            self.progress.warn("whoever has the link for reviewers sees your names from now on")
        return self._told(deposit, work)

    def _told(self, deposit: Deposit, work: Material, *, unchanged: bool = False) -> PublishingOutcome:
        wants_link = self.choice.link or (work.anonymous and deposit.stage is Stage.DRAFT)
        link = self.archive.link(deposit.id, self.choice.link_until) if wants_link else ""
        record = citations_of(work.manifest, None, deposit.doi)[0]
        return PublishingOutcome(
            deposit,
            self.archive.label,
            work.bundle,
            "" if work.anonymous else f"{record.line} {record.address or deposit.page}".rstrip(),
            link,
            shows=tuple(self.archive.shows(deposit.id)) if work.anonymous else (),
            anonymous=work.anonymous,
            unchanged=unchanged,
        )


def _description(manifest: Manifest, doi: str) -> Description:
    today = datetime.now(UTC).date()
    return describe(manifest, today=today, doi=doi or None, anonymous=manifest.anonymous is not None)


def _require_describable(archive: Archive, description: Description) -> None:
    """Make sure that the archive will take the description, before anything is sent."""
    if refused := archive.refusals(description):
        raise UsageError(
            f"{archive.label} would not take this description: {refused[0]}",
            "; ".join(refused[1:]),
        )


def _named(deposit: Deposit) -> str:
    return f"DOI {deposit.doi} reserved" if deposit.doi else "no DOI"
