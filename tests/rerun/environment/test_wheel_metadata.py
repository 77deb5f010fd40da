"""What wheels say of their licence, from metadata as packages really have it, and from what is no wheel."""

from __future__ import annotations

import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from reprocrate.errors import UnreadableError
from reprocrate.rerun.environment.wheel_metadata import MOST_METADATA, WheelLicence, read_licence
from tests.rerun.package_index import make_wheel

MIT_TEXT = (
    "License: Copyright (c) 2020 Ada. All rights reserved.\n"
    "        Permission is hereby granted, free of charge, to any person"
)
BSD_TEXT = (
    "License: Copyright (c) 2005-2024, Developers.\n        All rights reserved.\n        \n"
    "        Redistribution and use in source and binary forms, with or without\n"
    "        modification, are permitted provided that"
)


def read(folder: Path, *headers: str) -> WheelLicence:
    return read_licence(make_wheel(folder, "alpha", "1.0", headers=headers))


@pytest.mark.parametrize(
    "header",
    [
        "License-Expression: MIT",
        "License-Expression: BSD-3-Clause AND 0BSD AND MIT AND Zlib AND CC0-1.0",
        "License-Expression: (Apache-2.0 OR BSD-3-Clause) AND PSF-2.0",
        "License-Expression: GPL-3.0-or-later WITH GCC-exception-3.1",
        "License-Expression: LicenseRef-Ours OR MIT",
        "License: BSD",
        "License: BSD-3-Clause",
        "License: new BSD License",
        "License: Apache License, Version 2.0",
        "License: PSF",
        "Classifier: License :: OSI Approved :: Apache Software License",
        MIT_TEXT,
        BSD_TEXT,
    ],
)
def test_what_anyone_may_pass_on(tmp_path: Path, header: str) -> None:
    assert read(tmp_path, header).free


@pytest.mark.parametrize(
    ("headers", "said"),
    [
        ([], ""),
        (["License: UNKNOWN"], ""),
        (["License-Expression: LicenseRef-NVIDIA-Proprietary"], "LicenseRef-NVIDIA-Proprietary"),
        (["License-Expression: MIT AND LicenseRef-Models"], "MIT AND LicenseRef-Models"),
        (["License-Expression: CC-BY-NC-4.0"], "CC-BY-NC-4.0"),
        (
            ["License: NVIDIA Proprietary Software", "Classifier: License :: Other/Proprietary License"],
            "NVIDIA Proprietary Software, Other/Proprietary License",
        ),
        (["License: MIT for non-commercial use"], "MIT for non-commercial use"),
        (["License: Ask Ada first"], "Ask Ada first"),
        (
            ["License: BSD", "Classifier: License :: Other/Proprietary License"],
            "BSD, Other/Proprietary License",
        ),
    ],
)
def test_what_is_not_known_to_be_free(tmp_path: Path, headers: list[str], said: str) -> None:
    found = read(tmp_path, *headers)
    assert (found.free, found.said) == (False, said)


def test_only_expressions_of_spdx_are_handed_on_as_such(tmp_path: Path) -> None:
    assert read(tmp_path, "License-Expression: MIT OR Apache-2.0").expression == "MIT OR Apache-2.0"
    assert read(tmp_path, "License: BSD-3-Clause").expression == "BSD-3-Clause"
    assert read(tmp_path, "License: Apache License 2.0").expression is None
    assert read(tmp_path, "License: LicenseRef-Ours").expression is None
    both = "(MIT OR Apache-2.0) AND PSF-2.0"
    assert read(tmp_path, f"License-Expression: {both}").expression == both


@pytest.mark.parametrize(
    "text",
    [
        "MIT License; see the file",
        "(MIT",
        ")MIT(",
        "MIT WITH (x)",
        "MIT WITH a WITH b",
        "MIT " * 1000,
        "é",
        "\x1b[31mMIT",
    ],
)
def test_what_is_no_expression_is_not_handed_on(tmp_path: Path, text: str) -> None:
    found = read(tmp_path, f"License-Expression: {text}")
    assert found.expression is None
    assert len(found.said) <= 1000
    assert found.said.isprintable()


def many(path: Path) -> None:
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("a-1.dist-info/METADATA", "Name: a\n")
        archive.writestr("b-1.dist-info/METADATA", "Name: b\n")


def vast(path: Path) -> None:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a-1.dist-info/METADATA", b"Name: a\n\n" + b" " * (MOST_METADATA + 1))


def bare(path: Path) -> None:
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("deep/a-1.dist-info/METADATA", "Name: a\n")


def damaged(path: Path) -> None:
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("a-1.dist-info/METADATA", "Name: a\n" * 100)
    data = bytearray(path.read_bytes())
    data[80] ^= 1
    path.write_bytes(data)


@pytest.mark.parametrize(
    "make", [many, vast, bare, damaged, lambda path: path.write_bytes(b"no zip"), lambda path: path.touch()]
)
def test_what_is_no_wheel_is_named(tmp_path: Path, make: Callable[[Path], None]) -> None:
    path = tmp_path / "a-1-py3-none-any.whl"
    make(path)
    with pytest.raises(UnreadableError, match=r"a-1-py3-none-any\.whl is not a wheel"):
        read_licence(path)
