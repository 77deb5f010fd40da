"""Metrics, results, tests and claims of the draft 0.9."""

from __future__ import annotations

from typing import Any

from reprocrate.manifest.migration.draft_0_9.naming import Naming, used_metrics
from reprocrate.manifest.migration.draft_0_9.parts import identified
from reprocrate.manifest.migration.draft_0_9.runs import measured_on
from reprocrate.manifest.migration.record import NoteKind
from reprocrate.manifest.migration.transfer import Transfer
from reprocrate.manifest.migration.values import Names, ddof_of, printed_of

_TESTS = {"paired_t": "paired_t", "wilcoxon": "wilcoxon", "mann_whitney": "mann_whitney"}
_RELATIONS = {"value": "equals", "at_least": "at_least", "at_most": "at_most"}


def move(whole: Transfer, naming: Naming) -> None:
    """Move what came out of the runs, and what is claimed from it."""
    _metrics(whole, naming)
    results = [_result(each, naming) for each in whole.entries("results", "results")]
    comparisons = [
        _test(each, f"test-{number}", naming)
        for number, each in enumerate(whole.entries("tests", "comparisons"), start=1)
    ]
    claims = _claims(whole, naming, comparisons)
    for name, made in (("results", results), ("comparisons", comparisons), ("claims", claims)):
        if made:
            whole.new[name] = made


def _metrics(whole: Transfer, naming: Naming) -> None:
    made = [_metric(each, naming) for each in whole.entries("metrics", "metrics")]
    for name in dict.fromkeys(used_metrics(whole.old)):
        if (
            name not in naming.described
        ):  # 1.0 wants an entry for each, and this one says no more than its name
            made.append({"id": naming.metrics[name], "name": name})
            whole.log.changed((), ("metrics", 0), "an entry for a metric that was only used")
    if made:
        whole.new["metrics"] = made


def _metric(part: Transfer, naming: Naming) -> dict[str, Any]:
    part.new["id"] = naming.metrics[part.old["name"]]
    part.same("name", "unit", "definition")
    part.words("better", "direction", {"higher": "maximize", "lower": "minimize"})
    part.rename("test_items", "count_of")
    if part.old.get("report") == "best" and part.old.get("better") != "higher":
        part.aside("report", "1.0 knows the best value that was reached only where higher is better")
    part.words("report", "selection", {"last": "last", "validation": "best_validation", "best": "max"})
    if "tolerance" in part.old:
        margin = {"kind": "absolute", "value": part.old["tolerance"]}
        part.put("tolerance", "margin", margin, "an absolute equivalence margin")
    for name in ("dataset", "split"):
        if name in part.old:
            part.log.changed((*part.was, name), ("runs", 0, "metrics", 0), "now at each value")
    part.forget("dataset", "split")
    return part.done()


def _result(part: Transfer, naming: Naming) -> dict[str, Any]:
    identified(part, naming.results)
    part.new["metric"] = naming.metrics[part.old["metric"]]
    part.new |= measured_on(part.old["metric"], naming)
    if "configuration" in part.old:
        part.new["configuration"] = naming.configurations[part.old["configuration"]]
    runs = [naming.runs[name] for name in part.old["runs"]]
    part.new |= {"over": "runs", "statistic": "mean", "n": len(runs)}
    if part.old.keys() & {"std", "ci95"}:
        part.new["varies_over"] = "seeds"
    part.put("runs", "runs", runs, "ids for names, and their number as n")
    part.rename("mean", "value")
    _spread(part, naming)
    if "ci95" in part.old:
        low, high = part.old["ci95"]
        interval = {"kind": "ci", "level": 0.95, "low": low, "high": high}
        part.put("ci95", "interval", interval, "an object that says its level")
    if "excluded" in part.old:
        _excluded(part, naming)
    part.convert("printed", "reported", lambda text: [printed_of(text)], "value and dispersion apart")
    part.forget("metric", "configuration")
    return part.done()


def _spread(part: Transfer, naming: Naming) -> None:
    """Move the standard deviation; which of the two it is, only the runs' values can tell."""
    if "std" not in part.old:
        return
    values = [naming.values.get((run, part.old["metric"])) for run in part.old["runs"]]
    fits = ddof_of(part.old["std"], [each for each in values if each is not None])
    if len(fits) == 1 and None not in values:
        part.new["ddof"] = fits[0]
        part.assume("std", "ddof", "told from the runs' values, since the draft does not say it")
    else:
        part.assume("std", "sd", "that of the sample, since the draft does not say which one it is")
    part.rename("std", "sd")


def _excluded(part: Transfer, naming: Naming) -> None:
    excluded = [{"run": naming.runs[name], "reason": "declared"} for name in part.old["excluded"]]
    part.put("excluded", "excluded", excluded, "objects with a reason")
    if excluded:
        part.assume("excluded", "excluded", "left out by the authors, since no reason is given")


def _test(part: Transfer, identifier: str, naming: Naming) -> dict[str, Any]:
    part.new |= {
        "id": identifier,
        "a": naming.results[part.old["first"]],
        "b": naming.results[part.old["second"]],
    }
    if part.old.get("test") == "t":
        part.aside("test", "1.0 asks whether equal variances were assumed, which is not said")
    part.words("test", "test", _TESTS)
    part.same("p_value")
    part.forget("first", "second")
    return part.done()


def _claims(whole: Transfer, naming: Naming, comparisons: list[dict[str, Any]]) -> list[dict[str, Any]]:
    claims: list[dict[str, Any]] = []
    aside: list[dict[str, Any]] = []
    to = whole.free("claims")
    for number, part in enumerate(whole.entries("claims", "claims"), start=1):
        part.now = ("claims", len(claims))
        if reason := _inexpressible(part.old):
            whole.log.note(NoteKind.ASIDE, part.was, reason, (to, len(aside)))
            aside.append(part.old)
        else:
            part.new["id"] = f"claim-{number}"
            claims.append(_claim(part, naming.results, comparisons))
    if aside:
        whole.new[to] = aside
    return claims


def _inexpressible(claim: dict[str, Any]) -> str:
    """Why 1.0 cannot say what a claim says; empty if it can."""
    if claim["says"] != "better":
        return ""
    if len(claim.get("supports", ())) != 2:
        return "that something is better is said of exactly two results in 1.0"
    if claim.get("amount", 0) < 0:
        return "by how much something is better is no negative number in 1.0"
    return ""


def _claim(part: Transfer, results: Names, comparisons: list[dict[str, Any]]) -> dict[str, Any]:
    part.same("text")
    part.rename("main", "primary")
    evidence = [results[name] for name in part.old.get("supports", ())]
    if part.old["says"] == "better":
        evidence = [_comparison(part.new["id"], evidence, comparisons)]
        part.put("says", "kind", "gain" if "amount" in part.old else "ordering", "another word for the same")
        part.rename("amount", "by")
    else:
        part.new["relation"] = _RELATIONS[part.old["says"]]
        kind = "value" if part.old["says"] == "value" else "threshold"
        part.put("says", "kind", kind, "a kind and a relation")
        part.rename("amount", "value")
    if "supports" in part.old:
        part.put("supports", "evidence", evidence, "ids for names")
    if part.old.get("tolerance") == 0:
        part.aside("tolerance", "a margin is larger than nothing in 1.0")
    part.rename("tolerance", "margin")
    if "location" in part.old:
        part.put("location", "location", {"label": part.old["location"]}, "an object")
    return part.done()


def _comparison(claim: str, pair: list[str], comparisons: list[dict[str, Any]]) -> str:
    """The comparison of two results, made where there is none; 1.0 rests an ordering on one."""
    for each in comparisons:
        if [each["a"], each["b"]] == pair:
            return str(each["id"])
    comparisons.append({"id": f"{claim}-comparison", "a": pair[0], "b": pair[1]})
    return f"{claim}-comparison"
