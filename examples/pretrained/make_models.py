"""Stand in for somebody else's pretrained models, and for the reviews that they are evaluated on.

In a real study the weights come from where their makers published them. These here are counted from reviews
of the same small grammar, drawn apart from those for evaluation: with words alone, and with pairs of them.
"""

import csv
import json
import math
import random
from collections import Counter
from pathlib import Path

THINGS = ["the soup", "the service", "the room", "the view", "the bread", "the music"]
GOOD = ["warm", "fresh", "friendly", "quiet", "generous"]
BAD = ["cold", "stale", "rude", "loud", "stingy"]
CLOSINGS = [
    "we will come again",
    "as always",
    "that is all",
    "not what we had hoped for",
    "nothing to complain about",
]


def review(random_):
    kind = random_.random() < 0.5
    parts = []
    for thing in random_.sample(THINGS, 3):
        agrees = random_.random() < 0.75
        word = random_.choice(GOOD if agrees == kind else BAD)
        if random_.random() < 0.3:  # the opposite word, denied
            word = "not " + random_.choice(BAD if agrees == kind else GOOD)
        parts.append(f"{thing} was {word}")
    return ", ".join(parts) + ", " + random_.choice(CLOSINGS), int(kind)


def features(text, pairs):
    words = text.replace(",", "").split()
    return words + [" ".join(words[place : place + 2]) for place in range(len(words) - 1)] if pairs else words


def counted(reviews, pairs):
    """Weights of a naive Bayes classifier: how much more often a word is in good reviews, as a logarithm."""
    counts = {0: Counter(), 1: Counter()}
    for text, kind in reviews:
        counts[kind].update(set(features(text, pairs)))
    return {
        word: round(math.log((counts[1][word] + 1) / (counts[0][word] + 1)), 3)
        for word in sorted(counts[0] | counts[1])
        if counts[0][word] + counts[1][word] >= 20
    }


def main():
    random_ = random.Random(5)
    others = [review(random_) for _ in range(2000)]
    for name, pairs in (("words", False), ("pairs", True)):
        weights = {"name": f"review-{name}", "pairs": pairs, "weights": counted(others, pairs)}
        Path("models").mkdir(exist_ok=True)
        Path(f"models/{name}.json").write_text(json.dumps(weights, indent=1) + "\n", encoding="utf-8")
    known = {text for text, _ in others}
    drawn = {}
    while len(drawn) < 250:
        text, kind = review(random_)
        if text not in known:
            drawn[text] = kind
    Path("data").mkdir(exist_ok=True)
    with Path("data/reviews.csv").open("w", newline="", encoding="utf-8") as file:
        table = csv.writer(file, lineterminator="\n")
        table.writerow(["review", "text", "good"])
        table.writerows([f"R{number:03}", text, kind] for number, (text, kind) in enumerate(drawn.items()))


if __name__ == "__main__":
    main()
