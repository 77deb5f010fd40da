"""What the authors account for: cost, released weights, people and limits."""

from __future__ import annotations

from collections.abc import Iterator

from reprocrate.manifest import Compute, Manifest, Model
from reprocrate.render import words
from reprocrate.render.numbers import duration, significant
from reprocrate.render.preview.links import FileLinks
from reprocrate.render.preview.markup import Markup, code, definition, element, joined

_MOST_MODELS = 40


def cost(manifest: Manifest) -> Markup | None:
    """Seconds and kilowatt hours of the whole experiment; None where nothing was added up."""
    entries = list(_cost(manifest.compute)) if manifest.compute else []
    return joined(element("h3", "Cost"), element("dl", *entries, class_="about")) if entries else None


def _cost(compute: Compute) -> Iterator[Markup]:
    if compute.total_s is not None:
        yield definition("Time of all runs", duration(compute.total_s))
    if compute.cpu_s is not None:
        yield definition("Processor time", duration(compute.cpu_s))
    if compute.energy_kwh is not None:
        yield definition("Energy", f"{significant(compute.energy_kwh, 3)} kWh")
    if compute.unreported_runs:
        time = f", {duration(compute.unreported_s)}" if compute.unreported_s is not None else ""
        runs = words.count_of(compute.unreported_runs, "run")
        yield definition("Of this in no result", f"{runs}{time}")
    elif compute.unreported_s:
        yield definition("Of this in no result", duration(compute.unreported_s))


def models(manifest: Manifest, files: FileLinks) -> Markup | None:
    """Weights that are released with the experiment."""
    if not manifest.models:
        return None
    more = len(manifest.models) - _MOST_MODELS
    return joined(
        (_model(one, files) for one in manifest.models[:_MOST_MODELS]),
        element("p", f"{words.count_of(more, 'more model')} in ", code("reprocrate.json"), ".")
        if more > 0
        else None,
    )


def _model(one: Model, files: FileLinks) -> Markup:
    entries = [definition("Licence", one.license or "none given: whether it may be used is not known")]
    if one.base:
        entries.append(definition("Made from", one.base))
    if one.card:
        entries.append(definition("Model card", code(one.card)))
    if one.file:
        entries.append(definition("File", files.listed([one.file])))
    return joined(element("h3", words.plain(one.id)), element("dl", *entries, class_="about"))


def ethics(manifest: Manifest) -> Markup | None:
    """People, risks and limits, as the authors declare them."""
    found = manifest.ethics
    if found is None:
        return None
    people = {True: "yes", False: "no", None: ""}[found.human_subjects]
    said = {
        "Studies people": people,
        "Approved by": found.irb,
        "Sensitive data": found.sensitive_data,
        "Intended use": found.intended_use,
        "Limits": found.limits,
    }
    entries = [definition(name, value) for name, value in said.items() if value]
    return element("dl", *entries, class_="about") if entries else None
