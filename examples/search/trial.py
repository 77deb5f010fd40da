"""One trial of a random search: its number draws hyper-parameters, the validation points judge them."""

import argparse
import json
import random
from pathlib import Path

from classifiers import METHODS, accuracy, draw, read_points


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--method", choices=METHODS, required=True)
    parser.add_argument("--trial", type=int, required=True)
    parser.add_argument("--out", type=Path, required=True)
    args = parser.parse_args()

    chosen = draw(args.method, random.Random(f"{args.method} {args.trial}"))
    found = accuracy(args.method, chosen, read_points("train"), read_points("validation"))

    args.out.parent.mkdir(parents=True, exist_ok=True)
    result = {"trial": args.trial, "hyperparameters": chosen, "validation": {"accuracy": found}}
    args.out.write_text(json.dumps(result) + "\n", encoding="utf-8")
    print(f"{chosen}: validation accuracy {found:.4f}")


if __name__ == "__main__":
    main()
