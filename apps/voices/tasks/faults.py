"""The errors of children, the storage and the disk, in the queue's words."""

from __future__ import annotations

import errno
from collections.abc import Iterator
from contextlib import contextmanager

from apps.jobs.handlers import Cancelled, Permanent, Retryable
from apps.library.storage import StorageAway, StorageFull
from inference import engine
from inference.decoding.model import DecoderFailed, Refused
from inference.registering.model import NotTaken

_FULL = "There was no room left on the disk."
_AWAY = "The storage did not answer."
_OURS = "This could not be done because of a fault on our side."


@contextmanager
def faults_in_our_words() -> Iterator[None]:
    """What may succeed another time is Retryable, what cannot is Permanent with a stable kind."""
    try:
        yield
    except engine.Cancelled as stopped:
        raise Cancelled from stopped
    except Refused as refused:
        raise Permanent(str(refused), kind=str(refused.reason)) from refused
    except DecoderFailed as failed:
        raise Retryable(_OURS) from failed
    except NotTaken as refused:
        raise Permanent(str(refused), kind=str(refused.fault)) from refused
    except engine.EngineError as error:
        if error.retryable:
            raise Retryable(str(error)) from error
        raise Permanent(str(error), kind=kind_of(error)) from error
    except StorageAway as away:
        raise Retryable(_AWAY) from away
    except StorageFull as full:
        raise Retryable(_FULL) from full
    except OSError as error:
        if error.errno in {errno.ENOSPC, errno.EDQUOT}:
            raise Retryable(_FULL) from error
        raise


def kind_of(error: engine.EngineError) -> str:
    """A stable name of an engine's error, for programs: of its class, as "no-vocals"."""
    name = type(error).__name__
    if name == engine.EngineError.__name__:
        return "permanent"
    return "".join(f"-{letter.lower()}" if letter.isupper() else letter for letter in name).strip("-")
