"""What `reprocrate run` does once its arguments are understood; little is imported before that."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

from reprocrate.cli.run_arguments import RunArguments
from reprocrate.cli.voice import Voice
from reprocrate.workflow.running import Request, run_all, run_configuration

if TYPE_CHECKING:
    from reprocrate.workflow.running import Session


def launch(asked: RunArguments) -> int:
    """Run what is asked for, tell what came of it, and return the exit code."""
    voice = Voice(quiet=asked.quiet)
    request = Request(
        asked.command,
        seeds=asked.seeds,
        name=asked.name,
        seed_variable=asked.seed_env,
        resume=asked.resume,
        grid=asked.grid,
        jobs=asked.jobs,
        twice=asked.twice,
        deterministic=asked.deterministic,
        trace=asked.trace,
    )
    begin = run_all if asked.all_ else run_configuration
    session = begin(Path.cwd(), request, voice)
    _tell(asked, session, voice)
    return session.exit_code


def _tell(asked: RunArguments, session: Session, voice: Voice) -> None:
    """What came of it, and what to do next."""
    if session.total > 1 and not voice.quiet:
        from reprocrate.cli.launches import summary_of

        voice.summarise(summary_of(session))
    for warning in session.warnings:
        voice.warn(warning)
    if session.is_interrupted and session.total == 1 and not session.runs:
        voice.warn("interrupted before the command was started")
    for hint in session.hints:
        voice.note(hint)
    if session.total > 1 and session.left:
        from reprocrate.cli.launches import resumed

        again = resumed(sys.argv[1:] or ["run"], resumes=asked.resume)
        if session.is_interrupted:
            voice.warn(f"interrupted: {session.left} of {session.total} runs are left. Go on with: {again}")
        else:
            voice.note(f"{session.left} of {session.total} runs did not end well. To run them again: {again}")
