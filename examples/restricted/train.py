"""Foretell whether a patient is readmitted, by logistic regression with or without a blood marker.

The last quarter of the patients is for testing. The seed draws a bootstrap sample of the others, and their
order for the regression.
"""

import argparse
import csv
import json
import math
import random
from pathlib import Path

ROUNDS, RATE = 25, 0.05
FEATURES = {"marker": ("age", "pressure", "marker"), "bedside": ("age", "pressure")}


def read_patients(path, names):
    with path.open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    return [([float(row[name]) for name in names], int(row["readmitted"])) for row in rows]


def scaler(patients):
    """Scale by mean and standard deviation of these patients."""
    columns = list(zip(*(values for values, _ in patients), strict=True))
    means = [sum(column) / len(column) for column in columns]
    spreads = [
        math.sqrt(sum((value - mean) ** 2 for value in column) / len(column))
        for column, mean in zip(columns, means, strict=True)
    ]
    return lambda values: [
        (value - mean) / (spread or 1.0) for value, mean, spread in zip(values, means, spreads, strict=True)
    ]


def fit(patients, random_):
    scale = scaler(patients)
    weights = [0.0] * (len(patients[0][0]) + 1)

    def risk(values):
        score = sum(w * x for w, x in zip(weights, [1.0, *scale(values)], strict=True))
        return 1 / (1 + math.exp(-score))

    for _ in range(ROUNDS):
        random_.shuffle(patients)
        for values, readmitted in patients:
            error = risk(values) - readmitted
            for place, x in enumerate([1.0, *scale(values)]):
                weights[place] -= RATE * error * x
    return risk


def area_under_curve(risk, patients):
    """Share of pairs, one readmitted and one not, in which the readmitted patient has the higher risk."""
    cases = [risk(values) for values, readmitted in patients if readmitted]
    others = [risk(values) for values, readmitted in patients if not readmitted]
    wins = sum((case > other) + 0.5 * (case == other) for case in cases for other in others)
    return wins / (len(cases) * len(others))


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--features", choices=FEATURES, default="marker")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--out", type=Path, default=Path("out/result.json"))
    args = parser.parse_args()

    patients = read_patients(args.data, FEATURES[args.features])
    border = len(patients) * 3 // 4
    train, test = patients[:border], patients[border:]
    random_ = random.Random(args.seed)
    risk = fit(random_.choices(train, k=len(train)), random_)
    area = area_under_curve(risk, test)

    # Only numbers about all patients together leave this program, never a line about one.
    args.out.parent.mkdir(parents=True, exist_ok=True)
    args.out.write_text(json.dumps({"seed": args.seed, "test": {"auc": area}}) + "\n", encoding="utf-8")
    print(f"test AUC: {area:.4f}")


if __name__ == "__main__":
    main()
