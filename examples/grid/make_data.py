"""Draws the four data sets of this example, data/NAME.csv; again, the same bytes."""

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


def rings(rng):
    """A ring around a disc: both have the same centre."""
    for _ in range(POINTS_PER_CLASS):
        for radius, label in ((0.5, "inner"), (1.0, "outer")):
            angle, at = rng.uniform(0, 2 * math.pi), rng.gauss(radius, 0.15)
            yield at * math.cos(angle), at * math.sin(angle), label


def squares(rng):
    """A chessboard of three by three squares; one label in twenty is wrong."""
    for number in range(2 * POINTS_PER_CLASS):
        x, y = rng.uniform(0, 3), rng.uniform(0, 3)
        is_black = (math.floor(x) + math.floor(y) + (number % 20 == 0)) % 2 == 0
        yield x, y, "black" if is_black else "white"


def main():
    folder = Path(__file__).parent / "data"
    folder.mkdir(exist_ok=True)
    for draw in (moons, blobs, rings, squares):
        name = draw.__name__
        with (folder / f"{name}.csv").open("w", newline="", encoding="utf-8") as file:
            writer = csv.writer(file, lineterminator="\n")
            writer.writerow(["x", "y", "label"])
            for x, y, label in draw(random.Random(f"{name} 1")):
                writer.writerow([f"{x:.3f}", f"{y:.3f}", label])


if __name__ == "__main__":
    main()
