"""Draw the measurements of beans of three kinds, the same bytes each time."""

import csv
import random
from pathlib import Path

# Mean length, width and thickness in millimetres, and weight per volume in milligrams per cubic millimetre.
KINDS = {
    "borlotti": (14.5, 9.2, 7.1, 0.62),
    "cannellini": (15.8, 7.4, 5.8, 0.66),
    "pinto": (13.6, 8.7, 6.0, 0.67),
}
BEANS = 150


def measure(random_, kind):
    length, width, thickness, density = KINDS[kind]
    size = random_.gauss(1, 0.09)
    sides = [side * size * random_.gauss(1, 0.07) for side in (length, width, thickness)]
    weight = density * random_.gauss(1, 0.08) * sides[0] * sides[1] * sides[2]
    return [f"{side:.1f}" for side in sides] + [f"{weight:.0f}"]


def main():
    random_ = random.Random(31)
    rows = [(kind, measure(random_, kind)) for kind in KINDS for _ in range(BEANS)]
    random_.shuffle(rows)
    Path("data").mkdir(exist_ok=True)
    with Path("data/beans.csv").open("w", newline="", encoding="utf-8") as file:
        table = csv.writer(file, lineterminator="\n")
        table.writerow(["length", "width", "thickness", "weight", "kind"])
        table.writerows([*values, kind] for kind, values in rows)


if __name__ == "__main__":
    main()
