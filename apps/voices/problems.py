"""The errors of the services as problems of the API."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from drf_spectacular.utils import OpenApiResponse
from rest_framework import status

from apps.common.problems import KeyReused, QueueFull, Refused, Unavailable
from apps.jobs.services.admission import Busy
from apps.library.storage import StorageAway, StorageFull
from apps.voices.errors import Over, Refusal, Revoked
from apps.voices.services import swap_request
from apps.wallets.refusals import as_problems

_STATUS = {Over: status.HTTP_409_CONFLICT, Revoked: status.HTTP_410_GONE}
_REFUSED = OpenApiResponse(description="It cannot be done; `type` and `detail` say why.")
PROBLEMS = dict.fromkeys((403, 409, 410, 422, 429), _REFUSED)
"""What the API describes of them."""


@contextmanager
def problems() -> Iterator[None]:
    """Says the services' errors as HTTP does."""
    try:
        with as_problems():
            yield
    except Refusal as refusal:
        raise Refused(refusal, _STATUS) from refusal
    except swap_request.KeyReused as error:
        raise KeyReused from error
    except Busy as busy:
        raise QueueFull(str(busy), busy.wait_seconds) from busy
    except (StorageAway, StorageFull) as error:
        raise Unavailable("The storage does not answer right now. Nothing is lost; ask again.") from error
