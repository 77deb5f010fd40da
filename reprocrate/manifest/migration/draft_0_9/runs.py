"""Runs of the draft 0.9: what each says of its environment and machine becomes entries that runs share."""

from __future__ import annotations

import hashlib
import json
from typing import Any

from reprocrate.manifest.migration.draft_0_9.naming import Naming
from reprocrate.manifest.migration.draft_0_9.parts import (
    HEXADECIMAL,
    SECONDS,
    UTC,
    command,
    files,
    identified,
    size,
)
from reprocrate.manifest.migration.transfer import Transfer
from reprocrate.manifest.migration.values import (
    UnfitError,
    lock_format_of,
    package_of,
    path_of_file,
    seconds_of,
    seed_of,
    sha256_of,
    utc_of,
)

_STATUS = {"finished": "ok", "failed": "failed", "aborted": "killed", "running": "running"}


def move(whole: Transfer, naming: Naming, code_id: str | None) -> None:
    """Move the runs, and with them environments and machines."""
    environments = _Shared(whole, "environments", "env", _environment)
    machines = _Shared(whole, "hardware", "machine", _machine)
    runs = []
    for part in whole.entries("runs", "runs"):
        runs.append(_run(part, naming, code_id))
        if "environment" in part.old:
            runs[-1]["environment"] = environments.id_of(part, "environment")
        if "hardware" in part.old:
            runs[-1]["hardware"] = [machines.id_of(part, "hardware")]
    if "runs" in whole.old:
        whole.new["runs"] = runs


class _Shared:
    """Entries of a list that runs share; equal ones are one. Their ids follow from what they hold."""

    def __init__(self, whole: Transfer, to: str, prefix: str, make: Any) -> None:
        self._whole = whole
        self._to = to
        self._prefix = prefix
        self._make = make
        self._ids: dict[str, str] = {}

    def id_of(self, run: Transfer, name: str) -> str:
        """The id of what a run says of its environment or machine; what is said anew becomes an entry."""
        text = json.dumps(run.old[name], sort_keys=True)
        run.log.changed((*run.was, name), (self._to, 0), "an entry that equal ones share")
        if text not in self._ids:
            identifier = f"{self._prefix}-{hashlib.sha256(text.encode()).hexdigest()[:12]}"
            entries = self._whole.new.setdefault(self._to, [])
            part = Transfer(run.old[name], (*run.was, name), (self._to, len(entries)), run.log)
            entries.append({"id": identifier, **self._make(part)})
            self._ids[text] = identifier
        return self._ids[text]


def _run(part: Transfer, naming: Naming, code_id: str | None) -> dict[str, Any]:
    identified(part, naming.runs)
    part.new["configuration"] = naming.configurations[part.old["configuration"]]
    command(part)
    _seed(part, naming)
    part.words("status", "status", _STATUS)
    if part.old["status"] == "aborted":
        part.assume("status", "status", "the draft does not say whether the user or something else ended it")
    part.same("exit_code")
    part.convert("started", "started", utc_of, UTC)
    part.convert("duration_min", "duration_s", seconds_of, SECONDS)
    _resources(part)
    if code_id:
        part.new["code"] = code_id
    if "metrics" in part.old:
        values = [_observation(name, value, naming) for name, value in part.old["metrics"].items()]
        part.put("metrics", "metrics", values, "a list with the data and split of each metric")
    files(part, "inputs", "inputs")
    files(part, "outputs", "outputs")
    part.convert("log", "logs", lambda path: [{"path": path_of_file(path)}], "a list of files")
    part.lose("host", "names of machines are private, and 1.0 does not record them")
    part.aside("notes", "1.0 has no place for remarks about a run")
    part.forget("configuration", "environment", "hardware")
    return part.done()


def _seed(part: Transfer, naming: Naming) -> None:
    if "seed" not in part.old:
        return
    seed = seed_of(part.old["seed"])
    template = naming.commands.get(part.old["configuration"], "")
    is_argument = "{seed}" in template and template.replace("{seed}", str(seed)) == part.old["command"]
    how = "argument" if is_argument else "declared"
    part.put("seed", "seeds", [{"value": seed, "how": how}], "a list that says how each seed is known")
    if not is_argument:
        part.assume("seed", "seeds", "declared by the authors, since the draft does not say how it is known")


def _resources(part: Transfer) -> None:
    names = ("peak_memory_mb", "energy_kwh")
    inner = part.some(names, "resources")
    if not inner.old:
        return
    size(inner, "peak_memory_mb", "peak_memory_bytes")
    inner.convert("energy_kwh", "energy_kwh", float, "beside the other resources")
    part.new["resources"] = inner.done()


def _observation(name: str, value: float | str, naming: Naming) -> dict[str, Any]:
    finite = not isinstance(value, str)
    return {
        "metric": naming.metrics[name],
        **measured_on(name, naming),
        "value": value if finite else None,
        "status": "ok" if finite else value,
    }


def measured_on(metric: str, naming: Naming) -> dict[str, str]:
    """The data and the split that every value of a metric was measured on, where the draft says so."""
    about = naming.described.get(metric, {})
    place = {"data": naming.data[about["dataset"]]} if "dataset" in about else {}
    return {**place, "split": about["split"]} if "split" in about else place


def _environment(part: Transfer) -> dict[str, Any]:
    if "python" in part.old:
        python = {"version": part.old["python"], "implementation": "CPython"}
        part.put("python", "python", python, "an object; the draft knows CPython only")
    if "os" in part.old:
        system = part.part("os", "os")
        system.rename("system", "name")
        system.rename("release", "kernel")
        system.same("machine")
        part.new["os"] = system.done()
    if "packages" in part.old:
        packages = sorted(part.old["packages"].items(), key=lambda item: package_of(*item)["name"])
        part.put("packages", "packages", [package_of(*each) for each in packages], "a list with local labels")
    libraries = [
        {"name": name, "version": part.old[name], "kind": name}
        for name in ("cuda", "cudnn")
        if name in part.old
    ]
    for name in ("cuda", "cudnn"):
        if name in part.old:
            part.put(name, "native_libraries", libraries, "one of the native libraries")
    if "container" in part.old:
        image, _, digest = part.old["container"].partition("@")
        container = {"image": image, "digest": digest} if digest else {"image": image}
        part.put("container", "container", container, "image and digest apart")
    part.same("variables")
    _lock(part)
    return part.done()


def _lock(part: Transfer) -> None:
    if "lock_file" not in part.old:
        return
    lock = part.old["lock_file"]
    try:
        if "digest" not in lock:
            raise UnfitError("1.0 asks for the digest of a lock file, which is not given")
        made = {
            "path": path_of_file(lock["path"]),
            "sha256": sha256_of(lock["digest"]),
            "format": lock_format_of(lock["path"]),
        }
    except UnfitError as reason:
        part.unfit("lock_file", reason)
        return
    inner = part.part("lock_file", "lock")
    inner.put("path", "path", made["path"], "without parts that mean nothing")
    inner.put("digest", "sha256", made["sha256"], HEXADECIMAL)
    inner.new["format"] = made["format"]
    inner.assume("path", "format", "told from the name of the file")
    part.new["lock"] = inner.done()


def _machine(part: Transfer) -> dict[str, Any]:
    if "cpu" in part.old:
        processor = part.part("cpu", "cpu")
        processor.same("model", "architecture", "cores")
        part.new["cpu"] = processor.done()
    size(part, "memory_mb", "memory_bytes")
    if "gpus" in part.old:
        part.new["accelerators"] = [_gpu(each) for each in part.entries("gpus", "accelerators")]
    return part.done()


def _gpu(part: Transfer) -> dict[str, Any]:
    part.same("model", "driver")
    size(part, "memory_mb", "memory_bytes")
    return part.done()
