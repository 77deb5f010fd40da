"""Tell the kinds of beans apart: logistic regression, or the nearest mean as baseline.

The seed draws a bootstrap sample of the training beans, the same for both methods, and for the regression the
order in which it sees them. Of the regression those weights are kept that do best on the validation beans.
"""

import argparse
import csv
import json
import math
import random
from pathlib import Path

KINDS = ("borlotti", "cannellini", "pinto")
ROUNDS, RATE = 30, 0.05


def read_part(name):
    with Path("out/parts", f"{name}.csv").open(newline="", encoding="utf-8") as file:
        rows = list(csv.reader(file))[1:]
    return [([float(value) for value in values], KINDS.index(kind)) for *values, kind in rows]


def accuracy(predict, beans):
    return sum(predict(values) == kind for values, kind in beans) / len(beans)


def fit_mean(train, _validation, _random):
    means = []
    for number in range(len(KINDS)):
        members = [values for values, kind in train if kind == number]
        means.append([sum(column) / len(members) for column in zip(*members, strict=True)])
    return lambda values: min(range(len(KINDS)), key=lambda kind: math.dist(values, means[kind]))


def fit_logistic(train, validation, random_):
    def scores(weights, values):
        return [sum(w * x for w, x in zip(row, [1.0, *values], strict=True)) for row in weights]

    def predictor(weights):
        return lambda values: max(range(len(KINDS)), key=lambda kind: scores(weights, values)[kind])

    weights = [[0.0] * (len(train[0][0]) + 1) for _ in KINDS]
    best, chosen = -1.0, weights
    for _ in range(ROUNDS):
        random_.shuffle(train)
        for values, kind in train:
            powers = [math.exp(score) for score in scores(weights, values)]
            for number, row in enumerate(weights):
                error = powers[number] / sum(powers) - (number == kind)
                for place, x in enumerate([1.0, *values]):
                    row[place] -= RATE * error * x
        if (reached := accuracy(predictor(weights), validation)) > best:
            best, chosen = reached, [list(row) for row in weights]
    return predictor(chosen)


METHODS = {"logistic": fit_logistic, "mean": fit_mean}


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--method", choices=METHODS, required=True)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--out", type=Path, default=Path("out/result.json"))
    args = parser.parse_args()

    train, validation, test = (read_part(name) for name in ("train", "validation", "test"))
    random_ = random.Random(args.seed)
    sample = random_.choices(train, k=len(train))
    predict = METHODS[args.method](sample, validation, random_)
    reached = accuracy(predict, test)

    args.out.parent.mkdir(parents=True, exist_ok=True)
    result = {"seed": args.seed, "test": {"accuracy": reached}}
    args.out.write_text(json.dumps(result) + "\n", encoding="utf-8")
    print(f"test accuracy: {reached:.4f}")


if __name__ == "__main__":
    main()
