"""The items of a split as the data's own files hold them, read in one pass and in little memory.

What an item is, which of its bytes are compared, and where it stands, is defined in the chapter Leakage of
the specification. `contents` puts together what the rules ask for; `tables`, `arrays` and `parquet` read
files.
"""

from __future__ import annotations

from reprocrate.validation.items.contents import DataItems, MissingColumn
from reprocrate.validation.items.split_items import SplitItems

__all__ = ["DataItems", "MissingColumn", "SplitItems"]
