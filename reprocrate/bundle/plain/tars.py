"""A tar archive of any origin, read in place and once: short files are kept, since nobody can go back."""

from __future__ import annotations

import bz2
import gzip
import lzma
import tarfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import IO, Any, BinaryIO, Self, cast

from reprocrate.bundle.admission import Limits
from reprocrate.bundle.plain.contents import MOST_FILES, Contents, Seen, is_looked_at, leads_out, unavailable
from reprocrate.bundle.plain.forms import PlainForm
from reprocrate.errors import UnreadableError
from reprocrate.files import could_not

MOST_KEPT_BYTES = 128 << 20
"""What is kept of all files."""

_KEPT_BYTES = 8 << 20
_LONGEST_HEADER = 1 << 20
_HEADERS_WITH_CONTENT = frozenset(
    {
        tarfile.XHDTYPE,
        tarfile.XGLTYPE,
        tarfile.SOLARIS_XHDTYPE,
        tarfile.GNUTYPE_LONGNAME,
        tarfile.GNUTYPE_LONGLINK,
    }
)
_BROKEN = (
    tarfile.TarError,
    EOFError,
    zlib.error,
    lzma.LZMAError,
    ValueError,
    OverflowError,
    gzip.BadGzipFile,
)


class TarContents(Contents):
    """The files in a tar archive; of each the beginning is kept.

    Args:
        path: the archive.
        form: how it is compressed.
        limits: how much it may hold.

    Raises:
        UnreadableError: it is no tar archive, or broken, or asks for too much.
        UnavailableError: it cannot be read.
    """

    def __init__(self, path: Path, form: PlainForm, limits: Limits) -> None:
        self._kept: dict[str, bytes] = {}
        self._sizes: dict[str, int] = {}
        self._room = MOST_KEPT_BYTES
        seen = Seen()
        try:
            with ExitStack() as stack:
                file = stack.enter_context(path.open("rb"))
                unpacked = _Counted(_unpacked(file, form), path, limits, path.stat().st_size)
                stream = cast(IO[bytes], unpacked)
                archive = stack.enter_context(tarfile.open(fileobj=stream, mode="r|", tarinfo=_Header))
                for number, header in enumerate(archive):
                    limits.require(path, number + 1, unpacked.count, 0)
                    self._take(archive, header, seen)
                    archive.members = []  # type: ignore[attr-defined] # or all headers are kept
        except _broken(form) as error:
            raise UnreadableError(
                f"{path} cannot be read",
                f"it is no sound tar archive: {error}" if str(error) else "it is no sound tar archive",
                "Get it again, or pack the folder as a ZIP file",
            ) from None
        except OSError as error:
            raise could_not("read", path, error) from error
        super().__init__(form, self._sizes, seen)

    def pieces(self, path: str) -> Iterator[bytes]:
        """The beginning of a file; of one that was too large to be kept, nothing."""
        if path not in self._kept:
            raise unavailable(path, "it is too large to be kept while the archive is read")
        yield self._kept[path]

    def _take(self, archive: tarfile.TarFile, header: tarfile.TarInfo, seen: Seen) -> None:
        path = header.name.removeprefix("./")
        if not _is_text(path):
            seen.others += not header.isdir()
        elif header.issym():
            seen.links += 1
            if leads_out(path, header.linkname):
                seen.outward.append(path)
        elif header.isdir():
            return
        elif not header.isreg():
            seen.others += 1
        elif len(self._sizes) >= MOST_FILES:
            seen.is_whole = False
        elif is_looked_at(path, seen):
            self._sizes[path] = header.size
            self._keep(archive, header, path)

    def _keep(self, archive: tarfile.TarFile, header: tarfile.TarInfo, path: str) -> None:
        if header.size > min(_KEPT_BYTES, self._room):
            return
        content = archive.extractfile(header)  # which gives its bytes, and writes nothing
        if content is not None:
            self._kept[path] = content.read()
            self._room -= header.size


class _Header(tarfile.TarInfo):
    """A header that cannot make the reader take its own content for a name of gigabytes."""

    @classmethod
    def frombuf(cls, buf: bytes | bytearray, encoding: str, errors: str) -> Self:
        """The header in a block."""
        header = super().frombuf(buf, encoding, errors)
        if header.type in _HEADERS_WITH_CONTENT and header.size > _LONGEST_HEADER:
            raise tarfile.ReadError(f"a header of {header.size:,} bytes")
        return header


class _Counted:
    """An unpacked stream that is given up when it becomes too long for the file that it comes from."""

    def __init__(self, stream: BinaryIO, path: Path, limits: Limits, own_size: int) -> None:
        self._stream = stream
        self._path = path
        self._limits = limits
        self._own_size = own_size
        self.count = 0

    def read(self, size: int) -> bytes:
        """The next bytes."""
        data = self._stream.read(size)
        self.count += len(data)
        self._limits.require(self._path, 0, self.count, self._own_size)
        return data


def _broken(form: PlainForm) -> tuple[type[Exception], ...]:
    """What reading a damaged archive raises."""
    if form is not PlainForm.TAR_ZSTD:
        return _BROKEN
    import zstandard

    return (*_BROKEN, zstandard.ZstdError)


def _unpacked(file: BinaryIO, form: PlainForm) -> BinaryIO:
    def zstd(file: BinaryIO) -> Any:
        import zstandard

        return zstandard.ZstdDecompressor().stream_reader(file, read_across_frames=True)

    opened: dict[PlainForm, Callable[[BinaryIO], Any]] = {
        PlainForm.TAR_GZIP: lambda file: gzip.GzipFile(fileobj=file),
        PlainForm.TAR_BZIP2: bz2.BZ2File,
        PlainForm.TAR_XZ: lzma.LZMAFile,
        PlainForm.TAR_ZSTD: zstd,
    }
    return cast(BinaryIO, opened[form](file)) if form in opened else file


def _is_text(name: str) -> bool:
    try:
        name.encode()
    except UnicodeEncodeError:
        return False
    return True
