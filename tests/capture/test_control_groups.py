"""What control groups allow, in hierarchies as they are mounted on hosts and in containers."""

from __future__ import annotations

from pathlib import Path

import pytest

from reprocrate.capture.hardware.control_groups import cpu_quota, memory_limit
from reprocrate.capture.hardware.memory import installed_bytes, memory_bytes


def escaped(path: Path) -> str:
    return str(path).replace(" ", "\\040")


def host(folder: Path, groups: str, mounts: list[tuple[str, str, str]], files: dict[str, str]) -> Path:
    """A folder that stands for /proc/self: groups, mounts as (root, place, kind and options), files."""
    proc = folder / "proc self"
    proc.mkdir()
    (proc / "cgroup").write_text(groups)
    lines = [
        f"{30 + n} 23 0:{n} {root} {escaped(folder / place)} rw,nosuid shared:9 - {kind}\n"
        for n, (root, place, kind) in enumerate(mounts)
    ]
    (proc / "mountinfo").write_text("22 1 8:1 / / rw - ext4 /dev/root rw\n" + "".join(lines))
    for path, text in files.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(f"{text}\n")
    return proc


def test_every_group_above_limits_too(tmp_path: Path) -> None:
    proc = host(
        tmp_path,
        "0::/slurm/job_7/step_0\n",
        [("/", "sys/cgroup", "cgroup2 cgroup2 rw")],
        {
            "sys/cgroup/slurm/cpu.max": "800000 100000",
            "sys/cgroup/slurm/job_7/cpu.max": "250000 100000",
            "sys/cgroup/slurm/job_7/step_0/cpu.max": "max 100000",
            "sys/cgroup/slurm/job_7/memory.max": f"{2**30}",
            "sys/cgroup/slurm/job_7/step_0/memory.max": "max",
            "sys/cgroup/other/cpu.max": "10000 100000",
        },
    )
    assert cpu_quota(proc) == 2.5
    assert memory_limit(proc) == 2**30


def test_the_older_kind_has_a_hierarchy_for_each_controller(tmp_path: Path) -> None:
    proc = host(
        tmp_path,
        "9:name=systemd:/\n4:memory:/jobs/a\n1:cpu,cpuacct:/jobs/b\n0::/\n",
        [
            ("/", "c g/cpu", "cgroup cgroup rw,cpu,cpuacct"),
            ("/", "c g/memory", "cgroup cgroup rw,memory"),
            ("/", "c g/unified", "cgroup2 cgroup2 rw"),
        ],
        {
            "c g/cpu/cpu.cfs_quota_us": "-1",
            "c g/cpu/jobs/b/cpu.cfs_quota_us": "150000",
            "c g/cpu/jobs/b/cpu.cfs_period_us": "100000",
            "c g/memory/memory.limit_in_bytes": "9223372036854771712",
            "c g/memory/jobs/a/memory.limit_in_bytes": f"{2**29}",
            "c g/memory/jobs/b/memory.limit_in_bytes": "4096",
        },
    )
    assert cpu_quota(proc) == 1.5
    assert memory_limit(proc) == 2**29


@pytest.mark.parametrize(
    ("group", "root"),
    [
        ("/", "/"),  # with a name space of its own
        ("/docker/abc", "/docker/abc"),  # without one: the mount shows the container's part
        ("/docker/abc", "/elsewhere"),
        ("/../../other", "/"),
        ("/docker/abcdef", "/docker/abc"),
    ],
)
def test_in_a_container_its_own_limit_is_found(tmp_path: Path, group: str, root: str) -> None:
    proc = host(
        tmp_path,
        f"0::{group}\n",
        [(root, "cg", "cgroup2 cgroup2 rw")],
        {"cg/cpu.max": "50000 100000", "cg/memory.max": f"{2**28}"},
    )
    assert (cpu_quota(proc), memory_limit(proc)) == (0.5, 2**28)


def test_without_control_groups_there_is_no_limit(tmp_path: Path) -> None:
    assert cpu_quota(tmp_path) is None
    assert memory_limit(tmp_path) is None
    assert memory_bytes(tmp_path) == installed_bytes()


def test_memory_is_at_most_what_the_control_group_allows(tmp_path: Path) -> None:
    files = {"cg/memory.max": f"{2**26}"}
    proc = host(tmp_path, "0::/\n", [("/", "cg", "cgroup2 cgroup2 rw")], files)
    assert memory_bytes(proc) == 2**26
