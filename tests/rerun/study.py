"""A small experiment as a manifest, for what is chosen of one: preparation, training, claims."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from reprocrate.manifest import Manifest, manifest_from

SHA = "a" * 64


def sha(number: int) -> str:
    return f"{number:064x}"


class Study:
    """Configurations with their runs, results and claims, put together by hand."""

    def __init__(self) -> None:
        self.document: dict[str, Any] = {
            "manifest_version": "1.0",
            "id": "urn:uuid:6b1f3f5e-6f0c-5a52-9a53-3a2a6f1f1f10",
            "experiment": {"title": "A study"},
            "code": [
                {"id": "code", "tree_sha256": SHA, "files": [{"path": "train.py", "size": 5, "sha256": SHA}]}
            ],
            "configurations": [],
            "runs": [],
            "metrics": [{"id": "accuracy", "direction": "maximize"}],
            "results": [],
            "comparisons": [],
            "claims": [],
        }

    def add(
        self,
        name: str,
        seeds: Sequence[int | None] = (0, 1, 2),
        seconds: float | None = 60.0,
        *,
        result: bool = True,
        literal: bool = False,
        how: str = "argument",
        configuration: dict[str, Any] | None = None,
        **run: Any,
    ) -> None:
        """A configuration with a run for each seed; what runs have in common is in `run`."""
        template = ["python", "train.py", name] + ([] if seeds == [None] else ["--seed", "{seed}"])
        made: list[str] = []
        for seed in seeds:
            filled = [word.replace("{seed}", str(seed)) for word in template]
            identifier = name if seed is None else f"{name}-{seed}"
            one = {
                "id": identifier,
                "configuration": name,
                "command": filled,
                "status": "ok",
                "seeds": [] if seed is None else [{"value": seed, "how": how}],
                "started": f"2026-11-01T12:{len(self.document['runs']):02}:00Z",
                "code": "code",
                "metrics": [{"metric": "accuracy", "value": 0.9, "status": "ok"}] if result else [],
            }
            if seconds is not None:
                one["duration_s"] = seconds
            texts = {key: _filled(value, seed) for key, value in run.items()}
            self.document["runs"].append(one | texts)
            made.append(identifier)
        command = [*template[:3], "--seed", "0"] if literal else template
        self.document["configurations"].append(
            {"id": name, "command": command, "code": "code", **(configuration or {})}
        )
        if result:
            self.document["results"].append(
                {
                    "id": f"{name}-accuracy",
                    "configuration": name,
                    "metric": "accuracy",
                    "over": "runs",
                    "statistic": "mean",
                    "n": len(made),
                    "runs": made,
                    "value": 0.9,
                }
            )

    def claim(self, name: str, better: str, than: str | None = None, *, primary: bool = False) -> None:
        """A claim that one configuration beats another, or is at a value where there is no other."""
        evidence = f"{better}-accuracy"
        if than:
            evidence = f"{better}-{than}"
            self.document["comparisons"].append(
                {"id": evidence, "a": f"{better}-accuracy", "b": f"{than}-accuracy"}
            )
        self.document["claims"].append(
            {
                "id": name,
                "text": f"{better} is better.",
                "kind": "ordering" if than else "value",
                "primary": primary,
                "evidence": [evidence],
                **({} if than else {"value": 0.9}),
            }
        )

    def manifest(self) -> Manifest:
        return manifest_from(self.document)


def file(path: str, number: int, **more: Any) -> dict[str, Any]:
    """A file of a digest that the number stands for."""
    return {"path": path, "size": 10, "sha256": sha(number), **more}


def _filled(value: Any, seed: int | None) -> Any:
    """The same with `{seed}` filled in, and digests that differ by seed."""
    if isinstance(value, dict):
        return {key: _filled(item, seed) for key, item in value.items()}
    if isinstance(value, list):
        return [_filled(item, seed) for item in value]
    return value.replace("{seed}", str(seed)) if isinstance(value, str) else value


def names(tasks: Iterable[Any]) -> list[str]:
    """Ids of tasks, in order."""
    return [task.id for task in tasks]
