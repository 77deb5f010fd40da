"""A process that judges submissions one after the other: `python -P -m reprocrate.workflow.batch.worker`.

It is started apart from the one that watches, so that whatever a submission does to it, by taking all memory
or by making the interpreter itself fall, hits nobody else. It is started with `-P`: no file in the current
folder, which may be somebody's submission, is imported.
"""

from __future__ import annotations

import faulthandler
import json
import os
import pickle
import signal
import sys
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import IO, Any, BinaryIO

from reprocrate.errors import ReprocrateError, UsageError
from reprocrate.files import could_not
from reprocrate.finding import Report
from reprocrate.validation import report_document
from reprocrate.workflow.batch.protocol import READY, Answer, Outcome, Setup
from reprocrate.workflow.batch.row import Row
from reprocrate.workflow.batch.seen import seen_of
from reprocrate.workflow.progress import Silence
from reprocrate.workflow.validating import assess

_SPARE_SECONDS = 5.0
_SPARE_BYTES = 64 << 20


def main() -> None:
    """Answer tasks until there are no more."""
    with suppress(ValueError, OSError):
        signal.signal(signal.SIGINT, signal.SIG_IGN)  # who watches says when to end
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # nothing that is printed can be taken for an answer
    setup: Setup = pickle.load(sys.stdin.buffer)  # noqa: S301 - from the process that started this one
    judge_once_before()
    limit_memory(setup.memory)
    answers.write(READY)
    answers.flush()
    for line in sys.stdin.buffer:
        for task in json.loads(line):
            answer = _answer(task, setup)
            answers.write(lines_of(answer))
            answers.flush()
            if answer.is_last:
                return


def lines_of(answer: Answer) -> bytes:
    """The two lines of an answer."""
    about = {
        "number": answer.number,
        "outcome": answer.outcome.value,
        "row": answer.row.document() if answer.row else None,
        "seen": answer.seen,
        "is_same": answer.is_same,
        "is_last": answer.is_last,
    }
    return f"{json.dumps(about)}\n{answer.report}\n".encode("utf-8", "replace")


def read_answer(stream: IO[bytes] | BinaryIO) -> Answer | None:
    """The next answer on a worker's output; None where the worker is gone."""
    about, report = stream.readline(), stream.readline()
    if not report.endswith(b"\n"):
        return None
    said: dict[str, Any] = json.loads(about)
    row, outcome = said.pop("row"), Outcome(said.pop("outcome"))
    return Answer(
        outcome=outcome, row=Row.from_document(row) if row else None, report=report[:-1].decode(), **said
    )


def failed(number: int, path: str, why: str, outcome: Outcome, *, is_last: bool = False) -> Answer:
    """The answer for a submission that could not be judged."""
    return _of_report(number, Report(path, failure=why), outcome, "", is_last=is_last)


def judge_once_before() -> None:
    """Import all that judging needs, so that its limits are for the submissions alone."""
    from reprocrate.standard import shipped_bytes
    from reprocrate.validation import Subject, validate

    validate(Subject.of_bytes("none", shipped_bytes("conformance/base/seeds.json")))


def limit_memory(most: int | None) -> None:
    """Let this process need so many bytes more than it has, where the system can be told so (Linux)."""
    if most is None:
        return
    with suppress(ImportError, ValueError, OSError):
        import resource

        now = int(Path("/proc/self/statm").read_text("ascii").split()[0]) * resource.getpagesize()
        _, hard = resource.getrlimit(resource.RLIMIT_AS)
        wanted = now + most + _SPARE_BYTES
        soft = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
        resource.setrlimit(resource.RLIMIT_AS, (soft, hard))


def _answer(task: Sequence[Any], setup: Setup) -> Answer:
    number, path, known = task
    # Who watches ends this process in time. Where nobody watches any more, it ends itself.
    faulthandler.dump_traceback_later(
        setup.seconds + _SPARE_SECONDS, exit=True, file=sys.__stderr__ or sys.stderr
    )
    try:
        seen = seen_of(Path(path))
        if known and seen == known:
            return Answer(number, Outcome.VALID, None, "", seen, is_same=True)
        report = assess(Path(path), Silence(), setup.demands, setup.limits, alone=True)
        return _of_report(number, report, _outcome_of(report), seen)
    except ReprocrateError as error:
        return failed(
            number, path, str(error), Outcome.MISUSED if isinstance(error, UsageError) else Outcome.FAILED
        )
    except MemoryError:
        return failed(number, path, _too_large(setup), Outcome.FAILED, is_last=True)
    except OSError as error:
        return failed(number, path, str(could_not("read", error.filename or path, error)), Outcome.FAILED)
    except Exception as error:
        why = f"judging it failed, which is a fault of reprocrate: {type(error).__name__}: {error}"
        return failed(number, path, why[:2000], Outcome.FAILED, is_last=True)
    finally:
        faulthandler.cancel_dump_traceback_later()


def _outcome_of(report: Report) -> Outcome:
    return Outcome.VALID if report.valid else Outcome.INVALID


def _too_large(setup: Setup) -> str:
    allowed = f"the {setup.memory // 1_000_000:,} MB of --memory-limit" if setup.memory else "there is"
    return f"stopped: judging it needs more memory than {allowed}"


def _of_report(number: int, report: Report, outcome: Outcome, seen: str, *, is_last: bool = False) -> Answer:
    text = json.dumps(report_document(report), ensure_ascii=False, allow_nan=False)
    return Answer(number, outcome, Row.of(report), text, seen, is_last=is_last)


if __name__ == "__main__":
    main()
