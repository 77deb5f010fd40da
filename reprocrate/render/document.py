"""What `show --json` writes: an experiment as one JSON document, which `show.schema.json` describes."""

from __future__ import annotations

from typing import Any

from reprocrate.manifest import Code, Data, Environment, Hardware, Interval, Manifest, Run
from reprocrate.render import words
from reprocrate.render.availability import Place, availability_of, place_of
from reprocrate.render.evidence import Contrast, Evidence, make_contrasts, make_evidence
from reprocrate.render.gaps import find_gaps
from reprocrate.render.outcomes import Grid, Outcome, make_grids, make_outcomes

SCHEMA_VERSION = "1.0"
SCHEMA_URL = "https://w3id.org/reprocrate/schema/1.0/show.schema.json"

Section = dict[str, Any]


def show_document(manifest: Manifest) -> Section:
    """An experiment as plain JSON values; null stands for what is not known.

    Other people's text is given as the manifest has it; `text` and `reason` are made here and safe to print.
    """
    outcomes = make_outcomes(manifest)
    contrasts = make_contrasts(manifest, outcomes)
    availability = availability_of(manifest)
    return {
        "$schema": SCHEMA_URL,
        "schema_version": SCHEMA_VERSION,
        "manifest": {"id": manifest.id, "version": manifest.manifest_version, "sha256": manifest.digest},
        "experiment": _experiment(manifest),
        "availability": {
            "degree": availability.degree,
            "parts": [
                {"name": part.name, "present": part.present, "note": part.note} for part in availability.parts
            ],
        },
        "claims": [_claim(one) for one in make_evidence(manifest, outcomes, contrasts)],
        "grids": [_grid(grid) for grid in make_grids(manifest, outcomes)],
        "results": [_result(outcome) for outcome in outcomes.values()],
        "comparisons": [_comparison(contrast) for contrast in contrasts.values()],
        "runs": _runs(manifest),
        "code": [_code(one) for one in manifest.code],
        "data": [_data(one) for one in manifest.data],
        "environments": [_environment(one) for one in manifest.environments],
        "hardware": [_hardware(one) for one in manifest.hardware],
        "determinism": _determinism(manifest),
        "missing": [{"what": gap.what, "cost": gap.cost, "fix": gap.fix} for gap in find_gaps(manifest)],
    }


def _experiment(manifest: Manifest) -> Section:
    about = manifest.experiment
    return {
        "title": about.title,
        "description": about.description,
        "authors": [author.name for author in about.authors],
        "license": about.license,
        "created": about.created,
        "version": about.version,
    }


def _claim(evidence: Evidence) -> Section:
    claim = evidence.claim
    return {
        "id": claim.id,
        "text": claim.text,
        "primary": bool(claim.primary),
        "kind": claim.kind,
        "evidence": list(claim.evidence),
        "standing": evidence.standing.value,
        "reason": evidence.reason,
    }


def _grid(grid: Grid) -> Section:
    return {
        "label": grid.table.label,
        "metric": grid.table.metric,
        "rows": grid.table.rows,
        "columns": grid.table.columns,
        "row_values": list(grid.rows),
        "column_values": list(grid.columns),
        "scale": grid.table.scale,
        "cells": [
            {
                "row": row,
                "column": column,
                "result": outcome.result.id if outcome else None,
                "text": text,
            }
            for (row, column), (outcome, text) in grid.cells.items()
        ],
    }


def _result(outcome: Outcome) -> Section:
    result, metric = outcome.result, outcome.metric
    return {
        "id": result.id,
        "configuration": result.configuration,
        "label": outcome.label,
        "role": outcome.role or None,
        "metric": result.metric,
        "unit": metric.unit if metric else None,
        "direction": metric.direction if metric else None,
        "data": result.data,
        "split": result.split,
        "statistic": result.statistic,
        "n": result.n,
        "value": result.value,
        "sd": result.sd,
        "interval": _interval(result.interval),
        "values": [
            {"run": each.run, "seed": each.seed, "value": each.value, "status": each.status}
            for each in outcome.values
        ],
        "excluded": [{"run": each.run, "reason": each.reason} for each in result.excluded],
        "text": outcome.text,
    }


def _interval(interval: Interval | None) -> Section | None:
    if interval is None:
        return None
    return {
        "kind": interval.kind,
        "level": interval.level,
        "low": interval.low,
        "high": interval.high,
        "method": interval.method,
    }


def _comparison(contrast: Contrast) -> Section:
    one = contrast.comparison
    return {
        "id": one.id,
        "a": one.a,
        "b": one.b,
        "effect": {"kind": one.effect.kind, "value": one.effect.value} if one.effect else None,
        "interval": _interval(one.effect.interval if one.effect else None),
        "test": one.test,
        "p_value": one.p_value,
        "text": contrast.sentence,
    }


def _runs(manifest: Manifest) -> Section:
    counting = {run for result in manifest.results for run in result.runs}
    by_status = {
        status: sum(run.status == status for run in manifest.runs)
        for status in words.RUN_STATUS
        if any(run.status == status for run in manifest.runs)
    }
    return {
        "total": len(manifest.runs),
        "by_status": by_status,
        "duration_s": sum(run.duration_s or 0.0 for run in manifest.runs),
        "list": [_run(run, run.id in counting) for run in manifest.runs],
    }


def _run(run: Run, counts: bool) -> Section:
    return {
        "id": run.id,
        "configuration": run.configuration,
        "seeds": [str(seed.value) for seed in run.seeds],
        "status": run.status,
        "exit_code": run.exit_code,
        "signal": run.signal,
        "started": run.started,
        "duration_s": run.duration_s,
        "counts": counts,
    }


def _code(code: Code) -> Section:
    return {
        "id": code.id,
        "repository": code.repository,
        "commit": code.commit,
        "dirty": code.dirty,
        "patch": code.patch.path if code.patch else None,
        "tree_sha256": code.tree_sha256,
        "files": len(code.files),
    }


def _data(data: Data) -> Section:
    source = data.source
    return {
        "id": data.id,
        "name": data.name,
        "license": data.license,
        "source": (f"doi:{source.doi}" if source.doi else source.url) if source else None,
        "version": data.version or (data.remote.revision if data.remote else None),
        "remote": data.remote.uri if data.remote else None,
        "access": data.access.level if data.access else None,
        "included": {Place.INCLUDED: True, Place.ELSEWHERE: False, Place.REMOTE: False}.get(place_of(data)),
        "files": len(data.files),
        "bytes": sum(file.size or 0 for file in data.files),
    }


def _environment(environment: Environment) -> Section:
    return {
        "id": environment.id,
        "python": environment.python.version if environment.python else None,
        "implementation": environment.python.implementation if environment.python else None,
        "packages": {package.name: package.version for package in environment.packages},
        "lock": environment.lock.path if environment.lock else None,
        "system": (environment.os.version or environment.os.name) if environment.os else None,
        "native_libraries": {one.name: one.version for one in environment.native_libraries},
    }


def _hardware(hardware: Hardware) -> Section:
    return {
        "id": hardware.id,
        "processor": hardware.cpu.model if hardware.cpu else None,
        "architecture": hardware.cpu.architecture if hardware.cpu else None,
        "cores": hardware.cpu.cores if hardware.cpu else None,
        "memory_bytes": hardware.memory_bytes,
        "accelerators": [accelerator.model for accelerator in hardware.accelerators],
    }


def _determinism(manifest: Manifest) -> Section | None:
    found = manifest.determinism
    if found is None:
        return None
    return {
        "promised": found.promised,
        "seeds_pair_randomness": found.seeds_pair_randomness,
        "settings": dict(found.settings),
        "known_causes": list(found.known_causes),
    }
