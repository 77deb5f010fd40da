"""Judging manifests: shape, meaning, statistics and integrity.

A subject is judged by every rule at once, nothing of it is executed, and the network is not touched. A rule
is one small function that holds text, metadata and logic together; a family is a file or two of `rules`.
What reads a policy (`policy_file`) is imported where there is one.
"""

from __future__ import annotations

from reprocrate.validation.domains import asked_domains, domains_asked_for
from reprocrate.validation.families import FAMILIES, Family, all_rules, family_of, find_rule, rule_codes
from reprocrate.validation.folder import FolderFiles
from reprocrate.validation.places import Declared, declared_files
from reprocrate.validation.policy import Policy, graded_by, validate_by, validate_for
from reprocrate.validation.report_document import report_document
from reprocrate.validation.rule import Level, Lifecycle, Need, Rule
from reprocrate.validation.subject import MANIFEST_NAME, Files, Subject
from reprocrate.validation.validate import validate

__all__ = [
    "FAMILIES",
    "MANIFEST_NAME",
    "Declared",
    "Family",
    "Files",
    "FolderFiles",
    "Level",
    "Lifecycle",
    "Need",
    "Policy",
    "Rule",
    "Subject",
    "all_rules",
    "asked_domains",
    "declared_files",
    "domains_asked_for",
    "family_of",
    "find_rule",
    "graded_by",
    "report_document",
    "rule_codes",
    "validate",
    "validate_by",
    "validate_for",
]
