"""RC22: reinforcement learning."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from reprocrate.manifest import Configuration, Manifest, Metric, Result
from reprocrate.standard import pointer_to
from reprocrate.validation.domains import holds, listed, phrases, says_any, words_of
from reprocrate.validation.places import numbered
from reprocrate.validation.rule import MAY, SHOULD, Found, rule
from reprocrate.validation.settings import of_configuration, of_metric
from reprocrate.validation.subject import Subject
from reprocrate.validation.tested import reported_metrics

AGENTS = ("reinforcement-learning",)

_FEW = 3
"""Fewer seeds than these RC0603 objects to."""

_ENVIRONMENT = re.compile(r"[A-Za-z0-9_./:-]+-v[0-9]{1,4}")


@rule(
    "RC2231",
    SHOULD,
    spec="domain-guidance",
    since="1.0",
    says="result {result} rests on {n} seeds, and learning by trial needs at least {least}",
    domains=AGENTS,
)
def enough_seeds_of_an_agent(subject: Subject, *, least: int = 5) -> Iterator[Found]:
    """In reinforcement learning, a result over seeds SHOULD rest on at least five of them.

    Judged: each result over runs with `varies_over` absent or `seeds`, whose values can be told, are at least
        three, and are fewer than five (a policy may ask for more); at its `n`. Fewer than three are judged by
        RC0603.
    Why: two halves of ten runs of one algorithm can differ as two algorithms do (Henderson et al. 2018).
    Fix: run more seeds, for example `reprocrate run --name CONFIGURATION --seeds 0-9`.
    """
    for pointer, result in numbered("/results", subject.well_formed.results):
        if result.over != "runs" or result.varies_over not in (None, "seeds"):
            continue
        sample = subject.evidence.sample(result)
        if sample and _FEW <= len(sample.values) < least:
            yield Found(f"{pointer}/n", result=result.id, n=len(sample.values), least=least)


@rule(
    "RC2232",
    SHOULD,
    spec="domain-guidance",
    since="1.0",
    says="configuration {configuration} does not say in which environment of {packages} it ran",
    domains=AGENTS,
)
def environment_is_named(subject: Subject) -> Iterator[Found]:
    """In reinforcement learning, a configuration SHOULD name the environment that its agent acted in.

    Judged: each configuration of an evidence run whose `environment` lists one of the `environment_packages`
        of `domains.json`: none of its hyper-parameters, factors and arguments (their names, and texts) holds
        one of the words listed as `environment_names`, or is an id such as `Walker2d-v4` (letters, digits and
        `_./:-`, then `-v` and a number), nor is its `name` or id such an id, and none of its `data` is of
        kind `other`, as an environment may be declared; at the configuration. Of an agent whose environment
        is in the code alone nothing is asked.
    Why: versions of one environment differ in rewards, time limits and physics, and scores with them.
    Fix: name it in `factors` or `hyperparameters` of the configuration, such as { environment = "Walker2d-v4"
        }.
    """
    manifest = subject.well_formed
    packages = _environment_packages(manifest)
    used: dict[str, list[str]] = {}
    for _, run in subject.evidence.counting:
        if found := packages.get(run.environment or ""):
            used.setdefault(run.configuration, found)
    for pointer, configuration in numbered("/configurations", manifest.configurations):
        found = used.get(configuration.id, [])
        if found and not _names_its_environment(manifest, configuration):
            yield Found(pointer, configuration=configuration.label, packages=found)


def _environment_packages(manifest: Manifest) -> dict[str, list[str]]:
    """The packages with environments for agents, of each environment of the manifest that has some."""
    known = set(listed("environment_packages"))
    return {
        each.id: names
        for each in manifest.environments
        if (names := sorted({package.name for package in each.packages} & known))
    }


def _names_its_environment(manifest: Manifest, configuration: Configuration) -> bool:
    texts = list(of_configuration(configuration))
    names = [*texts, configuration.id, configuration.name or ""]
    is_data = any(data.id in configuration.data and data.kind == "other" for data in manifest.data)
    return is_data or says_any(texts, "environment_names") or any(map(_ENVIRONMENT.fullmatch, names))


def _returns(manifest: Manifest) -> Iterator[tuple[str, Metric]]:
    """Metrics of what an agent collected."""
    for pointer, metric in reported_metrics(manifest):
        if says_any([metric.id, metric.name], "returns"):
            yield pointer, metric


@rule(
    "RC2233",
    SHOULD,
    spec="domain-guidance",
    since="1.0",
    says="nothing says over how many episodes {metric} is taken",
    domains=AGENTS,
)
def episodes_are_counted(subject: Subject) -> Iterator[Found]:
    """In reinforcement learning, a metric of returns SHOULD say over how many episodes it is taken.

    Judged: each metric that a result is of, whose `id` or `name` holds one of the words listed as `returns`
        in `domains.json`: none of those listed as `episodes` stands in its `definition`, in the name or text
        of a hyper-parameter or factor, or in an argument of the `command` of any configuration, and no result
        of it has `varies_over` `episodes`; at the metric.
    Why: a mean over ten episodes is noisy, and one over those that ended well leaves out the failures.
    Fix: say in `definition` how many episodes count, and that all of them do; or set a hyper-parameter such
        as `evaluation_episodes`.
    """
    manifest = subject.well_formed
    over_episodes = {each.metric for each in manifest.results if each.varies_over == "episodes"}
    for pointer, metric in _returns(manifest):
        if metric.id not in over_episodes and not says_any(of_metric(manifest, metric), "episodes"):
            yield Found(pointer, metric=metric.id)


@rule(
    "RC2234",
    MAY,
    spec="domain-guidance",
    since="1.0",
    says="nothing says whether {metric} is of the agent as it explores",
    domains=AGENTS,
)
def evaluated_policy_is_stated(subject: Subject) -> Iterator[Found]:
    """In reinforcement learning, a metric of returns MAY say which policy was evaluated, and when.

    Judged: each metric as in RC2233, where none of the words listed as `policies` stands at the places named
        there; at the metric.
    Why: returns while learning, of the most likely action and of sampled actions can order two algorithms
        differently; so can repeating the last action by chance ("sticky actions", Machado et al. 2018).
    Fix: say in `definition` whether the policy is deterministic, stochastic or still exploring, and after how
        much learning it was evaluated.
    """
    manifest = subject.well_formed
    for pointer, metric in _returns(manifest):
        if not says_any(of_metric(manifest, metric), "policies"):
            yield Found(pointer, metric=metric.id)


@rule(
    "RC2235",
    SHOULD,
    spec="domain-guidance",
    since="1.0",
    says="result {result} is a {statistic} over {n} tasks without an interval",
    domains=AGENTS,
)
def score_over_tasks_shows_its_uncertainty(subject: Subject) -> Iterator[Found]:
    """In reinforcement learning, a mean over tasks SHOULD have an interval, or an IQM beside it.

    Judged: each result over results with the statistic `mean` or `median`, at least two `results` and no
        `interval`, where no result over the same `results` in the same metric has the statistic `iqm`; at the
        `statistic`.
    Why: a few tasks with large scores decide the mean, and the median ignores nearly half of them; with few
        runs, both mislead without an interval (Agarwal et al. 2021).
    Fix: add a summary with statistic = "iqm" in reprocrate.toml, or give an interval by resampling runs
        within tasks.
    """
    results = subject.well_formed.results
    robust = {_aggregated(each) for each in results if each.statistic == "iqm"}
    for pointer, result in numbered("/results", results):
        is_bare = result.over == "results" and result.statistic in ("mean", "median") and not result.interval
        if is_bare and len(result.results) > 1 and _aggregated(result) not in robust:
            place = f"{pointer}/statistic"
            yield Found(place, result=result.id, statistic=result.statistic, n=len(result.results))


def _aggregated(result: Result) -> tuple[str, frozenset[str]]:
    return result.metric, frozenset(result.results)


@rule(
    "RC2236",
    SHOULD,
    spec="domain-guidance",
    since="1.0",
    says="{name} of configuration {configuration} is {seed}, which run {run} learned with",
    domains=AGENTS,
)
def evaluation_has_seeds_of_its_own(subject: Subject) -> Iterator[Found]:
    """In reinforcement learning, a seed for evaluation SHOULD NOT be one that a run learned with.

    Judged: each hyper-parameter whose name holds `seed` and one of the words listed as `evaluation` in
        `domains.json`, and which is a whole number or a list of such: it is, or holds, the first seed of an
        evidence run of its configuration; at the hyper-parameter, with the first such number and run.
    Why: an environment that starts from the same seed shows the same levels and starting states again, so
        what was learned by heart looks like skill.
    Fix: evaluate with seeds that no run learned with.
    """
    runs: dict[str, dict[str, str]] = {}
    for _, run in subject.evidence.counting:
        if run.seed is not None:
            runs.setdefault(run.configuration, {}).setdefault(str(run.seed), run.id)
    for pointer, configuration in numbered("/configurations", subject.well_formed.configurations):
        known = runs.get(configuration.id, {})
        for name, value in configuration.hyperparameters.items():
            shared = next((each for each in _numbers(value) if each in known), None)
            if shared and _is_evaluation_seed(name):
                place = pointer_to([*pointer[1:].split("/"), "hyperparameters", name])
                yield Found(
                    place, name=name, configuration=configuration.label, seed=shared, run=known[shared]
                )


def _numbers(value: Any) -> list[str]:
    values = value if isinstance(value, list) else [value]
    return [str(each) for each in values if isinstance(each, int) and not isinstance(each, bool)]


def _is_evaluation_seed(name: str) -> bool:
    words = words_of(name)
    return "seed" in words and holds(words, phrases("evaluation"))
