"""Linking archives of conda into a folder with rattler, in a process of its own.

`python -I -m reprocrate.rerun.environment.conda.linking` reads what to do from its standard input and
answers on its standard output, both JSON. rattler reads strangers' archives in native code and keeps threads
that can take a process down at its end, so it is kept out of the caller's. Nothing of a package is run:
rattler is told not to run the scripts that conda would, and this program starts nothing.
"""

from __future__ import annotations

import importlib.util
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from reprocrate.errors import UnavailableError
from reprocrate.rerun.environment.conda.contents import Member, Package, RefusedError, judge
from reprocrate.rerun.environment.conda.lists import Archive
from reprocrate.rerun.wording import size_text

_INFO = (
    "info/index.json",
    "info/paths.json",
    "info/link.json",
    "info/files",
    "info/no_link",
    "info/no_softlink",
    "info/has_prefix",
)
_LISTS = _INFO[3:]
_MOST_INFO_BYTES = 100_000_000
_MOST_MEMBERS = 1_000_000


@dataclass(frozen=True, slots=True)
class Linked:
    """What was linked: names of the packages that bring scripts which were not run."""

    with_scripts: tuple[str, ...]


def can_link() -> bool:
    """Whether rattler is installed."""
    return importlib.util.find_spec("rattler") is not None


def link(archives: Sequence[Archive], files: Sequence[Path], prefix: Path, cache: Path) -> Linked:
    """Link archives into a folder.

    Args:
        archives: what they should be.
        files: where they lie.
        prefix: the folder.
        cache: where they are unpacked to; it is removed at the end.

    Raises:
        UnavailableError: an archive is not what its name says, wants to write where it must not, or cannot be
            read or linked.
    """
    wanted = [
        {"file": str(file), "url": one.url, "name": one.name, "version": one.version, "build": one.build}
        for one, file in zip(archives, files, strict=True)
    ]
    job = {"archives": wanted, "prefix": str(prefix), "cache": str(cache)}
    shutil.rmtree(cache, ignore_errors=True)  # which a process that was killed left
    try:
        done = subprocess.run(
            [sys.executable, "-I", "-m", __name__],
            input=json.dumps(job).encode(),
            env=_variables(cache),
            capture_output=True,
            check=False,
        )
    finally:
        shutil.rmtree(cache, ignore_errors=True)
    return _answered(done)


def _answered(done: subprocess.CompletedProcess[bytes]) -> Linked:
    try:
        answer = json.loads(done.stdout)
        if "linked" in answer:
            return Linked(tuple(map(str, answer["linked"])))
        what, why, fix = map(str, answer["refused"])
    except (ValueError, KeyError, TypeError):
        lines = done.stderr.decode("utf-8", "replace").strip().splitlines()
        raise UnavailableError(
            "the packages of conda cannot be linked",
            f"rattler ended with code {done.returncode}" + (f": {lines[-1][:300]}" if lines else ""),
            "Make the environment by hand, following REPRODUCING.md",
        ) from None
    raise UnavailableError(what, why, fix)


def _variables(cache: Path) -> dict[str, str]:
    """What the process is given: nothing of the user's settings of conda and no home folder of theirs."""
    kept = {name: os.environ[name] for name in ("PATH", "LANG", "LC_ALL", "SYSTEMROOT") if name in os.environ}
    return kept | {"HOME": str(cache), "XDG_CACHE_HOME": str(cache), "RATTLER_CACHE_DIR": str(cache)}


def _work(job: Mapping[str, Any]) -> dict[str, Any]:
    """What the process does: judge all archives, then link them."""
    import asyncio  # every plan imports this module, and few processes link anything

    free = shutil.disk_usage(Path(job["prefix"]).parent).free
    packages, unpacked = [], 0
    for wanted in job["archives"]:
        package, size = asyncio.run(_read(wanted, free - unpacked))
        unpacked += size
        _require_named(package, wanted)
        packages.append(package)
    judge(packages)
    asyncio.run(_install(job))
    _restore_addresses(Path(job["prefix"]), job["archives"])
    return {"linked": sorted(one.name for one in packages if one.link_scripts)}


async def _read(wanted: Mapping[str, str], free: int) -> tuple[Package, int]:
    """What an archive holds, and how many bytes that is."""
    try:
        return await _streamed(wanted, free)
    except OSError as error:  # it is damaged, or an entry of it has a path that rattler itself refuses
        raise RefusedError(_file(wanted), f"it cannot be read: {str(error)[:200]}") from None


async def _streamed(wanted: Mapping[str, str], free: int) -> tuple[Package, int]:
    from rattler.package_streaming import PackageArchive

    archive = await PackageArchive.from_path(wanted["file"])
    members, total = list[Member](), 0
    for section in ("info", "pkg"):
        async for entry in archive.stream(section):
            total += entry.size
            if entry.name in _INFO and entry.size > _MOST_INFO_BYTES:
                raise RefusedError(_file(wanted), f"its {entry.name} has {size_text(entry.size)}")
            if total > free:
                raise RefusedError(_file(wanted), f"it does not fit: {size_text(max(free, 0))} are free")
            if len(members) == _MOST_MEMBERS:
                raise RefusedError(_file(wanted), f"it holds more than {_MOST_MEMBERS:,} files")
            target = (entry.link_target or "") if entry.is_link else None
            members.append(Member(entry.name, entry.size, target, entry.is_hardlink))
    info = await archive.read_files(_INFO)
    return _package(_file(wanted), info, tuple(members)), total


def _package(file: str, info: Mapping[str, bytes | None], members: tuple[Member, ...]) -> Package:
    try:
        index = json.loads(info["info/index.json"] or b"")
        told = json.loads(info["info/paths.json"] or b"null")
        link = json.loads(info["info/link.json"] or b"{}")
        paths = None if told is None else tuple(str(one["_path"]) for one in told["paths"])
        entries = (link.get("noarch") or {}).get("entry_points") or ()
        scripts = tuple(str(one).partition("=")[0].strip() for one in entries)
        lists = tuple(path for name in _LISTS for path in _listed(name, (info[name] or b"").decode()))
        return Package(file, dict(index), members, paths, scripts, lists)
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise RefusedError(file, f"its info/ cannot be read ({type(error).__name__})") from None


def _listed(name: str, text: str) -> list[str]:
    """Paths of a list of an older archive; of `has_prefix` the last word of a line that has three."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    return [line.split(maxsplit=2)[-1].strip("\"'") for line in lines] if name.endswith("prefix") else lines


def _require_named(package: Package, wanted: Mapping[str, str]) -> None:
    """The list must not call a package by the name of another."""
    index = package.index
    found = tuple(str(index.get(key)) for key in ("name", "version", "build"))
    said = (wanted["name"], wanted["version"], wanted["build"])
    if (found[0].lower(), *found[1:]) != said:
        raise RefusedError(package.file, f"it is {' '.join(found)[:120]} inside")


async def _install(job: Mapping[str, Any]) -> None:
    import rattler

    records = [await rattler.RepoDataRecord.from_package_archive(one["file"]) for one in job["archives"]]
    await rattler.install(
        records,
        target_prefix=job["prefix"],
        cache_dir=Path(job["cache"], "packages"),
        installed_packages=[],
        execute_link_scripts=False,
        show_progress=False,
    )


def _restore_addresses(prefix: Path, archives: Sequence[Mapping[str, str]]) -> None:
    """Note where packages came from, in place of the folder that they were linked from."""
    for one in archives:
        place = prefix / "conda-meta" / f"{one['name']}-{one['version']}-{one['build']}.json"
        record = json.loads(place.read_bytes())
        channel = one["url"].rpartition("/")[0]
        record |= {"url": one["url"], "channel": channel.rpartition("/")[0] or channel}
        for name in ("extracted_package_dir", "package_tarball_full_path", "link"):
            record.pop(name, None)
        place.write_text(json.dumps(record, indent=2) + "\n", encoding="utf-8")


def _file(wanted: Mapping[str, str]) -> str:
    return Path(wanted["file"]).name


def _answer() -> dict[str, Any]:
    by_hand = "Make the environment by hand, following REPRODUCING.md"
    try:
        return _work(json.loads(sys.stdin.buffer.read()))
    except RefusedError as error:
        file, wants = error.args
        fix = "Do not run this bundle; ask its authors about its packages"
        return {"refused": [f"the package {file} is not linked", wants, fix]}
    except Exception as error:
        why = " ".join(str(error).split())[:400] or type(error).__name__
        return {"refused": ["the packages of conda cannot be linked", why, by_hand]}


if __name__ == "__main__":
    sys.stdout.write(json.dumps(_answer()))
    sys.stdout.flush()
    os._exit(0)  # threads of rattler may still be at work, and end the process badly
