"""A machine that somebody describes in a word, so that a rerun on it can be planned from elsewhere.

`linux-x86_64`, `linux-x86_64-cuda124`, `macos-arm64`, `windows-x86_64-rocm6.2`: a platform and, where it has
an accelerator, what its driver can run. What is not said is left open: no processor's model, no sizes.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from reprocrate.errors import UsageError
from reprocrate.manifest import Hardware, Manifest, OperatingSystem
from reprocrate.rerun.environment import cuda
from reprocrate.rerun.environment.conda.lists import platform_of
from reprocrate.rerun.environment.platforms import SHORT
from reprocrate.rerun.host.probing import Host
from reprocrate.rerun.sandbox.bubblewrap import NoSandbox, Sandbox

_SYSTEMS = {"linux": "Linux", "macos": "Darwin", "windows": "Windows"}
_ACCELERATOR = re.compile(r"cpu|cuda(?P<cuda>[0-9]{2,3})|rocm(?P<rocm>[0-9]+\.[0-9]+)")


def described_host(name: str, manifest: Manifest) -> Host:
    """The machine of a description.

    Interpreters are taken to be there in the recorded version, what links packages of conda too, and on Linux
    a sandbox.

    Args:
        name: as `linux-x86_64-cuda124`.
        manifest: whose interpreters are meant.

    Raises:
        UsageError: it describes no machine that is known.
    """
    platform = next((one for one in SHORT if name == one or name.startswith(f"{one}-")), None)
    match = _ACCELERATOR.fullmatch(name[len(platform) + 1 :] if platform and name != platform else "cpu")
    if platform is None or match is None or (match["cuda"] and not _driver(match["cuda"], platform)):
        raise UsageError(
            f"--for: {name} describes no machine that is known",
            "it is one of " + ", ".join(SHORT) + ", with -cuda124 or -rocm6.2 where it has an accelerator",
        )
    system, _, architecture = platform.partition("-")
    hardware: dict[str, Any] = {"id": "there", "cpu": {"architecture": architecture}}
    if match["cuda"]:
        runtime = f"{match['cuda'][:-1]}.{match['cuda'][-1]}"
        driver = cuda.words(_driver(match["cuda"], platform) or ())
        device = {"vendor": "nvidia", "model": "device of NVIDIA", "driver": driver, "runtime": runtime}
        hardware["accelerators"] = [device]
    elif match["rocm"]:
        hardware["accelerators"] = [{"vendor": "amd", "model": "device of AMD", "runtime": match["rocm"]}]
    linux = system == "linux"
    told = {"name": _SYSTEMS[system], "machine": architecture, "libc": "glibc" if linux else None}
    pythons = [one.python.version for one in manifest.environments if one.python]
    programs = {one.command[0] for one in manifest.configurations}
    why_not = NoSandbox("bubblewrap runs on Linux only", "Plan for a machine with Linux, or use one.")
    return Host(
        system=OperatingSystem.model_validate({key: value for key, value in told.items() if value}),
        hardware=Hardware.model_validate(hardware),
        sandbox=Sandbox(Path("bwrap"), "bubblewrap") if linux else why_not,
        pythons={version: version for version in pythons},
        programs=frozenset(programs),
        conda=platform_of(_SYSTEMS[system], architecture),
        described=name,
    )


def _driver(label: str, platform: str) -> cuda.Version | None:
    """The lowest driver that runs a version of CUDA, which is all that such a description says of it."""
    version, system = cuda.version_of_label(f"cu{label}"), _SYSTEMS[platform.partition("-")[0]]
    return cuda.lowest_driver(version, system) if version and system != "Darwin" else None
