"""Stand in for the registry that hands out the patients' data to whoever has a contract.

In a real study there is no such file: the data come by a safe way, and nobody else can make them.
"""

import csv
import math
import random
from pathlib import Path

PATIENTS = 400


def main():
    random_ = random.Random(7041)
    rows = []
    for number in range(PATIENTS):
        age = random_.gauss(64, 11)
        pressure = random_.gauss(118 + 0.35 * age, 14)
        marker = math.exp(random_.gauss(0.4, 0.6))
        risk = -8.4 + 0.05 * age + 0.03 * pressure + 1.2 * math.log(marker)
        outcome = int(random_.random() < 1 / (1 + math.exp(-1.6 * risk)))
        rows.append([f"P{number:04}", round(age), round(pressure), f"{marker:.2f}", outcome])
    random_.shuffle(rows)
    Path("cohort").mkdir(exist_ok=True)
    with Path("cohort/patients.csv").open("w", newline="", encoding="utf-8") as file:
        table = csv.writer(file, lineterminator="\n")
        table.writerow(["patient", "age", "pressure", "marker", "readmitted"])
        table.writerows(rows)


if __name__ == "__main__":
    main()
