"""The plan of a rerun: decided from the manifest alone, before anything is downloaded, built or run."""

from __future__ import annotations

from reprocrate.rerun.plan.decisions import Decision, Expected, Requirement
from reprocrate.rerun.plan.depths import DepthEstimate
from reprocrate.rerun.plan.document import Consent, Plan, make_plan, plan_scope
from reprocrate.rerun.plan.outlook import ClaimOutlook, Work
from reprocrate.rerun.plan.scope import Scope, Selection
from reprocrate.rerun.wording import duration_text, size_text

__all__ = [
    "ClaimOutlook",
    "Consent",
    "Decision",
    "DepthEstimate",
    "Expected",
    "Plan",
    "Requirement",
    "Scope",
    "Selection",
    "Work",
    "duration_text",
    "make_plan",
    "plan_scope",
    "size_text",
]
