"""Where and how a rerun was made, for its verdict."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime

from reprocrate import __version__
from reprocrate.rerun.compare import Basis, Circumstances, Isolation, PackageDifference, Tool
from reprocrate.rerun.environment.building import BuiltEnvironment
from reprocrate.rerun.host.probing import Host
from reprocrate.rerun.plan import Plan
from reprocrate.rerun.sandbox.bubblewrap import NoSandbox, Sandbox
from reprocrate.rerun.work.selection import Depth


def circumstances_of(
    plan: Plan,
    host: Host,
    sandbox: Sandbox | None,
    environments: Mapping[str, BuiltEnvironment],
    payload: str,
    network: bool = False,
) -> Circumstances:
    """What the verdict says of this rerun beside the comparison; nothing of a machine where nothing ran."""
    about = Circumstances(
        basis=Basis(plan.depth.value),
        when=datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        tool=Tool("reprocrate", __version__),
        payload_sha256=payload,
        claims=plan.selection.claims,
        chosen=plan.reasons,
        new_seeds=tuple(map(str, plan.new_seeds)),
    )
    if plan.depth is Depth.LOGS:
        return about  # nothing ran, so there is no machine, environment or isolation to speak of
    different = {
        (one.package, one.recorded, one.found) for built in environments.values() for one in built.differences
    }
    why_not = host.sandbox.reason if isinstance(host.sandbox, NoSandbox) else "the reader chose so"
    return replace(
        about,
        decisions=plan.requirements,
        packages=tuple(PackageDifference(*one) for one in sorted(different, key=str)),
        hardware=host.hardware,
        sandbox=Isolation(sandbox is not None, sandbox.version if sandbox else why_not),
        network=_network(sandbox, network),
    )


def _network(sandbox: Sandbox | None, network: bool) -> Isolation:
    if sandbox is None:
        return Isolation(True, "not isolated")
    if network:
        return Isolation(True, "the manifest says that the runs need it, and the reader agreed")
    return Isolation(False, "cut off by the sandbox")
