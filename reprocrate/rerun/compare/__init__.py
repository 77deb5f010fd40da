"""What a rerun shows: verdicts on results and claims.

`judge` and `judge_claim` work on plain values and know nothing of manifests; `compare` feeds them from two
manifests. Names are imported when first used: to read a margin takes none of the statistics.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from reprocrate.rerun.compare.case import Case
    from reprocrate.rerun.compare.circumstances import Circumstances, Isolation, Tool
    from reprocrate.rerun.compare.claims import Claim, ClaimJudged, ClaimOutcome, Part, judge_claim
    from reprocrate.rerun.compare.environments import PackageDifference, host_difference, package_differences
    from reprocrate.rerun.compare.equivalence import Equivalence
    from reprocrate.rerun.compare.evidence import Evidence, NoEvidence
    from reprocrate.rerun.compare.figures import Figures
    from reprocrate.rerun.compare.manifests import compare
    from reprocrate.rerun.compare.ordering import Duel
    from reprocrate.rerun.compare.outcomes import Judged, Outcome, judge
    from reprocrate.rerun.compare.samples import (
        Basis,
        Direction,
        HostDifference,
        Margin,
        Sample,
        SeedValue,
        Tolerance,
    )
    from reprocrate.rerun.compare.tolerance import AppliedTolerance
    from reprocrate.rerun.compare.verdict import ClaimVerdict, Identity, ResultVerdict, SeedPair, Verdict

_MODULE = {
    "case": "Case",
    "circumstances": "Circumstances Isolation Tool",
    "claims": "Claim ClaimJudged ClaimOutcome Part judge_claim",
    "environments": "PackageDifference host_difference package_differences",
    "equivalence": "Equivalence",
    "evidence": "Evidence NoEvidence",
    "figures": "Figures",
    "manifests": "compare",
    "ordering": "Duel",
    "outcomes": "Judged Outcome judge",
    "samples": "Basis Direction HostDifference Margin Sample SeedValue Tolerance",
    "tolerance": "AppliedTolerance",
    "verdict": "ClaimVerdict Identity ResultVerdict SeedPair Verdict",
}
_HOME = {name: module for module, names in _MODULE.items() for name in names.split()}

__all__ = [
    "AppliedTolerance",
    "Basis",
    "Case",
    "Circumstances",
    "Claim",
    "ClaimJudged",
    "ClaimOutcome",
    "ClaimVerdict",
    "Direction",
    "Duel",
    "Equivalence",
    "Evidence",
    "Figures",
    "HostDifference",
    "Identity",
    "Isolation",
    "Judged",
    "Margin",
    "NoEvidence",
    "Outcome",
    "PackageDifference",
    "Part",
    "ResultVerdict",
    "Sample",
    "SeedPair",
    "SeedValue",
    "Tolerance",
    "Tool",
    "Verdict",
    "compare",
    "host_difference",
    "judge",
    "judge_claim",
    "package_differences",
]


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOME[name]}"), name)
