"""A pytest plugin that starts a real PostgreSQL and a real Redis before Django reads its settings."""

from __future__ import annotations

import atexit
import os
from contextlib import ExitStack

from embedded.temporary import temporary

_stack = ExitStack()
os.environ.update(_stack.enter_context(temporary()))
os.environ.setdefault("SECRET_KEY", "only-for-tests")
os.environ.setdefault("EDGE_SECRET", "only-for-tests")
atexit.register(_stack.close)
