"""Errors of the API as problem details (RFC 9457): one shape, and a `type` that stays the same for ever.

An exception with `members` adds them to the document, and one with `wait` says when to come back.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from http import HTTPStatus
from typing import Any

import structlog
from django.core.exceptions import ValidationError as DjangoValidationError
from django.db import OperationalError
from django.http import HttpResponse, JsonResponse
from rest_framework import exceptions, status
from rest_framework.response import Response
from rest_framework.serializers import as_serializer_error
from rest_framework.views import exception_handler

from apps.common.refusals import NotAllowed, Refusal, TooMany
from apps.common.request_ids import current_request_id

MEDIA_TYPE = "application/problem+json"

# the codes that Django REST framework gives, and what they are called here
_KINDS = {
    "invalid": "validation",
    "parse_error": "malformed",
    "authentication_failed": "not-authenticated",
    "not_authenticated": "not-authenticated",
    "permission_denied": "forbidden",
    "not_found": "not-found",
    "method_not_allowed": "method-not-allowed",
    "not_acceptable": "not-acceptable",
    "unsupported_media_type": "unsupported-media-type",
    "throttled": "too-many-requests",
    "error": "server-error",
}
_TITLES = {
    "validation": "Something in the request is not right",
    "malformed": "The request cannot be read",
    "not-authenticated": "Log in, or send a valid token",
    "forbidden": "This is not allowed",
    "not-found": "There is nothing here",
    "too-many-requests": "Too many requests",
    "server-error": "Something went wrong on our side",
    "unavailable": "The service is not available right now",
    "key-reused": "The Idempotency-Key was used for another request",
    "still-running": "The same request is still being answered",
    "queue-full": "The free queue is full right now",
    "not-enough-credits": "There are too few credits in the wallet",
    "wallet-owes": "The wallet owes credits, which come first",
}
_BY_STATUS = {400: "malformed", 403: "forbidden", 404: "not-found", 429: "too-many-requests", 500: "server-error"}

log = structlog.get_logger(__name__)


class KeyReused(exceptions.APIException):
    """The same Idempotency-Key came with another content."""

    status_code = status.HTTP_422_UNPROCESSABLE_ENTITY
    default_code = "key-reused"
    default_detail = "This Idempotency-Key was already used for a request with other content. Send a new key."


class StillRunning(exceptions.APIException):
    """The first of two equal requests has not ended yet."""

    status_code = status.HTTP_409_CONFLICT
    default_code = "still-running"
    default_detail = "A request with this Idempotency-Key is still being answered. Ask again in a moment."
    wait = 1


class QueueFull(exceptions.APIException):
    """A free job would wait too long; `wait` seconds from now there should be room."""

    status_code = status.HTTP_503_SERVICE_UNAVAILABLE
    default_code = "queue-full"

    def __init__(self, detail: str, wait: float) -> None:
        super().__init__(detail)
        self.wait = math.ceil(wait)


class Unavailable(exceptions.APIException):
    """Something that the answer needs does not answer."""

    status_code = status.HTTP_503_SERVICE_UNAVAILABLE
    default_code = "unavailable"
    default_detail = "The service is not available right now. Ask again in a few seconds."
    wait = 5


class Refused(exceptions.APIException):
    """A refusal as a problem, its type as its code."""

    def __init__(self, refusal: Refusal, statuses: Mapping[type[Refusal], int]) -> None:
        """`statuses`: those of the app's own refusals; what it does not name is 403, 429, or else 422."""
        known: dict[type[Refusal], int] = {
            NotAllowed: status.HTTP_403_FORBIDDEN,
            TooMany: status.HTTP_429_TOO_MANY_REQUESTS,
        }
        self.status_code = (known | dict(statuses)).get(type(refusal), status.HTTP_422_UNPROCESSABLE_ENTITY)
        self.default_code = refusal.type
        super().__init__(str(refusal))


def problem(kind: str, code: int, detail: str, errors: list[dict[str, str]] | None = None) -> dict[str, Any]:
    """The document; `errors` names fields with "" for the whole."""
    body: dict[str, Any] = {
        "type": f"/problems/{kind}",
        "title": _TITLES.get(kind) or _title(kind, code),
        "status": code,
        "detail": detail,
    }
    if errors:
        body["errors"] = errors
    return {**body, "request_id": current_request_id()}


def handle(exc: Exception, context: dict[str, Any]) -> Response | None:
    """What Django REST framework asks for every exception; None for those that nobody foresaw."""
    exc = _translated(exc)
    response = exception_handler(exc, context)
    if response is None:
        return None
    if isinstance(exc, exceptions.APIException):
        kind = _kind(exc)
        invalid = isinstance(exc, exceptions.ValidationError)
        errors = list(_flat(exc.detail)) if invalid else None
        detail = _summary(errors) if errors else _text(exc.detail)
        if wait := getattr(exc, "wait", None):
            response["Retry-After"] = str(int(wait))
        members = getattr(exc, "members", {})
    else:
        members = {}
        kind, detail, errors = _BY_STATUS.get(response.status_code, "malformed"), str(exc) or "", None
        detail = {404: "There is nothing at this address, or it is not yours.", 403: "You may not do this."}.get(
            response.status_code, detail
        )
    response.data = {**problem(kind, response.status_code, detail, errors), **members}
    response.content_type = MEDIA_TYPE
    return response


def problem_response(code: int, detail: str) -> HttpResponse:
    """A problem outside of any API view: an unknown address, a crash."""
    body = problem(_BY_STATUS.get(code, "malformed"), code, detail)
    return JsonResponse(body, status=code, content_type=MEDIA_TYPE)


def _translated(exc: Exception) -> Exception:
    if isinstance(exc, DjangoValidationError):
        return exceptions.ValidationError(as_serializer_error(exc))
    if isinstance(exc, RecursionError):
        return exceptions.ParseError("The request is nested too deeply.")
    if isinstance(exc, OperationalError):
        log.exception("database-unavailable")
        return Unavailable()
    return exc


def _kind(exc: exceptions.APIException) -> str:
    return _KINDS.get(exc.default_code, exc.default_code.replace("_", "-"))


def _title(kind: str, code: int) -> str:
    words = kind.replace("-", " ").capitalize()
    return words or HTTPStatus(code).phrase


def _text(detail: Any) -> str:
    if isinstance(detail, list):
        return " ".join(_text(part) for part in detail)
    if isinstance(detail, Mapping):
        return " ".join(_text(part) for part in detail.values())
    return str(detail)


def _flat(detail: Any, path: str = "") -> Iterator[dict[str, str]]:
    """Every message with the dotted path of its field."""
    if isinstance(detail, Mapping):
        for name, inner in detail.items():
            here = "" if name == "non_field_errors" else str(name)
            yield from _flat(inner, ".".join(part for part in (path, here) if part))
    elif isinstance(detail, list):
        for place, inner in enumerate(detail):
            nested = isinstance(inner, Mapping | list)
            if nested and not inner:
                continue
            yield from _flat(inner, f"{path}.{place}".strip(".") if nested else path)
    else:
        yield {"field": path, "message": str(detail)}


def _summary(errors: list[dict[str, str]]) -> str:
    first = errors[0]
    told = f"{first['field']}: {first['message']}" if first["field"] else first["message"]
    return told if len(errors) == 1 else f"{told} (and {len(errors) - 1} more)"
