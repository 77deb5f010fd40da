"""The plan of a rerun: decided from the manifest alone, before anything is downloaded, built or run."""

from __future__ import annotations

from reprocrate.rerun.plan.decisions import Decision, Expected, Requirement
from reprocrate.rerun.plan.document import Consent, Plan, make_plan
from reprocrate.rerun.plan.outlook import ClaimOutlook, DepthEstimate, Work
from reprocrate.rerun.plan.wording import duration_text, size_text

__all__ = [
    "ClaimOutlook",
    "Consent",
    "Decision",
    "DepthEstimate",
    "Expected",
    "Plan",
    "Requirement",
    "Work",
    "duration_text",
    "make_plan",
    "size_text",
]
