"""What the formulas of Typst print that stand in tables: numbers with their spreads, arrows and marks."""

from __future__ import annotations

import re
from collections.abc import Callable

_STRING = re.compile(r'"([^"]*)"')
_NAME = re.compile(r"#([A-Za-z_][\w-]*)")
_BOLD = re.compile(r"\b(?:bold|math\.bold)\(([^()]*)\)")
_WRAPPED = re.compile(r"\b(?:upright|italic|serif|sans|mono|display|inline|text|underline)\(([^()]*)\)")
_RAISED = re.compile(r"\s*\^\s*(?:\(([^()]*)\)|(\S))")
_LOWERED = re.compile(r"\s*_\s*(?:\(([^()]*)\)|(\S))")
_WORDS = (
    (re.compile(r"(?<![\w.])(?:plus\.minus|pm)(?![\w.])|\+-"), "±"),
    (re.compile(r"(?<![\w.])arrow\.(?:t|up)(?![\w.])"), "↑"),
    (re.compile(r"(?<![\w.])arrow\.(?:b|down)(?![\w.])"), "↓"),
    (re.compile(r"(?<![\w.])(?:dagger|ast|star)(?:\.\w+)*(?![\w.])"), "†"),
    (re.compile(r"(?<![\w.])times(?![\w.])"), "×"),
    (re.compile(r"(?<![\w.])minus(?![\w.])"), "-"),
    (re.compile(r"(?<![\w.])(?:thin|med|thick|space|quad)(?![\w.])|~"), " "),
    (re.compile(r"(?<![\w.])percent(?![\w.])|\\%"), "%"),
)
_OPEN, _CLOSE = "\ue000", "\ue001"
_LONGEST = 2_000


def formula_text(source: str, of_name: Callable[[str], str]) -> list[tuple[str, bool]]:
    """The parts of a formula, each with whether it is in bold type.

    Args:
        source: what stands between the signs of a dollar.
        of_name: what a variable prints.
    """
    said = _NAME.sub(lambda match: of_name(match[1]), source[:_LONGEST])
    said = _STRING.sub(r"\1", said)
    for pattern, by in _WORDS:
        said = pattern.sub(by, said)
    said = _WRAPPED.sub(r"\1", said)
    said = _BOLD.sub(rf"{_OPEN}\1{_CLOSE}", said)
    said = _WRAPPED.sub(r"\1", said)
    said = _LOWERED.sub(_of_lower, _RAISED.sub(_of_upper, said))
    said = re.sub(r"\\(.)", r"\1", said)
    parts = re.split(f"{_OPEN}([^{_OPEN}{_CLOSE}]*){_CLOSE}", said)
    return [(re.sub(f"[{_OPEN}{_CLOSE}]", "", part), at % 2 == 1) for at, part in enumerate(parts) if part]


def _of_upper(match: re.Match[str]) -> str:
    text = (match[1] if match[1] is not None else match[2]).strip()
    if "±" in text:
        return f" {text}"
    return f"^{text}" if re.fullmatch(r"[+\-−]?\d+(?:\.\d+)?", text) else ""


def _of_lower(match: re.Match[str]) -> str:
    text = (match[1] if match[1] is not None else match[2]).strip()
    return f" {text}" if "±" in text else f"_{text}"
