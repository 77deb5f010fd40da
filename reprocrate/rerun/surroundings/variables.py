"""What a repeated run finds around it: variables, a home folder, and in it what lay in the author's."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from reprocrate.capture.environment.software import allowed_variables
from reprocrate.manifest import Environment, Hardware
from reprocrate.rerun.surroundings.kernels import pinned_kernels
from reprocrate.rerun.surroundings.threads import pinned_threads

_SYSTEM_PROGRAMS = "/usr/local/bin:/usr/bin:/bin"
_DEVICES_OF_THIS_MACHINE = ("CUDA_VISIBLE_DEVICES", "HIP_VISIBLE_DEVICES", "ROCR_VISIBLE_DEVICES")
_HOMES = {
    "home": "",
    "huggingface": ".cache/huggingface",
    "torch": ".cache/torch",
    "scikit-learn": "scikit_learn_data",
    "keras": ".keras",
    "nltk": "nltk_data",
    "tensorflow-datasets": "tensorflow_datasets",
    "kagglehub": ".cache/kagglehub",
    "modelscope": ".cache/modelscope",
    "gensim": "gensim-data",
    "seaborn": ".cache/seaborn-data",
    "cache": ".cache",
}


@dataclass(frozen=True, slots=True)
class Surroundings:
    """Where a rerun's runs live.

    Attributes:
        work: the project's folder.
        home: their home folder.
        temporary: where they put temporary files; None where the sandbox gives them an empty `/tmp`.
        python: the rebuilt environment's interpreter.
        bytecode: where compiled Python goes: neither environments nor code are to be changed.
    """

    work: Path
    home: Path
    temporary: Path | None
    python: Path
    bytecode: Path

    def variables(
        self, recorded: Environment | None, then: Hardware | None, now: Hardware, own: Mapping[str, str]
    ) -> dict[str, str]:
        """All variables of a run: those recorded as bearing on results, and none of the caller's.

        Args:
            recorded: the recorded software, whose variables are set again.
            then: the recorded machine.
            now: this machine; where it offers another number of threads or wider kernels, libraries are
                held to the recorded ones.
            own: the caller's variables, asked only which accelerators to use.
        """
        found = pinned_threads(recorded, then, now) | pinned_kernels(recorded, then, now)
        found |= allowed_variables(recorded.variables if recorded else {})
        for name in _DEVICES_OF_THIS_MACHINE:
            found.pop(name, None)
            if name in own:
                found[name] = own[name]
        programs = self.python.parent
        found |= {
            "PATH": os.pathsep.join([str(programs), *_system_programs()]),
            "HOME": str(self.home),
            self._kind_of_environment: str(programs.parent),
            "PYTHONNOUSERSITE": "1",
            "PYTHONPYCACHEPREFIX": str(self.bytecode),
        }
        if self.temporary is not None:
            found["TMPDIR"] = str(self.temporary)
        return found

    @property
    def _kind_of_environment(self) -> str:
        """The variable by which programs know that they are in an environment, and which it is."""
        return "CONDA_PREFIX" if (self.python.parent.parent / "conda-meta").is_dir() else "VIRTUAL_ENV"


def place_in_home(root: str) -> str | None:
    """Where a named place outside the project is, relative to the home folder; None where it is elsewhere."""
    return _HOMES.get(root)


def _system_programs() -> list[str]:
    return [os.environ.get("PATH", "")] if os.name == "nt" else [_SYSTEM_PROGRAMS]
