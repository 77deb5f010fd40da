"""`init`: look at a project and draft its `reprocrate.toml`."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from reprocrate.assembly import SETTINGS_NAME
from reprocrate.assembly.toml import parse_settings
from reprocrate.capture.privacy.scrubber import scrubbed_url
from reprocrate.errors import UsageError
from reprocrate.files import write_atomically
from reprocrate.workflow.drafts.about import About, Said, read_about
from reprocrate.workflow.drafts.folders import DataFolder, find_data, find_tools, notebooks
from reprocrate.workflow.drafts.licences import complete_licence
from reprocrate.workflow.drafts.scripts import Loop, Script, find_scripts, is_likely, seed_loops
from reprocrate.workflow.drafts.tree import Tree, look_at, read_start

_MOST_QUESTIONS = 7
_MOST_METRICS = 3
_MINIMIZED = re.compile(r"loss|error|mse|mae|rmse|perplexity|ppl|wer|cer|fid")
_REMOTE = re.compile(r'^\[remote "origin"\]\s*\n(?:\s+(?!url).*\n)*\s+url\s*=\s*(?P<url>\S+)', re.MULTILINE)
_NO_AUTHORS = '# authors = [{ name = "Ada Example", orcid = "0000-0002-1825-0097", affiliation = "…" }]'


@dataclass(frozen=True, slots=True)
class Draft:
    """A drafted `reprocrate.toml`.

    Attributes:
        text: the file.
        found: what was found, one line each.
        asked: what only the author knows and is still open, the most important first; seven things at most.
        command: the command that looks like the one to run, with `{seed}` where it takes one.
        run: what to type next.
    """

    text: str
    found: tuple[str, ...]
    asked: tuple[str, ...]
    command: str | None = None
    run: str = ""


@dataclass(slots=True)
class _Found:
    tree: Tree
    about: About
    data: list[DataFolder]
    scripts: list[Script]
    loops: list[Loop]
    notebooks: list[str]
    lines: list[str] = field(default_factory=list)

    @property
    def command(self) -> str | None:
        """The likeliest command."""
        if self.loops:
            return next(iter(self.loops[0].commands.values()))
        return self.scripts[0].command if self.scripts else _notebook_command(self.notebooks)

    @property
    def run(self) -> str:
        """What to type next: what the draft names, if it names what can be run."""
        if self.loops:
            return "reprocrate run " + ("--all" if len(self.loops[0].commands) > 1 else "--name main")
        if self.scripts and self.scripts[0].seed:
            return "reprocrate run --name main --seeds 0-4"
        command = self.command or "python SCRIPT --seed {seed}"
        return f"reprocrate run {'--seeds 0-4 ' if '{seed}' in command else ''}-- {command}"

    @property
    def metrics(self) -> dict[str, tuple[str, str]]:
        """Patterns of printed numbers and where they are printed, those of test and the last ones first."""
        found = {
            name: (pattern, f"{script.path} line {line}")
            for script in reversed(self.scripts[:3])
            for name, (pattern, line) in script.metrics.items()
        }
        ranked = sorted(found, key=lambda name: ("test" not in name, "train" in name, "loss" in name))
        return {name: found[name] for name in ranked[:_MOST_METRICS]}


def draft_settings(project: Path) -> Draft:
    """Look at a project's files, without starting any program, and draft its settings."""
    found = _look(project)
    asked = _questions(found)
    text = "\n".join(
        [
            *_beginning(asked),
            *_experiment_lines(found),
            *_data_lines(found.data),
            *_metric_lines(found),
            *_configuration_lines(found),
            *_claim_lines(list(found.loops[0].commands) if found.loops else []),
        ]
    )
    parse_settings(text)
    return Draft(text, tuple(found.lines), tuple(asked), found.command, found.run)


def write_draft(project: Path) -> Draft:
    """Draft the settings and write them.

    Raises:
        UsageError: the project has settings already; they are left as they are. Or there is no such folder.
        UnavailableError: the file cannot be written.
    """
    path = project / SETTINGS_NAME
    if path.exists() or path.is_symlink():
        raise UsageError(
            f"{path} exists already",
            "the author's settings are never overwritten",
            "Edit it, or move it away first",
        )
    if not project.is_dir():
        raise UsageError(f"there is no folder {project}")
    draft = draft_settings(project)
    write_atomically(path, draft.text.encode())
    return draft


def _look(project: Path) -> _Found:
    tree = look_at(project.resolve())
    about = read_about(tree)
    complete_licence(tree, about)
    found = _Found(
        tree, about, find_data(tree), find_scripts(tree), list(seed_loops(tree))[:1], notebooks(tree)
    )
    about.title = about.title or Said(_folder_title(project), "the folder's name")
    found.lines += [f"{name}: cannot be read" for name in about.unreadable]
    for what, said in (("title", about.title), ("licence", about.license), ("paper", about.paper)):
        if said:
            shown = said.value if isinstance(said.value, str) else said.value.get("title", "")
            found.lines.append(f"{what}: {shown} (from {said.where})")
    if about.authors:
        names = ", ".join(author["name"] for author in about.authors.value[:3])
        more = f" and {len(about.authors.value) - 3} more" if about.authors.value[3:] else ""
        found.lines.append(f"authors: {names}{more} (from {about.authors.where})")
    if (project / ".git").exists():
        remote = _REMOTE.search(read_start(project / ".git" / "config"))
        address = scrubbed_url(remote["url"]) if remote else None
        found.lines.append("code: a git checkout" + (f" of {address}" if address else ""))
    found.lines += find_tools(tree)
    found.lines += [f"data folder: {data.path}/ ({data.about})" for data in found.data]
    found.lines += [f"seeds: a loop in {loop.path} line {loop.line}" for loop in found.loops]
    for script in found.scripts[:3]:
        if script.seed:
            found.lines.append(f"program: {script.path} takes a seed (line {script.where})")
        elif script.fixed:
            found.lines.append(
                f"program: {script.path} fixes its seed in line {script.fixed}: let an argument say it"
            )
    if found.notebooks:
        found.lines.append(f"notebooks: {', '.join(found.notebooks[:3])}")
    return found


def _questions(found: _Found) -> list[str]:
    about = found.about
    questions = ["which numbers of the paper rest on these runs: the claims"]
    questions.append("the metric, its direction, and the margin below which a difference does not matter")
    if found.data:
        questions.append("where the data comes from and under which licence")
    else:
        questions.append("which data it uses, where that comes from and under which licence")
    if not found.loops and not found.scripts:
        questions.append("the command that runs it")
    elif not found.loops and found.scripts[0].needs:
        questions.append(f"what to put for {found.scripts[0].blanks} in the command")
    if not about.authors:
        questions.append("the authors")
    if not about.license:
        questions.append("the licence")
    if not about.paper:
        questions.append("the paper")
    return questions[:_MOST_QUESTIONS]


def _beginning(asked: list[str]) -> list[str]:
    return [
        "# What only you know about this experiment. Every key is optional; everything else is recorded when",
        "# you run it. Lines that begin with # are suggestions. `reprocrate show` tells what is missing and",
        "# what that costs. Only you know, the most important first:",
        *(f"#   {number}. {question}" for number, question in enumerate(asked, 1)),
        "",
    ]


def _experiment_lines(found: _Found) -> list[str]:
    about = found.about
    lines = ["[experiment]"]
    if about.title:
        lines.append(f"title = {_quoted(about.title.value)}    # from {about.title.where}")
    if about.description:
        lines.append(f"description = {_quoted(about.description.value)}    # from {about.description.where}")
    if about.authors:
        lines.append(f"authors = [    # from {about.authors.where}")
        lines += [f"    {_inline(author)}," for author in about.authors.value]
        lines.append("]")
    else:
        lines.append(_NO_AUTHORS)
    if about.license:
        lines.append(f"license = {_quoted(about.license.value)}    # from {about.license.where}")
    else:
        lines.append('# license = "Apache-2.0"    # an SPDX identifier')
    if about.paper:
        lines.append(f"paper = {_inline(about.paper.value)}    # from {about.paper.where}")
    else:
        for said in about.papers_linked:
            lines.append(f"# paper = {_inline(said.value)}    # linked in {said.where}; is it yours?")
        if not about.papers_linked:
            lines.append('# paper = { title = "…", arxiv = "2601.01234", venue = "…" }')
    return [*lines, ""]


def _data_lines(folders: list[DataFolder]) -> list[str]:
    if not folders:
        return [
            "# [data.NAME]                    # one table for each data set",
            '# files = ["data"]               # files, folders or globs of the project',
            '# source = "https://…"           # address or DOI',
            '# license = "CC-BY-4.0"',
            '# access = "open"                # open, registration, restricted or private',
            "",
        ]
    lines = []
    for data in folders:
        lines += [f"[data.{_key(data.name)}]", f"files = [{_quoted(data.path)}]    # {data.about}"]
        lines += ['# source = "https://…"         # address or DOI', '# license = "CC-BY-4.0"']
        lines += ['# access = "open"              # open, registration, restricted or private']
        if data.splits:
            listed = ", ".join(f'{{ name = "{role}", role = "{role}" }}' for role in data.splits)
            told = ", ".join(data.splits.values())
            lines.append(f"# splits = [{listed}]    # from the names {told}")
        lines.append("")
    return lines


def _metric_lines(found: _Found) -> list[str]:
    lines = ["# After the first run, reprocrate lists the numbers it saw, with the lines to put here."]
    for name, (pattern, where) in found.metrics.items():
        direction = "minimize" if _MINIMIZED.search(name) else "maximize"
        lines += [
            f"# [metrics.{_key(name)}]          # printed by {where}",
            f"# stdout = {_quoted(pattern)}",
            f'# direction = "{direction}"',
            f'# split = "{"train" if "train" in name else "validation" if "val" in name else "test"}"',
            "# margin = 0.01                  # largest difference of means in a rerun that does not matter",
            "",
        ]
    return lines + ([] if found.metrics else _METRIC_LINES)


_METRIC_LINES = [
    "# [metrics.accuracy]",
    "# from = \"results/{seed}.json:$.accuracy\"    # or: stdout = 'accuracy: (?P<value>[0-9.]+)'",
    '# direction = "maximize"',
    '# split = "test"',
    "# margin = 0.01                  # largest difference of means in a rerun that does not matter",
    "",
]


def _claim_lines(names: list[str]) -> list[str]:
    first, second = names[:2] if len(names) > 1 else ("main", "baseline")
    better = f'configuration = "{first}", than = "{second}", metric = "accuracy", by = 0.01'
    return [
        "# [[claims]]",
        '# text = "The new method beats the baseline by at least a point."',
        "# primary = true",
        '# location = "Table 1"',
        f"# better = {{ {better} }}",
        "",
    ]


_ROLE_LINES = ['# role = "proposed"              # proposed, baseline, ablation or reference', ""]


def _configuration_lines(found: _Found) -> list[str]:
    lines: list[str] = []
    if found.loops:
        loop = found.loops[0]
        lines.append(f"# From the loop in {loop.path} line {loop.line}. Then: {found.run}")
        for name, command in loop.commands.items():
            lines += [f"[configurations.{name}]", f"command = {_quoted(command)}"]
            lines += [f"seeds = {_quoted(loop.seeds)}", *_ROLE_LINES]
        return lines
    if found.scripts and found.scripts[0].seed:
        script = found.scripts[0]
        lines += [
            f"# {script.path} takes a seed (line {script.where}).",
            *([f"# Put values for {script.blanks}."] if script.needs else []),
            f"# Then: {found.run}",
            "[configurations.main]",
            f"command = {_quoted(script.command)}",
        ]
    else:
        command = found.command or "python train.py --seed {seed}"
        if "{seed}" not in command:
            command += " --seed {seed}"
        lines += [
            "# [configurations.main]          # then: reprocrate run --name main --seeds 0-4",
            f"# command = {_quoted(command)}",
        ]
        if found.scripts and (fixed := found.scripts[0].fixed):
            lines.append(
                f"#   {found.scripts[0].path} fixes its seed in line {fixed}: let an argument say it."
            )
    return [*lines, *_ROLE_LINES]


def _notebook_command(paths: list[str]) -> str | None:
    if not paths:
        return None
    likeliest = next((path for path in paths if is_likely(path)), paths[0])
    folder = likeliest.rpartition("/")[0]
    moved = f" --cwd {_plain(folder)}" if folder else ""
    return f"papermill {_plain(likeliest)} out-{{seed}}.ipynb -p seed {{seed}}{moved}"


def _plain(path: str) -> str:
    return path if re.fullmatch(r"[\w./-]+", path) else f"'{path}'"


def _folder_title(project: Path) -> str:
    return project.resolve().name.encode(errors="surrogateescape").decode(errors="replace") or "experiment"


def _inline(table: dict[str, Any]) -> str:
    return "{ " + ", ".join(f"{key} = {_quoted(value)}" for key, value in table.items()) + " }"


def _key(name: str) -> str:
    return name if re.fullmatch(r"[A-Za-z0-9_-]+", name) else _quoted(name)


def _quoted(text: str) -> str:
    """A TOML string, a literal one where that reads better; JSON's escapes are a part of TOML's.

    Half characters, which YAML can spell, go.
    """
    if "\\" in text and "'" not in text and text.isascii() and text.isprintable():
        return f"'{text}'"
    whole = text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return json.dumps(whole, ensure_ascii=False).replace("\x7f", "\\u007f")
