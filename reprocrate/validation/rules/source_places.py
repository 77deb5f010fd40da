"""RC20: what keeps the author's code from running elsewhere as it ran there."""

from __future__ import annotations

from collections.abc import Iterator

from reprocrate.validation.rule import MAY, SHOULD, Found, Need, rule
from reprocrate.validation.sighted import told
from reprocrate.validation.subject import Subject


@rule(
    "RC2030",
    SHOULD,
    spec="source-code",
    since="1.0",
    says="{path} is a path in a home folder{at}",
    needs=Need.TREE,
)
def code_names_no_home_folder(subject: Subject) -> Iterator[Found]:
    r"""Code SHOULD NOT name files by a path in somebody's home folder.

    Judged: each text in the code, but for documentation, with `/home/`, `/Users/` or, behind a letter and a
        colon, `\Users\`, followed by a name and a further `/` or `\`; the names admin, app, code, data,
        dataset, datasets, docker, ec2-user, jovyan, ma-user, mambauser, me, model, models, myuser, name,
        public, runner, save, shared, someone, test, ubuntu, user, username, vscode, work, workspace, xxx,
        you, your_name, your-name and yourname are nobody's. Right before it stands neither a letter or digit
        nor one of `_.~<>/:-`. Once for each text, at its first line.
    Why: there is no such file anywhere else, and the name tells who the author is, under double-blind review
        too.
    Fix: make the path relative to the project, or an option.
    """
    from reprocrate.validation.source.elsewhere import home_folders

    yield from told(subject, "RC2030", home_folders)


@rule(
    "RC2031",
    MAY,
    spec="source-code",
    since="1.0",
    says="{name} brings whatever is there on the day, since it is given {lacks}{at}",
    needs=Need.TREE,
)
def downloads_are_pinned(subject: Subject) -> Iterator[Found]:
    """A download of data or of a model MAY name the version, or compare what comes with a checksum.

    Judged: each call of `from_pretrained` of transformers, diffusers or sentence_transformers, of
        `load_dataset`, of `hf_hub_download` or `snapshot_download`, with the name of a repository as a text
        and no `revision`; `torch.hub.load` of a repository without `:`; `urlretrieve` or `wget.download` in a
        file that works with no checksums; `keras.utils.get_file` without a hash; `pooch.retrieve` with
        `known_hash=None`; `fetch_openml` with neither `version` nor `data_id`. At the call.
    Why: what lies at an address is replaced, and a rerun then measures something else without saying so.
    Fix: name the revision, as a commit and not as a branch; or compare the file's SHA-256.
    """
    from reprocrate.validation.source.elsewhere import unpinned_downloads

    yield from told(subject, "RC2031", unpinned_downloads)


@rule(
    "RC2032",
    MAY,
    spec="source-code",
    since="1.0",
    says="{what} needs a GPU of NVIDIA, and the program knows no other device{at}",
    needs=Need.TREE,
)
def device_can_be_chosen(subject: Subject) -> Iterator[Found]:
    """A program that asks for a GPU by name MAY run without one.

    Judged: each program that calls `cuda()`, or passes a text that begins with "cuda" to `to` or `device` or
        as `device`, where none of its texts names cpu, mps or an option for the device, and nothing in it
        asks `is_available` or `device_count` or reads `use_cuda`, `no_cuda` or `use_gpu`; once, at the first
        such call.
    Why: nobody without that GPU can try the code, not even on one item.
    Fix: choose the device by `torch.cuda.is_available()`, or take it as an option.
    """
    from reprocrate.validation.source.elsewhere import fixed_devices

    yield from told(subject, "RC2032", fixed_devices)
