"""Which processes used files, as people read it."""

from __future__ import annotations

from reprocrate.manifest import manifest_from
from reprocrate.render.processes import process_uses
from tests.render.sample import Section, digits_document, file


def run_with(document: Section, seed: int, workers: int) -> None:
    document["runs"][seed].update(
        processes=[
            {"id": "p0", "program": "python train.py"},
            {"id": "p1", "program": "python train.py", "how": "fork", "parent": "p0", "count": workers},
            {"id": "p2", "program": "sort", "how": "program", "parent": "p0", "count": 2},
        ],
        inputs=[file("a.csv", read_by=["p0", "p1"]), file("b.csv", read_by=["p1"])],
        outputs=[file(f"out-{seed}.csv", written_by=["p2"])],
    )


def test_alike_processes_of_all_runs_are_one_and_how_many_there_were_is_told_of_all() -> None:
    document = digits_document()
    run_with(document, 0, workers=1)
    run_with(document, 1, workers=4)
    assert [use.sentence for use in process_uses(manifest_from(document))] == [
        "python train.py read 1 file",
        "1 to 4 forks of python train.py read 2 files",
        "sort (2 times) wrote 2 files",
    ]


def test_where_every_command_did_everything_nobody_is_named() -> None:
    assert process_uses(manifest_from(digits_document())) == []
