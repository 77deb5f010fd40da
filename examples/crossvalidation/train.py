"""Least squares with a polynomial, judged by ten-fold cross-validation, in plain Python.

The seed draws which points are in which fold; polynomials of every degree see the same folds.
"""

import argparse
import csv
import math
import random
from pathlib import Path

DATA = Path("data/curve.csv")
FOLDS = 10


def read_points():
    with DATA.open(newline="", encoding="utf-8") as file:
        return [(float(row["x"]), float(row["y"])) for row in csv.DictReader(file)]


def solve(matrix, right):
    """The solution of a system of linear equations, by Gaussian elimination with pivots."""
    rows = [[*row, value] for row, value in zip(matrix, right, strict=True)]
    size = len(rows)
    for column in range(size):
        pivot = max(range(column, size), key=lambda row: abs(rows[row][column]))
        rows[column], rows[pivot] = rows[pivot], rows[column]
        for row in range(column + 1, size):
            factor = rows[row][column] / rows[column][column]
            rows[row] = [a - factor * b for a, b in zip(rows[row], rows[column], strict=True)]
    solution = [0.0] * size
    for row in reversed(range(size)):
        known = sum(rows[row][column] * solution[column] for column in range(row + 1, size))
        solution[row] = (rows[row][size] - known) / rows[row][row]
    return solution


def fit(points, degree):
    """The coefficients of the polynomial with the least squared error, the constant one first."""
    powers = [sum(x**power for x, _ in points) for power in range(2 * degree + 1)]
    right = [sum(y * x**power for x, y in points) for power in range(degree + 1)]
    return solve([powers[row : row + degree + 1] for row in range(degree + 1)], right)


def root_mean_squared_error(points, coefficients):
    errors = [
        y - sum(coefficient * x**power for power, coefficient in enumerate(coefficients)) for x, y in points
    ]
    return math.sqrt(sum(error * error for error in errors) / len(errors))


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--degree", type=int, required=True)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--out", type=Path, default=Path("out/folds.csv"))
    args = parser.parse_args()

    points = read_points()
    random.Random(args.seed).shuffle(points)
    folds = [points[number::FOLDS] for number in range(FOLDS)]
    errors = []
    for held_out in folds:
        train = [point for fold in folds if fold is not held_out for point in fold]
        errors.append(root_mean_squared_error(held_out, fit(train, args.degree)))

    args.out.parent.mkdir(parents=True, exist_ok=True)
    with args.out.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["fold", "rmse"])
        writer.writerows((number, f"{error:.6f}") for number, error in enumerate(errors))
    print(f"rmse: {sum(errors) / FOLDS:.4f}")


if __name__ == "__main__":
    main()
