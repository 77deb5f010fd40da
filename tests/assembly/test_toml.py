# ruff: noqa: E501
"""`reprocrate.toml`: what is accepted, and errors that name the line and the key."""

from __future__ import annotations

from pathlib import Path

import pytest

from reprocrate.assembly.settings import ProjectSettings
from reprocrate.assembly.toml import line_of, load_settings, parse_settings
from reprocrate.errors import UsageError

EXAMPLES = Path(__file__).resolve().parents[2] / "examples"


def test_a_project_without_settings_has_the_defaults(tmp_path: Path) -> None:
    assert load_settings(tmp_path) == ProjectSettings()


@pytest.mark.parametrize("example", sorted(path.parent.name for path in EXAMPLES.glob("*/reprocrate.toml")))
def test_the_examples_are_read(example: str) -> None:
    settings = load_settings(EXAMPLES / example)
    assert settings.claims
    assert all(each.command for each in settings.configurations.values())


def test_short_forms_mean_the_long_ones() -> None:
    settings = parse_settings(
        """
        [experiment]
        authors = ["Ada Example"]
        [data.rings]
        access = "open"
        source = "https://example.org/rings.csv"
        [data.moons]
        source = "10.5281/zenodo.1234567"
        [metrics.accuracy]
        margin = 0.01
        [metrics.loss]
        margin = { relative = 0.05 }
        [configurations.wide]
        command = "python 'my script.py' --seed {seed}"
        """
    )
    assert settings.experiment.authors[0].name == "Ada Example"
    assert settings.data["rings"].access is not None
    assert settings.data["rings"].access.level == "open"
    assert settings.data["moons"].source is not None
    assert settings.data["moons"].source.doi == "10.5281/zenodo.1234567"
    margins = {name: metric.margin for name, metric in settings.metrics.items()}
    assert margins["accuracy"] is not None
    assert (margins["accuracy"].kind, margins["accuracy"].value) == ("absolute", 0.01)
    assert margins["loss"] is not None
    assert (margins["loss"].kind, margins["loss"].value) == ("relative", 0.05)
    assert settings.configurations["wide"].command == ("python", "my script.py", "--seed", "{seed}")


def test_an_orcid_may_be_written_as_its_address() -> None:
    text = '[experiment]\nauthors = [{ name = "A", orcid = "https://orcid.org/0000-0002-1825-0097" }]\n'
    (author,) = parse_settings(text).experiment.authors
    assert author.orcid == "0000-0002-1825-0097"


UNKNOWN = "is not a key that reprocrate knows. Did you mean"
ERRORS = [
    ("x", "is not valid TOML"),
    ('[experiment]\ntitel = "x"\n', f"line 2: experiment.titel {UNKNOWN} `title`?"),
    ('[experimnt]\ntitle = "x"\n', f"line 1: experimnt {UNKNOWN} `experiment`?"),
    ('[data.x]\nfiles = []\nacess = "open"\n', f"line 3: data.x.acess {UNKNOWN} `access`?"),
    ('[data.x.access]\nlevl = "open"\n', f"line 2: data.x.access.levl {UNKNOWN} `level`?"),
    (
        '\n\n[experiment]\nauthors = [{ name = "A", orcid = "0000-0002-1825-0098" }]\n',
        'line 4: experiment.authors[0]: the ORCID "0000-0002-1825-0098" has a wrong check digit',
    ),
    (
        '[experiment]\nauthors = [{ name = "A", orcid = "0000000218250097" }]\n',
        "is not of the form 0000-0002-1825-0097; correct it (`reprocrate validate --fix` does",
    ),
    (
        '[experiment]\nauthors = [{ name = "A", affiliation = "B", affiliation_ror = "000000099" }]\n',
        'line 2: experiment.authors[0]: the ROR "000000099" has wrong check digits',
    ),
    (
        '[experiment.publisher]\nname = "B"\nror = "https://ror.org/000000099"\n',
        'experiment.publisher: the ROR "https://ror.org/000000099" has wrong check digits',
    ),
    ('[metrics.acc]\nfrom = "a.json"\n', "line 1: metrics.acc: `from` is a path and a place in it"),
    ('[metrics.acc]\nfrom = "a.json:$.x"\nstdout = "acc=(.*)"\n', "both `from` and `stdout` are given"),
    ("[metrics.acc]\nmargin = -1\n", "line 2: metrics.acc.margin"),
    (
        '[data.x]\nfiles = ["data/**.csv"]\n',
        "line 2: data.x.files[0] 'data/**.csv': it must be a file, folder or glob",
    ),
    (
        '[[claims]]\ntext = "a"\n\n[[claims]]\ntext = "b"\n[claims.better]\nconfiguration = "x"\nthen = "y"\n',
        f"line 8: claims[1].better.then {UNKNOWN} `than`?",
    ),
    (
        '[[claims]]\ntext = "a"\nvalue = { configuration = "x", metric = "m" }\n',
        "line 3: claims[0].value: give exactly one of `equals`, `at_least` and `at_most`",
    ),
]


@pytest.mark.parametrize(("text", "expected"), ERRORS)
def test_errors_name_line_key_and_remedy(text: str, expected: str) -> None:
    with pytest.raises(UsageError) as caught:
        parse_settings(text)
    assert expected in str(caught.value)
    assert str(caught.value).startswith("reprocrate.toml")


def test_several_errors_are_told_at_once() -> None:
    with pytest.raises(UsageError) as caught:
        parse_settings('[experiment]\ntitel = "x"\nlicence = "MIT"\n')
    assert "titel" in str(caught.value)
    assert "licence" in str(caught.value)


def test_a_file_that_is_not_utf8_is_named(tmp_path: Path) -> None:
    (tmp_path / "reprocrate.toml").write_bytes(b'[experiment]\ntitle = "\xff"\n')
    with pytest.raises(UsageError, match="not UTF-8"):
        load_settings(tmp_path)


@pytest.mark.parametrize(
    ("location", "line"),
    [
        (("a",), 1),
        (("a", "b"), 2),
        (("a", "b", "inner"), 2),
        (("c", 0, "d"), 5),
        (("c", 1, "d"), 7),
        (("z",), None),
    ],
)
def test_line_of_finds_keys_and_entries_of_lists(location: tuple[str | int, ...], line: int | None) -> None:
    text = "[a]\nb = { inner = 1 }\n\n[[c]]\nd = 1\n[[c]]\nd = 2\n"
    assert line_of(text, location) == line


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("[metrics.acc]\nfrom = 3", "line 2: metrics.acc.from 3: must be a text in quotation marks."),
        (
            "[metrics.acc]\nmargin = '1%'",
            "metrics.acc.margin '1%': must be a number, such as 0.01, or a table",
        ),
        ("[metrics.'a b']\nfrom = 'x.csv:a'", "metrics.a b 'a b': a name has letters from A to Z, digits"),
        ("[configurations.main]\ncommand = ''", "configurations.main.command '': must not be empty."),
        ("[data.d]\nfiles = 'data'", "data.d.files 'data': must be a list, as in"),
        ("[[claims]]\ntext = 'x'\nprimary = 'yes'", "claims[0].primary 'yes': must be true or false."),
        ("[[claims]]\ntext = 'x'\nbetter = { configuration = 'a', metric = 'b' }", "better.than: is missing"),
    ],
)
def test_a_wrong_value_is_told_in_words_of_the_file(text: str, expected: str) -> None:
    with pytest.raises(UsageError) as caught:
        parse_settings(text)
    assert expected in str(caught.value)
    for foreign in ("Value error", "dictionary", "tuple", "pattern", "instance", "input should"):
        assert foreign not in str(caught.value)
