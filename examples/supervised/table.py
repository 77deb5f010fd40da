"""Write the table of the paper: mean and standard deviation over the seeds, in percent."""

import json
import statistics
from pathlib import Path

ROWS = {"logistic": "Logistic regression", "mean": "Nearest mean"}


def main():
    lines = [r"\begin{tabular}{lr}", r"Method & Accuracy (\%) \\ \hline"]
    for name, title in ROWS.items():
        files = sorted(Path("out").glob(f"{name}-*.json"))
        values = [100 * json.loads(file.read_text(encoding="utf-8"))["test"]["accuracy"] for file in files]
        spread = statistics.stdev(values)
        lines.append(rf"{title} & ${statistics.mean(values):.1f} \pm {spread:.1f}$ \\")
    Path("out/table.tex").write_text("\n".join([*lines, r"\end{tabular}"]) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
