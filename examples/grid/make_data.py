"""Draws the two data sets of this example, data/moons.csv and data/blobs.csv; again, the same bytes."""

import csv
import math
import random
from pathlib import Path

POINTS_PER_CLASS = 150


def moons(rng):
    """Two interleaved half circles, which no straight line separates."""
    for _ in range(POINTS_PER_CLASS):
        angle = rng.uniform(0, math.pi)
        yield math.cos(angle) + rng.gauss(0, 0.2), math.sin(angle) + rng.gauss(0, 0.2), "upper"
        angle = rng.uniform(0, math.pi)
        yield 1 - math.cos(angle) + rng.gauss(0, 0.2), 0.5 - math.sin(angle) + rng.gauss(0, 0.2), "lower"


def blobs(rng):
    """Two overlapping round clouds, for which the nearest centre is the best guess there is."""
    for _ in range(POINTS_PER_CLASS):
        yield rng.gauss(-1, 1), rng.gauss(0, 1), "left"
        yield rng.gauss(1, 1), rng.gauss(0, 1), "right"


def main():
    folder = Path(__file__).parent / "data"
    folder.mkdir(exist_ok=True)
    for name, draw in [("moons", moons), ("blobs", blobs)]:
        with (folder / f"{name}.csv").open("w", newline="", encoding="utf-8") as file:
            writer = csv.writer(file, lineterminator="\n")
            writer.writerow(["x", "y", "label"])
            for x, y, label in draw(random.Random(f"{name} 1")):
                writer.writerow([f"{x:.3f}", f"{y:.3f}", label])


if __name__ == "__main__":
    main()
