"""A channel of small packages of conda, made on the spot and served by this machine."""

from __future__ import annotations

import bz2
import hashlib
import io
import json
import sys
import tarfile
import zipfile
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import zstandard

from tests.deposit.server import Page, Site

MINOR = f"{sys.version_info.major}.{sys.version_info.minor}"
HERE = ".".join(map(str, sys.version_info[:3]))

Content = str | bytes | tuple[str, int]
"""Content of a file, with its mode where it is not 0644."""


@dataclass
class CondaPackage:
    """A package as it is to be put together.

    Attributes:
        files: its files.
        links: its links and where they lead.
        raw: further entries of its archive, as they are.
        index: more of its `info/index.json`.
        paths: more paths of its `info/paths.json`.
        scripts: the programs that are to be made for it.
        old: whether it is a `.tar.bz2`.
    """

    name: str
    version: str = "1.0"
    platform: str = "linux-64"
    files: dict[str, Content] = field(default_factory=dict)
    links: dict[str, str] = field(default_factory=dict)
    raw: tuple[tarfile.TarInfo, ...] = ()
    index: dict[str, Any] = field(default_factory=dict)
    paths: tuple[str, ...] = ()
    scripts: tuple[str, ...] = ()
    old: bool = False

    @property
    def file(self) -> str:
        return f"{self.name}-{self.version}-0" + (".tar.bz2" if self.old else ".conda")

    def archive(self) -> bytes:
        """The bytes of the archive (conda's documentation, "conda package specification")."""
        payload = _tar(self.files, self.links, self.raw)
        if self.old:
            return bz2.compress(_tar({**self._info(), **self.files}, self.links, self.raw))
        stem, compressor = self.file.removesuffix(".conda"), zstandard.ZstdCompressor()
        made = io.BytesIO()
        with zipfile.ZipFile(made, "w") as archive:
            archive.writestr("metadata.json", json.dumps({"conda_pkg_format_version": 2}))
            archive.writestr(f"pkg-{stem}.tar.zst", compressor.compress(payload))
            archive.writestr(f"info-{stem}.tar.zst", compressor.compress(_tar(self._info(), {})))
        return made.getvalue()

    def _info(self) -> dict[str, Content]:
        index = {"name": self.name, "version": self.version, "build": "0", "build_number": 0}
        index |= {"depends": [], "subdir": self.platform} | self.index
        listed = [
            {
                "_path": path,
                "path_type": "hardlink",
                "sha256": hashlib.sha256(_bytes(content)).hexdigest(),
                "size_in_bytes": len(_bytes(content)),
            }
            for path, content in self.files.items()
        ]
        listed += [{"_path": path, "path_type": "softlink"} for path in self.links]
        listed += [{"_path": path, "path_type": "hardlink"} for path in self.paths]
        info: dict[str, Content] = {
            "info/index.json": json.dumps(index),
            "info/paths.json": json.dumps({"paths": listed, "paths_version": 1}),
        }
        if self.scripts:
            link = {"noarch": {"type": "python", "entry_points": list(self.scripts)}}
            info["info/link.json"] = json.dumps(link | {"package_metadata_version": 1})
        return info


@dataclass
class Channel:
    """A channel that a server of this machine has."""

    site: Site
    packages: dict[str, tuple[str, bytes]] = field(default_factory=dict)

    def add(self, package: CondaPackage) -> str:
        """Offer a package; its address."""
        data, path = package.archive(), f"/forge/{package.platform}/{package.file}"
        self.site.pages[path] = Page(data)
        self.packages[package.name] = (self.site.url + path, data)
        return self.site.url + path

    def listed(self, *, digest: str = "sha256") -> str:
        """The explicit list of all of them, as conda prints it."""
        lines = ["# platform: linux-64", "@EXPLICIT"]
        for url, data in self.packages.values():
            found = hashlib.new(digest, data).hexdigest() if digest else ""
            lines.append(f"{url}#{'sha256:' if digest == 'sha256' else ''}{found}" if digest else url)
        return "\n".join(lines) + "\n"


def python_package(platform: str, mark: str = "/dev/null", **more: Any) -> CondaPackage:
    """A Python that starts the running one, and leaves a mark when it is started."""
    launcher = f'#!/bin/sh\necho started >> "{mark}"\nexec "{sys.executable}" "$@"\n'
    own: dict[str, Content] = {
        f"bin/python{MINOR}": (launcher, 0o755),
        f"lib/python{MINOR}/os.py": "",
    }
    links = {"bin/python": f"python{MINOR}", "bin/python3": f"python{MINOR}"}
    return CondaPackage("python", HERE, platform, own, links, **more)


def distribution(name: str, version: str = "1.0") -> dict[str, Content]:
    """The files of a Python distribution, below `site-packages`."""
    return {
        f"site-packages/{name}/__init__.py": f"__version__ = {version!r}\n",
        f"site-packages/{name}-{version}.dist-info/METADATA": (
            f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n"
        ),
    }


def entry(path: str, kind: bytes = tarfile.REGTYPE, target: str = "") -> tarfile.TarInfo:
    """An entry of an archive that no honest tool writes."""
    made = tarfile.TarInfo(path)
    made.type, made.linkname = kind, target
    return made


def _bytes(content: Content) -> bytes:
    plain = content[0] if isinstance(content, tuple) else content
    return plain.encode() if isinstance(plain, str) else plain


def _tar(
    files: Mapping[str, Content], links: Mapping[str, str], raw: Iterable[tarfile.TarInfo] = ()
) -> bytes:
    made = io.BytesIO()
    with tarfile.open(fileobj=made, mode="w") as archive:
        for path, content in files.items():
            one = tarfile.TarInfo(path)
            one.size, one.mode = len(_bytes(content)), content[1] if isinstance(content, tuple) else 0o644
            archive.addfile(one, io.BytesIO(_bytes(content)))
        for path, target in links.items():
            archive.addfile(entry(path, tarfile.SYMTYPE, target))
        for one in raw:
            archive.addfile(one)
    return made.getvalue()
