"""What an author wants of a deposit, and whether that makes sense."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date

from reprocrate.deposit.archive import Access
from reprocrate.errors import UsageError
from reprocrate.workflow.packing import PackingChoice


@dataclass(frozen=True, slots=True)
class PublishingChoice:
    """What the author wants.

    Attributes:
        to: the archive, by name or address.
        publish: whether to publish, which cannot be taken back; otherwise it stays a draft.
        new_version_of: the DOI, or in an archive without DOIs the address, of what this is a new version of.
        new_version: whether it is one of what was published last.
        access: who may have the files.
        communities: which communities are asked to include it.
        review: whether the community decides on its publication.
        link: whether an address for reviewers is wanted.
        link_until: the day until which that holds.
        volume_bytes: bytes of a volume of a bundle that is larger; None for bundles in one piece.
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
    volume_bytes: int | None = None
    as_is: bool = False
    anew: bool = False
    packing: PackingChoice = field(default_factory=PackingChoice)

    @property
    def anonymous(self) -> bool:
        """Whether a project is to be packed so that it shows nobody."""
        return self.packing.anonymous is not None

    def require_consistent(self) -> None:
        """Make sure that what is wanted does not contradict itself.

        Raises:
            UsageError: it does.
        """
        hidden = "what is published cannot be hidden again"
        wrong = [
            (self.publish and self.anonymous, "--publish", "--anonymous", hidden),
            (self.publish and self.review, "--publish", "--review", "the community publishes it"),
            (
                self.new_version and bool(self.new_version_of),
                "--new-version",
                "--new-version-of",
                "say it once",
            ),
            (self.anew and self.new_version, "--anew", "--new-version", "a version belongs to what there is"),
            (self.as_is and self.packing.output is not None, "--as-is", "--output", "nothing is written"),
            (self.as_is and self.anonymous, "--as-is", "--anonymous", "an anonymous bundle is made first"),
        ]
        for both, one, other, why in wrong:
            if both:
                raise UsageError(f"{one} cannot go with {other}", why, "Leave one of them out")
        if self.volume_bytes == 0:
            raise UsageError("--volume-size 0 is no size", fix="Write 10GB")
        if self.review and len(self.communities) != 1:
            raise UsageError("--review needs one community", fix="Name it: --community NAME")
        if self.communities and not (self.publish or self.review):
            raise UsageError(
                "--community asks when it is published",
                "a draft cannot be included",
                "Add --publish, or --review to let the community publish it",
            )
