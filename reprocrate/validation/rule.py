"""What a rule is: text, metadata and logic in one place.

    @rule("RC0701", MUST, spec="integrity", since="1.0", says="{path} is declared but absent")
    def declared_file_is_present(subject: Subject) -> Iterator[Found]:
        \"\"\"Every file that the manifest declares to be in the bundle MUST be there.

        Why: an absent file cannot be checked, so no later result can be trusted.
        Fix: add the file, or say that its bytes do not travel.
        \"\"\"
        for declared in declared_files(subject.well_formed):
            if not subject.given_files.exists(declared.place):
                yield Found(declared.pointer, path=declared.place)

The function yields one `Found` for each case; the decorator makes a `Rule` of it, which turns cases into
findings. A family of rules is the rules of one module, in the order of the source.
"""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Iterator, Mapping
from enum import StrEnum
from typing import Any, NamedTuple

from reprocrate.finding import Finding, Location, Severity
from reprocrate.validation.subject import MANIFEST_NAME, Subject


class Level(StrEnum):
    """How strongly the specification demands something (RFC 2119)."""

    MUST = "MUST"
    SHOULD = "SHOULD"
    MAY = "MAY"

    @property
    def severity(self) -> Severity:
        """How much a finding weighs that shows the demand is not met."""
        return _SEVERITY[self]


MUST, SHOULD, MAY = Level
_SEVERITY = {MUST: Severity.ERROR, SHOULD: Severity.WARNING, MAY: Severity.NOTE}


class Lifecycle(StrEnum):
    """How settled a rule is. A removed rule keeps its code, which is never used again."""

    PREVIEW = "preview"
    STABLE = "stable"
    DEPRECATED = "deprecated"
    REMOVED = "removed"


class Need(StrEnum):
    """What a rule reads; it cannot be applied where that is not there.

    Each takes more than the one before: the bytes as they are given, the JSON value that they hold, a
    document of a version that is known here, a manifest that follows its schema, the files around it. Apart
    from these stands `TREE`: files, whatever the manifest is and whether there is one.
    """

    TREE = "tree"
    TEXT = "text"
    JSON = "json"
    DOCUMENT = "document"
    MANIFEST = "manifest"
    FILES = "files"


class Found:
    """One case that a rule objects to.

    Args:
        pointer: JSON Pointer to it in the manifest; None where it is in another file.
        file: path of the file that it is in, where that is not the manifest.
        line: where it stands in the file's text, if that is known, counted from 1.
        column: in characters, counted from 1.
        values: what the rule's sentence about the case names.
    """

    __slots__ = ("column", "file", "line", "pointer", "values")

    def __init__(
        self,
        pointer: str | None = None,
        /,
        *,
        file: str = MANIFEST_NAME,
        line: int | None = None,
        column: int | None = None,
        **values: object,
    ) -> None:
        self.pointer = pointer
        self.file = file
        self.line = line
        self.column = column
        self.values = values


LONGEST_SHOWN = 300
"""How many characters of a value a sentence shows at most: a hostile one may have millions."""


class CannotAssessError(Exception):
    """Raised by a rule that turns out not to be applicable here; its text is the reason."""


Check = Callable[..., Iterator[Found]]


class Rule(NamedTuple):
    """One rule of the standard.

    Attributes:
        code: `RC`, two digits of the family, two of the rule.
        level: how strongly it is demanded.
        spec: anchor of the chapter of the specification that demands it.
        since: version of the standard that it came with.
        says: the sentence about one case, with the names of its values in braces.
        needs: what it reads.
        lifecycle: how settled it is.
        domains: the fields of research that it is for; none where it is for all.
        check: the logic.
        summary: the demand in one sentence.
        judged: to what it applies exactly, and at which place a finding is made.
        why: the reason for it.
        fix: what to do about a finding.
    """

    code: str
    level: Level
    spec: str
    since: str
    says: str
    needs: Need
    lifecycle: Lifecycle
    domains: tuple[str, ...]
    check: Check
    summary: str
    judged: str
    why: str
    fix: str

    @property
    def name(self) -> str:
        """The rule in a few words."""
        return self.check.__name__.replace("_", " ")

    @property
    def parameters(self) -> dict[str, Any]:
        """What a policy may set, with its default."""
        return {
            parameter.name: parameter.default
            for parameter in inspect.signature(self.check).parameters.values()
            if parameter.kind is parameter.KEYWORD_ONLY
        }

    def findings(self, subject: Subject, settings: Mapping[str, Any] | None = None) -> Iterator[Finding]:
        """Apply the rule.

        Raises:
            CannotAssessError: it cannot be applied to this subject.
        """
        return map(self._finding, self.check(subject, **(settings or {})))

    def _finding(self, found: Found) -> Finding:
        return Finding(
            self.code,
            self.level.severity,
            self.says.format_map({name: shown(value) for name, value in found.values.items()}),
            Location(found.file, found.pointer, found.line, found.column),
            self.fix,
        )


def rule(
    code: str,
    level: Level,
    *,
    spec: str,
    since: str,
    says: str,
    needs: Need = Need.MANIFEST,
    lifecycle: Lifecycle = Lifecycle.STABLE,
    domains: tuple[str, ...] = (),
) -> Callable[[Check], Rule]:
    """Make a rule of a function; see the module's text for what the function looks like."""

    def make(check: Check) -> Rule:
        texts = _texts(inspect.getdoc(check) or "")
        return Rule(code, level, spec, since, says, needs, lifecycle, domains, check, *texts)

    return make


def shown(value: object) -> str:
    """A value as sentences show it: numbers short, lists of names with commas, long texts cut."""
    if isinstance(value, float):
        return f"{value:.12g}"
    if isinstance(value, list | tuple | set | frozenset):
        names = [shown(each) for each in value]
        return ", ".join(names[:6]) + (f" and {len(names) - 6} more" if len(names) > 6 else "")
    text = str(value)
    return text if len(text) <= LONGEST_SHOWN else f"{text[: LONGEST_SHOWN - 3]}..."


_SECTIONS = re.compile(
    r"(?P<summary>.+?)\n\s*(?:Judged: (?P<judged>.+?)\n\s*)?Why: (?P<why>.+?)\n\s*Fix: (?P<fix>.+)", re.DOTALL
)


def _texts(docstring: str) -> tuple[str, ...]:
    """Summary, what is judged, why and fix."""
    match = _SECTIONS.fullmatch(docstring)
    if not match:
        raise TypeError(f"a rule's docstring has a sentence, Why: and Fix:, but this is {docstring!r}")
    texts = (" ".join((part or "").split()) for part in match.groups())
    return tuple(f"{text[:1].upper()}{text[1:]}" for text in texts)
