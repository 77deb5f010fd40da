"""RC22: natural language processing."""

from __future__ import annotations

from collections.abc import Iterator

from reprocrate.manifest import Manifest
from reprocrate.validation.domains import holds, listed, words_of
from reprocrate.validation.places import numbered
from reprocrate.validation.rule import MAY, SHOULD, Found, rule
from reprocrate.validation.subject import Subject
from reprocrate.validation.tested import is_argued, reported_metrics

LANGUAGE = ("nlp",)


@rule(
    "RC2211",
    SHOULD,
    spec="domain-guidance",
    since="1.0",
    says="nothing says how text was cut into tokens",
    domains=LANGUAGE,
)
def tokeniser_is_recorded(subject: Subject) -> Iterator[Found]:
    """In natural language processing, a manifest SHOULD tell the tokeniser.

    Judged: a manifest with evidence runs, none of whose `data` has a step of `preprocessing` of kind
        `tokenisation` or is of kind `model`, and which has no `services`; once, at the `data`, or where there
        is none at the manifest. A pre-trained model brings its tokeniser along, and a service has its own.
    Why: perplexities, lengths and often accuracies depend on it, so numbers with another tokeniser are not
        comparable.
    Fix: add a step of kind tokenisation to `preprocessing` of the data in reprocrate.toml, with the
        tokeniser's name and version in `parameters`; or declare the model or vocabulary that was used.
    """
    manifest = subject.well_formed
    is_told = bool(manifest.services) or any(
        data.kind == "model" or any(step.kind == "tokenisation" for step in data.preprocessing)
        for data in manifest.data
    )
    if subject.evidence.counting and not is_told:
        yield Found("/data" if manifest.data else "")


@rule(
    "RC2212",
    SHOULD,
    spec="domain-guidance",
    since="1.0",
    says='the step "{step}" of {data} does not say by which tokeniser',
    domains=LANGUAGE,
)
def tokenisation_names_its_tokeniser(subject: Subject) -> Iterator[Found]:
    """A step of kind `tokenisation` SHOULD have `parameters` or `code` that tell the tokeniser.

    Judged: each such step with neither; at the step.
    Why: "tokenised" may mean words, bytes or one of many vocabularies of pieces.
    Fix: name tokeniser and version in `parameters`, such as { tokeniser = "sentencepiece", vocabulary = 32000
        }, or the file that does it in `code`.
    """
    for pointer, data in numbered("/data", subject.well_formed.data):
        for place, step in numbered(f"{pointer}/preprocessing", data.preprocessing):
            if step.kind == "tokenisation" and not step.parameters and not step.code:
                yield Found(place, step=step.step, data=data.id)


@rule(
    "RC2213",
    SHOULD,
    spec="domain-guidance",
    since="1.0",
    says="nothing says with which settings {service} was asked",
    domains=LANGUAGE,
)
def service_says_its_settings(subject: Subject) -> Iterator[Found]:
    """A model behind a service SHOULD have the settings that it was asked with.

    Judged: each entry of `services` with `model` and without `parameters`; at the entry.
    Why: the defaults of a service change without notice, and temperature alone decides whether an answer can
        be had again.
    Fix: set `parameters` of the service, such as { temperature = 0, max_tokens = 256 }; an empty list of
        settings that were all left to the service is said as { defaults = true }.
    """
    for pointer, service in numbered("/services", subject.well_formed.services):
        if service.model and not service.parameters:
            yield Found(pointer, service=service.id)


@rule(
    "RC2214",
    SHOULD,
    spec="domain-guidance",
    since="1.0",
    says="nothing says which implementation of {kind} the metric {metric} is of",
    domains=LANGUAGE,
)
def text_metric_names_its_implementation(subject: Subject) -> Iterator[Found]:
    """A metric of which several implementations disagree, such as BLEU, SHOULD name the one that was used.

    Judged: each metric that a result is of, whose `id` or `name` holds one of the `text_metrics` of
        `domains.json`, which has no `definition`, and of which no environment lists one of the packages that
        stand there; at the metric, with the first such word.
    Why: scores of one system differ by more than a point of BLEU between implementations (Post 2018).
    Fix: put implementation, version and signature into `definition` of the metric in reprocrate.toml, as
        sacrebleu prints them.
    """
    manifest = subject.well_formed
    for pointer, metric in reported_metrics(manifest):
        kind = _text_metric(metric.id, metric.name)
        if kind and not metric.definition and not _is_installed(manifest, listed("text_metrics")[kind]):
            yield Found(pointer, kind=kind.upper(), metric=metric.id)


def _text_metric(*names: str | None) -> str | None:
    """The listed metric that one of some names is of."""
    for kind in listed("text_metrics"):
        if any(holds(words_of(name), [words_of(kind)]) for name in names if name):
            return str(kind)
    return None


def _is_installed(manifest: Manifest, names: list[str]) -> bool:
    return any(package.name in names for each in manifest.environments for package in each.packages)


@rule(
    "RC2215",
    MAY,
    spec="domain-guidance",
    since="1.0",
    says="nothing says whether {model} may have seen the test items before",
    domains=LANGUAGE,
)
def contamination_is_answered(subject: Subject) -> Iterator[Found]:
    """Where a model of others is evaluated as it is, `leakage` MAY answer whether it saw the test items.

    Judged: a manifest without an entry of type L1.4 in `leakage`: each entry of `services` with `model`, and
        each data of kind `model` that a run of kind `evaluate` reads, a run being an evidence run and its
        configuration naming the data; at the entry.
    Why: public test sets stand on web pages that language models are trained on; a model that has seen the
        answers looks better than it is.
    Fix: say under `leakage`, with the type L1.4, what is known: when test set and model were published,
        whether its items were looked for, or that nobody can know.
    """
    manifest = subject.well_formed
    if is_argued(manifest, "L1.4"):
        return
    for pointer, service in numbered("/services", manifest.services):
        if service.model:
            yield Found(pointer, model=service.model)
    evaluated = {run.configuration for _, run in subject.evidence.counting if run.kind == "evaluate"}
    read = {name for each in manifest.configurations if each.id in evaluated for name in each.data}
    for pointer, data in numbered("/data", manifest.data):
        if data.kind == "model" and data.id in read:
            yield Found(pointer, model=data.name or data.id)
