"""Requests that may be sent twice and must happen once: the same key with the same content gets the same answer.

The record belongs to a user, and its foreign key points at one; that is why it lives here and not in `common`.

One transaction holds the record and the effects. A second request with the key waits for the first at the unique
index: when the first commits, it reads the answer; when the first crashes, nothing is left of it and the second runs.
Answers that refuse (4xx) are kept like any other, without their effects; a failure of ours (5xx) is not, because asking
again is then the right thing to do.
"""

from __future__ import annotations

import functools
import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, TypeVar

from django.core.files.uploadedfile import UploadedFile
from django.db import OperationalError, connection, transaction
from django.http import QueryDict
from django.utils import timezone
from psycopg.errors import LockNotAvailable
from rest_framework.exceptions import ValidationError
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from apps.accounts.models import KEY_LENGTH, IdempotencyRecord, User
from apps.common.problems import KeyReused, StillRunning

HEADER = "Idempotency-Key"
KEPT = timedelta(hours=24)
PATIENCE = timedelta(seconds=5)

_Handler = TypeVar("_Handler", bound=Callable[..., Response])


@dataclass(frozen=True, slots=True)
class Answer:
    """What was answered, or a page's redirection."""

    status: int
    body: str = ""
    media_type: str = ""
    location: str = ""


class _Refused(Exception):
    """Carries a refusing answer out of the savepoint that its effects are undone with."""

    def __init__(self, answer: Answer) -> None:
        super().__init__(answer.status)
        self.answer = answer


def check_key(key: str) -> None:
    """ValidationError for what is no key."""
    if not 1 <= len(key) <= KEY_LENGTH or not (key.isascii() and key.isprintable()):
        raise ValidationError({HEADER: [f"A key has 1 to {KEY_LENGTH} printable ASCII characters."]})


def answer_once(*, user: User, key: str, content: str, now: datetime, run: Callable[[], Answer]) -> tuple[Answer, bool]:
    """The answer of `run`, or the one it gave when `key` came first; and whether it is such a repetition.

    `content` is a hash of the request. KeyReused when the key came with other content; StillRunning when the first one
    takes longer than this one can wait; ValidationError for a key that is none.
    """
    check_key(key)
    with transaction.atomic():
        record, fresh = _reserve(user, key, content, now)
        if not fresh:
            if record.content_hash != content:
                raise KeyReused
            assert record.status is not None
            return Answer(record.status, record.body, record.media_type, record.location), True
        try:
            with transaction.atomic():
                answer = run()
                if answer.status >= 400:
                    raise _Refused(answer)
        except _Refused as refused:
            answer = refused.answer
        if answer.status >= 500:
            record.delete()
            return answer, False
        record.status, record.body = answer.status, answer.body
        record.media_type, record.location = answer.media_type, answer.location
        record.save()
    return answer, False


def answer_after(
    *, user: User, key: str, content: str, now: datetime, run: Callable[[], Answer]
) -> tuple[Answer, bool]:
    """As `answer_once`, for a `run` that reaches outside and does no harm when it runs twice.

    No transaction is around it, so what it commits on its way stays, whatever the other side answers.
    """
    check_key(key)
    fresh = IdempotencyRecord.objects.filter(user=user, key=key, status__isnull=False, created_at__gte=now - KEPT)
    known = fresh.exists()
    answer = Answer(500) if known else run()
    return answer_once(user=user, key=key, content=content, now=now, run=lambda: answer)


def idempotent(handler: _Handler) -> _Handler:
    """A method of an API view that honours the Idempotency-Key header, when there is one."""
    return _honouring(handler, answer_once)


def idempotent_outside(handler: _Handler) -> _Handler:
    """As `idempotent`, for a method that `answer_after` is for."""
    return _honouring(handler, answer_after)


def _honouring(handler: _Handler, answering: Callable[..., tuple[Answer, bool]]) -> _Handler:
    @functools.wraps(handler)
    def handle(view: APIView, request: Request, *args: Any, **kwargs: Any) -> Response:
        key = request.headers.get(HEADER)
        if key is None or not isinstance(request.user, User):
            return handler(view, request, *args, **kwargs)

        def run() -> Answer:
            try:
                response = handler(view, request, *args, **kwargs)
            except Exception as error:
                response = view.handle_exception(error)
            body = "" if response.data is None else JSONRenderer().render(response.data).decode()
            return Answer(response.status_code, body, response.content_type or "", response.get("Location", ""))

        answer, again = answering(
            user=request.user, key=key, content=content_hash(request), now=timezone.now(), run=run
        )
        return _response(answer, again=again)

    return handle  # type: ignore[return-value]  # functools.wraps keeps what it wraps


def content_hash(request: Request) -> str:
    """The same for the same method, address and data, whatever the order of its fields."""
    digest = hashlib.sha256(f"{request.method} {request.get_full_path()}\n".encode())
    data = request.data
    if isinstance(data, QueryDict):
        for name in sorted(data):
            for value in data.getlist(name):
                digest.update(
                    json.dumps([name, _file_hash(value) if isinstance(value, UploadedFile) else value]).encode()
                )
    else:
        digest.update(json.dumps(data, sort_keys=True).encode())
    return digest.hexdigest()


def form_hash(path: str, data: Mapping[str, Any]) -> str:
    """The same for a form sent twice; `data` without the CSRF token, which may differ."""
    return hashlib.sha256(json.dumps([path, data], sort_keys=True, default=str).encode()).hexdigest()


def forget_old_answers(now: datetime) -> int:
    """Delete the records nobody can still be repeating; how many."""
    return IdempotencyRecord.objects.filter(created_at__lt=now - KEPT).delete()[0]


def _reserve(user: User, key: str, content: str, now: datetime) -> tuple[IdempotencyRecord, bool]:
    """The record of the key and whether it is new; waits for a transaction that is making the same one."""
    IdempotencyRecord.objects.filter(user=user, key=key, created_at__lt=now - KEPT).delete()
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SELECT set_config('lock_timeout', %s, true)", [f"{PATIENCE.total_seconds():.0f}s"])
            record, fresh = IdempotencyRecord.objects.get_or_create(
                user=user, key=key, defaults={"content_hash": content, "created_at": now}
            )
            cursor.execute("SELECT set_config('lock_timeout', '0', true)")
    except OperationalError as error:
        if isinstance(error.__cause__, LockNotAvailable):
            raise StillRunning from error
        raise
    return record, fresh


def _response(answer: Answer, *, again: bool) -> Response:
    response = Response(
        json.loads(answer.body) if answer.body else None,
        status=answer.status,
        content_type=answer.media_type or None,
    )
    if answer.location:
        response["Location"] = answer.location
    if again:
        response["Idempotent-Replayed"] = "true"
    return response


def _file_hash(file: UploadedFile[Any]) -> str:
    digest = hashlib.sha256()
    for chunk in file.chunks():
        digest.update(chunk)
    file.seek(0)
    return digest.hexdigest()
