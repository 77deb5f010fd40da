"""Words for people: other people's text made harmless, lists, plurals, dates, and what statuses mean."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:  # reports and verdicts have no manifest, and the models take a tenth of a second to build
    from reprocrate.manifest import Configuration, Data, Environment, Metric, Run, Service

_MOST_RANGES = 10
_PATH = re.compile(r"\S*\w\.[A-Za-z][A-Za-z0-9]{0,7}(?=[:#,\s])")
_LONGEST = 20_000
_KEPT_FORMATS = "\u200c\u200d\ufe0e\ufe0f"  # joiners that scripts and emoji need
_MONTHS = (
    "January February March April May June July August September October November December".split()  # noqa: SIM905
)


class Sayings(dict[Any, str]):
    """What the standard's words mean in text; a word of a newer version stands for itself."""

    def __missing__(self, word: str) -> str:
        return plain(word).replace("_", " ")


RUN_STATUS: Mapping[str, str] = Sayings(
    {
        "ok": "completed",
        "failed": "failed",
        "killed": "killed",
        "interrupted": "interrupted",
        "running": "never ended",
    }
)

EXCLUSION: Mapping[str, str] = Sayings(
    {
        "repeated": "the same seed was run again later, and the newest run counts",
        "other_code": "it ran other code than the runs that count",
        "other_data": "it read another version of the data than the runs that count",
        "failed": "it failed",
        "killed": "it was killed",
        "interrupted": "it was interrupted",
        "running": "it had not ended",
        "no_value": "it left no value of this metric",
        "not_finite": "its value is no finite number",
        "declared": "the authors left it out",
    }
)

DIRECTION: Mapping[str | None, str] = Sayings(
    {
        "maximize": "higher is better",
        "minimize": "lower is better",
        "target": "closeness to a target counts",
        None: "not recorded whether higher or lower is better",
    }
)

STATISTIC: Mapping[str, str] = Sayings(
    {
        "single": "single run",
        "mean": "mean",
        "median": "median",
        "iqm": "interquartile mean",
        "max": "largest of the runs",
        "min": "smallest of the runs",
        "mean_rank": "mean rank",
    }
)

TEST: Mapping[str, str] = Sayings(
    {
        "welch_t": "Welch's t test",
        "paired_t": "paired t test",
        "wilcoxon": "Wilcoxon's signed-rank test",
        "mann_whitney": "Mann-Whitney test",
        "bootstrap": "bootstrap test",
        "permutation": "permutation test",
        "mcnemar": "McNemar's test",
    }
)


def cut_off(text: str) -> str:
    """The text as far as anybody would read it: a hostile one may have millions of characters."""
    if len(text) <= _LONGEST:
        return text
    return f"{text[:_LONGEST]} ... ({len(text) - _LONGEST:,} more characters)"


def plain(text: str) -> str:
    r"""One line of somebody else's text, safe to show.

    White space becomes single spaces. What would move a cursor, reorder or hide text or is no character at
    all (control and format characters, lone surrogates, non-characters) is written as an escape: `\u202e`.
    What nobody would read to its end is cut off.
    """
    text = cut_off(text)
    if not (text.isascii() and text.isprintable()):
        text = "".join(map(_visible, text))
    return " ".join(text.split())


def flowing(text: str) -> str:
    """The same, with a space at either end where there was one: for text that others stand beside."""
    return " " * text[:1].isspace() + plain(text) + " " * text[1:][-1:].isspace()


def verbatim(text: str) -> str:
    """Somebody else's text with its spaces and line ends, for commands; what acts is written as an escape."""
    return "".join(one if one.isprintable() or one in "\t\n" else _visible(one) for one in text)


def paragraphs(text: str) -> list[str]:
    """Somebody else's text as paragraphs, which blank lines part, each safe to show."""
    return [one for one in map(plain, re.split(r"\r?\n[ \t]*\r?\n", text)) if one]


def count_of(number: int, noun: str, plural: str | None = None) -> str:
    """`1 run`, `11 runs`, `no runs`."""
    word = noun if number == 1 else plural or f"{noun}s"
    return f"{number:,} {word}" if number else f"no {word}"


def changed_packages(environment: Environment) -> Iterator[str]:
    """Packages that are not what their versions say: edited where they are installed, or in their source."""
    for package in environment.packages:
        name = f"{package.name} {package.version}"
        if package.altered:
            yield f"{name} (edited after it was installed: {shortened(map(plain, package.altered), 3)})"
        if package.dirty:
            yield f"{name} (installed in place, with changes beyond {package.commit or 'its commit'})"


def packages_of(environment: Environment) -> str:
    """`12 packages`, `no packages`; or of a lock that was declared without them, that it names them."""
    if not environment.packages and environment.lock and environment.lock.format != "requirements":
        return "the packages of its lock"
    return count_of(len(environment.packages), "package")


def launch_of(run: Run) -> str:
    """`16 processes on 2 nodes by srun`; empty where there was one process."""
    launch = run.launch
    if launch is None or max(launch.world_size or 1, launch.nodes or 1) == 1:
        return ""
    processes = count_of(launch.world_size, "process", "processes") if launch.world_size else "processes"
    nodes = f" on {count_of(launch.nodes, 'node')}" if launch.nodes else ""
    return f"{processes}{nodes} by {plain(launch.launcher)}"


def listing(items: Iterable[str], last: str = "and") -> str:
    """`a`, `a and b`, `a, b and c`."""
    parts = list(items)
    if len(parts) < 2:
        return "".join(parts)
    return f"{', '.join(parts[:-1])} {last} {parts[-1]}"


def shortened(items: Iterable[str], most: int) -> str:
    """The first few of a list, and how many more there are."""
    parts = list(items)
    if len(parts) <= most:
        return listing(parts)
    return f"{', '.join(parts[:most])} and {len(parts) - most} more"


def date(timestamp: str | None) -> str:
    """`22 November 2026` of an RFC 3339 time; the text itself where it is no date."""
    try:
        day = datetime.fromisoformat(timestamp or "")
    except ValueError:
        return plain(timestamp or "")
    return f"{day.day} {_MONTHS[day.month - 1]} {day.year}"


def moment(timestamp: str | None) -> str:
    """`2026-11-22 22:30:05` of an RFC 3339 time in UTC."""
    text = plain(timestamp or "")
    return text[:19].replace("T", " ")


def ended(text: str) -> str:
    """The text with a full stop; it may start with a name, whose first letter must stay as it is."""
    text = text.strip()
    return text if not text or text[-1] in ".!?:" else f"{text}."


def sentence(text: str) -> str:
    """The text with a capital letter and a full stop; a path that it begins with stays as it is."""
    text = text.strip()
    return ended(text) if _PATH.match(text) else text[:1].upper() + ended(text)[1:]


def configuration_label(configuration: Configuration | None, identifier: str | None) -> str:
    """What to call a configuration; its id where the manifest does not describe it."""
    return plain(configuration.label if configuration else identifier or "no configuration")


def metric_label(metric: Metric | None, identifier: str) -> str:
    """What to call a metric: its name, else its id with spaces, as in `log loss`."""
    if metric and metric.name:
        return plain(metric.name)
    return plain(identifier).replace("_", " ")


def data_label(data: Data | None, identifier: str) -> str:
    """What to call a data set."""
    return plain(data.name if data and data.name else identifier)


def data_version(data: Data) -> str:
    """The version of a data set that was read, as far as it is known."""
    version = data.version or (data.remote.revision if data.remote else None)
    return f"version {plain(version)}" if version else ""


def service_label(service: Service) -> str:
    """A service with the model that was asked for, what answered, and the settings that were sent."""
    settings = ", ".join(
        f"{plain(str(name))} {plain(str(value))}" for name, value in service.parameters.items()
    )
    parts = [
        f"{plain(service.model or service.id)} ({plain(service.provider)})",
        f"answered as {plain(service.version)}" if service.version else "no version is known",
        settings,
        "answers are kept" if service.cached_responses else "answers are not kept",
    ]
    return ", ".join(part for part in parts if part)


def run_outcome(run: Run) -> str:
    """How a run ended, with its exit status or signal."""
    word = RUN_STATUS[run.status]
    if run.signal is not None:
        return f"{word} (signal {run.signal})"
    if run.exit_code:
        return f"{word} (exit status {run.exit_code})"
    return word


def seed_ranges(runs: Iterable[Run]) -> str:
    """The different seeds of runs, `–` where there is none."""
    return number_ranges(int(run.seed) for run in runs if run.seed is not None) or "–"


def number_ranges(numbers: Iterable[int]) -> str:
    """Whole numbers in order, each once: `0-4`, `0-2, 7`."""
    spans: list[list[int]] = []
    for number in sorted(set(numbers)):
        if spans and number == spans[-1][1] + 1:
            spans[-1][1] = number
        else:
            spans.append([number, number])
    parts = [
        f"{low}-{high}" if high - low > 1 else ", ".join(map(str, dict.fromkeys((low, high))))
        for low, high in spans
    ]
    more = f" and {len(parts) - _MOST_RANGES} more" if len(parts) > _MOST_RANGES else ""
    return ", ".join(parts[:_MOST_RANGES]) + more


def seed_label(run: Run | None) -> str:
    """The seed that names a run, or a dash."""
    return "–" if run is None or run.seed is None else str(run.seed)


def _visible(character: str) -> str:
    category = unicodedata.category(character)
    code = ord(character)
    if character.isspace():
        return " "
    is_hidden = category in ("Cc", "Cs") or (category == "Cf" and character not in _KEPT_FORMATS)
    is_nothing = code & 0xFFFE == 0xFFFE or 0xFDD0 <= code <= 0xFDEF
    if not is_hidden and not is_nothing:
        return character
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"
