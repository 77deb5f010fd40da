"""Two classifiers for points in the plane, each with the hyper-parameters that a search may choose."""

import csv
import math
from collections import defaultdict
from pathlib import Path

DATA = Path("data/spirals.csv")


def read_points(*parts):
    """The points of these parts of the data: `train`, `validation`, `test`."""
    with DATA.open(newline="", encoding="utf-8") as file:
        return [
            ((float(row["x"]), float(row["y"])), row["label"])
            for row in csv.DictReader(file)
            if row["part"] in parts
        ]


def neighbours(train, point, k, exponent):
    """Nearest neighbours: the k nearest points vote, a point at distance d with the weight 1 / d^exponent."""
    nearest = sorted((math.dist(point, known), label) for known, label in train)[:k]
    return [(1 / max(distance, 1e-6) ** exponent, label) for distance, label in nearest]


def kernel(train, point, bandwidth):
    """A Gaussian kernel: all points vote, a point at distance d with the weight exp(-(d / bandwidth)^2)."""
    distances = [(math.dist(point, known), label) for known, label in train]
    least = min(distance for distance, _ in distances)
    return [
        (math.exp((least * least - distance * distance) / bandwidth**2), label)
        for distance, label in distances
    ]


METHODS = {"neighbours": neighbours, "kernel": kernel}


def draw(method, rng):
    """Hyper-parameters at random."""
    if method == "neighbours":
        return {"k": rng.randint(1, 40), "exponent": rng.choice([0, 1, 2])}
    return {"bandwidth": round(10 ** rng.uniform(-2, 1), 3)}


def accuracy(method, hyperparameters, train, points):
    """The share of points whose label gets more votes than the other."""
    right = 0
    for point, label in points:
        votes = defaultdict(float)
        for weight, voted in METHODS[method](train, point, **hyperparameters):
            votes[voted] += weight
        right += max(sorted(votes), key=votes.get) == label
    return right / len(points)
