"""How far an experiment is open to others: levels and badges whose criteria it meets.

Nothing is awarded here. Each criterion is judged by what the rules found and what the manifest holds, and
says what it would take to meet it.
"""

from __future__ import annotations

from reprocrate.finding import Report, Scale
from reprocrate.validation.scales.availability import availability
from reprocrate.validation.scales.badges import acm_badges, niso_badges
from reprocrate.validation.scales.basis import Basis
from reprocrate.validation.scales.stack import stack
from reprocrate.validation.subject import Subject


def scales_of(subject: Subject, report: Report) -> tuple[Scale, ...]:
    """Every scale, for a subject with a well-formed manifest; none for another.

    Args:
        subject: what was judged.
        report: what the rules of the standard found, before a policy graded it: a venue may not ask for
            something, and yet it is missing.
    """
    if subject.is_bare or subject.text_problems or subject.manifest is None:
        return ()
    basis = Basis(subject.manifest, report, subject.evidence, has_files=subject.files is not None)
    return (availability(basis), stack(basis), acm_badges(basis), niso_badges(basis))
