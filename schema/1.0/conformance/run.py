#!/usr/bin/env python3
"""Hold a validator of manifests to the conformance cases beside this file.

    python run.py 'my-validator --json {path}'     one process for each case
    python run.py 'my-validator --json {paths}'    many cases for each process

Some cases are judged by a policy. They are left out unless `--policy` says how the validator is given one:

    python run.py 'my-validator --json {paths}' --policy '--policy {policy}'

The validator prints one report for each path, in their order, as README.md says. Nothing but Python 3.8 is needed.
Exit code: 0 if all cases pass, 1 if one fails, 2 if the runner was used wrongly.
"""

import argparse
import contextlib
import copy
import fnmatch
import json
import os
import shlex
import shutil
import subprocess
import sys
import tempfile
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

HERE = Path(__file__).resolve().parent
MANIFEST = "reprocrate.json"
MOST_AT_ONCE = 50
LARGE_BYTES = 1000000  # a case of more than this has a process of its own
SHOWN_ERRORS = 2000


class Misuse(Exception):
    """The runner cannot do what it was asked for."""


class Case:
    """One case: its name such as `RC0105/invalid/paths`, what it holds, and the folder with its files if any."""

    def __init__(self, name, content, files):
        self.name = name
        self.content = content
        self.files = files

    @property
    def expected(self):
        """Every pair of code and place that must be found, with how often."""
        return Counter((each["code"], place_of(each)) for each in self.content["expect"])

    @property
    def policy(self):
        """The policy that it is judged by, as JSON; empty where there is none."""
        asked = {name: self.content[name] for name in ("parameters", "requires") if self.content.get(name)}
        return json.dumps(dict(asked, id="case", standard="1.0"), sort_keys=True) if asked else ""

    @property
    def is_large(self):
        """Whether its manifest is so large that it is better judged alone."""
        return sum(len(each.get("text", each.get("hex", ""))) * each.get("times", 1)
                   for each in self.content.get("bytes", [])) > LARGE_BYTES

    def data(self):
        """The bytes of the manifest."""
        if "bytes" in self.content:
            return b"".join(part_of(each) for each in self.content["bytes"])
        if "manifest" in self.content:
            document = self.content["manifest"]
        else:
            base = json.loads((HERE / self.content["base"]).read_text("utf-8"))
            document = patched(base, self.content.get("patch", []))
        return json.dumps(document, ensure_ascii=False, indent=1).encode("utf-8")

    def write(self, folder):
        """Write the manifest, and the files around it where there are any; the answer is what is to be judged."""
        folder.mkdir(parents=True)
        if self.files:
            for source in sorted(self.files.rglob("*")):
                target = folder / source.relative_to(self.files)
                if source.is_dir():
                    target.mkdir(exist_ok=True)
                else:
                    target.parent.mkdir(parents=True, exist_ok=True)
                    shutil.copyfile(str(source), str(target))
        if self.content.get("bare"):
            return folder
        manifest = folder / MANIFEST
        if not manifest.exists():  # a case may bring its own
            manifest.write_bytes(self.data())
        return folder if self.files else manifest


class Outcome:
    """How one case ended: the pairs that are lacking and those too many, or why there is no report."""

    def __init__(self, case, found=None, trouble=""):
        self.case = case
        self.trouble = trouble
        found = Counter() if found is None else found
        self.lacking = Counter() if trouble else case.expected - found
        self.surplus = Counter() if trouble else found - case.expected

    @property
    def passed(self):
        return not (self.trouble or self.lacking or self.surplus)

    def lines(self):
        """The failure for people."""
        yield "FAIL {}: {}".format(self.case.name, self.case.content["says"])
        for word, pairs in (("not found", self.lacking), ("not expected", self.surplus)):
            for (code, pointer), count in sorted(pairs.items()):
                times = " ({} times)".format(count) if count > 1 else ""
                yield "     {}: {} at {}{}".format(word, code, shown(pointer), times)
        for line in self.trouble.splitlines():
            yield "     " + line

    def document(self):
        """The same for programs."""
        said = {"name": self.case.name, "passed": self.passed}
        for key, pairs in (("lacking", self.lacking), ("surplus", self.surplus)):
            if pairs:
                said[key] = [{"code": code, "pointer": pointer} for code, pointer in sorted(pairs.elements())]
        if self.trouble:
            said["trouble"] = self.trouble
        return said


def place_of(where):
    """A pointer into the manifest; or for what is in another file, the file and the line."""
    if where.get("pointer") is None and where.get("line") is not None:
        return "{}:{}".format(where["file"], where["line"])
    return where.get("pointer") or ""


def shown(pointer):
    if not pointer:
        return "the document"
    return pointer if len(pointer) <= 80 else "{}... ({} characters)".format(pointer[:70], len(pointer))


# Cases ------------------------------------------------------------------------------------------------


def all_cases():
    """Every case beside this file, by name."""
    for kind in sorted(HERE.glob("RC[0-9][0-9][0-9][0-9]/*valid")):
        for entry in sorted(kind.iterdir()):
            name = "{}/{}/{}".format(kind.parent.name, kind.name, entry.stem if entry.is_file() else entry.name)
            if entry.is_dir():
                yield Case(name, read(entry / "case.json"), entry / "files")
            elif entry.suffix == ".json":
                yield Case(name, read(entry), None)


def read(path):
    with path.open(encoding="utf-8") as file:
        return json.load(file)


def part_of(part):
    once = bytes.fromhex(part["hex"]) if "hex" in part else part["text"].encode("utf-8")
    return once * part.get("times", 1)


def patched(document, operations):
    """A document changed by a JSON Patch (RFC 6902) of `add`, `remove` and `replace`."""
    root = {"": copy.deepcopy(document)}
    for operation in operations:
        path = [part.replace("~1", "/").replace("~0", "~") for part in operation["path"].split("/")]
        parent = root
        for part in path[:-1]:
            parent = parent[int(part) if isinstance(parent, list) else part]
        key = path[-1]
        kind = operation["op"]
        if isinstance(parent, list) and kind == "add":
            parent.insert(len(parent) if key == "-" else int(key), operation["value"])
            continue
        place = int(key) if isinstance(parent, list) else key
        if kind == "remove":
            del parent[place]
        else:
            parent[place] = operation["value"]
    return root[""]


def chosen(text):
    """The cases whose name contains a text, or matches it as a pattern."""
    cases = [case for case in all_cases() if text in case.name or fnmatch.fnmatchcase(case.name, text)]
    if not cases:
        raise Misuse("no case matches {!r}".format(text))
    return cases


# Asking -----------------------------------------------------------------------------------------------


def batches(cases, several):
    """Cases that one process is asked about."""
    by_policy = {}
    for case in cases:
        by_policy.setdefault(case.policy, []).append(case)
    for alike in by_policy.values():
        yield from batches_of_one_policy(alike, several)


def batches_of_one_policy(cases, several):
    batch = []
    for case in cases:
        if not several or case.is_large:
            yield [case]
            continue
        batch.append(case)
        if len(batch) == MOST_AT_ONCE:
            yield batch
            batch = []
    if batch:
        yield batch


def ask(words, cases, folder, options):
    """The outcome of each case."""
    paths = [str(case.write(folder / case.name)) for case in cases]
    timeout = options.timeout
    command = []
    for word in words:
        if word == "{paths}":
            command += paths
        else:
            command.append(word.replace("{path}", paths[0]))
    if cases[0].policy:
        policy = Path(paths[0]).parent / (Path(paths[0]).name + ".policy.json")
        policy.write_text(cases[0].policy, encoding="utf-8")
        command += [word.replace("{policy}", str(policy)) for word in shlex.split(options.policy)]
    try:
        done = subprocess.run(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                              timeout=timeout * len(cases), check=False)
    except subprocess.TimeoutExpired:
        trouble = "no answer within {:g} seconds".format(timeout * len(cases))
        return [Outcome(case, trouble=trouble) for case in cases]
    except OSError as error:
        raise Misuse("{} cannot be started: {}".format(command[0], error.strerror or error))
    try:
        reports = list(documents(done.stdout.decode("utf-8")))
        problem = "" if len(reports) == len(cases) else "{} reports for {} paths".format(len(reports), len(cases))
    except ValueError as error:
        reports, problem = [], "the output is not JSON: {}".format(error)
    if problem:
        said = done.stderr.decode("utf-8", "replace").strip()[-SHOWN_ERRORS:]
        trouble = "{} (exit code {}){}".format(problem, done.returncode, "\n" + said if said else "")
        return [Outcome(case, trouble=trouble) for case in cases]
    return [judged(case, report) for case, report in zip(cases, reports)]


def documents(text):
    """JSON documents that follow each other."""
    decoder = json.JSONDecoder()
    position = 0
    while True:
        while position < len(text) and text[position] in " \t\r\n":
            position += 1
        if position == len(text):
            return
        document, position = decoder.raw_decode(text, position)
        yield document


def judged(case, report):
    """The outcome of a case by its report."""
    try:
        if report.get("failure"):
            return Outcome(case, trouble="could not be judged: {}".format(report["failure"]))
        pairs = [(each["code"], place_of(each["location"])) for each in report["findings"]]
    except (AttributeError, KeyError, TypeError):
        return Outcome(case, trouble="not a report: {}".format(json.dumps(report)[:300]))
    return Outcome(case, Counter(pairs))


def outcomes(words, cases, options, folder):
    """The outcome of every case, in order; each manifest is removed once it was judged."""

    def one(batch):
        try:
            return ask(words, batch, folder, options)
        finally:
            if not options.keep:
                for case in batch:
                    shutil.rmtree(str(folder / case.name), ignore_errors=True)

    several = "{paths}" in words
    with ThreadPoolExecutor(options.jobs) as pool:
        for group in pool.map(one, list(batches(cases, several))):
            yield from group


# Telling ----------------------------------------------------------------------------------------------


def families(results):
    """Of each family of rules: how many cases there are, and how many of them pass."""
    counts = {}
    for each in results:
        family = counts.setdefault(each.case.name[:4], {"cases": 0, "passed": 0})
        family["cases"] += 1
        family["passed"] += each.passed
    return counts


def tell(results):
    for each in results:
        if not each.passed:
            print("\n".join(each.lines()))
    for name, count in families(results).items():
        print("{}  {:4} of {:4} cases pass".format(name, count["passed"], count["cases"]))
    passed = sum(each.passed for each in results)
    print("all {} cases pass".format(passed) if passed == len(results)
          else "{} of {} cases fail".format(len(results) - passed, len(results)))


def main(arguments=None):
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("command", help="how to call the validator, with {path} or {paths}")
    parser.add_argument("--policy", default="", metavar="OPTION", help="how to name a policy, with {policy}")
    parser.add_argument("--filter", default="", metavar="TEXT", help="only cases whose name contains or matches this")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1, metavar="N", help="processes at once")
    parser.add_argument("--timeout", type=float, default=60, metavar="SECONDS", help="for each case (default: 60)")
    parser.add_argument("--json", action="store_true", help="print one JSON document")
    parser.add_argument("--keep", metavar="FOLDER", help="write the cases here, and leave them")
    options = parser.parse_args(arguments)
    try:
        words = shlex.split(options.command)
        if "{paths}" not in words and not any("{path}" in word for word in words):
            raise Misuse("the command has no {path} and no {paths} as a word of its own")
        if options.jobs < 1 or options.timeout <= 0:
            raise Misuse("--jobs and --timeout must be more than zero")
        if options.policy and "{policy}" not in options.policy:
            raise Misuse("--policy has no {policy}")
        cases = [case for case in chosen(options.filter) if options.policy or not case.policy]
        with contextlib.ExitStack() as stack:
            folder = options.keep or stack.enter_context(tempfile.TemporaryDirectory())
            results = list(outcomes(words, cases, options, Path(folder).resolve()))
    except (Misuse, ValueError, OSError) as error:
        print("run.py: {}".format(error), file=sys.stderr)
        return 2
    if options.json:
        passed = sum(each.passed for each in results)
        document = {"cases": len(results), "passed": passed, "families": families(results),
                    "results": [each.document() for each in results]}
        print(json.dumps(document, indent=2))
    else:
        tell(results)
    return 0 if all(each.passed for each in results) else 1


if __name__ == "__main__":
    sys.exit(main())
