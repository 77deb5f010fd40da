"""Learn to foretell the next character of a text from the ones before it.

The text has three parts: the first 480 lines to learn from, 60 to watch the learning by, and the last 60 to
report on. The seed draws the places of the text that are learned from.
"""

import argparse
import json
import math
import random
from collections import Counter, defaultdict
from pathlib import Path

TRAIN, VALIDATION = 480, 60


def read_parts(path):
    lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
    parts = lines[:TRAIN], lines[TRAIN : TRAIN + VALIDATION], lines[TRAIN + VALIDATION :]
    return ["".join(part) for part in parts]


def loss(counts, context, alphabet, text):
    """Mean negative log-likelihood of a character, in nats."""
    total = 0.0
    for place in range(context, len(text)):
        seen = counts[text[place - context : place]]
        share = (seen[text[place]] + 0.1) / (sum(seen.values()) + 0.1 * len(alphabet))
        total -= math.log(share)
    return total / (len(text) - context)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--context", type=int, required=True, help="how many characters are looked back at")
    parser.add_argument("--steps", type=int, default=20000, help="batches of 16 places")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--out", type=Path, default=Path("out/checkpoint.json"))
    args = parser.parse_args()

    train, validation, test = read_parts(Path("data/harbour.txt"))
    alphabet = sorted(set(train))
    draw = random.Random(args.seed)
    counts = defaultdict(Counter)
    for step in range(1, args.steps + 1):
        for _ in range(16):
            place = draw.randrange(args.context, len(train))
            counts[train[place - args.context : place]][train[place]] += 1
        if step % max(1, args.steps // 10) == 0:
            seen = loss(counts, args.context, alphabet, validation)
            print(f"step {step} validation loss {seen:.4f}", flush=True)

    args.out.parent.mkdir(parents=True, exist_ok=True)
    checkpoint = json.dumps({"steps": args.steps, "counts": counts}, sort_keys=True)
    args.out.write_text(checkpoint + "\n", encoding="utf-8")
    print(f"test loss: {loss(counts, args.context, alphabet, test):.4f}")


if __name__ == "__main__":
    main()
