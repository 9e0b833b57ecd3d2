"""The API of the uploads: start, put the parts where the targets say, finish."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from typing import Any
from uuid import UUID

from django.http import Http404
from django.utils import timezone
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework import generics, status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from apps.accounts.idempotency import idempotent
from apps.accounts.models import User
from apps.common.problems import Refused, Unavailable
from apps.library.storage import StorageAway, StorageFull
from apps.uploads.errors import NotSending, Refusal, TooLarge
from apps.uploads.models import Upload
from apps.uploads.selectors import upload_for, uploads_of
from apps.uploads.serializers import (
    TargetsAskedSerializer,
    TargetsSerializer,
    UploadSerializer,
    UploadStartSerializer,
)
from apps.uploads.services.upload_abort import upload_abort
from apps.uploads.services.upload_finish import upload_finish
from apps.uploads.services.upload_start import upload_start
from apps.uploads.services.upload_targets import upload_targets

_STATUS = {TooLarge: status.HTTP_413_REQUEST_ENTITY_TOO_LARGE, NotSending: status.HTTP_409_CONFLICT}
_REFUSED = OpenApiResponse(description="It cannot be taken; `type` and `detail` say why.")
_PROBLEMS = {403: _REFUSED, 413: _REFUSED, 422: _REFUSED, 429: _REFUSED}


@contextmanager
def problems() -> Iterator[None]:
    """Says the services' errors as HTTP does."""
    try:
        yield
    except Refusal as refusal:
        raise Refused(refusal, _STATUS) from refusal
    except Upload.DoesNotExist as gone:
        raise Http404 from gone
    except (StorageAway, StorageFull) as error:
        raise Unavailable("The storage does not answer right now. Nothing is lost; ask again.") from error


class UploadList(generics.ListAPIView[Upload]):
    """Begin an upload, and see what was sent."""

    serializer_class = UploadSerializer
    throttle_scope = "upload"

    def get_queryset(self) -> Any:
        """Mine."""
        return uploads_of(_user(self.request))

    @extend_schema(request=UploadStartSerializer, responses={201: UploadSerializer, **_PROBLEMS})
    @idempotent
    def post(self, request: Request) -> Response:
        """Announce a file; its room in your storage is kept for a day."""
        asked = UploadStartSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        given = asked.validated_data
        with problems():
            upload = upload_start(
                owner=_user(request),
                filename=given["filename"],
                size=given["bytes"],
                media_type=given["media_type"],
                now=timezone.now(),
            )
        return _shown(upload, status.HTTP_201_CREATED)


class UploadDetail(APIView):
    """One of my uploads."""

    @extend_schema(operation_id="uploads_retrieve", responses=UploadSerializer)
    def get(self, request: Request, upload_id: UUID) -> Response:
        """Where it is; `received` tells which parts need not be sent again."""
        return _shown(_own(request, upload_id))

    @extend_schema(operation_id="uploads_abort", request=None, responses={204: None})
    def delete(self, request: Request, upload_id: UUID) -> Response:
        """Stop it, or take it off the list; a track that was made of it stays."""
        upload_abort(upload=_own(request, upload_id), now=timezone.now())
        return Response(status=status.HTTP_204_NO_CONTENT)


class UploadTargets(APIView):
    """Where the parts go."""

    @extend_schema(
        operation_id="uploads_targets",
        request=TargetsAskedSerializer,
        responses={200: TargetsSerializer, 409: _REFUSED, 422: _REFUSED},
    )
    def post(self, request: Request, upload_id: UUID) -> Response:
        """Signed addresses, each for one part of exactly its length; ask again when one has expired."""
        upload = _own(request, upload_id)
        asked = TargetsAskedSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        with problems():
            targets = upload_targets(upload=upload, numbers=asked.validated_data["numbers"], now=timezone.now())
        return Response(TargetsSerializer({"targets": [asdict(target) for target in targets]}).data)


class UploadFinish(APIView):
    """The last word of the sender."""

    @extend_schema(
        operation_id="uploads_finish",
        request=None,
        responses={202: UploadSerializer, 409: _REFUSED, 422: _REFUSED, 429: _REFUSED},
    )
    def post(self, request: Request, upload_id: UUID) -> Response:
        """Every part is there: take it, or say why not. Asked twice, the answer is the same."""
        upload = _own(request, upload_id)
        with problems():
            upload_finish(upload=upload, now=timezone.now())
        return _shown(_own(request, upload_id), status.HTTP_202_ACCEPTED)


def _shown(upload: Upload, code: int = status.HTTP_200_OK) -> Response:
    with problems():
        return Response(UploadSerializer(upload, context={"received": True}).data, status=code)


def _own(request: Request, upload_id: UUID) -> Upload:
    upload = upload_for(_user(request), upload_id)
    if upload is None:
        raise Http404
    return upload


def _user(request: Any) -> User:
    user = request.user
    assert isinstance(user, User)  # the permission classes let nobody else in
    return user
