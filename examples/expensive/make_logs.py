"""Write the logs that the cluster would have left, and the checkpoints that were small enough to be kept.

The losses and checkpoints are what `train.py` computes. That it took two nodes with eight GPUs each, when and
for how long, that one job was requeued and one ran out of time is made up: an example should not cost anybody
a day on sixteen GPUs.
"""

import hashlib
import subprocess
import sys
import tempfile
from datetime import datetime, timedelta
from pathlib import Path

CONTEXT = {"large": 6, "small": 1}
# Name, seed, job, start, hours and minutes, energy in kWh.
JOBS = [
    ("large", 0, 4711, "2025-11-03T08:00:12", (26, 3), 212.4),
    ("large", 1, 4712, "2025-11-05T19:30:41", (26, 11), 214.0),
    ("large", 2, 4713, "2025-11-04T11:15:02", (25, 58), 210.9),
    ("small", 0, 4701, "2025-11-01T09:12:30", (3, 20), 12.8),
    ("small", 1, 4702, "2025-11-01T13:05:11", (3, 22), 12.9),
    ("small", 2, 4703, "2025-11-01T17:01:47", (3, 19), 12.8),
]
NODES = {"large": "node-a,node-b", "small": "node-a"}
PROCESSES = {"large": 16, "small": 8}


def trained(name, seed, folder):
    """What train.py prints, line by line, and the checkpoint that it leaves."""
    out = Path(folder, f"{name}-{seed}.json")
    command = ["train.py", "--context", str(CONTEXT[name]), "--seed", str(seed), "--out", str(out)]
    done = subprocess.run([sys.executable, "-I", *command], capture_output=True, text=True, check=True)
    return done.stdout.splitlines(), out.read_bytes()


def started(name, job, start):
    return f"job {job} on {NODES[name]}, {PROCESSES[name]} processes, started {start}Z"


def elapsed(hours, minutes):
    return f"{hours // 24}-{hours % 24:02}:{minutes:02}:00"


def log_of(name, seed, job, start, took, energy, lines, checkpoint):
    hours, minutes = took
    end = (datetime.fromisoformat(start) + timedelta(hours=hours, minutes=minutes)).isoformat()
    digest = hashlib.sha256(checkpoint).hexdigest()
    return [
        started(name, job, start),
        *lines[:-1],
        f"wrote checkpoints/{name}-{seed}.json, {len(checkpoint)} bytes, sha256 {digest}",
        lines[-1],
        f"job {job} ended {end}Z, elapsed {elapsed(hours, minutes)}, {energy} kWh",
    ]


def write(path, lines):
    Path(path).parent.mkdir(exist_ok=True)
    Path(path).write_text("\n".join(lines) + "\n", encoding="utf-8")


def main():
    with tempfile.TemporaryDirectory() as folder:
        for name, seed, job, start, took, energy in JOBS:
            lines, checkpoint = trained(name, seed, folder)
            end = log_of(name, seed, job, start, took, energy, lines, checkpoint)
            if (name, seed) == ("large", 1):  # its first attempt lost a node after four tenths of the way
                lost = [
                    started(name, job, "2025-11-05T08:00:09"),
                    *lines[:4],
                    "job 4712: node-b does not respond",
                ]
                write("logs/large-1.first.out", lost)
            write(f"logs/{name}-{seed}.out", end)
            if name == "small":
                Path("checkpoints").mkdir(exist_ok=True)
                Path(f"checkpoints/{name}-{seed}.json").write_bytes(checkpoint)
        lines, _ = trained("large", 3, folder)
        late = [started("large", 4714, "2025-11-07T08:00:20"), *lines[:9], "job 4714 cancelled: time limit"]
        write("logs/large-3.out", late)


if __name__ == "__main__":
    main()
