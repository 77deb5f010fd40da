"""A submission without a manifest: what is in it, as far as files tell that nobody runs.

The items follow what venues and the ML Code Completeness checklist ask for
(https://github.com/paperswithcode/releasing-research-code): dependencies, training code, evaluation code,
pre-trained models, and a README with results and the commands that lead to them. Each is told by plain signs,
which are named, so that a person can look. Nothing of the submission is executed.
"""

from __future__ import annotations

from reprocrate.validation.submission.items import ITEMS, REQUIRABLE, TITLES
from reprocrate.validation.submission.observing import Submission

__all__ = ["ITEMS", "REQUIRABLE", "TITLES", "Submission"]
