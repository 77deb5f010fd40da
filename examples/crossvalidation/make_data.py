"""Draws the data of this example, data/curve.csv; again, the same bytes."""

import csv
import random
from pathlib import Path

POINTS = 120
NOISE = 0.25


def main():
    rng = random.Random("curve 1")
    path = Path(__file__).parent / "data" / "curve.csv"
    path.parent.mkdir(exist_ok=True)
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["x", "y"])
        for _ in range(POINTS):
            x = rng.uniform(-1.5, 1.5)
            writer.writerow([f"{x:.3f}", f"{x * x * x - x + rng.gauss(0, NOISE):.3f}"])


if __name__ == "__main__":
    main()
