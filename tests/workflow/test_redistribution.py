"""Whether a licence lets anyone pass files on."""

from __future__ import annotations

import json

import pytest

from reprocrate.standard import shipped_bytes
from reprocrate.workflow.redistribution import Redistribution, redistribution


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("MIT", "ALLOWED"),
        ("mit", "ALLOWED"),
        ("CC-BY-NC-ND-4.0", "ALLOWED"),
        ("GPL-2.0+", "ALLOWED"),
        ("LicenseRef-Proprietary", "FORBIDDEN"),
        ("proprietary", "FORBIDDEN"),
        ("LicenseRef-acme-all-rights-reserved-2024", "FORBIDDEN"),
        ("LicenseRef-undual", "UNKNOWN"),  # the word is `dua`
        ("LicenseRef-ImageNet", "UNKNOWN"),
        ("3D-Slicer-1.0", "UNKNOWN"),
        ("Apache-2.0 OR LicenseRef-proprietary", "ALLOWED"),
        ("Apache-2.0 AND LicenseRef-proprietary", "FORBIDDEN"),
        ("MIT AND LicenseRef-Foo", "UNKNOWN"),
        ("MIT OR Zlib AND LicenseRef-proprietary", "ALLOWED"),
        ("(MIT OR Zlib) AND LicenseRef-proprietary", "FORBIDDEN"),
        ("GPL-2.0-only WITH Classpath-exception-2.0", "ALLOWED"),
        ("MIT)", "UNKNOWN"),
        ("(MIT", "UNKNOWN"),
        ("MIT AND", "UNKNOWN"),
        ("AND", "UNKNOWN"),
        ("MIT Zlib", "UNKNOWN"),
        ("MIT WITH", "UNKNOWN"),
    ],
)
def test_expression(expression: str, expected: str) -> None:
    assert redistribution(expression) is Redistribution[expected]


def test_what_is_known_is_of_licences_that_spdx_lists() -> None:
    known = json.loads(shipped_bytes("redistribution.json"))
    listed = json.loads(shipped_bytes("spdx-licenses.json"))["licenses"]
    names = [name for kind in ("osi_approved", "fsf_libre", "content") for name in known[kind]]
    assert len(names) == len(set(names))
    assert set(names) <= set(listed)
