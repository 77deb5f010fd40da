"""`reprocrate run`"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import typer

from reprocrate.cli.options import Quiet

Command = Annotated[
    list[str] | None,
    typer.Argument(metavar="-- COMMAND", help="The command, after `--`; `{seed}` stands for the seed."),
]
Seeds = Annotated[str | None, typer.Option("--seeds", help="Seeds to run, such as `0-4` or `1,3,10-12`.")]
Name = Annotated[str | None, typer.Option("--name", help="Name of the configuration.")]
SeedEnv = Annotated[
    str | None, typer.Option("--seed-env", metavar="NAME", help="Pass the seed in this environment variable.")
]
All = Annotated[
    bool, typer.Option("--all", help="Run every configuration of `reprocrate.toml` that has a command.")
]
Resume = Annotated[
    bool, typer.Option("--resume", help="Skip seeds that ended well with code and data as they are.")
]

Trace = Annotated[
    Literal["hook", "strace"],
    typer.Option(
        "--trace", help="How the use of files is seen: inside Python, or by strace in every program (Linux)."
    ),
]


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("run", context_settings={"allow_interspersed_args": False})(run)


def run(
    command: Command = None,
    seeds: Seeds = None,
    name: Name = None,
    seed_env: SeedEnv = None,
    all_: All = False,
    resume: Resume = False,
    trace: Trace = "hook",
    quiet: Quiet = False,
) -> None:
    """Run a command once per seed and record everything.

    For example: `reprocrate run --seeds 0-4 -- python train.py --seed {seed}`

    The command behaves as it does without `reprocrate run`: same output, same exit code. Code, data,
    environment, hardware, seeds and metrics are recorded under `.reprocrate/`; nothing else is written.

    Without a command, `--name NAME` takes it from `reprocrate.toml`, and `--all` runs every configuration
    there. If a seed fails, it is recorded as failed, the others still run, and the exit code is that of
    the command.

    The files that the command reads and writes are seen from inside Python, at next to no cost, and the
    record says what could not be seen so. `--trace=strace` sees the files of every program that it starts, at
    a cost for each file opened; it needs Linux and strace.
    """
    from reprocrate.cli.voice import Voice
    from reprocrate.workflow.running import Request, run_all, run_configuration

    voice = Voice(quiet=quiet)
    request = Request(
        tuple(command or ()), seeds=seeds, name=name, seed_variable=seed_env, resume=resume, trace=trace
    )
    session = run_all(Path.cwd(), request, voice) if all_ else run_configuration(Path.cwd(), request, voice)
    for warning in session.warnings:
        voice.warn(warning)
    for hint in session.hints:
        voice.note(hint)
    raise typer.Exit(session.exit_code)
