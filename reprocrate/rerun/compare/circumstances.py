"""Under which circumstances a rerun was made, as its caller knows them."""

from __future__ import annotations

from dataclasses import dataclass

from reprocrate.manifest import Hardware
from reprocrate.rerun.compare.environments import PackageDifference
from reprocrate.rerun.compare.samples import Basis, Seed
from reprocrate.rerun.plan.decisions import Decision, Requirement


@dataclass(frozen=True, slots=True)
class Tool:
    """The program that made the rerun."""

    name: str
    version: str


@dataclass(frozen=True, slots=True)
class Isolation:
    """Whether the code was isolated, or had the network.

    Attributes:
        used: whether it was so for every run.
        reason: how, or why not.
    """

    used: bool
    reason: str


@dataclass(frozen=True, slots=True)
class Circumstances:
    """What a verdict says beside the comparison itself; `None` and empty where it is not known.

    Attributes:
        basis: what the rerun did.
        when: when the verdict was made, RFC 3339 in UTC.
        tool: the program that made the rerun.
        payload_sha256: payload digest of the original bundle.
        degraded: whether the whole rerun ran under conditions that change the protocol; what concerns only
            some configurations is in `decisions`.
        decisions: what the plan decided about each requirement.
        packages: packages whose versions are not the recorded ones.
        hardware: the machine that was found.
        sandbox: whether the runs were isolated.
        network: whether the runs could reach other hosts.
        claims: ids of the claims that the rerun was asked about; every one where empty.
        chosen: how the work was chosen and what was left out, as sentences.
        new_seeds: the seeds that the original never used.
    """

    basis: Basis = Basis.FULL
    when: str | None = None
    tool: Tool | None = None
    payload_sha256: str | None = None
    degraded: bool = False
    decisions: tuple[Requirement, ...] = ()
    packages: tuple[PackageDifference, ...] = ()
    hardware: Hardware | None = None
    sandbox: Isolation | None = None
    network: Isolation | None = None
    claims: tuple[str, ...] = ()
    chosen: tuple[str, ...] = ()
    new_seeds: tuple[Seed, ...] = ()

    def degrades(self, configuration: str | None) -> bool:
        """Whether results of this configuration come from degraded conditions."""
        worse = [one for one in self.decisions if one.decision is Decision.DEGRADED]
        return self.degraded or any(
            not one.configurations or configuration in one.configurations for one in worse
        )
