"""What a rerun needs its user's agreement for, asked before anything runs."""

from __future__ import annotations

from typing import Protocol

from reprocrate.errors import UnavailableError
from reprocrate.rerun.host.probing import Host
from reprocrate.rerun.plan import Decision, Plan, Requirement
from reprocrate.rerun.sandbox.bubblewrap import Sandbox
from reprocrate.rerun.work.selection import Task
from reprocrate.workflow.progress import Progress


class Consent(Protocol):
    """Who is asked before something is done that needs the user's agreement."""

    def agrees(self, option: str, question: str) -> bool:
        """Whether the user agrees to what `--OPTION` stands for."""

    def tell_unneeded(self) -> None:
        """Say which of the options that were given nothing asked for, once everything was asked."""


class OwnCode:
    """Agrees to run without a sandbox: for code of one's own only."""

    def agrees(self, option: str, question: str) -> bool:  # noqa: ARG002
        """Whether it is only about the sandbox."""
        return option == "no-sandbox"

    def tell_unneeded(self) -> None:
        """Nothing: no option was given."""


def agreed_network(plan: Plan, tasks: tuple[Task, ...], consent: Consent, progress: Progress) -> bool:
    """Whether the runs get the network: they need it by what is recorded, and the user agrees.

    Raises:
        UnavailableError: they need it, and the user does not agree.
    """
    asked = [one.text for one in plan.consents if one.kind == "network"]
    if not asked or not tasks:
        return False
    question = f"{' '.join(asked)} The runs could then reach everything that this machine can."
    if not consent.agrees("allow-network", question):
        raise UnavailableError(
            "the runs need the network", " ".join(asked).rstrip("."), "Agree with --allow-network"
        )
    progress.note("the runs have the network of this machine")
    return True


def agreed_sandbox(
    plan: Plan, host: Host, tasks: tuple[Task, ...], consent: Consent, progress: Progress
) -> Sandbox | None:
    """The sandbox to run in, after everything that needs agreement was agreed to."""
    blockers = [one for one in plan.requirements if one.decision is Decision.IMPOSSIBLE]
    if blockers:
        raise UnavailableError(
            "this experiment cannot be rerun here",
            "; ".join(map(_told, blockers)),
            "`reprocrate plan` shows every requirement and what would lift it",
        )
    degraded = [_told(one) for one in plan.requirements if one.decision is Decision.DEGRADED]
    if degraded and not consent.agrees("accept-degraded", f"Only degraded: {'; '.join(degraded)}."):
        raise UnavailableError(
            "this experiment can be rerun here only under other conditions",
            "; ".join(degraded),
            "Agree with --accept-degraded",
        )
    if not tasks or isinstance(host.sandbox, Sandbox):
        if tasks:
            progress.note("the runs are isolated: they see and change nothing but what they are given")
        return host.sandbox if isinstance(host.sandbox, Sandbox) else None
    why = f"There is no sandbox here: {host.sandbox.reason}. {host.sandbox.how_to_get}"
    if not consent.agrees("no-sandbox", f"{why} The bundle's code would run with all your rights."):
        raise UnavailableError(
            "the bundle's code was not run", why, "To run it with all your rights, give --no-sandbox"
        )
    progress.note(f"the runs are not isolated: {host.sandbox.reason}")
    return None


def _told(requirement: Requirement) -> str:
    return f"{requirement.namespace} {requirement.feature}: {requirement.reason}"
