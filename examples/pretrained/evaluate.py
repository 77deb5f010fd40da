"""Have a pretrained model judge reviews, and write what it says of each."""

import argparse
import csv
import json
from pathlib import Path


def features(text, pairs):
    words = text.replace(",", "").split()
    return words + [" ".join(words[place : place + 2]) for place in range(len(words) - 1)] if pairs else words


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--model", type=Path, required=True)
    parser.add_argument("--data", type=Path, default=Path("data/reviews.csv"))
    parser.add_argument("--out", type=Path, required=True, help="folder for result and predictions")
    args = parser.parse_args()

    model = json.loads(args.model.read_text(encoding="utf-8"))
    with args.data.open(newline="", encoding="utf-8") as file:
        reviews = list(csv.DictReader(file))
    rows = []
    for row in reviews:
        score = sum(model["weights"].get(word, 0.0) for word in features(row["text"], model["pairs"]))
        rows.append((row["review"], int(score > 0), int(row["good"]), f"{score:.3f}"))
    correct = sum(prediction == target for _, prediction, target, _ in rows)

    args.out.mkdir(parents=True, exist_ok=True)
    with (args.out / "predictions.csv").open("w", newline="", encoding="utf-8") as file:
        table = csv.writer(file, lineterminator="\n")
        table.writerow(["item", "prediction", "target", "score"])
        table.writerows(rows)
    result = {
        "model": model["name"],
        "reviews": len(rows),
        "correct": correct,
        "accuracy": correct / len(rows),
    }
    (args.out / "result.json").write_text(json.dumps(result) + "\n", encoding="utf-8")
    print(f"{correct} of {len(rows)} reviews are judged correctly")


if __name__ == "__main__":
    main()
