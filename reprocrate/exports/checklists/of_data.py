"""What is known of the data: identity, access, licences, splits, preparation."""

from __future__ import annotations

from reprocrate.exports.checklists.known import Known, address_of, lacking, listed, said, title_of
from reprocrate.manifest import Data, Manifest


def data_identity(manifest: Manifest) -> Known:
    """Each data set with version, address and digest."""
    if not manifest.data:
        return said(missing=["the data sets"])
    shown = listed(
        f"{title_of(each)}{f' ({address_of(each)})' if address_of(each) else ''}" for each in manifest.data
    )
    return said(
        f"Data: {shown}; their files are recorded with SHA-256 digests.",
        missing=lacking(
            ((each.id, bool(each.files or each.remote or address_of(each))) for each in manifest.data),
            "the files or the address",
        ),
    )


def data_access(manifest: Manifest) -> Known:
    """Who can get each data set."""
    if not manifest.data:
        return said(missing=["the data sets"])
    shown = listed(f"{each.name or each.id} ({each.access.level})" for each in manifest.data if each.access)
    return said(
        f"Access: {shown}." if shown else "",
        missing=[
            *lacking(((each.id, bool(each.access)) for each in manifest.data), "who can get the data"),
            *lacking(
                (
                    (each.id, each.access is None or each.access.level in ("open", "registration"))
                    for each in manifest.data
                ),
                "public access",
            ),
        ],
    )


def data_restricted(manifest: Manifest) -> Known:
    """Why not everybody can get some data."""
    closed = [
        each for each in manifest.data if each.access and each.access.level in ("restricted", "private")
    ]
    if not closed:
        return said()
    shown = [
        f"{each.name or each.id}: {each.access.reason}"
        for each in closed
        if each.access and each.access.reason
    ]
    return said(
        f"{listed(shown)}" if shown else "",
        missing=lacking(
            ((each.id, bool(each.access and each.access.reason)) for each in closed),
            "the reason for restricting",
        ),
    )


def _of_others(manifest: Manifest) -> list[Data]:
    return [each for each in manifest.data if each.origin == "existing"]


def data_citation(manifest: Manifest) -> Known:
    """How existing data is cited."""
    used = _of_others(manifest)
    if not used:
        return said(missing=["which data, code and models of others were used"])
    shown = [each.citation for each in used if each.citation]
    return said(
        f"Credited: {listed(shown)}" if shown else "",
        missing=lacking(((each.id, bool(each.citation)) for each in used), "the citation"),
    )


def data_new(manifest: Manifest) -> Known:
    """New data sets and their files."""
    new = [each for each in manifest.data if each.origin in ("new", "generated") and each.kind != "model"]
    if not new:
        return said()
    return said(
        f"New data: {listed(title_of(each) for each in new)}.",
        missing=lacking(((each.id, bool(each.files)) for each in new), "the files"),
    )


def data_new_licence(manifest: Manifest) -> Known:
    """The licence of new data, and whether everybody can get it."""
    new = [each for each in manifest.data if each.origin in ("new", "generated") and each.kind != "model"]
    if not new:
        return said()
    shown = listed(f"{each.name or each.id}: {each.license}" for each in new if each.license)
    return said(
        f"Licences of new data: {shown}." if shown else "",
        missing=[
            *lacking(((each.id, bool(each.license)) for each in new), "the licence"),
            *lacking(
                ((each.id, bool(each.access and each.access.level == "open")) for each in new), "open access"
            ),
        ],
    )


def asset_licence(manifest: Manifest) -> Known:
    """Licence and version of all that is of others."""
    used = _of_others(manifest)
    if not used:
        return said(missing=["which data, code and models of others were used"])
    shown = listed(f"{title_of(each)}: {each.license}" for each in used if each.license)
    return said(
        f"Licences: {shown}." if shown else "",
        missing=[
            *lacking(((each.id, bool(each.license)) for each in used), "the licence"),
            *lacking(
                ((each.id, bool(each.version or each.source)) for each in used), "the version or address"
            ),
        ],
    )


def data_statistics(manifest: Manifest) -> Known:
    """The counts of the splits."""
    split = [each for each in manifest.data if each.splits]
    if not split:
        return said(missing=["the size of each split"])
    shown = listed(
        f"{each.name or each.id}: "
        + ", ".join(f"{one.name} {one.count:,}" for one in each.splits if one.count is not None)
        for each in split
        if any(one.count is not None for one in each.splits)
    )
    return said(
        f"Sizes of the splits: {shown}." if shown else "",
        missing=lacking(
            ((f"{each.id}/{one.name}", one.count is not None) for each in split for one in each.splits),
            "the size",
        ),
    )


def splits(manifest: Manifest) -> Known:
    """How each split was made."""
    split = [each for each in manifest.data if each.splits]
    if not split:
        return said(missing=["the splits"])
    shown = listed(
        f"{each.name or each.id}: " + "; ".join(f"{one.name} ({one.how or one.role})" for one in each.splits)
        for each in split
    )
    return said(
        f"Splits: {shown}.",
        missing=lacking(
            (
                (f"{each.id}/{one.name}", bool(one.how or one.digests))
                for each in split
                for one in each.splits
            ),
            "how it was made: the split",
        ),
    )


def preprocessing(manifest: Manifest) -> Known:
    """The steps before learning."""
    steps = [step.step for data in manifest.data for step in data.preprocessing]
    return (
        said(f"Preparation of the data: {listed(steps)}.")
        if steps
        else said(missing=["the steps that prepare the data"])
    )


def leakage_preprocessing(manifest: Manifest) -> Known:
    """What each step was fitted on."""
    steps = [
        (data, step)
        for data in manifest.data
        for step in data.preprocessing
        if step.kind not in (None, "cleaning")
    ]
    if not steps:
        return said(missing=["what the preparation of the data was fitted on"])
    train = {(data.id, one.name) for data in manifest.data for one in data.splits if one.role == "train"}
    return said(
        f"Fitted on training data alone: {listed(step.step for data, step in steps if step.fit_on)}.",
        missing=lacking(
            (
                (step.step, bool(step.fit_on) and all((data.id, name) in train for name in step.fit_on))
                for data, step in steps
            ),
            "that it was fitted on training data alone: the step",
        ),
    )
