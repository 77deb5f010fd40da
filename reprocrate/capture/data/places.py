"""Where a file lies that a launch opened: in the project, in a known place outside, or where it is no data.

Files outside the project are named by their place, never by the user's home folder.
"""

from __future__ import annotations

import os
import re
import tempfile
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from fnmatch import translate
from functools import cache, cached_property
from pathlib import Path

from reprocrate.capture.privacy.scrubber import Scrubber

_SYSTEM = (
    *("/bin/", "/boot/", "/dev/", "/etc/", "/lib", "/nix/", "/proc/", "/run/", "/sbin/", "/snap/", "/sys/"),
    *("/usr/bin/", "/usr/include/", "/usr/lib", "/usr/libexec/", "/usr/sbin/", "/usr/src/"),
    *("/usr/local/bin/", "/usr/local/cuda", "/usr/local/include/", "/usr/local/lib", "/usr/local/sbin/"),
    *("/usr/local/nvidia/", "/opt/nvidia/", "/opt/rocm", "/opt/intel/"),  # drivers and what comes with them
    *("/var/cache/", "/var/lib/", "/var/log/", "/var/run/", "/System/", "/Library/"),
)
# A library outside the project is software: a tracer sees the loader open it, wherever a cluster keeps it.
_SHARED_LIBRARY = re.compile(r"\.so(?:\.[0-9]+)*$|\.dylib$|\.dll$")
_SHARED_NOISE = frozenset(
    {
        *("R", "X11", "bash-completion", "ca-certificates", "fontconfig", "fonts", "gcc", "git-core"),
        *("groff", "i18n", "icons", "icu", "java", "julia", "locale", "man", "mime", "misc", "nodejs"),
        *("perl", "perl5", "python3", "tcltk", "terminfo", "texlive", "texmf", "vim", "zoneinfo"),
    }
)
# Named places where libraries keep what they download: the variable that moves them, and where they are else.
_CACHES = (
    ("huggingface", "HF_HOME", ".cache/huggingface"),
    ("huggingface", "HF_HUB_CACHE", None),
    ("huggingface", "HUGGINGFACE_HUB_CACHE", None),
    ("huggingface", "HF_DATASETS_CACHE", None),
    ("huggingface", "TRANSFORMERS_CACHE", None),
    ("torch", "TORCH_HOME", ".cache/torch"),
    ("scikit-learn", "SCIKIT_LEARN_DATA", "scikit_learn_data"),
    ("keras", "KERAS_HOME", ".keras"),
    ("nltk", "NLTK_DATA", "nltk_data"),
    ("tensorflow-datasets", "TFDS_DATA_DIR", "tensorflow_datasets"),
    ("kagglehub", "KAGGLEHUB_CACHE", ".cache/kagglehub"),
    ("modelscope", "MODELSCOPE_CACHE", ".cache/modelscope"),
    ("gensim", "GENSIM_DATA_DIR", "gensim-data"),
    ("seaborn", "SEABORN_DATA", ".cache/seaborn-data"),
    ("cache", "XDG_CACHE_HOME", ".cache"),
)
# What programs keep in the general cache that is made again by itself.
_MADE_AGAIN = re.compile(
    r"(?:pip|uv|pypoetry|pdm|pipenv|conda|fontconfig|matplotlib|mesa_shader_cache.*|nvidia|nv|triton|torch_.*|"
    r"torchinductor.*|numba|jax.*|jedi|mypy|ruff|black|ccache|ipython|jupyter.*|thumbnails|gstreamer.*|vscode.*|"
    r"pre-commit|pyinstaller|node|npm|yarn|go-build|tvm|vllm|flashinfer|deep_gemm|cupy|pocl|dconf|motd\..*)(?:/.*|$)",
    re.IGNORECASE,
)
_SECRET_NAMES = (
    *(".env", ".env.*", ".netrc", ".pypirc", "*.kdbx", "*.key", "*.pem", "credentials", "credentials.json"),
    *(
        "id_ed25519*",
        "id_rsa*",
        "kaggle.json",
        "secrets.*",
        "service_account*.json",
        "stored_tokens",
        "token",
    ),
)
CACHES = frozenset(name for name, _, _ in _CACHES)
"""Places that hold what was downloaded."""

TEMPORARY = "temporary"
"""The place of files that are gone when the machine is."""


@dataclass(frozen=True)
class Place:
    """A file's name in a record: its path, from the project or, where `root` is given, from that place."""

    root: str | None
    path: str


@dataclass(frozen=True)
class Places:
    """Names the files that a launch opened.

    Attributes:
        project: the project's folder, without links.
        scrubber: what must not stand in a record.
        environ: the variables of the launch, which may move the known places.
        prefixes: folders of the interpreters' installations and environments.
        search_path: their `sys.path`, where distributions are installed.
    """

    project: Path
    scrubber: Scrubber
    environ: Mapping[str, str]
    prefixes: tuple[str, ...] = ()
    search_path: tuple[str, ...] = ()
    _records: dict[str, bytes] = field(default_factory=dict, init=False, compare=False, repr=False)
    _real_folders: dict[str, str] = field(default_factory=dict, init=False, compare=False, repr=False)

    def in_project(self, path: str) -> str | None:
        """A file's path relative to the project; None where it lies outside or in an environment."""
        if any(_is_below(path, prefix) for prefix in self._inner_prefixes):
            return None
        for folder in self._project_names:
            if _is_below(path, folder):
                return path[len(folder) + 1 :].replace(os.sep, "/")
        named, name = os.path.split(path)
        if named not in self._real_folders:
            self._real_folders[named] = os.path.realpath(named)
        real = f"{self._real_folders[named]}/{name}"
        if real != path and _is_below(real, os.fspath(self.project)):
            return real[len(os.fspath(self.project)) + 1 :].replace(os.sep, "/")
        return None

    def of_data(self, path: str) -> Place | None:
        """A data file's name; None for what is no data: libraries, the system's files, ours."""
        inside = self.in_project(path)
        if inside is not None:
            return None if _is_tools_own(inside) else Place(None, inside)
        if self._is_installed(path) or _is_system(path) or _SHARED_LIBRARY.search(path):
            return None
        for name, folder in self._named_folders:
            if _is_below(path, folder):
                rest = path[len(folder) + 1 :]
                return None if _is_hidden(name, rest) else Place(name, self.scrubber.place(rest))
        return Place("external", self.scrubber.place(path.lstrip(os.sep)))

    def is_foreign_code(self, path: str) -> bool:
        """Whether code lies neither in the project nor in an installation that can be built again."""
        return (
            path.endswith((".py", ".pyc", ".so"))
            and self.in_project(path) is None
            and not self._is_installed(path)
            and not _is_below_any(path, self._temporary)
            and not _is_system(path)
        )

    @cached_property
    def _project_names(self) -> tuple[str, ...]:
        named = os.fspath(self.scrubber.project)
        return tuple(dict.fromkeys((os.fspath(self.project), named, os.path.realpath(named))))

    @cached_property
    def _inner_prefixes(self) -> tuple[str, ...]:
        return tuple(
            prefix for prefix in self.prefixes if any(_is_below(prefix, name) for name in self._project_names)
        )

    @cached_property
    def _temporary(self) -> tuple[str, ...]:
        named = {tempfile.gettempdir(), self.environ.get("TMPDIR", ""), "/tmp", "/var/tmp"}  # noqa: S108
        return tuple(
            {folder for name in named if name for folder in (name.rstrip("/"), os.path.realpath(name))}
        )

    @cached_property
    def _named_folders(self) -> tuple[tuple[str, str], ...]:
        """The places outside the project, those inside others first."""
        found = [("home", home) for home in self.scrubber.homes]
        found += [(TEMPORARY, folder) for folder in self._temporary]
        for name, variable, usual in _CACHES:
            found += [(name, folder.rstrip("/")) for folder in self._folders_of(variable, usual)]
        return tuple(sorted(found, key=lambda place: -len(place[1])))

    def _folders_of(self, variable: str, usual: str | None) -> list[str]:
        moved = self.environ.get(variable)
        if moved or usual is None:
            return [moved] if moved else []
        general = self.environ.get("XDG_CACHE_HOME")
        if general and usual.startswith(".cache/"):
            return [f"{general}/{usual.removeprefix('.cache/')}"]
        return [f"{home}/{usual}" for home in self.scrubber.homes]

    def _is_installed(self, path: str) -> bool:
        """Whether a file came with an interpreter or an installed distribution."""
        for folder in self.search_path:
            if _is_below(path, folder) and Path(folder).name in ("site-packages", "dist-packages"):
                return path.endswith((".py", ".pyc", ".so", ".pth")) or self._is_listed(folder, path)
        return _is_below_any(
            path, [prefix for prefix in self.prefixes if prefix not in ("/usr", "/usr/local")]
        )

    def _is_listed(self, folder: str, path: str) -> bool:
        """Whether an installed distribution's RECORD lists a file (PEP 627) or the file is metadata."""
        name = path[len(folder) + 1 :].replace(os.sep, "/")
        if ".dist-info/" in name or ".egg-info" in name or folder.startswith("/usr/lib"):
            return True
        if folder not in self._records:
            listings = [_read(file) for file in sorted(Path(folder).glob("*.dist-info/RECORD"))]
            self._records[folder] = b"\n" + b"\n".join(listings)
        entry = name.encode(errors="surrogateescape")
        return any(line in self._records[folder] for line in (b"\n%s," % entry, b'\n"%s",' % entry))


def may_hold_secrets(path: str) -> bool:
    """Whether a file is called as files with passwords and keys are."""
    return _secret_name().match(path.rpartition("/")[2].lower()) is not None


@cache
def _secret_name() -> re.Pattern[str]:
    """All names as one expression, since there may be a hundred thousand files to look at."""
    return re.compile("|".join(map(translate, _SECRET_NAMES)))


def _is_hidden(name: str, rest: str) -> bool:
    """Whether a file in a named place is nothing that a run is about."""
    if name == "home":
        return rest.startswith(".")
    return rest.endswith((".lock", ".pyc")) or (name == "cache" and _MADE_AGAIN.fullmatch(rest) is not None)


def _is_tools_own(path: str) -> bool:
    """Whether a file of the project is ours, version control's, or a cache of compiled code."""
    parts = path.split("/")
    return (
        parts[0] in (".reprocrate", "reprocrate.json", "reprocrate.toml")
        or ".git" in parts
        or "__pycache__" in parts
        or path.endswith((".pyc", ".pyo"))
        or (".ipynb_checkpoints" in parts)
    )


def _is_system(path: str) -> bool:
    if path.startswith(_SYSTEM):
        return True
    return path.startswith("/usr/share/") and path.split("/")[3] in _SHARED_NOISE


def _is_below(path: str, folder: str) -> bool:
    return path.startswith(folder.rstrip(os.sep) + os.sep)


def _is_below_any(path: str, folders: Iterable[str]) -> bool:
    return any(_is_below(path, folder) for folder in folders)


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError:
        return b""
