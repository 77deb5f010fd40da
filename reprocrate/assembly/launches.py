"""Launches of many processes, and of several attempts, as the manifest has them."""

from __future__ import annotations

from reprocrate.assembly.sections import Section
from reprocrate.capture.record import Hardware, RunRecord


def nodes_of(record: RunRecord) -> list[Hardware]:
    """The machines that a run was on, one for each node, as far as they are known."""
    others = record.ranks.other_nodes if record.ranks else ()
    return [machine for machine in (record.hardware, *others) if machine.cpu]


def launch_section(record: RunRecord) -> Section:
    """How the processes of a run were started, and the attempts before the last."""
    section: Section = {
        "attempts": [
            {"started": one.started, "status": one.status, "duration_s": one.duration_s}
            for one in record.attempts
        ]
    }
    if record.ranks is not None:
        section["launch"] = {
            "launcher": record.ranks.launcher,
            "world_size": record.ranks.world_size,
            "nodes": record.ranks.nodes,
        }
    return section
