"""The families of rules, in the order of their codes."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from types import ModuleType

from reprocrate.validation.rule import Rule


@dataclass(frozen=True, slots=True)
class Family:
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
    Family("RC01", "Structure", "structure names licences references privacy"),
    Family("RC02", "Data, services and models", "data splits inputs reading_data"),
    Family("RC03", "Code", "code"),
    Family("RC04", "Environment", "environment"),
    Family("RC05", "Hardware", "hardware usage"),
    Family("RC06", "Seeds and determinism", "seeds promises seeding repetitions"),
    Family("RC07", "Integrity", "integrity wheels"),
    Family(
        "RC08",
        "Results",
        "results reporting aggregation spread bounds counts exclusions samples intervals parts",
    ),
    Family("RC09", "Claims", "claims claiming"),
    Family("RC10", "Runs", "runs flow trials"),
    Family("RC11", "Experiment", "experiment"),
    Family("RC12", "Tables", "tables"),
    Family("RC13", "Comparisons", "comparisons significance attainable"),
    Family("RC14", "Leakage", "leakage order split_files shared_items item_times"),
    Family("RC15", "Compute", "compute"),
    Family("RC16", "Metrics", "metrics sources"),
    Family("RC17", "Checklists and ethics", "checklists"),
    Family("RC18", "Crate", "crate crate_contents"),
    Family("RC19", "Anonymous review", "anonymity"),
)
"""The other numbers are kept for what comes after."""


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


def rule_codes() -> tuple[str, ...]:
    """The codes of all rules, in order."""
    return tuple(each.code for each in all_rules())


def find_rule(code: str) -> Rule | None:
    """The rule of a code, if there is one."""
    return next((each for each in all_rules() if each.code == code), None)
