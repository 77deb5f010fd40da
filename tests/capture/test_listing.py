"""Places in the code that list a folder in no fixed order."""

from __future__ import annotations

from typing import Any

import pytest


def told(project: Any, code: str) -> Any:
    project.write("data/a.txt", "a")
    project.write("data/b.txt", "b")
    record = project.python(code)
    assert record.status == "ok"
    assert record.determinism.known_causes == ()
    return record.determinism.settings.get("unsorted_listings")


@pytest.mark.parametrize(
    "code",
    [
        "import os\nnames = os.listdir('data')\nprint(names)\n",
        "import os\nfor entry in os.scandir('data'):\n    print(entry.name)\n",
        "import os\nfor folder, _, names in os.walk('data'):\n    print(names)\n",
        "import glob\nnames = glob.glob('data/*.txt')\nprint(names)\n",
        "import pathlib\nnames = list(pathlib.Path('data').iterdir())\nprint(names)\n",
        "import pathlib\nnames = list(pathlib.Path('data').glob('*.txt'))\nprint(names)\n",
    ],
)
def test_a_listing_as_it_comes_is_named(project: Any, code: str) -> None:
    assert told(project, code) == "script.py:2"


@pytest.mark.parametrize(
    "code",
    [
        "import os\nnames = sorted(os.listdir('data'))\n",
        "import os\nnames = sorted(\n    name for name in os.listdir('data')\n)\n",
        "import os\nnames = os.listdir('data')\nnames.sort()\n",
        "import os\nprint(len(os.listdir('data')))\n",
        "import os\nprint('a.txt' in os.listdir('data'))\n",
        "import pathlib\nfor path in pathlib.Path('data').glob('*.txt'):\n    path.unlink()\n",
        "import shutil\nshutil.copytree('data', 'copy')\n",
        "import tempfile, json, email.message\n",
    ],
)
def test_a_listing_whose_order_is_made_or_of_no_account_is_not(project: Any, code: str) -> None:
    assert told(project, code) is None
