"""A classifier with chosen hyper-parameters, judged by the test points.

The seed draws a bootstrap sample of the training and validation points, from which both methods learn.
"""

import argparse
import json
import random
from pathlib import Path

from classifiers import METHODS, accuracy, read_points


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--method", choices=METHODS, required=True)
    parser.add_argument("--k", type=int)
    parser.add_argument("--exponent", type=int)
    parser.add_argument("--bandwidth", type=float)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--out", type=Path, default=Path("out/result.json"))
    args = parser.parse_args()

    given = {"k": args.k, "exponent": args.exponent, "bandwidth": args.bandwidth}
    hyperparameters = {name: value for name, value in given.items() if value is not None}
    known = read_points("train", "validation")
    train = random.Random(args.seed).choices(known, k=len(known))
    found = accuracy(args.method, hyperparameters, train, read_points("test"))

    args.out.parent.mkdir(parents=True, exist_ok=True)
    result = {"seed": args.seed, "test": {"accuracy": found}}
    args.out.write_text(json.dumps(result) + "\n", encoding="utf-8")
    print(f"test accuracy: {found:.4f}")


if __name__ == "__main__":
    main()
