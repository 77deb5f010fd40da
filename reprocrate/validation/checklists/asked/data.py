"""Data, models and services, and leakage."""

from __future__ import annotations

from collections.abc import Callable

from reprocrate.manifest import Data
from reprocrate.validation.absence import is_blank
from reprocrate.validation.checklists.evidence import Evidence, Looked, State, View, at, looked, without
from reprocrate.validation.places import numbered

_NONE = "the manifest names no data"


def _of(view: View, chosen: Callable[[Data], object] = lambda _: True) -> list[tuple[str, Data]]:
    """Data that is to be judged, with pointers; what a program of the experiment made is not."""
    return [
        (pointer, each)
        for pointer, each in numbered("/data", view.manifest.data)
        if each.kind != "other" and chosen(each)
    ]


def _where(data: Data) -> object:
    source = data.source
    return (
        (source and (source.url or source.doi or source.package))
        or data.remote
        or any(f.url for f in data.files)
    )


def _travels(data: Data) -> bool:
    return bool(data.files) and all(file.travels for file in data.files)


def identity(view: View) -> Evidence:
    """Every data set has a digest or a pinned version, and an address or its bytes."""
    entries = (
        Looked.at(
            pointer,
            each.id,
            an_address_or_the_bytes=_where(each) or _travels(each),
            a_digest_or_version=each.version
            or (each.remote and each.remote.revision)
            or (each.files and all(file.sha256 for file in each.files)),
        )
        for pointer, each in _of(view)
    )
    return looked(entries, _NONE, "every data set has an address or its bytes, and a digest or version ({n})")


def citation(view: View) -> Evidence:
    """All existing data says how to cite it, or has a DOI."""
    entries = (
        Looked.at(pointer, each.id, a_citation=each.is_published)
        for pointer, each in _of(view, lambda data: data.origin == "existing")
    )
    return looked(
        entries, "no data is declared to have existed before", "every existing data set is cited ({n})"
    )


def access(view: View) -> Evidence:
    """All data is open, or travels; what main results rest on and only its owners have speaks against it."""
    used = view.data_of(view.main_results)
    for pointer, each in numbered("/data", view.manifest.data):
        if each.is_private and each.origin != "generated" and each.id in used:
            return Evidence(State.OPPOSED, _said_private(each), at(f"{pointer}/access/level"))
    entries = (
        Looked(pointer, each.id, _barriers(each))
        for pointer, each in numbered("/data", view.manifest.data)
        if each.kind != "other" or each.access
    )
    return looked(entries, _NONE, "every data set is open or travels with the experiment ({n})")


def _said_private(data: Data) -> str:
    return f"data {data.id} is declared private: nobody but the authors may have it"


def existing_access(view: View) -> Evidence:
    """All data sets of others are open; one from the literature that only the authors have speaks against it.

    From the literature is what says how to cite it, or has a DOI. Records that were there before and that
    nobody published are asked for elsewhere.
    """
    used = view.data_of(view.main_results)
    existing = _of(view, lambda data: data.origin == "existing" and data.kind == "dataset")
    for pointer, each in existing:
        if each.is_private and each.id in used and each.is_published:
            return Evidence(State.OPPOSED, _said_private(each), at(f"{pointer}/access/level"))
    entries = (Looked(pointer, each.id, _barriers(each)) for pointer, each in existing)
    return looked(
        entries, "no data set is declared to have existed before", "every existing data set is open ({n})"
    )


def _barriers(data: Data) -> tuple[str, ...]:
    if data.access and data.access.level != "open":
        return (f"a way for everybody (access: {data.access.level})",)
    return without(
        a_way_to_get_it=(data.access and data.access.level == "open") or _travels(data) or _where(data)
    )


def restricted(view: View) -> Evidence:
    """All data that is not open has a reason, and says how to obtain it unless nobody can."""
    entries = (
        Looked.at(
            pointer,
            each.id,
            why_it_is_not_open=each.access and not is_blank(each.access.reason),
            how_to_obtain_it=each.access
            and (each.access.level == "private" or not is_blank(each.access.how_to_obtain)),
        )
        for pointer, each in _of(view, lambda data: data.access and data.access.level != "open")
    )
    return looked(
        entries, "no data is declared to be restricted", "every restricted data set is explained ({n})"
    )


def new(view: View) -> Evidence:
    """All new data travels or has an address."""
    entries = (
        Looked.at(pointer, each.id, its_bytes_or_address=_travels(each) or _where(each))
        for pointer, each in _of(view, lambda data: data.origin == "new")
    )
    return looked(entries, "no data is declared to be new", "every new data set is there ({n})")


def new_licence(view: View) -> Evidence:
    """All new data has a licence."""
    for pointer, each in _of(view, lambda data: data.origin == "new"):
        if each.is_private:
            reason = f"the new data set {each.id} is declared private"
            return Evidence(State.OPPOSED, reason, at(f"{pointer}/access/level"))
    entries = (
        Looked.at(pointer, each.id, a_licence=each.license)
        for pointer, each in _of(view, lambda data: data.origin == "new")
    )
    return looked(entries, "no data is declared to be new", "every new data set has a licence ({n})")


def asset_licence(view: View) -> Evidence:
    """All data that was not made here has a licence and a version."""
    entries = (
        Looked.at(pointer, each.id, a_licence=each.license, a_version=_version(each))
        for pointer, each in _of(view, lambda data: data.origin != "generated")
    )
    return looked(
        entries, "no data or model of others is named", "every asset names licence and version ({n})"
    )


def _version(data: Data) -> object:
    digests = data.files and all(file.sha256 for file in data.files)
    return data.version or (data.remote and data.remote.revision) or digests


def documentation(view: View) -> Evidence:
    """Released weights have a card and a licence, new data a licence and Croissant or a citation."""
    entries = [
        Looked.at(pointer, each.id, a_model_card=each.card, a_licence=each.license)
        for pointer, each in numbered("/models", view.manifest.models)
    ]
    entries += [
        Looked.at(pointer, each.id, a_licence=each.license, a_description=each.croissant or each.citation)
        for pointer, each in _of(view, lambda data: data.origin == "new")
    ]
    return looked(
        entries, "nothing new is declared to be released", "every released asset is documented ({n})"
    )


def intended_use(view: View) -> Evidence:
    """The manifest may say what results are meant for; whether that is right is for people."""
    ethics = view.manifest.ethics
    if ethics and not is_blank(ethics.intended_use):
        return Evidence(State.SHOWN, "the intended use is stated", at("/ethics/intended_use"))
    return Evidence(State.PEOPLE, "whether the use is as intended stands in the text")


def personal_data(view: View) -> Evidence:
    """What is sensitive, as the authors say."""
    ethics = view.manifest.ethics
    if ethics and not is_blank(ethics.sensitive_data):
        return Evidence(State.SHOWN, "it is said what is sensitive", at("/ethics/sensitive_data"))
    return Evidence(State.PEOPLE, "whether the data was checked stands in the text")


def statistics(view: View) -> Evidence:
    """Every data set with splits counts each of them."""
    entries = (
        Looked.at(pointer, each.id, the_count_of_each_split=each.splits and all(s.count for s in each.splits))
        for pointer, each in _of(view, lambda data: data.kind != "model")
    )
    return looked(entries, _NONE, "the items of every split are counted (data sets: {n})")


def splits(view: View) -> Evidence:
    """Every data set that results are measured on says how it was divided."""
    measured = {each.data for _, each in view.results if each.data}
    entries = (
        Looked.at(
            pointer,
            each.id,
            its_splits=each.splits,
            how_they_were_made=not each.splits or all(s.how or s.digests for s in each.splits),
        )
        for pointer, each in _of(view, lambda data: data.id in measured if measured else data.kind != "model")
    )
    return looked(entries, _NONE, "the splits of every data set are defined ({n})")


def preprocessing(view: View) -> Evidence:
    """Steps are recorded; where there are none, that may be because nothing was done."""
    entries = [
        Looked(f"{pointer}/preprocessing", each.id, ()) for pointer, each in _of(view) if each.preprocessing
    ]
    return looked(entries, "no preprocessing is recorded", "preprocessing is recorded (data sets: {n})")


def by_people(said: str) -> Callable[[View], Evidence]:
    """A question that the text alone answers."""

    def ask(_view: View) -> Evidence:
        return Evidence(State.PEOPLE, said)

    return ask


def leakage_preprocessing(view: View) -> Evidence:
    """Every fitted step says what it was fitted on; the rules tell if that was a test split."""
    kinds = ("normalisation", "feature_selection")
    entries = [
        Looked.at(f"{pointer}/preprocessing/{index}", step.step, what_it_was_fitted_on=step.fit_on)
        for pointer, data in _of(view)
        for index, step in enumerate(data.preprocessing)
        if step.kind in kinds
    ]
    return looked(
        entries, "no step is recorded that is fitted", "every fitted step says what it was fitted on ({n})"
    )


def leakage_dependence(view: View) -> Evidence:
    """Digests of the items of each split, by which duplicates are found."""
    entries = (
        Looked.at(pointer, each.id, the_digests_of_its_items=all(s.digests for s in each.splits))
        for pointer, each in _of(view, lambda data: data.splits)
    )
    return looked(
        entries, "no data declares its splits", "the items of every divided data set can be compared ({n})"
    )


def weights(view: View) -> Evidence:
    """Released weights with their file, or checkpoints that travel."""
    entries = [
        Looked.at(pointer, each.id, its_file=each.file and (each.file.travels or each.file.url))
        for pointer, each in numbered("/models", view.manifest.models)
    ]
    entries += [
        Looked(pointer, run.id, ())
        for pointer, run in numbered("/runs", view.manifest.runs)
        if run.checkpoints and all(file.travels for file in run.checkpoints)
    ]
    return looked(entries, "no weights are named", "weights are there ({n})")


def llm(view: View) -> Evidence:
    """Services that were called; whether they are a part of the method is for people."""
    found = list(numbered("/services", view.manifest.services))
    if found:
        what = ", ".join(each.model or each.provider for _, each in found[:3])
        reason = f"the runs called {what}; whether that is a part of the method is for people to judge"
        return Evidence(State.PEOPLE, reason, at(*(pointer for pointer, _ in found)))
    return Evidence(State.PEOPLE, "whether a language model is a part of the method stands in the text")


QUESTIONS = {
    "data-identity": identity,
    "data-citation": citation,
    "data-access": access,
    "data-existing-access": existing_access,
    "data-restricted": restricted,
    "data-new": new,
    "data-new-licence": new_licence,
    "asset-licence": asset_licence,
    "asset-documentation": documentation,
    "intended-use": intended_use,
    "personal-data": personal_data,
    "data-statistics": statistics,
    "splits": splits,
    "preprocessing": preprocessing,
    "data-origin": by_people("how the data was collected stands in the text"),
    "data-sampling": by_people("what the data is a sample of stands in the text"),
    "data-missing": by_people("what is missing in the data stands in the text"),
    "leakage-preprocessing": leakage_preprocessing,
    "leakage-dependence": leakage_dependence,
    "weights": weights,
    "llm": llm,
}
