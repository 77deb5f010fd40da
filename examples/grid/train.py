"""Four classifiers for points in the plane, in plain Python; one of them on one CSV file of points.

The seed draws which points are for training and which for testing; all methods see the same split.
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
DEPTH = 3


def read_points(path):
    with path.open(newline="", encoding="utf-8") as file:
        return [((float(row["x"]), float(row["y"])), row["label"]) for row in csv.DictReader(file)]


def by_label(train):
    """The points of each class, in alphabetical order of the classes."""
    members = defaultdict(list)
    for point, label in train:
        members[label].append(point)
    return dict(sorted(members.items()))


def mean(values):
    return sum(values) / len(values)


def fit_neighbours(train):
    """The most frequent class among the seven nearest points."""

    def predict(point):
        nearest = sorted(train, key=lambda known: math.dist(point, known[0]))[:NEIGHBOURS]
        return Counter(label for _, label in nearest).most_common(1)[0][0]

    return predict


def fit_centroid(train):
    """The class whose mean is nearest."""
    centres = {
        label: [mean(column) for column in zip(*points, strict=True)]
        for label, points in by_label(train).items()
    }

    def predict(point):
        return min(centres, key=lambda label: math.dist(point, centres[label]))

    return predict


def fit_bayes(train):
    """Gaussian naive Bayes: in each class, both coordinates are normal and independent."""
    classes = {}
    for label, points in by_label(train).items():
        columns = list(zip(*points, strict=True))
        means = [mean(column) for column in columns]
        variances = [mean([(x - m) ** 2 for x in column]) for column, m in zip(columns, means, strict=True)]
        classes[label] = (math.log(len(points)), means, variances)

    def predict(point):
        def log_density(label):
            prior, means, variances = classes[label]
            parts = zip(point, means, variances, strict=True)
            return prior - sum(math.log(v) / 2 + (x - m) ** 2 / (2 * v) for x, m, v in parts)

        return max(classes, key=log_density)

    return predict


def fit_tree(train, depth=DEPTH):
    """A decision tree of depth three that makes as few errors as possible at each split."""
    counts = Counter(label for _, label in train)
    if depth == 0 or len(counts) == 1:
        most_frequent = max(sorted(counts), key=counts.get)
        return lambda _: most_frequent

    def errors(split):
        axis, border = split
        wrong = 0
        for side in (True, False):
            inside = Counter(label for point, label in train if (point[axis] <= border) is side)
            wrong += sum(inside.values()) - max(inside.values(), default=0)
        return wrong

    splits = [(axis, point[axis]) for axis in (0, 1) for point, _ in train]
    axis, border = min(splits, key=lambda split: (errors(split), split))
    low = [known for known in train if known[0][axis] <= border]
    high = [known for known in train if known[0][axis] > border]
    if not high:
        return fit_tree(train, 0)
    below, above = fit_tree(low, depth - 1), fit_tree(high, depth - 1)
    return lambda point: below(point) if point[axis] <= border else above(point)


METHODS = {"neighbours": fit_neighbours, "centroid": fit_centroid, "bayes": fit_bayes, "tree": fit_tree}


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
