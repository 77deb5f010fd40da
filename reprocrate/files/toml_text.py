"""TOML read so that no text takes longer than its length asks for, or fails without a reason."""

from __future__ import annotations

import re
import tomllib
from typing import Any

MOST_PARTS = 100
"""How many parts a key with dots may have: the time that `tomllib` takes grows with their square."""

_PART = r"""(?:[A-Za-z0-9_-]++|"[^"\n]*+"|'[^'\n]*+')[ \t]*+\.[ \t]*+"""
_DOTTED = re.compile(rf"(?:^[ \t]*+|[{{,\[][ \t]*+)(?:{_PART}){{{MOST_PARTS}}}", re.MULTILINE)


def read_toml(text: str) -> dict[str, Any]:
    """The tables of a TOML text.

    Raises:
        ValueError: it is no TOML, or more than any of our files needs; the message says why.
    """
    if dotted := _DOTTED.search(text):
        line = text.count("\n", 0, dotted.end()) + 1
        raise ValueError(f"a key has more than {MOST_PARTS} parts (at line {line})")
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError:
        raise
    except RecursionError:
        raise ValueError("it is nested too deep") from None
    except ValueError:  # Python converts no more than some thousand digits
        raise ValueError("a whole number in it has too many digits") from None
