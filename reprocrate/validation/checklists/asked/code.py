"""Code, commands and software."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import PurePosixPath

from reprocrate.manifest import Code, Run
from reprocrate.validation.checklists.evidence import Evidence, Looked, State, View, at, looked, without
from reprocrate.validation.places import numbered

_CLOSED = ("all-rights-reserved", "confidential", "internal-use", "proprietary")
"""Words for a licence that lets nobody use the code."""

_TRAINING = ("train",)
_EVALUATING = ("evaluate",)


def _that_counts(view: View) -> list[tuple[str, Code]]:
    """The source trees that results rest on, with their pointers."""
    wanted = view.manifest.code_of_results
    every = list(numbered("/code", view.manifest.code))
    return [each for each in every if each[1].id in wanted] or every


def _travels(view: View, code: Code) -> bool:
    """Whether a tree's files are listed and, where files were given, are there."""
    if not code.files or not all(file.travels for file in code.files):
        return False
    files = view.subject.files
    folder = f"{code.folder}/" if code.folder else ""
    return files is None or all(files.exists(f"{folder}{file.path}") for file in code.files)


def _is_public(code: Code) -> bool:
    return bool((code.repository and code.commit and not code.dirty) or code.swhid)


def code(view: View) -> Evidence:
    """Every tree that counts travels, or is to be had in the version that ran."""
    entries = (
        Looked.at(pointer, each.id, the_files_or_a_public_version=_travels(view, each) or _is_public(each))
        for pointer, each in _that_counts(view)
    )
    return looked(entries, "the manifest names no code", "the code that results rest on is there")


def code_public(view: View) -> Evidence:
    """Every tree that counts is in a public repository at its commit, is archived, or travels."""
    entries = (
        Looked.at(
            pointer,
            each.id,
            a_public_repository_with_its_commit_or_the_files=_travels(view, each) or _is_public(each),
        )
        for pointer, each in _that_counts(view)
    )
    return looked(entries, "the manifest names no code", "the code is to be had in the version that ran")


def code_licence(view: View) -> Evidence:
    """Every tree that counts, or the experiment, has a licence."""
    general = view.manifest.experiment.license
    found = _that_counts(view)
    for pointer, each in found:
        if each.license and each.license.lower().removeprefix("licenseref-") in _CLOSED:
            reason = f'the licence of code {each.id} is "{each.license}", which lets nobody use it'
            return Evidence(State.OPPOSED, reason, at(f"{pointer}/license"))
    entries = (Looked.at(pointer, each.id, a_licence=each.license or general) for pointer, each in found)
    return looked(entries, "the manifest names no code", "the code has a licence")


def code_preprocessing(view: View) -> Evidence:
    """Every preprocessing step names its file, which is part of the code; or a run did it."""
    listed = {file.path for tree in view.manifest.code for file in tree.files}
    entries = [
        Looked.at(f"{pointer}/preprocessing/{index}", step.step, its_file_among_the_code=step.code in listed)
        for pointer, data in numbered("/data", view.manifest.data)
        for index, step in enumerate(data.preprocessing)
    ]
    entries += [
        Looked(pointer, run.id, _code_of(view, run)) for pointer, run in _of_kind(view, ("preprocess",))
    ]
    return looked(
        entries, "no preprocessing is recorded", "the code of every preprocessing step is there ({n})"
    )


def _of_kind(view: View, kinds: Iterable[str]) -> Iterator[tuple[str, Run]]:
    wanted = set(kinds)
    for pointer, run in numbered("/runs", view.manifest.runs):
        if run.status == "ok" and run.kind in wanted:
            yield pointer, run


def _code_of(view: View, run: Run) -> tuple[str, ...]:
    tree = view.manifest.find_code(run.code)
    return without(its_code=tree is not None and (_travels(view, tree) or _is_public(tree)))


def training_code(view: View) -> Evidence:
    """Runs that trained name code that is there."""
    return _runs_with_code(view, _TRAINING, "trained")


def evaluation_code(view: View) -> Evidence:
    """Runs that evaluated, or that trained and left the metrics of results, name code that is there."""
    found = list(_of_kind(view, _EVALUATING))
    if not found:
        named = {name for _, result in view.results for name in result.runs}
        found = [each for each in _of_kind(view, _TRAINING) if each[1].id in named and each[1].metrics]
    entries = (Looked(pointer, run.id, _code_of(view, run)) for pointer, run in found)
    return looked(
        entries,
        "no run is recorded as one that evaluates",
        "the code of every run that evaluated is there ({n})",
    )


def _runs_with_code(view: View, kinds: tuple[str, ...], did: str) -> Evidence:
    entries = (Looked(pointer, run.id, _code_of(view, run)) for pointer, run in _of_kind(view, kinds))
    return looked(
        entries, f"no run is recorded as one that {did}", f"the code of every run that {did} is there ({{n}})"
    )


def code_comments(view: View) -> Evidence:
    """Comments are for people to judge."""
    del view
    return Evidence(State.PEOPLE, "whether comments explain the code is for people to judge")


def code_negative(view: View) -> Evidence:
    """Which experiments refuted a claim is told by the text alone."""
    del view
    return Evidence(State.PEOPLE, "which experiments refuted a claim stands in the text")


def commands(view: View) -> Evidence:
    """Every configuration that results rest on has its command: the manifest requires it."""
    wanted = {each.configuration for _, each in view.results if each.configuration}
    entries = [
        Looked(pointer, each.label, ())
        for pointer, each in numbered("/configurations", view.manifest.configurations)
        if not wanted or each.id in wanted
    ]
    return looked(
        entries, "the manifest holds no configuration", "the command of every configuration is recorded ({n})"
    )


def readme(view: View) -> Evidence:
    """A file by the name of README at the top, among the files or the code."""
    listed = {file.path for tree in view.manifest.code for file in tree.files}
    given = set(view.subject.files.names()) if view.subject.files else set()
    found = sorted(name for name in listed | given if _is_readme(name))
    if found:
        return Evidence(State.SHOWN, f"{found[0]} is there", at("", file=found[0]))
    return Evidence(State.SILENT, "there is no README at the top")


def _is_readme(name: str) -> bool:
    path = PurePosixPath(name)
    return len(path.parts) == 1 and path.stem.lower() in ("readme", "reproducing")


def dependencies(view: View) -> Evidence:
    """Every environment that counts lists its packages with their versions."""
    entries = (
        Looked.at(
            f"/environments/{index}",
            each.id,
            its_packages_with_their_versions=each.packages or each.lock or _image(each.container),
        )
        for index, each in enumerate(view.manifest.environments)
    )
    return looked(
        entries,
        "the manifest names no environment",
        "packages and versions of every environment are listed ({n})",
    )


def _image(container: object) -> object:
    return getattr(container, "digest", None)


def environment_lock(view: View) -> Evidence:
    """Every environment has a lock, or an image with its digest."""
    entries = (
        Looked.at(
            f"/environments/{index}", each.id, a_lock_or_image_digest=each.lock or _image(each.container)
        )
        for index, each in enumerate(view.manifest.environments)
    )
    return looked(
        entries, "the manifest names no environment", "every environment has a lock or an image ({n})"
    )


def tests_of_code(view: View) -> Evidence:
    """A cheaper variant of a configuration is a demonstration."""
    entries = [
        Looked(f"{pointer}/variants", each.label, ())
        for pointer, each in numbered("/configurations", view.manifest.configurations)
        if each.variants
    ]
    return looked(
        entries, "no configuration has a cheaper variant", "there is a cheaper variant to try ({n})"
    )


def archive(view: View) -> Evidence:
    """A Software Heritage identifier of the code; a deposit gets its DOI only when it is made."""
    entries = [Looked(f"{pointer}/swhid", each.id, ()) for pointer, each in _that_counts(view) if each.swhid]
    return looked(entries, "the manifest names no archive of the whole", "the code is archived")


def reproduced(view: View) -> Evidence:
    """A manifest that reproduces another one says with which answer."""
    done = view.manifest.reproduces
    if done is None or done.upheld is None:
        return Evidence(State.SILENT, "the manifest is of no reproduction")
    if not done.upheld:
        return Evidence(
            State.OPPOSED, "the reproduction did not uphold the results", at("/reproduces/upheld")
        )
    return Evidence(State.SHOWN, "the reproduction upheld the results", at("/reproduces/upheld"))


QUESTIONS = {
    "code": code,
    "code-public": code_public,
    "code-licence": code_licence,
    "code-preprocessing": code_preprocessing,
    "training-code": training_code,
    "evaluation-code": evaluation_code,
    "code-comments": code_comments,
    "code-negative": code_negative,
    "commands": commands,
    "readme": readme,
    "dependencies": dependencies,
    "environment-lock": environment_lock,
    "tests-of-code": tests_of_code,
    "archive": archive,
    "reproduced": reproduced,
}
