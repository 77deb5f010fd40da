"""Nearest neighbours against nearest centroid on a CSV file of points, in plain Python.

The seed draws which points are for training and which for testing; both methods see the same split.
"""

import argparse
import csv
import json
import math
import random
from collections import Counter, defaultdict
from pathlib import Path

TEST_POINTS = 100
NEIGHBOURS = 7


def read_points(path):
    with path.open(newline="", encoding="utf-8") as file:
        return [((float(row["x"]), float(row["y"])), row["label"]) for row in csv.DictReader(file)]


def fit_neighbours(train):
    def predict(point):
        nearest = sorted(train, key=lambda known: math.dist(point, known[0]))[:NEIGHBOURS]
        return Counter(label for _, label in nearest).most_common(1)[0][0]

    return predict


def fit_centroid(train):
    members = defaultdict(list)
    for point, label in train:
        members[label].append(point)
    centres = {
        label: (sum(x for x, _ in points) / len(points), sum(y for _, y in points) / len(points))
        for label, points in members.items()
    }

    def predict(point):
        return min(centres, key=lambda label: math.dist(point, centres[label]))

    return predict


METHODS = {"neighbours": fit_neighbours, "centroid": fit_centroid}


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--method", choices=METHODS, required=True)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--out", type=Path, default=Path("out/result.json"))
    args = parser.parse_args()

    points = read_points(args.data)
    random.Random(args.seed).shuffle(points)
    test, train = points[:TEST_POINTS], points[TEST_POINTS:]
    predict = METHODS[args.method](train)
    accuracy = sum(predict(point) == label for point, label in test) / len(test)

    args.out.parent.mkdir(parents=True, exist_ok=True)
    args.out.write_text(json.dumps({"seed": args.seed, "test": {"accuracy": accuracy}}) + "\n")
    print(f"test accuracy: {accuracy:.4f}")


if __name__ == "__main__":
    main()
