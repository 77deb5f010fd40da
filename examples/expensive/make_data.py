"""Write the text that is learned from: sentences of a small grammar, the same bytes each time."""

import random
from pathlib import Path

NOUNS = [
    "the ferry",
    "a lighthouse",
    "the keeper",
    "an old map",
    "the harbour",
    "a gull",
    "the tide",
    "our boat",
]
VERBS = ["waits for", "follows", "forgets", "remembers", "passes", "carries", "watches", "leaves"]
TIMES = ["at dawn", "in the evening", "all winter", "before the storm", "once a year", "without a word"]


def main():
    random_ = random.Random(2024)
    lines = []
    for _ in range(600):
        first, second = random_.sample(NOUNS, 2)
        lines.append(f"{first} {random_.choice(VERBS)} {second} {random_.choice(TIMES)}.")
    Path("data").mkdir(exist_ok=True)
    Path("data/harbour.txt").write_text("\n".join(lines) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
