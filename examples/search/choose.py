"""The best trial of a search, by the validation points; of equal ones the first."""

import argparse
import json
from pathlib import Path


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--method", required=True)
    args = parser.parse_args()

    trials = [
        json.loads(path.read_text("utf-8")) for path in Path("out").glob(f"{args.method}-search-*.json")
    ]
    best = max(trials, key=lambda trial: (trial["validation"]["accuracy"], -trial["trial"]))
    chosen = {"trial": best["trial"], "of": len(trials), "hyperparameters": best["hyperparameters"]}
    Path(f"out/{args.method}-choice.json").write_text(json.dumps(chosen) + "\n", encoding="utf-8")
    print(f"trial {chosen['trial']} of {chosen['of']}: {chosen['hyperparameters']}")


if __name__ == "__main__":
    main()
