"""Draw a stand-in with the columns of the cohort. No value depends on another one, and none on a patient."""

import csv
import random
from pathlib import Path

PATIENTS = 60


def main():
    random_ = random.Random(1)
    Path("standin").mkdir(exist_ok=True)
    with Path("standin/patients.csv").open("w", newline="", encoding="utf-8") as file:
        table = csv.writer(file, lineterminator="\n")
        table.writerow(["patient", "age", "pressure", "marker", "readmitted"])
        for number in range(PATIENTS):
            age, pressure = random_.randint(20, 90), random_.randint(90, 190)
            marker, readmitted = random_.randint(20, 500) / 100, random_.randint(0, 1)
            table.writerow([f"S{number:04}", age, pressure, f"{marker:.2f}", readmitted])


if __name__ == "__main__":
    main()
