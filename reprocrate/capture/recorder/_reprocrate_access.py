"""Writes down which files a Python process opens and which programs it starts, while it does.

One log for each process, of one JSON object a line, in the folder that REPROCRATE_LOG_DIR names. Each line is
written at once, so that a process that ends without ceremony (os._exit, a signal) loses nothing. A path is
written once for reading and once for writing. Nothing that fails here reaches the program.

Standard library only, Python 3.8 and newer, and as little of it as possible: everything imported here is
imported into the author's program.
"""

from __future__ import annotations

import atexit
import os
import sys

from _reprocrate_cells import is_cell
from _reprocrate_children import Children
from _reprocrate_log import Log, as_json, quoted
from _reprocrate_ranks import used

TYPE_CHECKING = False  # as in `typing`, whose import would cost more than all the rest
if TYPE_CHECKING:
    from typing import Any, Callable

# Modules that read or write files without Python's knowledge: importing one bounds what the log can tell.
# pyarrow itself is imported by others that only know its types; `_reprocrate_observed` sees who uses it.
_NATIVE = """
_dbm _gdbm annoy apsw av catboost cudf cv2 decord duckdb eccodes faiss fastparquet fasttext ffcv fiona h5py
hnswlib kenlm lance lightgbm llama_cpp lmdb mujoco netCDF4 nvidia.dali onnxruntime open3d openslide osgeo
plyvel polars pyarrow._csv pyarrow._dataset pyarrow._feather pyarrow._json pyarrow._orc pyarrow._parquet
pyogrio pyreadstat pysam pyvips rasterio rdkit safetensors sentencepiece SimpleITK soundfile tables tensorflow
tensorstore tokenizers torch torchaudio torchcodec torchvision xgboost
"""
NATIVE_MODULES = frozenset(_NATIVE.split())
_OWN = "reprocrate"  # told too: a program that imports it needs it
# Functions by which compiled libraries read a file by themselves; ctypes tells when one is first looked up.
NATIVE_READERS = {
    "LGBM_BoosterCreateFromModelfile": "lightgbm",
    "LGBM_BoosterPredictForFile": "lightgbm",
    "LGBM_DatasetCreateFromFile": "lightgbm",
    "XGBoosterLoadModel": "xgboost",
    "XGDMatrixCreateFromFile": "xgboost",
    "XGDMatrixCreateFromURI": "xgboost",
}
_CODE_SUFFIXES = (".py", ".pyc", ".pyi", ".so", ".pth", ".pyd", ".dylib", ".dll", "/METADATA", "/RECORD")
_SYSTEM_FOLDERS = ("/proc/", "/sys/", "/dev/")
_LIBRARY_FOLDERS = ("/site-packages/", "/dist-packages/", "/lib/python")
_ACCESS_MODE = os.O_RDONLY | os.O_WRONLY | os.O_RDWR


class Recorder:
    """The audit hook: looks at the events that tell of files, modules and programs."""

    def __init__(self, log: Log, folder: str, project: str) -> None:
        self._log = log
        ours = os.path.dirname(os.path.abspath(__file__))
        self.children = Children(ours)
        self._no_data = (folder + os.sep, ours + os.sep, *_SYSTEM_FOLDERS)
        self._project = project + os.sep
        prefixes = {os.path.abspath(prefix) + os.sep for prefix in (sys.prefix, sys.base_prefix)}
        inside = {
            prefix for prefix in prefixes if prefix.startswith(self._project) and prefix != self._project
        }
        self._inner_prefixes = tuple(inside)
        self._outer_prefixes = tuple(prefixes - inside)
        self._cwd = ""
        self._asked: set[int] = set()  # hashes, because a million paths would not be worth their memory
        self._written: set[int] = set()
        self._inherited: set[int] = set()  # what the process that this one was forked from had written
        self._tried: set[str] = set()  # native modules that the program asked for and may not have got
        self._is_noted = False
        self._handlers: dict[str, Callable[[Any], None]] = {
            "open": self._on_open,
            "os.chdir": self._on_chdir,
            "os.rename": self._on_rename,
            "os.link": self._on_link,
            "os.symlink": self._on_symlink,
            "os.remove": self._on_remove,
            "os.truncate": self._on_truncate,
            "os.putenv": self._on_variable,
            "os.unsetenv": self._on_variable,
            "import": self._on_import,
            "cpython.run_file": self._on_script,
            "ctypes.dlopen": self._on_script,
            "ctypes.dlsym": self._on_function,
            "sqlite3.connect": self._on_database,
            "subprocess.Popen": self._on_popen,
            "os.posix_spawn": self._on_program,
            "os.exec": self._on_program,
            "os.spawn": self._on_spawn,
            "os.system": self._on_shell,
            "pty.spawn": self._on_terminal,
        }
        if hasattr(os, "register_at_fork"):
            os.register_at_fork(after_in_child=self._leave)

    def _leave(self) -> None:
        """After a fork, in the child: it tells which files it uses itself, also those of its parent."""
        self._inherited |= self._written
        self._written = set()
        self._asked.clear()

    def add(self, handlers: dict[str, Callable[[Any], None]]) -> None:
        """Have other events looked at, too."""
        self._handlers.update(handlers)

    def __call__(self, event: str, arguments: Any) -> None:
        """Look at one event; Python calls this for every one of them."""
        handler = self._handlers.get(event)
        if handler is not None:
            try:
                if self._tried:
                    self._name_imported()
                handler(arguments)
            except Exception as error:
                self._note(event, error)

    def _note(self, event: str, error: Exception) -> None:
        if not self._is_noted:
            self._is_noted = True
            try:
                self._log.write(as_json({"event": "problem", "in": event, "what": repr(error)[:500]}))
            except Exception:
                pass

    def _on_open(self, arguments: Any) -> None:
        path, mode, flags = arguments
        if path.__class__ is int or (path.__class__ is str and self._is_library(path)):
            return
        asked = hash((path, mode or flags))
        if asked not in self._asked:
            self._access(path, _letter(mode, flags))
            self._asked.add(asked)

    def _is_library(self, name: str) -> bool:
        """Whether it is the interpreter's code, or an installed package's; most opened files are."""
        if not name.endswith(_CODE_SUFFIXES):
            return False
        if name.startswith(self._outer_prefixes) and not name.startswith(self._project):
            return True
        return name.startswith(self._inner_prefixes)

    def _access(self, path: Any, letter: str) -> None:
        name = self._absolute(path)
        key = hash((name, letter))
        if key in self._written or self._is_noise(name, letter):
            return
        held = letter != "read" and key not in self._inherited and self._loses(name, letter)
        entry = '{"event":"%s","path":%s,"held":true}' if held else '{"event":"%s","path":%s}'
        self._log.write(entry % (letter, quoted(name)))
        self._written.add(key)

    def _loses(self, name: str, letter: str) -> bool:
        """Whether what a file held that is about to be changed is known to matter, or may."""
        return self._held(name) if letter == "write" else os.path.isfile(name)

    def _held(self, name: str) -> bool:
        """Whether a file that is about to be written, or removed, holds what was read before."""
        return self._did(name, "read") and os.path.isfile(name)

    def _did(self, name: str, letter: str) -> bool:
        key = hash((name, letter))
        return key in self._written or key in self._inherited

    def _absolute(self, path: Any, folder: int = -1) -> str:
        """A path without what it is relative to: a descriptor of a folder, or the working directory."""
        name = path if path.__class__ is str else os.fsdecode(path)
        if not os.path.isabs(name):
            if folder >= 0:
                name = os.path.join(os.readlink("/proc/self/fd/%d" % folder), name)
            else:
                if not self._cwd:
                    self._cwd = os.getcwd()
                # This is done for each file that is opened, and os.path.join is slow.
                name = self._cwd + "/" + name if os.sep == "/" else os.path.join(self._cwd, name)
        return os.path.normpath(name)

    def _is_noise(self, name: str, letter: str) -> bool:
        """Whether it is neither data nor code of the author's, where that is plain and cheap to see."""
        if name.startswith(self._no_data) or (letter != "read" and "__pycache__" in name):
            return True
        if not name.endswith(_CODE_SUFFIXES):
            return False
        return self._is_library(name) or any(folder in name for folder in _LIBRARY_FOLDERS)

    def is_ours(self, name: str) -> bool:
        """Whether it is a file of the project, or a cell, and no library that is installed in it."""
        if is_cell(name):
            return True
        if name.startswith("<") or any(folder in name for folder in _LIBRARY_FOLDERS):
            return False
        return self._absolute(name).startswith(self._project) and not name.startswith(self._inner_prefixes)

    def _on_chdir(self, _arguments: Any) -> None:
        self._cwd = ""
        self._asked.clear()

    def _on_rename(self, arguments: Any) -> None:
        source, target = (
            self._absolute(arguments[0], arguments[2]),
            self._absolute(arguments[1], arguments[3]),
        )
        if not self._is_noise(target, "write"):
            held = self._held(target)
            self._log.write(as_json({"event": "rename", "path": source, "to": target, "held": held}))
            self._forget(source)

    def _on_link(self, arguments: Any) -> None:
        self._access(self._absolute(arguments[1], arguments[3]), "write")

    def _on_symlink(self, arguments: Any) -> None:
        self._access(self._absolute(arguments[1], arguments[2]), "write")

    def _on_remove(self, arguments: Any) -> None:
        name = self._absolute(arguments[0], arguments[1])
        if self._did(name, "write") or self._held(name):
            self._log.write(as_json({"event": "remove", "path": name}))
            self._forget(name)

    def _forget(self, name: str) -> None:
        """What this name means from here on is another file."""
        self._asked.clear()
        for known in (self._written, self._inherited):
            known.difference_update([hash((name, letter)) for letter in ("write", "update")])

    def _on_truncate(self, arguments: Any) -> None:
        if not isinstance(arguments[0], int):
            self._access(arguments[0], "update")

    def _on_variable(self, arguments: Any) -> None:
        self.children.change_variable(arguments[0], arguments[1] if len(arguments) > 1 else None)

    def _on_import(self, arguments: Any) -> None:
        name, file = arguments[0], arguments[1]
        if (name in NATIVE_MODULES or name == _OWN) and not self._did("native", name):
            self._tried.add(name)
        if file:
            self._access(file, "read")

    def _name_imported(self) -> None:
        """Write down which native modules are there: libraries also ask for what is not installed."""
        for name in [name for name in self._tried if name in sys.modules]:
            self._tried.discard(name)
            self._written.add(hash(("native", name)))
            self._log.write(as_json({"event": "native", "module": name}))

    def _on_script(self, arguments: Any) -> None:
        name = arguments[0]
        if isinstance(name, (str, bytes)) and os.path.exists(name):
            self._access(name, "read")

    def _on_function(self, arguments: Any) -> None:
        name = arguments[1]
        if name.__class__ is str and name in NATIVE_READERS:
            self._log.write(as_json({"event": "native", "module": "%s.%s" % (NATIVE_READERS[name], name)}))

    def _on_database(self, arguments: Any) -> None:
        name = os.fsdecode(arguments[0])
        if name.startswith("file:"):  # https://www.sqlite.org/uri.html
            name, _, options = name[5:].partition("#")[0].partition("?")
            if "mode=memory" in options.split("&"):
                return
            if name.startswith("//"):
                name = name[2:][name[2:].find("/") :]
            head, *escaped = os.fsencode(name).split(b"%")
            name = os.fsdecode(head + b"".join([bytes.fromhex(p[:2].decode()) + p[2:] for p in escaped]))
        if name and not name.startswith(":memory:"):
            self._access(name, "update")

    def _on_popen(self, arguments: Any) -> None:
        program, command, folder, environment = arguments
        self._program(program or (command[0] if command else ""), command, environment, folder)

    def _on_program(self, arguments: Any) -> None:
        self._program(*arguments)

    def _on_spawn(self, arguments: Any) -> None:
        self._program(*arguments[1:4])

    def _on_shell(self, arguments: Any) -> None:
        self._program("sh", ["sh", "-c", arguments[0]], None)

    def _on_terminal(self, arguments: Any) -> None:
        command = arguments[0]
        self._program(command if isinstance(command, str) else command[0], command, None)

    def _program(self, program: Any, command: Any, environment: Any, folder: Any = None) -> None:
        self._log.write(as_json(self.children.started(program, command, environment, folder)))


def _letter(mode: Any, flags: Any) -> str:
    """What a file is opened for: read, write, or update, where only its time tells whether it was written."""
    if mode:
        if "w" in mode or "x" in mode or "a" in mode:
            return "write"
        return "update" if "+" in mode else "read"
    if not isinstance(flags, int) or flags & _ACCESS_MODE == os.O_RDONLY:
        return "read"
    return "write" if flags & (os.O_TRUNC | os.O_CREAT | os.O_WRONLY) else "update"


def _at_exit(log: Log, looks: list[Callable[[], dict[str, Any]]]) -> None:
    """The last line: what can only be seen when the program is done."""
    try:
        entry: dict[str, Any] = {"event": "end"}
        for look in looks:
            entry.update(look())
        log.write(as_json(entry))
    except Exception as error:
        try:
            log.write(as_json({"event": "problem", "in": "exit", "what": repr(error)[:500]}))
        except Exception:
            pass


def start() -> None:
    """Begin to record this process."""
    folder = os.path.abspath(os.environ["REPROCRATE_LOG_DIR"])
    project = os.path.abspath(os.environ.get("REPROCRATE_PROJECT") or os.getcwd())
    log = Log(folder)
    recorder = Recorder(log, folder, project)
    log.begin()
    sys.addaudithook(recorder)
    # Loaded now, while its folder is on the path.
    late = __import__("_reprocrate_observed")
    given = __import__("_reprocrate_input").standard_input(folder)
    if given is not None:
        recorder("open", (given, "r", 0))
    listing = __import__("_reprocrate_listing")
    listings = listing.Listings(recorder.is_ours)
    recorder.add(dict.fromkeys(listing.EVENTS, listings.note))
    seeds = __import__("_reprocrate_seeds").watch(
        lambda entry: log.write(as_json(entry)), recorder.is_ours, lambda name: late.holds(project, name)
    )
    network = __import__("_reprocrate_clients").watch(lambda entry: log.write(as_json(entry)))
    recorder.add({"socket.getaddrinfo": lambda arguments: network.addressed(arguments[0])})
    __import__("_reprocrate_frameworks").watch()
    __import__("_reprocrate_values").offer(Log(folder, "logged"), as_json, project)
    if os.environ.get("REPROCRATE_DETERMINISTIC"):
        __import__("_reprocrate_deterministic").enforce()
    looks = [
        lambda: late.observed(project),
        lambda: {"unseeded": seeds.unseeded()},
        lambda: {"unsorted": listings.unsorted(project)},
        lambda: {"requests_left_out": network.left_out()},
        lambda: {"children_may_be_lost": recorder.children.may_be_lost()},
        used,
    ]
    atexit.register(_at_exit, log, looks)
