"""`reprocrate run`"""

from __future__ import annotations

from typing import Annotated, Literal

import typer

from reprocrate.cli.options import Quiet
from reprocrate.cli.run_arguments import RunArguments

Command = Annotated[
    list[str] | None,
    typer.Argument(
        metavar="-- COMMAND",
        help="The command, after `--`; `{seed}` stands for the seed, `{NAME}` for a parameter of the grid.",
    ),
]
Seeds = Annotated[str | None, typer.Option("--seeds", help="Seeds to run, such as `0-4` or `1,3,10-12`.")]
Name = Annotated[
    str | None,
    typer.Option("--name", help="Name of the configuration; without a command, one of `reprocrate.toml`."),
]
SeedEnv = Annotated[
    str | None, typer.Option("--seed-env", metavar="NAME", help="Pass the seed in this environment variable.")
]
All = Annotated[
    bool, typer.Option("--all", help="Run every configuration of `reprocrate.toml` that has a command.")
]
Resume = Annotated[
    bool, typer.Option("--resume", help="Skip seeds that ended well with code and data as they are.")
]

Twice = Annotated[
    bool, typer.Option("--twice", help="Run the first seed again as it was, and say what differs.")
]
Deterministic = Annotated[
    bool,
    typer.Option(
        "--deterministic",
        help="Set from outside what makes a seed give the same bits, as far as that goes.",
    ),
]
Trace = Annotated[
    Literal["hook", "strace"],
    typer.Option(
        "--trace", help="How the use of files is seen: inside Python, or by strace in every program (Linux)."
    ),
]
Grid = Annotated[
    list[str] | None,
    typer.Option(
        "--grid",
        metavar="NAME=VALUES",
        help="Values of a parameter, such as `lr=0.1,0.01`; given several times, all combinations are run.",
    ),
]
Jobs = Annotated[
    int, typer.Option("--jobs", "-j", help="How many runs at once; what they print is then recorded only.")
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
    grid: Grid = None,
    jobs: Jobs = 1,
    twice: Twice = False,
    deterministic: Deterministic = False,
    trace: Trace = "hook",
    quiet: Quiet = False,
) -> None:
    """Run a command once per seed and record everything.

    The command behaves as it does without `reprocrate run`: same output, same exit code. Code, data,
    environment, hardware, seeds and metrics are recorded under `.reprocrate/`; nothing else is written.

    One run, five seeds, and every combination of a grid, two at once:

    ```text
    reprocrate run -- python train.py
    reprocrate run --seeds 0-4 -- python train.py --seed {seed}
    reprocrate run --grid lr=0.1,0.01 --jobs 2 -- python train.py --lr {lr}
    ```

    A launcher, a notebook, and what `reprocrate.toml` names:

    ```text
    reprocrate run -- torchrun --nproc_per_node 2 train.py
    reprocrate run --seeds 0-2 -- papermill a.ipynb {seed}.ipynb -p seed {seed}
    reprocrate run --name main --seeds 0-4
    reprocrate run --all --resume
    ```

    If a seed fails, it is recorded as failed, the others still run, and the exit code is that of the command.
    """
    from reprocrate.cli.launching import launch

    asked = RunArguments(
        command=tuple(command or ()),
        seeds=seeds,
        name=name,
        seed_env=seed_env,
        all_=all_,
        resume=resume,
        grid=tuple(grid or ()),
        jobs=jobs,
        twice=twice,
        deterministic=deterministic,
        trace=trace,
        quiet=quiet,
    )
    raise typer.Exit(launch(asked))
