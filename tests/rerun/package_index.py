"""A package index of small genuine wheels, made on the spot."""

from __future__ import annotations

import base64
import hashlib
import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path


class PackageIndex:
    """An index (PEP 503) in a folder; wheels hold one module with its version (PEP 427).

    Args:
        folder: where it is.
        wheels_at: the address of its folder of wheels, where that is not the folder itself.
    """

    def __init__(self, folder: Path, wheels_at: str = "") -> None:
        self.pages = folder / "simple"
        self.wheels_at = wheels_at
        self.wheels = folder / "wheels"
        self.pages.mkdir(parents=True, exist_ok=True)
        self.wheels.mkdir(exist_ok=True)

    @property
    def url(self) -> str:
        return self.pages.as_uri()

    def add(
        self,
        name: str,
        version: str = "1.0",
        requires: Sequence[str] = (),
        source: str = "",
        *,
        tag: str = "py3-none-any",
        headers: Sequence[str] = (),
        more: Mapping[str, str] | None = None,
    ) -> Path:
        """Offer a wheel of a package."""
        path = make_wheel(self.wheels, name, version, requires, source, tag=tag, headers=headers, more=more)
        page = self.pages / name / "index.html"
        page.parent.mkdir(exist_ok=True)
        address = f"{self.wheels_at}/{path.name}" if self.wheels_at else path.as_uri()
        sha256 = hashlib.sha256(path.read_bytes()).hexdigest()
        with page.open("a") as handle:
            handle.write(f'<a href="{address}#sha256={sha256}">{path.name}</a><br>\n')
        return path


def make_wheel(
    folder: Path,
    name: str,
    version: str,
    requires: Sequence[str] = (),
    source: str = "",
    *,
    tag: str = "py3-none-any",
    headers: Sequence[str] = (),
    more: Mapping[str, str] | None = None,
) -> Path:
    """Write a wheel by hand; `headers` stand in its metadata too, and `more` are further files of it."""
    module = name.replace("-", "_")
    info = f"{module}-{version}.dist-info"
    metadata = ["Metadata-Version: 2.1", f"Name: {name}", f"Version: {version}"]
    metadata += headers
    metadata += [f"Requires-Dist: {requirement}" for requirement in requires]
    files = {
        f"{module}/__init__.py": source or f"__version__ = {version!r}\n",
        **(more or {}),
        f"{info}/METADATA": "\n".join(metadata) + "\n",
        f"{info}/WHEEL": f"Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: {tag}\n",
    }
    record = [f"{path},sha256={_digest(text)},{len(text.encode())}" for path, text in files.items()]
    files[f"{info}/RECORD"] = "\n".join([*record, f"{info}/RECORD,,"]) + "\n"
    path = folder / f"{module}-{version}-{tag}.whl"
    with zipfile.ZipFile(path, "w") as archive:
        for member, text in files.items():
            archive.writestr(member, text)
    return path


def _digest(text: str) -> str:
    return base64.urlsafe_b64encode(hashlib.sha256(text.encode()).digest()).rstrip(b"=").decode()
