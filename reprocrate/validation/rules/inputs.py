"""RC02: whether what runs used is declared, and where it came from: inputs, packages, services, weights."""

from __future__ import annotations

from collections.abc import Iterator

from reprocrate.validation.absence import is_blank
from reprocrate.validation.places import numbered
from reprocrate.validation.rule import SHOULD, Found, rule
from reprocrate.validation.subject import Subject


@rule("RC0215", SHOULD, spec="data", since="1.0", says="{path}, which run {run} read, is declared nowhere")
def inputs_are_declared(subject: Subject) -> Iterator[Found]:
    """Every file that a run read, which a result rests on, SHOULD be declared as data, code or output.

    Judged: each file of `inputs` of an evidence run, except where a file of `data[].files` (with its own
        root, or else its data's) or of a run's `outputs` has the same path and root, or where the input has
        no root and its path is that of a file of `code[].files` or the place in the bundle of a file of
        RC0701, whether that travels or not; once for each path and root, at its first entry.
    Why: bytes travel with the data; an input that is only listed with a run can be had nowhere.
    Fix: list the file under `[data.NAME]` in reprocrate.toml.
    """
    known: set[tuple[str | None, str]] = set()
    for index, run in subject.evidence.counting:
        for place, file in numbered(f"/runs/{index}/inputs", run.inputs):
            known = known or _declared(subject)
            if (file.root, file.path) not in known:
                known.add((file.root, file.path))  # once is enough
                yield Found(place, path=file.path, run=run.id)


def _declared(subject: Subject) -> set[tuple[str | None, str]]:
    """Every file that is declared, by its root and path."""
    manifest = subject.well_formed
    found: set[tuple[str | None, str]] = {(None, declared.place) for declared in subject.declared}
    found |= {(None, file.path) for code in manifest.code for file in code.files}
    found |= {(file.root or data.root, file.path) for data in manifest.data for file in data.files}
    return found | {(file.root, file.path) for run in manifest.runs for file in run.outputs}


@rule(
    "RC0216",
    SHOULD,
    spec="data",
    since="1.0",
    says="data {data} is said to come with package {package}, which no environment has",
)
def package_with_data_is_installed(subject: Subject) -> Iterator[Found]:
    """A package that is said to hold data SHOULD be installed in an environment of the manifest.

    Judged: where any environment lists packages: each `source.package` of data that is the name of none of
        them; at the `package`.
    Why: the data is to come with the environment, and with this one it does not.
    Fix: correct the name, or say where else the data is from.
    """
    installed = {package.name for each in subject.well_formed.environments for package in each.packages}
    for pointer, data in numbered("/data", subject.well_formed.data):
        package = data.source.package if data.source else None
        if package and not is_blank(package) and installed and package not in installed:
            yield Found(f"{pointer}/source/package", data=data.id, package=package)


@rule(
    "RC0217",
    SHOULD,
    spec="services",
    since="1.0",
    says="nothing says which version of service {service} answered",
)
def service_names_its_version(subject: Subject) -> Iterator[Found]:
    """A service whose answers entered the results SHOULD name the version that answered.

    Judged: each entry of `services` without `version`; at the entry.
    Why: what stands behind a model's name changes from month to month, and older versions are taken away.
    Fix: set `version` to the dated name or fingerprint that the service returned.
    """
    for pointer, service in numbered("/services", subject.well_formed.services):
        if is_blank(service.version):
            yield Found(pointer, service=service.id)


@rule("RC0218", SHOULD, spec="services", since="1.0", says="the answers of service {service} are not kept")
def answers_of_a_service_are_kept(subject: Subject) -> Iterator[Found]:
    """The answers of a service SHOULD be kept as `cached_responses`.

    Judged: each entry of `services` without `cached_responses`; at the entry.
    Why: a service cannot be archived; without its answers a rerun gets others, or none.
    Fix: write what the service answers to a file, and name it as `cached_responses`.
    """
    for pointer, service in numbered("/services", subject.well_formed.services):
        if service.cached_responses is None:
            yield Found(pointer, service=service.id)


@rule("RC0219", SHOULD, spec="models", since="1.0", says="the weights {model} have no licence")
def released_weights_have_a_licence(subject: Subject) -> Iterator[Found]:
    """Weights that are released SHOULD say under which licence they may be used.

    Judged: each entry of `models` with neither a `license` of its own nor one of its `file`; at the entry.
    Why: the licence of the code does not cover them, and that of the base model or the data may bind them.
    Fix: set `license` in the model's table of reprocrate.toml.
    """
    for pointer, model in numbered("/models", subject.well_formed.models):
        if not model.license and not (model.file and model.file.license):
            yield Found(pointer, model=model.id)
