"""The API of performers: who can sing, and one's own voices from the sentence to the end of the consent."""

from __future__ import annotations

import random
from typing import Any
from uuid import UUID

from django.db import transaction
from django.http import Http404, HttpResponse
from django.http.response import HttpResponseBase
from django.utils import timezone
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import generics, status
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from apps.accounts.idempotency import idempotent
from apps.accounts.models import User
from apps.common.negotiation import FormatIsOurs
from apps.library.downloads import Download, response_of
from apps.library.storage import storage
from apps.voices.built_in import portrait_of, sample_of
from apps.voices.models import RegisteredPerformer
from apps.voices.performers import built_in_views, registered_view
from apps.voices.problems import PROBLEMS, problems
from apps.voices.selectors import choice_for, own_performer, performers_for, performers_of
from apps.voices.serializers import (
    ConsentSerializer,
    PerformerBeginSerializer,
    PerformerChangeSerializer,
    PerformerSerializer,
    RecordingBeginSerializer,
    RecordingTargetSerializer,
    RegistrationSerializer,
)
from apps.voices.services.performer_begin import performer_begin, performer_begin_again
from apps.voices.services.performer_register import performer_register
from apps.voices.services.performer_revoke import performer_revoke
from apps.voices.services.performer_share import performer_change, performer_share
from apps.voices.services.recording_begin import recording_begin, recording_forget

_CHANCE = random.SystemRandom()


class PerformerList(generics.ListAPIView[RegisteredPerformer]):
    """Who can sing."""

    serializer_class = PerformerSerializer
    permission_classes = (AllowAny,)

    def get_queryset(self) -> Any:
        """Registered ones that the asker may sing with."""
        return performers_for(self.request.user)

    def list(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """The built-in performers first, then public voices, those shared with you, and your own, newest first."""
        page = self.paginate_queryset(self.get_queryset()) or []
        shown = [registered_view(performer, request.user) for performer in page]
        if "cursor" not in request.query_params:
            shown = built_in_views() + shown
        return self.get_paginated_response(PerformerSerializer(shown, many=True).data)


class PerformerPortrait(APIView):
    """What a built-in performer looks like."""

    permission_classes = (AllowAny,)
    content_negotiation_class = FormatIsOurs

    @extend_schema(operation_id="performers_portrait", responses={(200, "image/svg+xml"): OpenApiTypes.STR})
    def get(self, request: Request, performer: str) -> HttpResponse:
        """A picture of 1:1."""
        found = portrait_of(performer)
        if found is None:
            raise Http404
        headers = {"Cache-Control": "public, max-age=86400", "Content-Security-Policy": "default-src 'none'; sandbox"}
        return HttpResponse(found, content_type="image/svg+xml", headers=headers)


class PerformerSample(APIView):
    """What a performer sounds like."""

    permission_classes = (AllowAny,)
    content_negotiation_class = FormatIsOurs

    @extend_schema(operation_id="performers_sample", responses={(200, "audio/mpeg"): OpenApiTypes.BINARY})
    def get(self, request: Request, performer: str) -> HttpResponseBase:
        """A few seconds, as MP3."""
        found = choice_for(request.user, performer)
        if found is None:
            raise Http404
        if found.registered is None:
            shipped = sample_of(found.built_in)
            return HttpResponse(shipped, content_type="audio/mpeg", headers={"Cache-Control": "public, max-age=86400"})
        return sound(found.registered.sample_name, f"{found.title}.mp3")


class RegistrationList(generics.ListAPIView[RegisteredPerformer]):
    """My voices."""

    serializer_class = RegistrationSerializer
    throttle_scope = "voices"

    def get_queryset(self) -> Any:
        """Mine, revoked ones as well."""
        return performers_of(_user(self.request))

    @extend_schema(request=PerformerBeginSerializer, responses={201: RegistrationSerializer, **PROBLEMS})
    @idempotent
    def post(self, request: Request) -> Response:
        """Begin to register your own voice; read the `sentence` of the answer aloud within half an hour."""
        asked = PerformerBeginSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        with problems():
            made = performer_begin(owner=_user(request), **asked.validated_data, chance=_CHANCE, now=timezone.now())
        return _shown(request, made.id, status.HTTP_201_CREATED)


class RegistrationDetail(APIView):
    """One of my voices."""

    throttle_scope = "voices"

    @extend_schema(operation_id="voices_retrieve", responses=RegistrationSerializer)
    def get(self, request: Request, performer_id: UUID) -> Response:
        """Where it is, and what was agreed to."""
        return _shown(request, performer_id)

    @extend_schema(
        operation_id="voices_change",
        request=PerformerChangeSerializer,
        responses={200: RegistrationSerializer, **PROBLEMS},
    )
    @idempotent
    @transaction.atomic
    def patch(self, request: Request, performer_id: UUID) -> Response:
        """Its texts, and who may sing with it; all of it or nothing."""
        performer = _own(request, performer_id)
        asked = PerformerChangeSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        given = dict(asked.validated_data)
        visibility, emails = given.pop("visibility", performer.visibility), given.pop("shared_with", None)
        with problems():
            if given:
                performer = performer_change(performer=performer, **given)
            if visibility != performer.visibility or emails is not None:
                performer_share(performer=performer, visibility=visibility, emails=emails)
        return _shown(request, performer_id)

    @extend_schema(operation_id="voices_revoke", request=None, responses=RegistrationSerializer)
    @idempotent
    def delete(self, request: Request, performer_id: UUID) -> Response:
        """Revoke it: recordings and what was learned are deleted, and nobody can sing with it, from now on."""
        performer_revoke(performer=_own(request, performer_id), now=timezone.now())
        return _shown(request, performer_id)


class RegistrationSentence(APIView):
    """The sentence of a registration."""

    throttle_scope = "voices"

    @extend_schema(operation_id="voices_sentence", request=None, responses={200: RegistrationSerializer, **PROBLEMS})
    @idempotent
    def post(self, request: Request, performer_id: UUID) -> Response:
        """Begin again with another one; recordings that were sent are deleted."""
        with problems():
            performer_begin_again(performer=_own(request, performer_id), chance=_CHANCE, now=timezone.now())
        return _shown(request, performer_id)


class RegistrationRecordings(APIView):
    """The recordings of a registration."""

    throttle_scope = "voices"

    @extend_schema(
        operation_id="voices_record",
        request=RecordingBeginSerializer,
        responses={201: RecordingTargetSerializer, **PROBLEMS},
    )
    def post(self, request: Request, performer_id: UUID) -> Response:
        """Announce the recording of the sentence, or one of anything else, and put its bytes to the `target`."""
        asked = RecordingBeginSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        with problems():
            recording, target = recording_begin(
                performer=_own(request, performer_id),
                role=asked.validated_data["role"],
                size=asked.validated_data["bytes"],
                now=timezone.now(),
            )
        shown = RecordingTargetSerializer(recording, context={"target": target})
        return Response(shown.data, status=status.HTTP_201_CREATED)


class RegistrationRecording(APIView):
    """A recording of a registration."""

    throttle_scope = "voices"

    @extend_schema(operation_id="voices_forget_recording", request=None, responses={204: None, **PROBLEMS})
    @transaction.atomic
    def delete(self, request: Request, performer_id: UUID, recording_id: UUID) -> Response:
        """Take it away again, before the voice is registered."""
        performer = _own(request, performer_id)
        recording = performer.recordings.filter(id=recording_id).first()
        if recording is None or performer.state != RegisteredPerformer.State.RECORDING:
            raise Http404
        recording_forget(recording)
        return Response(status=status.HTTP_204_NO_CONTENT)


class RegistrationRegister(APIView):
    """The last word of whoever owns the voice."""

    throttle_scope = "voices"

    @extend_schema(
        operation_id="voices_register",
        request=ConsentSerializer,
        responses={202: RegistrationSerializer, **PROBLEMS},
    )
    def post(self, request: Request, performer_id: UUID) -> Response:
        """Agree to the `statement`, and have the recordings checked; asked twice, the answer is the same."""
        asked = ConsentSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        with problems():
            performer_register(
                performer=_own(request, performer_id), agreed=asked.validated_data["agreed"], now=timezone.now()
            )
        return _shown(request, performer_id, status.HTTP_202_ACCEPTED)


def sound(name: str, filename: str) -> HttpResponseBase:
    """A stored MP3; Http404 when it is not there."""
    with problems():
        try:
            size = storage().size(name)
        except FileNotFoundError as missing:
            raise Http404 from missing
    return response_of(Download(filename, "audio/mpeg", b"", name, 0, size))


def _own(request: Request, performer_id: UUID) -> RegisteredPerformer:
    performer = own_performer(_user(request), performer_id)
    if performer is None:
        raise Http404
    return performer


def _shown(request: Request, performer_id: UUID, code: int = status.HTTP_200_OK) -> Response:
    return Response(RegistrationSerializer(_own(request, performer_id)).data, status=code)


def _user(request: Any) -> User:
    user = request.user
    assert isinstance(user, User)  # the permission classes let nobody else in
    return user
