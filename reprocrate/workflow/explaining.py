"""`explain`: what a rule asks for, with its reason, its remedy and examples."""

from __future__ import annotations

import difflib

from reprocrate.errors import UsageError
from reprocrate.validation import rule_codes
from reprocrate.validation.explain import Explanation, explain


def explain_rule(code: str) -> Explanation:
    """The explanation of a rule.

    Raises:
        UsageError: there is no such rule.
    """
    wanted = code.strip().upper()
    known = rule_codes()
    if wanted not in known:
        near = difflib.get_close_matches(wanted, known, n=3)
        fix = f"Did you mean {' or '.join(near)}?" if near else f"Rules are called {known[0]} to {known[-1]}"
        raise UsageError(f"there is no rule {code}", fix=fix)
    return explain(wanted)
