"""What a file of the project is taken for."""

from __future__ import annotations

from reprocrate.assembly.inputs import FileRoles
from reprocrate.assembly.settings import ProjectSettings
from reprocrate.capture.record import CodeFile, CodeState, Configuration, DataFile, RunRecord, Tool


def record_of(
    tree: dict[str, str], read: dict[str, str], imported: tuple[str, ...] = ("train.py",)
) -> RunRecord:
    return RunRecord(
        id="20261101T120000Z-0123456789abcdef",
        tool=Tool("reprocrate", "0.1.0"),
        configuration=Configuration(None, "0" * 64, ("python", "train.py")),
        command=("python", "train.py"),
        status="ok",
        started="2026-11-01T12:00:00.000Z",
        code=CodeState(files=tuple(CodeFile(path, 1, digest, False) for path, digest in tree.items())),
        inputs=tuple(DataFile(path, None, 1, digest) for path, digest in read.items()),
        imported=imported,
    )


def test_settings_of_the_source_tree_stay_code_when_they_are_read() -> None:
    record = record_of(
        {"train.py": "a", "config.yaml": "b"}, {"config.yaml": "b", "data.csv": "c", "local.yaml": "d"}
    )
    roles = FileRoles(ProjectSettings(), [record])
    assert [file.path for file in roles.code_files(record)] == ["train.py", "config.yaml"]
    assert [path for path in ("config.yaml", "data.csv", "local.yaml") if roles.is_data(None, path)] == [
        "data.csv",
        "local.yaml",
    ]


def test_settings_are_data_where_a_launch_read_them_before_they_were_in_the_tree() -> None:
    earlier = record_of({"train.py": "a"}, {"config.yaml": "b"})
    later = record_of({"train.py": "a", "config.yaml": "b"}, {"config.yaml": "b"})
    assert FileRoles(ProjectSettings(), [earlier, later]).is_data(None, "config.yaml")


def test_launches_with_other_settings_executed_other_code() -> None:
    one = record_of({"train.py": "a", "config.yaml": "b", "unused.yaml": "c"}, {"config.yaml": "b"})
    same = record_of({"train.py": "a", "config.yaml": "b", "unused.yaml": "d"}, {"config.yaml": "b"})
    other = record_of({"train.py": "a", "config.yaml": "e", "unused.yaml": "c"}, {"config.yaml": "e"})
    roles = FileRoles(ProjectSettings(), [one, same, other])
    assert roles.executed_digest(one) == roles.executed_digest(same) != roles.executed_digest(other)


def test_settings_that_a_launch_changes_itself_do_not_tell_launches_apart() -> None:
    first = record_of({"train.py": "a", "params.yaml": "old"}, {"params.yaml": "seed 0"})
    second = record_of({"train.py": "a", "params.yaml": "seed 0"}, {"params.yaml": "seed 1"})
    roles = FileRoles(ProjectSettings(), [first, second])
    assert roles.executed_digest(first) == roles.executed_digest(second)
