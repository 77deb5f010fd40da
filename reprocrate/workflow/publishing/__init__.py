"""`publish`: a bundle or a project to an archive, under a DOI."""

from __future__ import annotations

from reprocrate.workflow.publishing.outcome import PublishingOutcome
from reprocrate.workflow.publishing.steps import publish
from reprocrate.workflow.publishing.wanted import PublishingChoice

__all__ = ["PublishingChoice", "PublishingOutcome", "publish"]
