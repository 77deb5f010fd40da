"""What the package index has for a machine: the wheels that an environment would take, none of them fetched.

Where the lock does not serve the machine, it is made again first, as a rerun there would.
"""

from __future__ import annotations

from reprocrate.errors import UnavailableError
from reprocrate.manifest import Environment
from reprocrate.rerun.environment.builds import choose_build
from reprocrate.rerun.environment.platforms import platform_of
from reprocrate.rerun.environment.relocking import Relocking, relocking
from reprocrate.rerun.environment.requirements import read_lock
from reprocrate.rerun.environment.uv_tool import Notify
from reprocrate.rerun.environment.wheel_choice import Choice, choose_wheels
from reprocrate.rerun.host.probing import Host


def wheels_for(
    environment: Environment, lock: str | None, host: Host, notify: Notify | None = None
) -> Choice:
    """Ask the user's package index which wheels an environment would take on a machine.

    Args:
        environment: the recorded software.
        lock: the text of its lock in pinned requirements; None where that is not at hand.
        host: the machine.
        notify: called with lines of progress.

    Raises:
        UnavailableError: the index cannot be asked, or has no build of the recorded versions.
        UnreadableError: the lock holds something else than pinned requirements.
    """
    platform = platform_of(host.system)
    if platform is None or environment.python is None:
        why = "which Python ran was not recorded" if platform else "no wheels are known for this system"
        raise UnavailableError(f"the wheels of {environment.id} cannot be chosen", why)
    build = choose_build(environment, host.system, host.hardware.accelerators)
    pinned = read_lock(lock or "")
    again = relocking(environment, lock or "", pinned, host.system, build)
    if lock is None or not all(one.hashed for one in pinned):
        again = Relocking(environment, build, "no lock with digests is at hand", "")
    if again:
        pinned = read_lock(again.make(notify))
    return choose_wheels(
        pinned,
        python_version=environment.python.version,
        platform=platform,
        resolved=environment.lock.resolved if environment.lock else None,
    )
