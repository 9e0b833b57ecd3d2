"""The API of likeness: what was heard in somebody's song, and what an operator decides about it."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import Http404
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.permissions import IsAdminUser, IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from apps.accounts.idempotency import idempotent
from apps.accounts.models import User
from apps.library.models import Track
from apps.library.selectors import may_change, track_for
from apps.voices.protected.models import REASON_LENGTH, Likeness
from apps.voices.protected.selectors import likenesses_of, refusal_of
from apps.voices.protected.services import likeness_decide


class LikenessSerializer(serializers.ModelSerializer[Likeness]):
    """What was heard in one version, and what was decided; whose voice it is like, only operators are told."""

    class Meta:
        model = Likeness
        fields = ("version", "state", "reason", "flagged_at", "decided_at")
        read_only_fields = fields


class TrackLikenessSerializer(serializers.Serializer[Any]):
    """Whether a track may be shared, as far as protected voices are concerned."""

    may_share = serializers.BooleanField()
    detail = serializers.CharField(help_text="Why it may not, for its owner; empty when it may.")
    versions = LikenessSerializer(many=True)


class DecisionSerializer(serializers.Serializer[Any]):
    """What an operator decides."""

    version = serializers.UUIDField()
    allow = serializers.BooleanField()
    reason = serializers.CharField(
        max_length=REASON_LENGTH, allow_blank=True, default="", help_text="Its owner reads it; a refusal needs one."
    )


class TrackLikeness(APIView):
    """Songs that sound like a voice that is protected."""

    def get_permissions(self) -> list[Any]:
        """Owners read; operators decide."""
        return [IsAuthenticated() if self.request.method == "GET" else IsAdminUser()]

    @extend_schema(operation_id="tracks_likeness", responses=TrackLikenessSerializer)
    def get(self, request: Request, track_id: UUID) -> Response:
        """For its owner and operators: whether your track may be shared, and why not."""
        return _answer(_track(request, track_id))

    @extend_schema(operation_id="tracks_likeness_decide", request=DecisionSerializer, responses=TrackLikenessSerializer)
    @idempotent
    def post(self, request: Request, track_id: UUID) -> Response:
        """For operators: let a version that was flagged be shared, or refuse it for good."""
        track = _track(request, track_id)
        asked = DecisionSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        data, user = asked.validated_data, request.user
        assert isinstance(user, User)  # the permission classes let nobody else in
        if not likenesses_of(track).filter(version=data["version"]).exists():
            raise Http404
        likeness_decide(
            version_id=data["version"], operator=user, allow=data["allow"], reason=data["reason"], now=timezone.now()
        )
        return _answer(track)


def _track(request: Request, track_id: UUID) -> Track:
    track = track_for(request.user, track_id)
    if track is None or not (may_change(request.user, track) or request.user.is_staff):
        raise Http404
    return track


def _answer(track: Track) -> Response:
    detail = refusal_of(track)
    told = {"may_share": not detail, "detail": detail, "versions": likenesses_of(track)}
    return Response(TrackLikenessSerializer(told).data)
