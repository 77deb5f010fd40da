"""`publish`: a bundle or a project to an archive, under a DOI; the same command goes on after any failure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from reprocrate.bundle import layout, open_bundle
from reprocrate.deposit.archive import Access, Archive, Deposit, Stage
from reprocrate.deposit.archives import Place, archive_at
from reprocrate.deposit.depositing import Content, Depositing, Listener
from reprocrate.deposit.description import Description, describe
from reprocrate.deposit.journal import SUFFIX, Journal
from reprocrate.errors import UsageError
from reprocrate.manifest import Manifest, parse_manifest
from reprocrate.render.citation import citations_of
from reprocrate.workflow.deposits import add_deposit, known_deposits, project_of_bundle
from reprocrate.workflow.identifying import doi_in, require_writable, with_doi, written_place
from reprocrate.workflow.interruption import going_on
from reprocrate.workflow.packing import PackingChoice, PackingOutcome, pack_project
from reprocrate.workflow.progress import Progress, counter
from reprocrate.workflow.project import Project, name_of, open_project
from reprocrate.workflow.sending import sources_of

_AGAIN = "The same command goes on from here: nothing that arrived is sent again"


@dataclass(frozen=True, slots=True)
class PublishingChoice:
    """What the author wants.

    Attributes:
        to: the archive, by name or address.
        publish: whether to publish, which cannot be taken back; otherwise it stays a draft.
        new_version_of: the DOI of what this is a new version of.
        new_version: whether it is one of what was published last.
        access: who may have the files.
        communities: which communities are asked to include it.
        review: whether the community decides on its publication.
        link: whether an address for reviewers is wanted.
        link_until: the day until which that holds.
        volume_bytes: bytes of a volume of a bundle that is larger; 0 for bundles in one piece.
        as_is: whether the bundle goes as it is, byte for byte, without its DOI.
        anew: whether to leave what was begun, and begin another deposit.
        packing: how a project is packed.
    """

    to: str
    publish: bool = False
    new_version_of: str = ""
    new_version: bool = False
    access: Access = field(default_factory=Access)
    communities: tuple[str, ...] = ()
    review: bool = False
    link: bool = False
    link_until: date | None = None
    volume_bytes: int = 0
    as_is: bool = False
    anew: bool = False
    packing: PackingChoice = field(default_factory=PackingChoice)


@dataclass(frozen=True, slots=True)
class PublishingOutcome:
    """What became of it.

    Attributes:
        deposit: the deposit; None where the project cannot be packed.
        archive: what its archive is called.
        bundle: the file that was deposited.
        citation: how to cite it.
        link: the address for reviewers, where one was wanted.
        packing: what packing said, of a project.
        shows: what an anonymous deposit shows all the same, as sentences.
        unchanged: whether it was published before, and nothing was done.
    """

    deposit: Deposit | None
    archive: str = ""
    bundle: Path | None = None
    citation: str = ""
    link: str = ""
    packing: PackingOutcome | None = None
    shows: tuple[str, ...] = ()
    unchanged: bool = False

    def to_json(self) -> dict[str, Any]:
        """It as plain JSON values."""
        if self.deposit is None:
            return {"deposited": False, **(self.packing.to_json() if self.packing else {})}
        about = {
            "archive": self.archive,
            "record": self.deposit.id,
            "stage": self.deposit.stage.value,
            "doi": self.deposit.doi,
            "concept_doi": self.deposit.concept,
            "page": self.deposit.page,
            "bundle": str(self.bundle) if self.bundle else "",
            "citation": self.citation,
            "link": self.link,
            "still_shows": list(self.shows),
        }
        return {"deposited": True, **{name: value for name, value in about.items() if value}}


@dataclass(frozen=True, slots=True)
class _Work:
    """What is to be deposited: a bundle, or a project that is packed once the DOI is known.

    Attributes:
        manifest: the experiment.
        bundle: the bundle, or where it is to be.
        project: the project that it is of, if that is here.
        packs: whether the project has to be packed.
        payload: the payload digest; empty where it is not known yet.
        journal: where what was begun is written down.
    """

    manifest: Manifest
    bundle: Path
    project: Project | None
    packs: bool
    payload: str
    journal: Path

    @property
    def anonymous(self) -> bool:
        """Whether it shows nobody."""
        return self.manifest.anonymous is not None


def publish(what: Path, choice: PublishingChoice, progress: Progress) -> PublishingOutcome:
    """Deposit a bundle or a project.

    Raises:
        ReprocrateError: the choice contradicts itself, what is to be deposited cannot be read, or the archive
            cannot be asked or refuses.
    """
    _require_consistent(choice)
    with going_on(_AGAIN):
        archive = archive_at(Place(choice.to, progress.note))
        work = _prepared(what, choice, progress)
        if isinstance(work, PackingOutcome):
            return PublishingOutcome(None, packing=work)
        _require_describable(archive, _description(work.manifest, ""))
        with Journal(work.journal) as journal:
            return _Publishing(archive, journal, work, choice, progress).outcome()


@dataclass(frozen=True)
class _Publishing:
    """One deposit on its way."""

    archive: Archive
    journal: Journal
    work: _Work
    choice: PublishingChoice
    progress: Progress

    def outcome(self) -> PublishingOutcome:
        """Do what is missing, and tell what there is then."""
        engine = Depositing(self.archive, self.journal, Listener(self.progress.note))
        if self.choice.anew:
            self._leave(engine)
        previous = self._previous(engine)
        deposit = engine.begin(self.work.manifest.experiment.title, previous)
        if deposit.stage is not Stage.DRAFT:
            return self._standing(deposit)
        self.progress.note(f"{self.archive.label}: draft {deposit.page}, {_named(deposit)}")
        if not self._hides:
            self._note_in_project(deposit)
        work = self._packed(deposit.doi)
        if isinstance(work, PackingOutcome):
            return PublishingOutcome(deposit, self.archive.label, packing=work)
        deposit = self._brought(engine, deposit, work)
        return self._finished(engine, deposit, work)

    @property
    def _hides(self) -> bool:
        """Whether the project's own file must stay what is under review."""
        return self.work.anonymous or self.choice.packing.reveal is not None

    def _leave(self, engine: Depositing) -> None:
        known = self.journal.current(self.archive.label)
        if known is not None:
            engine.give_up()
            if known.page and not known.published:
                self.progress.warn(f"{known.page} is left as it is; delete it there if nobody needs it")

    def _previous(self, engine: Depositing) -> str:
        """The DOI of which this is to be a new version; what the project knows of is gone on with."""
        known = self.journal.current(self.archive.label)
        listed = known_deposits(self.work.project, self.archive.label) if self.work.project else ()
        if self.choice.new_version_of:
            return self.choice.new_version_of
        if self.choice.new_version and known is not None and known.published and self._is(known.payload):
            return known.previous  # the command is given again, and all is done
        if self.choice.new_version:
            return self._newest(listed)
        if known is None and listed and not self.choice.anew and not self._hides:
            found = self.archive.holds(listed[-1])
            if found is not None:
                engine.adopt(found)
        return known.previous if known else ""

    def _newest(self, listed: Sequence[str]) -> str:
        known = self.journal.current(self.archive.label)
        if known is not None and not known.published and known.previous:
            return known.previous
        newest = (
            known.doi or known.page if known is not None and known.published else listed[-1] if listed else ""
        )
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
        return self._told(deposit, self.work, unchanged=True)

    def _is(self, payload: str) -> bool:
        """Whether this is what a payload digest identifies, as far as it can be told."""
        return not self.work.payload or self.work.payload == payload

    def _note_in_project(self, deposit: Deposit) -> None:
        if self.work.project is None or not (deposit.doi or deposit.page):
            return
        if not add_deposit(self.work.project.root, self.archive.label, deposit):
            self.progress.warn(
                f"{deposit.doi or deposit.page} could not be written into reprocrate.toml; add it yourself"
            )

    def _packed(self, doi: str) -> _Work | PackingOutcome:
        """The bundle that says under which DOI it is kept."""
        work, choice = self.work, self.choice
        if work.packs:
            outcome = pack_project(
                work.project.root if work.project else Path(),
                replace(choice.packing, doi=doi, output=work.bundle),
                self.progress,
            )
            if outcome.packed is None:
                return outcome
            return replace(work, manifest=_manifest_of(outcome.packed.path), bundle=outcome.packed.path)
        if choice.as_is or not doi:
            return work
        with open_bundle(work.bundle) as bundle:
            known = doi_in(bundle)
        target = written_place(work.bundle, choice.packing.output)
        if known != doi or work.bundle.is_dir():
            with_doi(work.bundle, doi, target, self.progress)
            self.progress.note(f"{target} says now that it is kept under {doi}; its payload is the same")
        return replace(work, bundle=target)

    def _brought(self, engine: Depositing, deposit: Deposit, work: _Work) -> Deposit:
        """Describe the draft, and bring the files into it."""
        with open_bundle(work.bundle) as bundle:
            payload = bundle.payload_digest()
            size = work.bundle.stat().st_size
            read = counter(self.progress, "making volumes", size)
            sources = sources_of(bundle, self.choice.volume_bytes, read)
        engine.require_fit(sources)
        total = sum(one.size for one in sources)
        listener = Listener(
            self.progress.note,
            counter(self.progress, "reading what is to be sent", total),
            counter(self.progress, f"sending to {self.archive.label}", total),
        )
        engine = replace(engine, listener=listener)
        described = engine.describe(deposit, _description(work.manifest, deposit.doi), self.choice.access)
        engine.fill(described, Content(sources, payload, work.anonymous))
        return described

    def _finished(self, engine: Depositing, deposit: Deposit, work: _Work) -> PublishingOutcome:
        """Publish it, hand it to a community, or leave it a draft."""
        choice = self.choice
        if choice.review:
            deposit = self.archive.propose(deposit.id, choice.communities, review=True)
        elif choice.publish:
            deposit = engine.publish(deposit)
            if choice.communities:
                self.archive.propose(deposit.id, choice.communities, review=False)
        if self._hides and not work.anonymous:
            self._note_in_project(deposit)
        return self._told(deposit, work)

    def _told(self, deposit: Deposit, work: _Work, *, unchanged: bool = False) -> PublishingOutcome:
        wants_link = self.choice.link or (work.anonymous and deposit.stage is Stage.DRAFT)
        link = self.archive.link(deposit.id, self.choice.link_until) if wants_link else ""
        record = citations_of(work.manifest, None, deposit.doi)[0]
        return PublishingOutcome(
            deposit,
            self.archive.label,
            work.bundle,
            f"{record.line} {record.address or deposit.page}".rstrip(),
            link,
            shows=tuple(self.archive.shows(deposit.id)) if work.anonymous else (),
            unchanged=unchanged,
        )


def _prepared(what: Path, choice: PublishingChoice, progress: Progress) -> _Work | PackingOutcome:
    """What is to be deposited; or why a project cannot be packed, before a DOI is asked for."""
    from reprocrate.workflow.opening import Kind, kind_of

    kind, place = kind_of(what)
    packing = choice.packing
    if kind in (Kind.BUNDLE, Kind.CRATE):
        if packing.anonymous or packing.reveal:
            raise UsageError(f"{what} is packed already", fix="Give the project: publish FOLDER --anonymous")
        return _of_bundle(place, choice)
    if kind is not Kind.PROJECT:
        raise UsageError(f"{what} is a {kind.value}, not a bundle or a project", fix="Pack it first")
    if packing.anonymous:
        outcome = pack_project(place, packing, progress)
        return outcome if outcome.packed is None else _of_bundle(outcome.packed.path, choice)
    outcome = pack_project(place, replace(packing, dry=packing.reveal is None), progress)
    if outcome.listing is None or outcome.proposal is not None:
        return outcome
    project = open_project(place)
    bundle = packing.output or Path(f"{name_of(place)}{packing.form.suffix}")
    journal = _journal_of(packing.reveal or bundle)
    payload = outcome.packed.payload_digest if outcome.packed else outcome.payload
    return _Work(project.manifest, bundle, project, packs=True, payload=payload, journal=journal)


def _of_bundle(path: Path, choice: PublishingChoice) -> _Work:
    with open_bundle(path) as bundle:
        if not bundle.checksums():
            raise UsageError(
                f"{path} has no {layout.CHECKSUMS}", "so it is no bundle that was packed", "Pack it first"
            )
        manifest = parse_manifest(bundle.manifest_bytes(), f"{layout.MANIFEST} in {path}")
        payload = bundle.payload_digest()
    if not choice.as_is:
        require_writable(written_place(path, choice.packing.output))
    project = None if manifest.anonymous else project_of_bundle(path, manifest.id)
    return _Work(manifest, path, project, packs=False, payload=payload, journal=_journal_of(path))


def _journal_of(bundle: Path) -> Path:
    return bundle.absolute().with_name(bundle.name + SUFFIX)


def _manifest_of(path: Path) -> Manifest:
    with open_bundle(path) as bundle:
        return parse_manifest(bundle.manifest_bytes(), f"{layout.MANIFEST} in {path}")


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


def _require_consistent(choice: PublishingChoice) -> None:
    """Make sure that what is wanted does not contradict itself."""
    anonymous = choice.packing.anonymous is not None
    wrong = [
        (
            choice.publish and anonymous,
            "--publish",
            "--anonymous",
            "what is published cannot be hidden again",
        ),
        (choice.publish and choice.review, "--publish", "--review", "the community publishes it"),
        (
            choice.new_version and bool(choice.new_version_of),
            "--new-version",
            "--new-version-of",
            "say it once",
        ),
        (choice.anew and choice.new_version, "--anew", "--new-version", "a version belongs to what there is"),
    ]
    for both, one, other, why in wrong:
        if both:
            raise UsageError(f"{one} cannot go with {other}", why, "Leave one of them out")
    if choice.review and len(choice.communities) != 1:
        raise UsageError("--review needs one community", fix="Name it: --community NAME")


def _named(deposit: Deposit) -> str:
    return f"DOI {deposit.doi} reserved" if deposit.doi else "no DOI"
