"""Plans and verdicts in words that need no other knowledge, from the documents that other commands write."""

from __future__ import annotations

import copy
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import pytest

from reprocrate.manifest import Manifest, manifest_from
from reprocrate.render.plan import plan_text
from reprocrate.render.verdict import verdict_conclusion, verdict_text
from reprocrate.render.verdict_words import result_name
from reprocrate.rerun.compare import Basis, Circumstances, Isolation, PackageDifference, compare
from reprocrate.rerun.environment.wheel_choice import Choice, ChosenWheel
from reprocrate.rerun.host.probing import Host
from reprocrate.rerun.plan import make_plan
from reprocrate.rerun.sandbox.bubblewrap import NoSandbox
from reprocrate.standard import problems
from tests.render import sample
from tests.render.test_show import printed
from tests.render.verdicts import many

Document = dict[str, Any]
UNSAFE = Circumstances(
    packages=(PackageDifference("numpy", "2.3.5", "2.3.6"), PackageDifference("joblib", "1.5.2", None)),
    sandbox=Isolation(False, "bubblewrap is not installed"),
    network=Isolation(True, "nothing keeps it away"),
)


def rerun(change: Callable[[Document], None], document: Document | None = None) -> Manifest:
    """A rerun of the first sample, every run of which was changed."""
    made = copy.deepcopy(document or sample.digits_document())
    for run in made["runs"]:
        change(run)
    return manifest_from(made)


def unchanged(_run: Document) -> None:
    pass


def worse_network(run: Document) -> None:
    if run["configuration"] == "mlp" and run["metrics"]:
        run["metrics"][0]["value"] -= 0.09


def crash(run: Document) -> None:
    if run["id"] == "logistic-2":
        run |= {"status": "failed", "metrics": []}


def verdict(change: Callable[[Document], None], **circumstances: Any) -> Document:
    original = sample.digits()
    around = Circumstances(**circumstances)
    document = compare(original, rerun(change), circumstances=around).to_json()
    assert problems(document, "verdict") == []
    return document


def test_same_values() -> None:
    text = printed(verdict_text(verdict(unchanged)), width=120)
    assert "Everything was run again in full." in text
    assert "+ The network is more accurate" in text
    assert (
        "mlp, accuracy on test        0.9656 ± 0.0067   0.9656 ± 0.0067            0   5 of 5   identical"
        in text
    )
    assert "identical  every seed that was run gave exactly the recorded value" in text
    assert text.endswith("\nThe rerun upholds the primary claim.\n")


def test_worse_values() -> None:
    document = verdict(worse_network)
    text = printed(verdict_text(document), width=120)
    assert "! The network is more accurate" in text
    assert "-0.0900   5 of 5   contradicted" in text
    assert "by more than chance explains" in text
    assert text.endswith("\nThe rerun does not uphold the primary claim.\n")


@pytest.mark.requirement("RQ07")
def test_crash_is_never_silent() -> None:
    text = printed(verdict_text(verdict(crash)), width=120)
    assert "4 of 5   failed" in text
    assert "Seed 2 ended with an error" in text
    assert text.endswith("\nThe rerun leaves the primary claim undecided.\n")


def test_how_it_was_run_is_said() -> None:
    document = compare(sample.digits(), sample.digits(), circumstances=UNSAFE).to_json()
    text = printed(verdict_text(document), width=120)
    assert "Isolation  not in a sandbox: bubblewrap is not installed" in text
    assert "Network    the runs could reach other hosts (nothing keeps it away)" in text
    assert "not as recorded: numpy 2.3.5 then, 2.3.6 now and joblib 1.5.2 then, missing now" in text


@pytest.mark.parametrize(
    ("outcomes", "said"),
    [
        (["upheld"], "The rerun upholds the primary claim."),
        (["upheld", "upheld"], "The rerun upholds both primary claims."),
        (["upheld"] * 3, "The rerun upholds all 3 primary claims."),
        (
            ["upheld", "not_upheld", "undecided"],
            "The rerun does not uphold every primary claim: of 3 1 upheld, 1 not upheld and 1 undecided.",
        ),
    ],
)
def test_conclusion_about_claims(outcomes: Sequence[str], said: str) -> None:
    document = {
        "basis": "full",
        "results": [],
        "claims": [{"primary": True, "outcome": one} for one in outcomes],
    }
    assert verdict_conclusion(document) == said


@pytest.mark.parametrize(
    ("basis", "outcomes", "said"),
    [
        ("full", ["identical", "equivalent"], "The rerun confirms both results."),
        ("logs", ["identical"], "The recomputation confirms the result."),
        (
            "compare",
            ["identical", "failed"],
            "The comparison confirms 1 of 2 results; for the others see above.",
        ),
        ("evaluate", [], "The new evaluation says nothing: no result was compared."),
    ],
)
def test_conclusion_without_claims(basis: str, outcomes: Sequence[str], said: str) -> None:
    results = [{"asked": True, "outcome": one} for one in outcomes]
    assert verdict_conclusion({"basis": basis, "results": results, "claims": []}) == said


@pytest.mark.requirement("RQ06")
def test_scaled_down_run_is_never_called_more() -> None:
    document = verdict(unchanged, basis=Basis.SMOKE)
    text = printed(verdict_text(document), width=120)
    assert "shows that it runs and says nothing about its values" in text
    assert text.endswith("\nThe code runs here; whether its results hold was not examined.\n")


def test_of_very_many_results_those_that_matter_are_listed_and_the_others_counted() -> None:
    document = many(configurations=30)
    results = document["results"]
    results[-1] |= {"evidence": True, "outcome": "identical"}
    text = printed(verdict_text(document), width=300)
    outcomes = [one["outcome"] for one in results]
    assert f"Of {len(outcomes)} results " in text
    assert f"{outcomes.count('failed')} failed" in text
    assert "`--json` has every one" in text
    listed = [one for one in results if f"\n{result_name(one)}  " in text]
    assert len(listed) == 50 < len(results)
    assert results[-1] in listed  # a claim rests on it, though it confirms
    assert [one["outcome"] for one in listed].count("failed") == outcomes.count("failed")
    for one in results:
        one |= {"outcome": "identical", "evidence": False}
    text = printed(verdict_text(document), width=300)
    assert f"Of {len(outcomes)} results {len(outcomes)} identical. All of them confirm;" in text
    assert result_name(results[0]) not in text


@pytest.mark.parametrize("width", [30, 60, 200])
def test_any_width_does(width: int) -> None:
    for content in (verdict_text(verdict(crash)), plan_text(plan_document())):
        for line in printed(content, width).splitlines():
            assert len(line) <= width
            assert line == line.rstrip()


@pytest.mark.requirement("RQ33")
def test_hostile_text_reaches_no_terminal() -> None:
    document = compare(sample.hostile(), sample.hostile(), circumstances=UNSAFE).to_json()
    assert "\x1b" not in printed(verdict_text(document), width=200)
    assert "\x1b" not in printed(plan_text(plan_document(sample.hostile())), width=200)


def plan_document(manifest: Manifest | None = None, **here: Any) -> Document:
    recorded = manifest or sample.digits()
    found: Document = {
        "system": sample.digits().environments[0].os,
        "hardware": sample.digits().hardware[0],
        "sandbox": NoSandbox("bubblewrap is not installed", "Install the package bubblewrap"),
        "pythons": {"3.11.7": "3.11.9"},
        "programs": frozenset({"python"}),
        "free_bytes": 10**12,
    }
    document = make_plan(recorded, Host(**found | here)).to_json()
    assert problems(document, "plan") == []
    return document


def test_plan_says_what_it_takes_and_what_it_can_show() -> None:
    text = printed(plan_text(plan_document()))
    assert "mlp             0-4     10 s" in text
    assert "The network is more accurate" in text
    assert "- python version: CPython 3.11.7; here CPython 3.11.9 (replaced)" in text
    assert "Agree beforehand with --no-sandbox." in text
    assert text.endswith(
        "This machine can stand in for the recorded one. At best the same values up to rounding.\n"
    )


def test_plan_names_what_makes_it_impossible() -> None:
    text = printed(plan_text(plan_document(pythons={})))
    assert "(impossible)" in text
    assert text.endswith("This machine cannot run it. At this depth it can show nothing here.\n")


def test_a_plan_for_another_machine_does_not_speak_of_this_one() -> None:
    text = printed(plan_text(plan_document(described="macos-arm64")))
    assert "here" not in text.split()
    assert "- python version: CPython 3.11.7; there CPython 3.11.9 (replaced)" in text
    assert "How macos-arm64 differs" in text
    assert "This machine" not in text
    assert "\nmacos-arm64 can stand in for the recorded one." in text
    assert "here" in printed(plan_text(plan_document())).split()
    impossible = printed(plan_text(plan_document(described="macos-arm64", pythons={})))
    assert impossible.endswith("macos-arm64 cannot run it. At this depth it can show nothing there.\n")


def test_a_plan_tells_the_size_of_the_packages_where_it_is_known() -> None:
    environment = sample.digits().environments[0].id
    wheels = tuple(ChosenWheel(name, "1.0", f"{name}.whl", "", "0" * 64, 2_000_000) for name in "ab")
    known = plan_document(wheels={environment: Choice(wheels, ())})
    assert known["packages_bytes"] == 4_000_000
    assert " of 4.0 MB" in printed(plan_text(known))
    lacking = Choice((*wheels, replace(wheels[0], size=None)), ())
    for unknown in (plan_document(), plan_document(wheels={environment: lacking})):
        assert unknown["packages_bytes"] is None


def test_difference_of_seeds_run_again_is_that_of_these_seeds() -> None:
    def two_seeds(document: Document) -> Document:
        kept = copy.deepcopy(document)
        kept["runs"] = [run for run in kept["runs"] if run["seeds"][0]["value"] in (0, 1)]
        return kept

    original = sample.digits()
    some = manifest_from(two_seeds(sample.digits_document()))
    document = compare(original, some, circumstances=Circumstances()).to_json()
    text = printed(verdict_text(document), width=120)
    assert all(one["numbers"]["difference"] != 0 for one in document["results"])
    rows = [line for line in text.splitlines() if line.endswith("identical") and " of " in line]
    assert rows
    assert all(" 0   2 of 5   identical" in row for row in rows), text


def test_runs_without_a_seed_explain_other_values() -> None:
    def unseeded(document: Document) -> Manifest:
        for run in document["runs"]:
            run["unseeded"] = [{"library": "numpy"}]
        return manifest_from(document)

    again = rerun(worse_network)
    document = compare(unseeded(sample.digits_document()), again, circumstances=Circumstances()).to_json()
    said = "The recorded runs drew random numbers without a seed (the shared generator of numpy)"
    told = {one["outcome"] for one in document["results"] if any(said in text for text in one["remarks"])}
    assert "contradicted" in told
    assert "identical" not in told


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (lambda command: [*command, "--epochs", "3"], "nothing then, `--epochs 3` now"),
        (lambda command: [*command[:2], *command[4:]], "`--model mlp` then, nothing now"),
        (
            lambda command: [*command[:3], "tiny net", *command[4:]],
            "`--model mlp` then, `--model 'tiny net'`",
        ),
    ],
)
def test_two_records_say_how_their_commands_differ(
    change: Callable[[list[str]], list[str]], told: str
) -> None:
    def other_command(run: Document) -> None:
        run["command"] = change(run["command"])

    document = verdict(other_command, basis=Basis.COMPARE)
    assert any(f"The commands differ: {told}" in text for text in document["results"][0]["remarks"])
    assert not any("differ:" in text for text in verdict(other_command)["results"][0]["remarks"])
