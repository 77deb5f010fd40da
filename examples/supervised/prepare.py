"""Part the beans into train, validation and test, and scale them by what the training part shows.

Of beans with the same measurements only the first is kept: a twin in another part would be known already.
Beside each part it writes the SHA-256 of every bean's line, so that anybody can check that no bean is in two.
"""

import csv
import hashlib
import json
import random
import statistics
from pathlib import Path

FEATURES = ("length", "width", "thickness", "weight")
SHARES = {"train": 0.6, "validation": 0.2, "test": 0.2}


def main():
    lines = Path("data/beans.csv").read_text(encoding="utf-8").splitlines()
    header, *beans = dict.fromkeys(lines)
    random.Random(0).shuffle(beans)
    parts, start = {}, 0
    for name, share in SHARES.items():
        end = len(beans) if name == "test" else start + round(share * len(beans))
        parts[name], start = beans[start:end], end

    train = list(csv.DictReader([header, *parts["train"]]))
    columns = {name: [float(row[name]) for row in train] for name in FEATURES}
    scale = {name: (statistics.mean(values), statistics.stdev(values)) for name, values in columns.items()}

    out = Path("out")
    (out / "parts").mkdir(parents=True, exist_ok=True)
    for name, rows in parts.items():
        digests = [hashlib.sha256(row.encode()).hexdigest() for row in rows]
        (out / "parts" / f"{name}.sha256.txt").write_text("\n".join(digests) + "\n", encoding="utf-8")
        with (out / "parts" / f"{name}.csv").open("w", newline="", encoding="utf-8") as file:
            table = csv.writer(file, lineterminator="\n")
            table.writerow([*FEATURES, "kind"])
            for row in csv.DictReader([header, *rows]):
                scaled = [(float(row[each]) - scale[each][0]) / scale[each][1] for each in FEATURES]
                table.writerow([*(f"{value:.4f}" for value in scaled), row["kind"]])
    (out / "parts" / "scale.json").write_text(json.dumps(scale, indent=1) + "\n", encoding="utf-8")
    print(", ".join(f"{name}: {len(rows)}" for name, rows in parts.items()))


if __name__ == "__main__":
    main()
