"""The author's code as facts, read once for all rules: files, names, calls, programs. Nothing is executed.

`read_source` parses every Python file and notebook of a submission that is not other people's code. The other
modules look for one kind of thing each and give `Sighting`s, which the rules of RC20 tell.
"""

from __future__ import annotations

from reprocrate.validation.source.programs import Module, Place, Program, Sighting
from reprocrate.validation.source.tree import Source

__all__ = ["Module", "Place", "Program", "Sighting", "Source"]
