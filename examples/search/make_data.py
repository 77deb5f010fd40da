"""Draws the data of this example, data/spirals.csv; again, the same bytes."""

import csv
import math
import random
from pathlib import Path

PARTS = {"train": 200, "validation": 100, "test": 300}
NOISE = 0.35


def main():
    rng = random.Random("spirals 1")
    path = Path(__file__).parent / "data" / "spirals.csv"
    path.parent.mkdir(exist_ok=True)
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["part", "x", "y", "label"])
        for part, count in PARTS.items():
            for number in range(count):
                turn = rng.uniform(0.5, 3) * math.pi
                sign = 1 if number % 2 else -1
                x = sign * turn * math.cos(turn) / 3 + rng.gauss(0, NOISE)
                y = sign * turn * math.sin(turn) / 3 + rng.gauss(0, NOISE)
                writer.writerow([part, f"{x:.3f}", f"{y:.3f}", "first" if number % 2 else "second"])


if __name__ == "__main__":
    main()
