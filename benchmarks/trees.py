"""Trees of files to pack, alike on every machine: what experiments leave behind, in two extremes."""

from __future__ import annotations

from pathlib import Path

import numpy as np

_WORDS = 5000
_BLOCK_BYTES = 64_000_000


def big_files(folder: Path, size: int, count: int = 4) -> list[Path]:
    """Few files of `size` bytes together: half of them weights (float32 noise), half of them text."""
    folder.mkdir(parents=True)
    rng = np.random.default_rng(0)
    text = _text(rng, min(_BLOCK_BYTES, size // count))
    paths = []
    for number in range(count):
        weights = number % 2 == 0
        path = folder / (f"weights{number}.bin" if weights else f"log{number}.txt")
        with path.open("wb") as file:
            left = size // count
            while left:
                part = min(left, len(text))
                file.write(_noise(rng, part) if weights else text[:part])
                left -= part
        paths.append(path)
    return paths


def small_files(folder: Path, count: int) -> list[Path]:
    """Many files of 200 to 8000 bytes, a hundred in a folder: three of four are text, the others noise."""
    rng = np.random.default_rng(0)
    text, noise = _text(rng, 4_000_000), rng.bytes(4_000_000)
    sizes = rng.integers(200, 8000, count)
    starts = rng.integers(0, 4_000_000 - 8000, count)
    paths = []
    for number, (size, start) in enumerate(zip(sizes.tolist(), starts.tolist(), strict=True)):
        place = folder / f"part-{number // 100:05}"
        if number % 100 == 0:
            place.mkdir(parents=True)
        kind, content = ("png", noise) if number % 4 == 0 else ("txt", text)
        path = place / f"sample-{number:07}.{kind}"
        path.write_bytes(content[start : start + size])
        paths.append(path)
    return paths


def _text(rng: np.random.Generator, size: int) -> bytes:
    """Lines of words, some of them frequent."""
    letters = rng.integers(97, 123, (_WORDS, 8), dtype=np.uint8)
    words = [bytes(word[: 2 + number % 7]) for number, word in enumerate(letters)]
    chosen = [words[number] for number in (rng.zipf(1.3, size // 3) % _WORDS).tolist()]
    lines = (b" ".join(chosen[start : start + 12]) for start in range(0, len(chosen), 12))
    return b"\n".join(lines)[:size]


def _noise(rng: np.random.Generator, size: int) -> bytes:
    return rng.standard_normal(size // 4 + 1, dtype=np.float32).tobytes()[:size]
