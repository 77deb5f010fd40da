"""Leakage that the items themselves show: planted in real files of every form, and absent from clean ones."""

from __future__ import annotations

import gzip
import io
import json
import random
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyarrow import parquet

from reprocrate.files import sha256_file
from reprocrate.finding import Report
from reprocrate.validation import Subject, validate
from reprocrate.validation.folder import FolderFiles
from reprocrate.validation.items import limits
from reprocrate.validation.items.fingerprints import Fingerprints, _digest

Tree = dict[str, bytes | str]

HEADER = "visit,patient,admitted,age,outcome"
TRAIN = [f"{n},p{n % 7},2020-01-{n % 28 + 1:02},{20 + n},{n % 2}" for n in range(40)]
TEST = [f"{n},q{n % 5},2021-02-{n % 28 + 1:02},{20 + n},{n % 2}" for n in range(40, 60)]
RECORDS = {"id_column": "visit", "time_column": "admitted", "label_column": "outcome"}


def text(rows: list[str], header: str = HEADER) -> str:
    return "\n".join([header, *rows]) + "\n"


def two(train: str, test: str, **both: Any) -> list[dict[str, Any]]:
    roles = (("train", train), ("test", test))
    return [{"name": role, "role": role, "files": [file], **both} for role, file in roles]


def judged(
    root: Path,
    tree: Tree,
    splits: list[dict[str, Any]],
    records: dict[str, Any] | None = None,
    parameters: dict[str, dict[str, Any]] | None = None,
) -> Report:
    for path, content in tree.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_bytes(content if isinstance(content, bytes) else content.encode())
    digests = {path: sha256_file(root / path) for path in tree}
    data: dict[str, Any] = {
        "id": "visits",
        "license": "CC0-1.0",
        "source": {"url": "https://data.example.org/visits"},
        "files": [{"path": path, "size": d.size, "sha256": d.sha256} for path, d in digests.items()],
        "splits": splits,
    }
    if records:
        data["records"] = records
    manifest = {
        "manifest_version": "1.0",
        "id": "urn:uuid:6b1f3f5e-6f0c-5a52-9a53-3a2a6f1f1f10",
        "experiment": {"title": "Visits", "description": "Visits.", "authors": [{"name": "Ada"}]},
        "data": [data],
    }
    return validate(Subject("visits", manifest, FolderFiles(root)), only=["RC14"], parameters=parameters)


def found(report: Report) -> dict[str, str]:
    return {finding.code: finding.message for finding in report.findings}


def reasons(report: Report) -> str:
    return " ".join(each.reason for each in report.not_assessed)


def said(report: Report) -> tuple[list[tuple[str, str]], str]:
    return [(each.code, each.message) for each in report.findings], reasons(report)


# ------------------------------------------------------------------------------------------ every form


def as_csv(rows: list[str]) -> bytes:
    return text(rows).encode()


def as_tsv(rows: list[str]) -> bytes:
    return text(rows).replace(",", "\t").encode()


def as_gzip(rows: list[str]) -> bytes:
    return gzip.compress(as_csv(rows))


def as_parquet(rows: list[str]) -> bytes:
    columns = list(zip(*(row.split(",") for row in rows), strict=True))
    table = pyarrow.table(
        {
            "visit": pyarrow.array(map(int, columns[0])),
            "patient": pyarrow.array(columns[1]).dictionary_encode(),
            "admitted": pyarrow.array(columns[2]).cast(pyarrow.date32()),
            "age": pyarrow.array(map(int, columns[3])),
            "outcome": pyarrow.array([each == "1" for each in columns[4]]),
        }
    )
    stored = io.BytesIO()
    parquet.write_table(table, stored, row_group_size=7)
    return stored.getvalue()


def as_structured(rows: list[str]) -> bytes:
    type_ = [("visit", "<i8"), ("patient", "<U3"), ("admitted", "S10"), ("age", ">i2"), ("outcome", "?")]
    fields = [row.split(",") for row in rows]
    array = np.array([(int(a), b, c.encode(), int(d), e == "1") for a, b, c, d, e in fields], dtype=type_)
    stored = io.BytesIO()
    np.save(stored, array)
    return stored.getvalue()


FORMS = {
    "csv": (as_csv, "line", 2),
    "tsv": (as_tsv, "line", 2),
    "csv.gz": (as_gzip, "line", 2),
    "parquet": (as_parquet, "index", 0),
    "npy": (as_structured, "index", 0),
}


@pytest.mark.parametrize("form", FORMS)
def test_clean_splits_are_silent(tmp_path: Path, form: str) -> None:
    write, _, _ = FORMS[form]
    names = f"train.{form}", f"test.{form}"
    tree: Tree = {names[0]: write(TRAIN), names[1]: write(TEST)}
    splits = two(*names, group_key="patient")
    splits[0] |= {"count": 40, "time_range": ["2020-01-01", "2020-01-31"]}
    report = judged(tmp_path, tree, splits, RECORDS)
    assert said(report) == ([], "")
    assert {"RC1417", "RC1418", "RC1419", "RC1420", "RC1421", "RC1422"} <= set(report.assessed)


@pytest.mark.parametrize("form", FORMS)
def test_planted_leaks_are_found_at_their_rows(tmp_path: Path, form: str) -> None:
    write, unit, first = FORMS[form]
    twin = f"90,{TRAIN[11].partition(',')[2]}"  # row 11 of training under another id: also its group and time
    same_id = "5,q1,2021-02-09,99,0"
    names = f"train.{form}", f"test.{form}"
    tree: Tree = {names[0]: write(TRAIN), names[1]: write([*TEST, twin, same_id])}
    messages = found(judged(tmp_path, tree, two(*names, group_key="patient", count=40), RECORDS))
    twin_at = f"{unit} {first + 20} of {names[1]} ({unit} {first + 11} of {names[0]})"
    assert set(messages) == {"RC1417", "RC1419", "RC1420", "RC1421", "RC1422"}
    assert "1 of the 22 items" in messages["RC1419"]
    assert twin_at in messages["RC1419"]
    id_at = f"{unit} {first + 21} of {names[1]} ({unit} {first + 5} of {names[0]})"
    assert "1 of the 22 items" in messages["RC1420"]
    assert id_at in messages["RC1420"]
    assert '1 of the 6 values of "patient"' in messages["RC1421"]
    assert f"{unit} {first + 20} of {names[1]}" in messages["RC1421"]
    assert "2020-01-12" in messages["RC1422"]
    assert "2020-01-28" in messages["RC1422"]
    assert "said to have 40 items, but its files hold 22" in messages["RC1417"]


@pytest.mark.parametrize("type_", ["<f4", ">f8", "<i2", "?", "<c16", "S5", "<M8[ns]"])
def test_rows_of_arrays_are_compared_by_their_bytes(tmp_path: Path, type_: str) -> None:
    numbers = np.random.default_rng(3).integers(0, 2**40, (50, 4, 6))
    array = (numbers % 2).astype(type_) if type_ == "?" else numbers.astype(type_)
    np.save(tmp_path / "train.npy", array[:30])
    np.save(tmp_path / "test.npy", array[[*range(30, 50), 17]])
    tree: Tree = {name: (tmp_path / name).read_bytes() for name in ("train.npy", "test.npy")}
    messages = found(judged(tmp_path, tree, two("train.npy", "test.npy")))
    assert "index 20 of test.npy (index 17 of train.npy)" in messages["RC1419"]
    assert "1 of the 21" in messages["RC1419"]


def test_not_a_number_equals_itself_and_zeros_differ(tmp_path: Path) -> None:
    np.save(tmp_path / "a.npy", np.array([[np.nan, 1.0], [0.0, 2.0]]))
    np.save(tmp_path / "b.npy", np.array([[np.nan, 1.0], [-0.0, 2.0]]))
    tree: Tree = {name: (tmp_path / name).read_bytes() for name in ("a.npy", "b.npy")}
    assert "1 of the 2 items" in found(judged(tmp_path, tree, two("a.npy", "b.npy")))["RC1419"]


@pytest.mark.parametrize("save", [np.savez, np.savez_compressed])
def test_one_archive_of_arrays_holds_several_splits(tmp_path: Path, save: Any) -> None:
    x = np.arange(60.0).reshape(20, 3)
    y = np.arange(20) % 2
    save(
        tmp_path / "all.npz", x_train=x, y_train=y, x_test=x[[3, 4]], y_test=y[[3, 5]], note=np.array("made")
    )
    tree: Tree = {"all.npz": (tmp_path / "all.npz").read_bytes()}
    splits = two("all.npz", "all.npz")
    for split in splits:
        split["arrays"] = [f"x_{split['name']}", f"y_{split['name']}"]
    message = found(judged(tmp_path, tree, splits))["RC1419"]
    assert "1 of the 2 items" in message
    assert "index 0 of all.npz (index 3 of all.npz)" in message
    for split in splits:
        del split["arrays"]
    assert "note of all.npz holds a single value" in reasons(judged(tmp_path, tree, splits))


def test_columns_of_parquet_may_be_structures_lists_and_bytes(tmp_path: Path) -> None:
    rows = [
        {"image": {"bytes": b"\x00\xff" * n, "path": f"{n}.png"}, "ids": [n, None], "x": n / 3}
        for n in range(9)
    ]
    for name, chosen in (("train", rows[:6]), ("test", [*rows[6:], rows[2]])):
        parquet.write_table(pyarrow.Table.from_pylist(chosen), tmp_path / f"{name}.parquet")
    tree: Tree = {f"{n}.parquet": (tmp_path / f"{n}.parquet").read_bytes() for n in ("train", "test")}
    splits = two("train.parquet", "test.parquet")
    message = found(judged(tmp_path, tree, splits, {"ignored_columns": ["image.path"]}))["RC1419"]
    assert "1 of the 4 items" in message
    assert "index 3 of test.parquet (index 2 of train.parquet)" in message


def test_without_pyarrow_a_report_says_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(__import__("sys").modules, "pyarrow", None)
    tree: Tree = {"a.parquet": b"PAR1a", "b.parquet": b"PAR1b"}
    report = judged(tmp_path, tree, two("a.parquet", "b.parquet"))
    assert not report.findings
    assert "install reprocrate[parquet]" in reasons(report)


# ---------------------------------------------------------------------------------- what does not matter


FIELD = st.text(st.sampled_from("ab01 ,;\"'\n\r\tä\u2028"), max_size=4)


@settings(max_examples=60, deadline=None)
@given(
    train=st.lists(st.tuples(FIELD, FIELD, FIELD), max_size=12),
    test=st.lists(st.tuples(FIELD, FIELD, FIELD), max_size=12),
    seed=st.integers(0, 99),
    end=st.sampled_from(["\n", "\r\n"]),
    form=st.sampled_from(["csv", "tsv"]),
)
def test_order_of_rows_and_columns_line_ends_and_quotes_do_not_matter(
    tmp_path_factory: pytest.TempPathFactory,
    train: list[tuple[str, ...]],
    test: list[tuple[str, ...]],
    seed: int,
    end: str,
    form: str,
) -> None:
    def plain(rows: list[tuple[str, ...]]) -> set[tuple[str, ...]]:
        return {tuple(field.replace("\r\n", "\n") for field in row) for row in rows}

    def written(rows: list[tuple[str, ...]], order: list[int], quoted: bool) -> bytes:
        comma = "," if form == "csv" else "\t"

        def field(value: str) -> str:
            needs = quoted or any(each in value for each in f'{comma}"\n\r')
            return '"' + value.replace('"', '""') + '"' if needs else value

        lines = [comma.join(field(row[number]) for number in order) for row in [("a", "b", "c"), *rows]]
        return "".join(line + end for line in lines).encode()

    # A row of empty fields without quotes has its separators, so no row is an empty line.
    rows = (
        [row for row in train if "\r" not in "".join(row)],
        [row for row in test if "\r" not in "".join(row)],
    )
    shared = plain(rows[0]) & plain(rows[1])
    order = [0, 1, 2]
    chance = random.Random(seed)
    chance.shuffle(order)
    shuffled = chance.sample(rows[1], len(rows[1]))
    tree: Tree = {
        f"train.{form}": written(rows[0], [0, 1, 2], quoted=False),
        f"test.{form}": written(shuffled, order, quoted=bool(seed % 2)),
    }
    root = tmp_path_factory.mktemp("shuffled")
    report = judged(root, tree, two(f"train.{form}", f"test.{form}"))
    assert not report.not_assessed
    count = sum(row in shared for row in map(tuple, rows[1]))
    messages = found(report)
    assert ("RC1419" in messages) == bool(count)
    if count:
        assert f"{count} of the {len(rows[1])} items" in messages["RC1419"]


def test_splits_of_many_files_are_read_in_turn(tmp_path: Path) -> None:
    tree: Tree = {f"train/{n}.csv": text(TRAIN[n::4]) for n in range(4)}
    tree |= {"test/0.csv": text(TEST[:3]), "test/1.csv": text([*TEST[3:], TRAIN[6]])}
    splits = two("x", "x")
    splits[0]["files"] = [f"train/{n}.csv" for n in range(4)]
    splits[1]["files"] = ["test/0.csv", "test/1.csv"]
    splits[0]["count"], splits[1]["count"] = 40, 21
    report = judged(tmp_path, tree, splits)
    assert "line 19 of test/1.csv (line 3 of train/2.csv)" in found(report)["RC1419"]
    assert set(found(report)) == {"RC1419"}


def test_the_share_from_which_duplicates_count_can_be_set(tmp_path: Path) -> None:
    tree: Tree = {"a.csv": text(TRAIN), "b.csv": text([*TEST, TRAIN[0], TRAIN[0]])}
    splits = two("a.csv", "b.csv")
    message = found(judged(tmp_path, tree, splits))["RC1419"]
    assert "2 of the 22 items of split test of data visits (9.09 %, 1 different)" in message
    assert "RC1419" in found(judged(tmp_path, tree, splits, parameters={"RC1419": {"share": 0.09}}))
    assert "RC1419" not in found(judged(tmp_path, tree, splits, parameters={"RC1419": {"share": 0.1}}))


def test_the_same_values_with_another_label_are_told(tmp_path: Path) -> None:
    tree: Tree = {"a.csv": "x,y\n1,cat\n2,dog\n3,cat\n", "b.csv": "x,y\n1,dog\n2,dog\n9,cat\n"}
    message = found(judged(tmp_path, tree, two("a.csv", "b.csv"), {"label_column": "y"}))["RC1419"]
    assert "1 of the 3 items" in message
    assert message.endswith("line 3 of b.csv (line 3 of a.csv); 1 more with another label")


def test_a_column_that_is_not_there_is_named_with_what_may_be_meant(tmp_path: Path) -> None:
    tree: Tree = {"a.csv": text(TRAIN), "b.csv": text(TEST)}
    splits = two("a.csv", "b.csv", group_key="patients")
    messages = found(judged(tmp_path, tree, splits, {"id_column": "Visit"}))
    assert messages["RC1415"] == 'a.csv of data visits has no column "Visit"; did you mean visit?'
    assert "did you mean patient?" in messages["RC1416"]


@pytest.mark.parametrize(
    ("declared", "agrees"),
    [
        (["2020", "2021"], True),
        (["2020-01-01T00:00:00Z", "2020-01-31T23:59:59Z"], True),
        (["2020-01-01T02:00:00+02:00", "2020-01-31T12:00:00Z"], True),
        (["2020-01-02", "2020-01-31"], False),
        (["2020-01", "2020-01"], True),
        (["2019", "2019"], False),
    ],
)
def test_declared_ranges_are_held_to_the_times_of_the_items(
    tmp_path: Path, declared: list[str], agrees: bool
) -> None:
    rows = ["a,2020-01-01T00:00:00Z", "b,2020-01-31 13:00:00+01:00", "c,"]
    splits = two("a.csv", "b.csv")
    splits[0]["time_range"] = declared
    tree: Tree = {"a.csv": text(rows, "x,t"), "b.csv": text(["d,2021-01-01T00:00:00Z"], "x,t")}
    report = judged(tmp_path, tree, splits, {"time_column": "t"})
    assert ("RC1418" not in found(report)) == agrees
    assert not reasons(report)


@pytest.mark.parametrize("times", [["31.12.2020"], ["2020-13-01"], ["2020-01-01", "5"], ["soon"]])
def test_times_that_cannot_be_compared_are_not_guessed(tmp_path: Path, times: list[str]) -> None:
    tree: Tree = {
        "a.csv": text([f"x,{time}" for time in times], "x,t"),
        "b.csv": text(["y,2021-01-01"], "x,t"),
    }
    report = judged(tmp_path, tree, two("a.csv", "b.csv"), {"time_column": "t"})
    assert not report.findings
    assert f'"{times[-1]}" in line {len(times) + 1} of a.csv is no time' in reasons(report)


# ------------------------------------------------------------------------------------- files that are hostile


def header_of(said: str) -> bytes:
    return b"\x93NUMPY\x01\x00" + len(said).to_bytes(2, "little") + said.encode()


OBJECTS = io.BytesIO()
np.save(OBJECTS, np.array([{}, []], dtype=object), allow_pickle=True)
FORTRAN = io.BytesIO()
np.save(FORTRAN, np.asfortranarray(np.ones((3, 4))))

NUMBERS = "{'descr':'<f8','fortran_order':False,'shape':%s}"

HOSTILE: dict[str, tuple[str, bytes, str]] = {
    "utf-16": ("a.csv", "x,y\n1,2\n".encode("utf-16"), "UTF-16"),
    "zeros": ("a.csv", b"x,y\n1,\x002\n", "value zero"),
    "ragged": ("a.csv", b"x,y\n1,2\n3\n", "line 3 has 1 fields, not 2"),
    "ragged in quotes": ("a.csv", b'x,y\n1,"2"\n\n3,4,"5"\n', "line 4 has 3 fields, not 2"),
    "open quote": ("a.csv", b'x,y\n1,"2\n3,4\n', "line 3: unexpected end of data"),
    "two names": ("a.csv", b"x,y,x\n1,2,3\n", 'two columns with the name "x"'),
    "old line ends": ("a.csv", b"x,y\r1,2\r3,4\r", "carriage return"),
    "not gzip": ("a.csv.gz", b"x,y\n3,4\n", "cannot be unpacked"),
    "cut gzip": ("a.csv.gz", gzip.compress(b"x,y\n" + bytes(range(48, 58)) * 900)[:-9], "cannot be unpacked"),
    "long line": ("a.csv.gz", gzip.compress(b"x,y\n" + b"1" * (17 << 20)), "a line of more than 16 MiB"),
    "objects": ("a.npy", OBJECTS.getvalue(), "objects of Python"),
    "by columns": ("a.npy", FORTRAN.getvalue(), "column by column"),
    "no array": ("a.npy", b"x,y\n1,2\n3,4\n", "no array of NumPy"),
    "no header": ("a.npy", header_of("__import__('os')"), "header that cannot be read"),
    "deep header": ("a.npy", header_of("(" * 5000), "header that cannot be read"),
    "cut array": (
        "a.npy",
        header_of(NUMBERS % "(9,)") + b"12",
        "cut off",
    ),
    "negative": ("a.npy", header_of(NUMBERS % "(-9,)"), "cannot be read"),
    "vast row": (
        "a.npy",
        header_of(NUMBERS % "(1, 999999999)"),
        "rows of",
    ),
    "no archive": ("a.npz", b"PK\x03\x04 and no more", "no archive of arrays"),
    "no parquet": ("a.parquet", b"PAR1 and no more PAR1", "cannot be read as a Parquet file"),
    "another form": ("a.xlsx", b"PK", "is not known here"),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_what_cannot_be_read_is_not_assessed_and_says_why(tmp_path: Path, name: str) -> None:
    path, content, reason = HOSTILE[name]
    report = judged(tmp_path, {path: content, "b.csv": "x,y\n1,2\n"}, two(path, "b.csv", count=7))
    assert [finding.code for finding in report.findings if finding.code != "RC1417"] == []
    assert reason in reasons(report)
    assert not any(each.failed for each in report.not_assessed)


@settings(max_examples=150, deadline=None)
@given(content=st.binary(max_size=80), form=st.sampled_from(["csv", "tsv.gz", "npy", "npz", "parquet"]))
def test_no_bytes_make_a_rule_fail(
    tmp_path_factory: pytest.TempPathFactory, content: bytes, form: str
) -> None:
    begins = {
        "npy": b"\x93NUMPY\x01\x00",
        "csv": b"x,y\n",
        "tsv.gz": b"",
        "npz": b"PK\x03\x04",
        "parquet": b"PAR1",
    }
    stored = gzip.compress(content) if form.endswith("gz") else begins[form] + content
    root = tmp_path_factory.mktemp("bytes")
    splits = two(f"a.{form}", "b.csv", group_key="x")
    report = judged(root, {f"a.{form}": stored, "b.csv": "x,y\n1,2\n"}, splits, {"id_column": "y"})
    assert not any(each.failed for each in report.not_assessed)


def test_a_small_archive_cannot_ask_for_more_than_is_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limits, "MOST_BYTES", 1 << 20)
    monkeypatch.setattr(limits, "MOST_ITEMS", 1000)
    splits = two("a.csv.gz", "b.csv")
    bomb = gzip.compress(b"x,y\n" + b"\n" * (2 << 20))
    assert "more than 0 GiB" in reasons(judged(tmp_path, {"a.csv.gz": bomb, "b.csv": "x,y\n"}, splits))
    many = gzip.compress(b"x,y\n" + b"1,2\n" * 2000)
    assert "more than 1,000 items" in reasons(judged(tmp_path, {"a.csv.gz": many, "b.csv": "x,y\n"}, splits))


def test_the_line_to_add_is_said_where_no_split_names_its_files(tmp_path: Path) -> None:
    splits = two("train.csv", "test.csv")
    for split in splits:
        del split["files"]
    report = judged(tmp_path, {"train.csv": text(TRAIN), "test.csv": text(TRAIN)}, splits)
    assert not report.findings  # what only a name tells is not guessed
    assert 'a line such as `files = ["train.csv"]`' in reasons(report)


def test_files_that_did_not_come_along_are_named(tmp_path: Path) -> None:
    report = judged(tmp_path, {"a.csv": text(TRAIN)}, two("a.csv", "b.csv", count=40))
    assert set(found(report)) == {"RC1414"}
    assert "b.csv of data visits did not come along" in reasons(report)


def test_long_lists_are_compared_in_passes_and_by_either_fingerprint(monkeypatch: pytest.MonkeyPatch) -> None:
    from reprocrate.validation.items import fingerprints

    for made in (fingerprints.fingerprint, _digest):
        monkeypatch.setattr(fingerprints, "fingerprint", made)
        monkeypatch.setattr(fingerprints, "MOST_AT_ONCE", 10)
        first, second = Fingerprints(skip_empty=True), Fingerprints(skip_empty=True)
        first.extend([b"", *(b"%d" % n for n in range(100))])
        second.extend([b"%d" % n for n in range(95, 120)] + [b""])
        assert second.shared_with(first) == [0, 1, 2, 3, 4]
        assert first.twin_of(second, 2) == 98


def test_records_of_plain_files_are_their_lines(tmp_path: Path) -> None:
    """So `digests`, as the specification defines them, are those of lines; here of rows with quotes, too."""
    from reprocrate.validation.items.tables import record_of

    assert record_of(["1", "2,5", 'a "b"', "c\nd", ""]) == '1,"2,5","a ""b""","c\nd",'


def test_reports_show_lines_and_no_values_of_people(tmp_path: Path) -> None:
    tree: Tree = {"a.csv": "name,x\nGrace Hopper,1\n", "b.csv": "name,x\nGrace Hopper,2\n"}
    report = judged(tmp_path, tree, two("a.csv", "b.csv", group_key="name"), {"id_column": "name"})
    assert {"RC1420", "RC1421"} <= set(found(report))
    assert "Grace" not in json.dumps(said(report))
