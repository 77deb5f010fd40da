"""Claims, results, their spread, and comparisons."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from reprocrate.manifest import Result
from reprocrate.validation.absence import is_blank
from reprocrate.validation.checklists.evidence import Evidence, Looked, State, View, at, looked, without
from reprocrate.validation.places import numbered

_COMPARING = ("ordering", "gain", "quantified")


def claims(view: View) -> Evidence:
    """Every claim rests on evidence that is there; what refutes one is a finding."""
    known = {each.id for each in view.manifest.results} | {each.id for each in view.manifest.comparisons}
    entries = (
        Looked.at(pointer, each.id, the_results_that_it_rests_on=known.intersection(each.evidence))
        for pointer, each in view.claims
    )
    return looked(entries, "the manifest states no claims", "every claim rests on recorded results ({n})")


def tracing(view: View) -> Evidence:
    """Every claim says where the paper makes it, and what it rests on."""
    entries = (
        Looked.at(
            pointer,
            each.id,
            where_the_paper_makes_it=each.location and each.location.label,
            the_results_that_it_rests_on=each.evidence,
        )
        for pointer, each in view.claims
    )
    return looked(
        entries, "the manifest states no claims", "every claim names its place and its results ({n})"
    )


def reproduction_path(view: View) -> Evidence:
    """For every result that claims rest on: code, data, environment, seeds and command of its runs."""
    entries = (Looked(pointer, each.id, tuple(_gaps(view, each))) for pointer, each in view.results)
    return looked(
        entries,
        "the manifest holds no results",
        "code, data, environment, seeds and command are recorded of every result that counts ({n})",
    )


def _gaps(view: View, result: Result) -> Iterator[str]:
    """What is missing to obtain a result again."""
    manifest = view.manifest
    if result.over == "results":
        return
    runs = [run for name in result.runs if (run := manifest.find_run(name))]
    if not runs:
        yield "the runs"
        return
    configuration = manifest.find_configuration(result.configuration or runs[0].configuration)
    if configuration is None:
        yield "the command"
    if not all(manifest.find_code(run.code) for run in runs):
        yield "the code of each run"
    if not all(manifest.find_environment(run.environment) for run in runs):
        yield "the environment of each run"
    named = result.data or (configuration and configuration.data) or any(run.inputs for run in runs)
    if not named and not all(run.read_nothing for run in runs):
        yield "the data"
    if not all(run.seeds for run in runs):
        yield "the seed of each run"


def runs_per_result(view: View) -> Evidence:
    """Every result that counts names its n and that many runs."""
    entries = (
        Looked.at(pointer, each.id, the_runs_that_it_was_computed_from=each.runs or each.results)
        for pointer, each in view.results
    )
    return looked(
        entries,
        "the manifest holds no results",
        "every result that counts gives n and the runs behind it ({n})",
    )


def statistic(view: View) -> Evidence:
    """Every result says what it is of its values: the manifest requires it."""
    entries = (Looked(pointer, each.id, ()) for pointer, each in view.results)
    return looked(
        entries, "the manifest holds no results", "every result that counts says mean, best or single ({n})"
    )


def dispersion(view: View) -> Evidence:
    """Every result that counts has a spread, and says over what; or a test judges it."""
    return _spreads(view, _spread_gaps)


def variation(view: View) -> Evidence:
    """Every result that counts has a spread, whatever it is; or a test judges it."""
    return _spreads(view, lambda each: () if _has_spread(each) else ("a spread",))


def _spreads(view: View, gaps: Callable[[Result], tuple[str, ...]]) -> Evidence:
    without_any = _printed_without_a_spread(view)
    if without_any:
        return without_any
    tested = {
        name
        for _, each in view.comparisons
        if each.test and each.p_value is not None
        for name in (each.a, each.b)
    }
    entries = (
        Looked(pointer, _with_n(each), () if each.id in tested else gaps(each))
        for pointer, each in view.results
    )
    return looked(
        entries, "the manifest holds no results", "every result that counts has a spread or a test ({n})"
    )


def _with_n(result: Result) -> str:
    return f"{result.id} (n = {result.n})"


def _spread_gaps(result: Result) -> tuple[str, ...]:
    interval = result.interval
    if not _has_spread(result):
        return ("a spread",)
    over = result.varies_over or (interval and interval.varies_over)
    kind = interval is not None or result.ddof is not None
    return without(what_the_spread_is_over=over, how_it_was_computed=kind)


def _has_spread(result: Result) -> bool:
    return result.sd is not None or result.interval is not None


def _printed_without_a_spread(view: View) -> Evidence | None:
    """All that is claimed rests on single runs that are printed without a spread, and nothing else has one.

    One experiment with a spread is enough for an author to answer "yes" in good faith, and so is a test, the
    interval of an effect, or a figure of which is not known how it is printed.
    """
    manifest = view.manifest
    if not view.claimed or not all(_is_bare(each) for _, each in view.claimed):
        return None
    if any(map(_has_spread, manifest.results)) or any(
        each.dispersion_kind != "none" for result in manifest.results for each in result.reported
    ):
        return None
    if any(
        each.p_value is not None or (each.effect and each.effect.interval) for each in manifest.comparisons
    ):
        return None
    reason = (
        "all claims rest on single runs, printed without a spread (`dispersion_kind` none), and no result "
        "has one"
    )
    return Evidence(State.OPPOSED, reason, at(*(place for place, _ in view.claimed)))


def _is_bare(result: Result) -> bool:
    printed = [each.dispersion_kind for each in result.reported]
    return result.n == 1 and result.statistic == "single" and bool(printed) and set(printed) == {"none"}


def significance(view: View) -> Evidence:
    """Every claim that something is better rests on a comparison with a test and its p value."""
    tested = {each.id for _, each in view.comparisons if each.test and each.p_value is not None}
    entries = (
        Looked.at(pointer, each.id, a_test_with_its_p_value=set(each.evidence) <= tested and each.evidence)
        for pointer, each in view.claims
        if each.kind in _COMPARING
    )
    return looked(
        entries,
        "no claim says that one result is better than another",
        "every claim of a difference rests on a test with its p value ({n})",
    )


def metrics(view: View) -> Evidence:
    """Every metric that results are in is defined, with its direction."""
    used = {each.metric for _, each in view.results}
    entries = (
        Looked.at(
            pointer, each.id, its_definition=not is_blank(each.definition), its_direction=each.direction
        )
        for pointer, each in numbered("/metrics", view.manifest.metrics)
        if each.id in used
    )
    return looked(entries, "the manifest describes no metric", "every metric that counts is defined ({n})")


def outcome(view: View) -> Evidence:
    """What is predicted is told by the text alone."""
    del view
    return Evidence(State.PEOPLE, "whether the outcome is defined stands in the text")


def expected_results(view: View) -> Evidence:
    """Every metric that results are in says how far a rerun may differ."""
    used = {each.metric for _, each in view.results}
    entries = (
        Looked.at(pointer, each.id, how_far_a_rerun_may_differ=each.tolerance or each.margin)
        for pointer, each in numbered("/metrics", view.manifest.metrics)
        if each.id in used
    )
    return looked(
        entries,
        "the manifest describes no metric",
        "every metric that counts says how far it may differ ({n})",
    )


def results_table(view: View) -> Evidence:
    """A table whose cells are tied to results."""
    entries = (
        Looked.at(pointer, each.label, the_result_of_each_cell=all(cell.result for cell in each.cells))
        for pointer, each in numbered("/tables", view.manifest.tables)
    )
    return looked(entries, "the manifest holds no table", "every table is tied to results ({n})")


def baselines(view: View) -> Evidence:
    """Every baseline of a comparison says how much it was tuned."""
    manifest = view.manifest
    wanted = {each.configuration for _, each in view.claimed}
    entries = (
        Looked.at(
            pointer,
            each.label,
            how_many_trials_it_was_tuned_with=each.search and each.search.trials is not None,
        )
        for pointer, each in numbered("/configurations", manifest.configurations)
        if each.role == "baseline" and (not wanted or each.id in wanted)
    )
    return looked(
        entries, "no configuration is declared a baseline", "every baseline says how it was tuned ({n})"
    )


def generality(view: View) -> Evidence:
    """Results on more than one data set are a hint."""
    measured_on = sorted({each.data for _, each in view.claimed if each.data})
    if len(measured_on) > 1:
        return Evidence(State.SHOWN, f"claims rest on {len(measured_on)} data sets", at("/claims"))
    return Evidence(State.PEOPLE, "whether the findings hold elsewhere is argued in the text")


def limits(view: View) -> Evidence:
    """What a text on limitations would have to name, as far as the manifest shows it."""
    hints = list(_hints(view)) if view.subject.manifest else []
    said = "whether limitations are discussed stands in the text"
    if hints:
        said += f"; the manifest suggests to name: {', '.join(hints)}"
    return Evidence(State.PEOPLE, said)


def _hints(view: View) -> Iterator[str]:
    results = [each for _, each in view.results]
    if len({each.data for each in results if each.data}) == 1:
        yield "one data set"
    fewest = min((each.n for each in results if each.over == "runs"), default=3)
    if fewest < 3:
        yield f"results of {fewest} {'run' if fewest == 1 else 'runs'}"
    if len(view.manifest.hardware) == 1:
        yield "one machine"
    roles = {each.role for each in view.manifest.configurations}
    if "proposed" in roles and "baseline" not in roles:
        yield "no baseline"


QUESTIONS = {
    "claims": claims,
    "tracing": tracing,
    "reproduction-path": reproduction_path,
    "runs-per-result": runs_per_result,
    "statistic": statistic,
    "dispersion": dispersion,
    "variation": variation,
    "significance": significance,
    "metrics": metrics,
    "outcome": outcome,
    "expected-results": expected_results,
    "results-table": results_table,
    "baselines": baselines,
    "generality": generality,
    "limits": limits,
}
