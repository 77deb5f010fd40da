"""Locks come with bundles: whatever is not a pinned requirement is refused."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reprocrate.errors import UnreadableError
from reprocrate.rerun.environment.requirements import Pinned, normalised, read_lock

DIGEST = "0" * 64

NAMES = st.from_regex(r"[A-Za-z][A-Za-z0-9]([._-][A-Za-z0-9]){0,3}", fullmatch=True)
VERSIONS = st.from_regex(r"[0-9]{1,3}(\.[0-9]{1,3}){0,3}((a|rc|\.post)[0-9])?", fullmatch=True)


def test_reads_what_uv_writes() -> None:
    text = (
        "# a comment\n"
        f"alpha==1.0 \\\n    --hash=sha256:{DIGEST} \\\n    --hash=sha256:{'1' * 64}\n"
        f"\nBeta_two==2.0rc1 ; python_full_version < '3.12' and sys_platform == 'win32' \\\n"
        f"    --hash=sha256:{DIGEST}\n"
    )
    assert read_lock(text) == (
        Pinned("alpha", "1.0", None, True),
        Pinned("beta-two", "2.0rc1", "python_full_version < '3.12' and sys_platform == 'win32'", True),
    )


def test_an_empty_lock_needs_nothing() -> None:
    assert read_lock("") == ()
    assert read_lock("# nothing\n\n") == ()


@pytest.mark.parametrize(
    "line",
    [
        "--index-url https://example.org/simple",
        "-i https://example.org/simple",
        "--extra-index-url=https://example.org",
        "--find-links /tmp",
        "--trusted-host example.org",
        "-e .",
        "-r other.txt",
        "-c other.txt",
        "./alpha",
        "alpha.whl",
        "alpha @ https://example.org/alpha-1.0-py3-none-any.whl",
        "https://example.org/alpha-1.0-py3-none-any.whl",
        "git+https://example.org/alpha",
        "alpha",
        "alpha>=1.0",
        "alpha==1.0 --no-binary :all:",
        f"alpha==1.0 --hash=md5:{'0' * 32}",
        f"alpha==1.0 --hash=sha256:{DIGEST} --index-url https://example.org",
        "alpha==1.0 ; $(touch x)",
        "alpha==1.0 \\\n--index-url https://example.org",
        "alpha==1.0 \\",
        "${HOME}==1",
    ],
)
def test_anything_but_a_pinned_requirement_is_refused(line: str) -> None:
    text = f"beta==1.0\n{line}\n"
    if line == "alpha==1.0 \\":
        assert [one.name for one in read_lock(text)] == ["beta", "alpha"]
        return
    with pytest.raises(UnreadableError) as caught:
        read_lock(text, "bundle/lock.txt")
    assert "bundle/lock.txt line 2" in str(caught.value)


@given(NAMES, VERSIONS, st.booleans())
def test_every_pinned_requirement_is_read(name: str, version: str, hashed: bool) -> None:
    line = f"{name}=={version}" + (f" --hash=sha256:{DIGEST}" if hashed else "")
    assert read_lock(line) == (Pinned(normalised(name), version, None, hashed),)


@given(st.text(max_size=60))
def test_no_text_makes_an_option_of_an_installer(text: str) -> None:
    try:
        lines = read_lock(text)
    except UnreadableError:
        return
    assert all(one.name and not one.name.startswith("-") for one in lines)
    assert "--index" not in text
    assert "://" not in "".join(line for line in text.splitlines() if not line.strip().startswith("#"))
