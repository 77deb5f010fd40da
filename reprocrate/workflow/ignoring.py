"""`.reprocrateignore`: what the author keeps out of a bundle, written as git's `.gitignore` is.

https://git-scm.com/docs/gitignore says how: the last line that fits decides, `!` takes back, a line that ends
in `/` is about folders, one with a `/` before its end is about that place, others about names anywhere. The
file lies at the root of the project, and the paths are those of the manifest.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from reprocrate.bundle.admission import parents
from reprocrate.errors import UnavailableError, UsageError
from reprocrate.files import read_regular

if TYPE_CHECKING:
    from pathspec import GitIgnoreSpec

NAME = ".reprocrateignore"
"""The file's name."""

_LARGEST_BYTES = 4_000_000


@dataclass(frozen=True)
class Ignored:
    """What an author keeps out.

    Attributes:
        lines: the lines of the file.
    """

    lines: tuple[str, ...] = ()
    _folders: dict[str, int | None] = field(default_factory=dict, init=False, compare=False, repr=False)

    @classmethod
    def of(cls, project: Path) -> Ignored:
        """What the file of a project says; nothing where there is none.

        Raises:
            UsageError: it is no text, or a line means nothing.
            UnavailableError: it cannot be read.
        """
        place = project / NAME
        if not place.exists():
            return cls()
        try:
            text = read_regular(place, _LARGEST_BYTES).decode("utf-8-sig")
        except UnicodeDecodeError as error:
            raise UsageError(f"{NAME} is not UTF-8", str(error), "Save it as UTF-8") from None
        except (OSError, ValueError) as error:
            raise UnavailableError(f"{NAME} cannot be read", str(error)) from error
        ignored = cls(tuple(text.splitlines()))
        ignored.require_sound()
        return ignored

    def require_sound(self) -> None:
        """Make sure that each line means something.

        Raises:
            UsageError: one does not; names it.
        """
        from pathspec import GitIgnoreSpec

        if not any(self.lines):
            return
        for number, line in enumerate(self.lines, 1):
            try:
                GitIgnoreSpec.from_lines([line])
            except ValueError:
                raise UsageError(
                    f"{NAME} line {number}: {line!r} is no pattern", fix="Write it as in a .gitignore"
                ) from None

    def line_for(self, path: str) -> int | None:
        """The number of the line that keeps a file out; None where it may travel.

        Args:
            path: relative to the project; a folder's with a slash at the end.
        """
        if self._spec is None:
            return None
        for folder in list(parents(path.rstrip("/")))[::-1]:  # in a folder that is out, nothing is taken back
            if f"{folder}/" not in self._folders:
                self._folders[f"{folder}/"] = self._line_for(f"{folder}/")
            if line := self._folders[f"{folder}/"]:
                return line
        return self._line_for(path)

    def _line_for(self, path: str) -> int | None:
        found = self._spec.check_file(path) if self._spec else None
        return found.index + 1 if found and found.include and found.index is not None else None

    @cached_property
    def _spec(self) -> GitIgnoreSpec | None:
        if not any(line.strip() and not line.startswith("#") for line in self.lines):
            return None
        from pathspec import GitIgnoreSpec

        return GitIgnoreSpec.from_lines(self.lines)
