"""A disk with no room left, however that is told."""

from __future__ import annotations

import errno

_FULL = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})


def is_full(error: BaseException) -> bool:
    """Whether `error`, of the system or of FFmpeg, says that nothing more can be written."""
    return getattr(error, "errno", None) in _FULL
