"""What tells one launch from another, known before anything is run or written."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from reprocrate.capture.launch.grid import filled
from reprocrate.capture.launch.live import check_not_live
from reprocrate.capture.launch.request import Request
from reprocrate.capture.privacy.scrubber import Scrubber, scrubber
from reprocrate.capture.record import Configuration, Seed
from reprocrate.capture.seeds.notation import check_seed_has_a_place, recorded_seed, substitute
from reprocrate.errors import UsageError
from reprocrate.files import sha256_bytes


@dataclass(frozen=True)
class Identity:
    """What tells a launch from others: two with the same do the same, as long as code and data are the same.

    Attributes:
        argv: the command to run.
        command: it as it is recorded.
        configuration: what it has in common with launches that differ by the seed only.
        seeds: the seeds that it is given.
        cwd: the folder to run it in.
        scrubber: what must not stand in a record.
    """

    argv: tuple[str, ...]
    command: tuple[str, ...]
    configuration: Configuration
    seeds: tuple[Seed, ...]
    cwd: Path
    scrubber: Scrubber


def identify(request: Request, environ: Mapping[str, str]) -> Identity:
    """What a launch will be; nothing is written.

    Raises:
        UsageError: the request makes no sense.
    """
    project = request.project.resolve()
    if not project.is_dir():
        raise UsageError(f"there is no folder {request.project}")
    cwd = (request.cwd or project).resolve()
    if not cwd.is_relative_to(project):
        raise UsageError(f"the command would start in {cwd}", "that is outside the project")
    if not request.template:
        raise UsageError("no command was given", fix="Name it after `--`, as in `-- python train.py`")
    check_not_live(request.template)
    hidden = scrubber(project, cwd, environ)
    if request.seed is not None:
        check_seed_has_a_place(request.template, request.seed_variable)
    opened, template, own = filled(request.template, request.grid, seed_is_given=request.seed is not None)
    seed = own if request.seed is None else request.seed
    variable = None if request.seed is None else request.seed_variable
    argv = template if seed is None else substitute(template, {"seed": seed})
    return Identity(
        argv=argv,
        command=hidden.command(argv),
        configuration=_configuration(request, opened, template, hidden, cwd.relative_to(project).as_posix()),
        seeds=() if seed is None else (recorded_seed(seed, variable),),
        cwd=cwd,
        scrubber=hidden,
    )


def _configuration(
    request: Request, opened: tuple[str, ...], template: tuple[str, ...], hidden: Scrubber, folder: str
) -> Configuration:
    from reprocrate.manifest.canonical import canonical_bytes

    shown = hidden.command(template)
    identity = {"template": list(shown), "working_directory": folder}
    return Configuration(
        name=request.name,
        digest=sha256_bytes(canonical_bytes(identity)),
        template=shown,
        working_directory=folder,
        grid={name: hidden.text(value) for name, value in request.grid.items()},
        seed_variable=request.seed_variable,
        grid_template=hidden.command(opened) if request.grid else (),
    )
