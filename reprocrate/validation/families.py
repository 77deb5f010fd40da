"""The families of rules, in the order of their codes."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection
from functools import cache
from importlib import import_module
from types import ModuleType
from typing import NamedTuple

from reprocrate.validation.rule import Rule


class Family(NamedTuple):
    """Rules about one thing.

    Attributes:
        prefix: what all its codes start with.
        title: what they are about.
        names: of the modules of `rules` that hold its rules, apart by spaces; imported when first asked for.
    """

    prefix: str
    title: str
    names: str

    @property
    def noun(self) -> str:
        """What it is called in one word, such as `seeds`."""
        return self.names.split()[0]

    @property
    def modules(self) -> tuple[ModuleType, ...]:
        """Where its rules are."""
        return tuple(import_module(f"reprocrate.validation.rules.{name}") for name in self.names.split())

    @property
    def rules(self) -> tuple[Rule, ...]:
        """Its rules, in the order of the source; where it has two modules, in the order of the codes."""
        found = [each for module in self.modules for each in vars(module).values() if isinstance(each, Rule)]
        return tuple(sorted(found, key=lambda each: each.code))


FAMILIES = (
    Family("RC00", "Reading", "reading"),
    Family("RC01", "Structure", "structure names licences derivatives references privacy"),
    Family("RC02", "Data, services and models", "data splits inputs reading_data revisions"),
    Family("RC03", "Code", "code"),
    Family("RC04", "Environment", "environment versions"),
    Family("RC05", "Hardware", "hardware usage machines"),
    Family("RC06", "Seeds and determinism", "seeds promises seeding repetitions"),
    Family("RC07", "Integrity", "integrity wheels wheel_names emptiness"),
    Family(
        "RC08",
        "Results",
        "results reporting aggregation spread bounds counts exclusions samples intervals parts shares "
        "resampling",
    ),
    Family("RC09", "Claims", "claims claiming wording"),
    Family("RC10", "Runs", "runs flow trials shown_values"),
    Family("RC11", "Experiment", "experiment identifiers"),
    Family("RC12", "Tables", "tables printed emphasis margins captions"),
    Family("RC13", "Comparisons", "comparisons significance attainable fairness summarised"),
    Family("RC14", "Leakage", "leakage order split_files shared_items item_times same_rows"),
    Family("RC15", "Compute", "compute"),
    Family("RC16", "Metrics", "metrics sources"),
    Family("RC17", "Checklists and ethics", "checklists answers"),
    Family("RC18", "Crate", "crate crate_contents"),
    Family("RC19", "Anonymous review", "anonymity"),
    Family(
        "RC20",
        "Source code",
        "source_seeds source_order source_leakage source_places source_notebooks",
    ),
    Family("RC21", "Submissions", "submission sizes"),
    Family("RC22", "Domain guidance", "benchmarks language images agents patients sequences"),
)
"""The other numbers are kept for what comes after."""


def family_of(code: str) -> Family | None:
    """The family of a rule's code, if there is one."""
    return next((each for each in FAMILIES if code.startswith(each.prefix)), None)


@cache
def all_rules() -> tuple[Rule, ...]:
    """Every rule, in the order of the codes."""
    return tuple(each for family in FAMILIES for each in family.rules)


def rules_beginning(with_one_of: Collection[str]) -> tuple[Rule, ...]:
    """The rules whose codes begin so, in the order of the codes; other families are not imported for it."""
    begins = tuple(with_one_of)
    families = [
        family
        for family in FAMILIES
        if any(family.prefix.startswith(each) or each.startswith(family.prefix) for each in begins)
    ]
    return tuple(each for family in families for each in family.rules if each.code.startswith(begins))


@cache
def rules_by(version: str) -> tuple[Rule, ...]:
    """The rules that a version of the standard has, in the order of the codes.

    Args:
        version: major.minor, of the major version that is known here.
    """
    return tuple(each for each in all_rules() if _minor(each.since) <= _minor(version))


def _minor(version: str) -> int:
    return int(version.partition(".")[2])


@cache
def rule_set_digest() -> str:
    """SHA-256 of what decides in all rules: code, level, version, the demand, what is judged, parameters.

    Two programs with the same digest apply the same rules, as far as the standard's text tells.
    """
    parts = [
        [each.code, each.level, each.since, each.summary, each.judged, each.parameters]
        for each in all_rules()
    ]
    return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()


def rule_codes() -> tuple[str, ...]:
    """The codes of all rules, in order."""
    return tuple(each.code for each in all_rules())


def find_rule(code: str) -> Rule | None:
    """The rule of a code, if there is one."""
    return _rules_by_code().get(code)


@cache
def _rules_by_code() -> dict[str, Rule]:
    return {each.code: each for each in all_rules()}
