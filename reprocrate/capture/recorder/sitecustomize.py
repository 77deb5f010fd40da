"""Starts the recorder in every Python process of a launch.

Python imports `sitecustomize` when it starts. This one comes first, because `reprocrate run` puts its folder,
and nothing else, at the front of PYTHONPATH. It leaves `sys.path` as it would be without it, and then imports
the `sitecustomize` that it stands before, if there is one, so that Python reports its errors as always.

This file must be harmless to any Python, however old; the modules beside it need 3.8.
"""

import os
import sys

_folder = os.path.dirname(os.path.abspath(__file__))
_own_module = sys.modules.get(__name__)

if sys.version_info >= (3, 8) and os.environ.get("REPROCRATE_LOG_DIR"):
    try:
        __import__("_reprocrate_access").start()
    except Exception:  # the author's program matters more than its record
        pass

sys.path[:] = [_entry for _entry in sys.path if os.path.abspath(_entry or ".") != _folder]
sys.modules.pop(__name__, None)
try:
    __import__(__name__)  # the next one on the path
except ImportError as _error:
    if getattr(_error, "name", __name__) != __name__:
        raise
finally:
    if _own_module is not None:
        sys.modules.setdefault(__name__, _own_module)
