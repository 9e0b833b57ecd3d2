"""The API of the library: tracks, their versions, playback and downloads."""

from __future__ import annotations

from dataclasses import asdict
from uuid import UUID

from django.db import transaction
from django.http import Http404, HttpResponseBase
from django.utils import timezone
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework.exceptions import APIException, PermissionDenied, ValidationError
from rest_framework.permissions import AllowAny, IsAdminUser
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from apps.accounts.idempotency import idempotent
from apps.accounts.models import User
from apps.common.negotiation import FormatIsOurs
from apps.common.paging import PARAMETERS, envelope, limit_of, page_of, text_of
from apps.common.problems import Unavailable
from apps.library import selectors
from apps.library.archives import Archive
from apps.library.downloads import Download, audio_download, file_download, response_of, stem_download, stems_download
from apps.library.edges.passes import admit
from apps.library.keyset import CursorError
from apps.library.listeners import listener_of
from apps.library.models import Track, Version
from apps.library.offers import FORMATS, Offer, offers_for
from apps.library.plays.issuing import play_nonce
from apps.library.serializers import (
    PlaybackSerializer,
    TakeDownSerializer,
    TrackChangeSerializer,
    TrackSerializer,
    VersionSerializer,
    VersionSummarySerializer,
)
from apps.library.services.track_change import track_rename, track_set_current
from apps.library.services.track_publish import track_publish
from apps.library.services.track_take_down import track_put_back, track_take_down
from apps.library.services.track_trash import track_restore, track_trash
from apps.library.storage import StorageAway


class TakenDown(APIException):
    """The track plays for nobody."""

    status_code = 410
    default_code = "taken-down"
    default_detail = "This song was taken down."


class TrackList(APIView):
    """One's own tracks."""

    @extend_schema(
        operation_id="tracks_list",
        parameters=[
            OpenApiParameter("q", str, description="Words of the title, prompt, genre or mood."),
            OpenApiParameter("genre", str),
            OpenApiParameter("mood", str),
            OpenApiParameter("visibility", str, enum=Track.Visibility.values),
            OpenApiParameter("operation", str, description="How the current version was made."),
            OpenApiParameter("sort", str, enum=list(selectors.SORTS)),
            OpenApiParameter("trashed", bool, description="The trash instead."),
            *PARAMETERS,
        ],
        responses=page_of("TrackPage", TrackSerializer),
    )
    def get(self, request: Request) -> Response:
        """Your tracks."""
        sort = text_of(request, "sort") or "newest"
        if sort not in selectors.SORTS:
            raise ValidationError({"sort": [f"Choose one of {', '.join(selectors.SORTS)}."]})
        filters = selectors.Filters(
            query=text_of(request, "q"),
            genre=text_of(request, "genre"),
            mood=text_of(request, "mood"),
            visibility=text_of(request, "visibility"),
            operation=text_of(request, "operation"),
            sort=sort,
            trashed=text_of(request, "trashed").lower() in {"1", "true"},
        )
        try:
            page = selectors.tracks_of(
                _user(request), filters, cursor=text_of(request, "cursor", 600), size=limit_of(request)
            )
        except CursorError as error:
            raise ValidationError({"cursor": [str(error)]}) from error
        rows = TrackSerializer(page.rows, many=True, context={"request": request}).data
        return Response(envelope(request, rows, page.next_cursor))


class TrackDetail(APIView):
    """A track."""

    permission_classes = (AllowAny,)

    @extend_schema(operation_id="tracks_retrieve", responses=TrackSerializer)
    def get(self, request: Request, track_id: UUID) -> Response:
        """A track of yours, or one that is shared."""
        return _track_response(request, _track(request, track_id))

    @extend_schema(operation_id="tracks_change", request=TrackChangeSerializer, responses=TrackSerializer)
    @idempotent
    @transaction.atomic
    def patch(self, request: Request, track_id: UUID) -> Response:
        """Rename it, decide who may listen, choose the version they hear; all of it or nothing."""
        track = _own(request, track_id)
        asked = TrackChangeSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        data = asked.validated_data
        if "title" in data:
            track = track_rename(track=track, title=data["title"])
        if "current_version" in data:
            version = Version.objects.filter(id=data["current_version"], track=track).first()
            if version is None:
                raise ValidationError({"current_version": ["There is no such version in this track."]})
            track = track_set_current(track=track, version=version)
        if "visibility" in data:
            track = track_publish(track=track, visibility=data["visibility"], now=timezone.now())
        return _track_response(request, _own(request, track_id))


class TrackTrash(APIView):
    """The way into the trash."""

    @extend_schema(operation_id="tracks_trash", request=None, responses=TrackSerializer)
    @idempotent
    def post(self, request: Request, track_id: UUID) -> Response:
        """Put it into the trash, where it stays for 30 days."""
        track_trash(track=_own(request, track_id), now=timezone.now())
        return _track_response(request, _own(request, track_id))


class TrackRestore(APIView):
    """The way out of the trash."""

    @extend_schema(operation_id="tracks_restore", request=None, responses=TrackSerializer)
    @idempotent
    def post(self, request: Request, track_id: UUID) -> Response:
        """Take it out of the trash, as visible as it was."""
        track_restore(track=_own(request, track_id))
        return _track_response(request, _own(request, track_id))


class TrackTakeDown(APIView):
    """What operators do."""

    permission_classes = (IsAdminUser,)

    @extend_schema(operation_id="tracks_take_down", request=TakeDownSerializer, responses=TrackSerializer)
    @idempotent
    def post(self, request: Request, track_id: UUID) -> Response:
        """Stop it from being heard by anybody."""
        asked = TakeDownSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        reason = asked.validated_data["reason"]
        track_take_down(track=_track(request, track_id), operator=_user(request), reason=reason, now=timezone.now())
        return _track_response(request, _track(request, track_id))

    @extend_schema(operation_id="tracks_put_back", request=None, responses=TrackSerializer)
    @idempotent
    def delete(self, request: Request, track_id: UUID) -> Response:
        """Put it back, as visible as it was."""
        track_put_back(track=_track(request, track_id), operator=_user(request))
        return _track_response(request, _track(request, track_id))


class TrackVersions(APIView):
    """A track's versions."""

    permission_classes = (AllowAny,)

    @extend_schema(operation_id="tracks_versions", responses=VersionSummarySerializer(many=True))
    def get(self, request: Request, track_id: UUID) -> Response:
        """In the order they were made; `parent` makes them a tree. Others' tracks show the current one alone."""
        versions = selectors.versions_for(request.user, _track(request, track_id))
        return Response(VersionSummarySerializer(versions, many=True).data)


class VersionDetail(APIView):
    """A version."""

    permission_classes = (AllowAny,)

    @extend_schema(operation_id="versions_retrieve", responses=VersionSerializer)
    def get(self, request: Request, version_id: UUID) -> Response:
        """Everything that made it, and what was measured."""
        version = _version(request, version_id)
        return Response(VersionSerializer(version, context={"request": request}).data)


class VersionPlayback(APIView):
    """How to play a version."""

    permission_classes = (AllowAny,)

    @extend_schema(
        operation_id="versions_playback",
        responses={200: PlaybackSerializer, 410: OpenApiResponse(description="It was taken down.")},
    )
    def get(self, request: Request, version_id: UUID) -> Response:
        """Signed addresses; unless the track is public they work with the `listener` cookie of this answer alone.

        `play` is a nonce: send it to `plays` once the song was heard. Ask `plays/start` for a new one when the sound
        starts much later than this answer.
        """
        version = _audible(request, version_id)
        now = timezone.now()
        grant = selectors.playback_for(version, listener_of(request._request), now)
        play = play_nonce(request._request, version, viewer=request.user.pk, now=now)
        body = PlaybackSerializer({**asdict(grant), "play": play}).data
        answer = Response(body, headers={"Cache-Control": "private, no-store"})
        admit(answer, grant.hls, grant.expires_at, now)
        return answer


class VersionDownload(APIView):
    """Files to take away."""

    content_negotiation_class = FormatIsOurs

    @extend_schema(
        operation_id="versions_download",
        parameters=[
            OpenApiParameter(
                "format", str, enum=list(FORMATS), description="mp3 unless told; “stems” is all of them as a ZIP."
            ),
            OpenApiParameter("name", str, description="Which stem, as “drums”."),
        ],
        responses={(200, "application/octet-stream"): OpenApiTypes.BINARY},
    )
    def get(self, request: Request, version_id: UUID) -> HttpResponseBase:
        """FLAC and MP3 with tags and cover. Stems, notes and words in time are their owner's alone."""
        version = _audible(request, version_id)
        wanted, name = request.query_params.get("format", "mp3"), request.query_params.get("name", "")
        offers = offers_for(_user(request), version)
        offer = next((each for each in offers if (each.format, each.name) == (wanted, name)), None)
        if offer is None:
            raise Http404
        if offer.refused:
            raise PermissionDenied(offer.refused)
        stems = [each.path for each in offers if each.format == "stem"]
        return response_of(_download(version, offer, stems))


def _download(version: Version, offer: Offer, stems: list[str]) -> Download | Archive:
    try:
        if offer.format == "stems":
            return stems_download(version.track, version, stems)
        if offer.format in {"flac", "mp3"}:
            return audio_download(version.track, version, offer.format)
        if offer.format == "stem":
            return stem_download(version.track, version, offer.path)
        return file_download(version.track, version, offer.path, offer.media_type)
    except FileNotFoundError as missing:
        raise Http404 from missing
    except StorageAway as away:
        raise Unavailable from away


def _track(request: Request, track_id: UUID) -> Track:
    track = selectors.track_for(request.user, track_id)
    if track is None:
        raise Http404
    return track


def _own(request: Request, track_id: UUID) -> Track:
    track = selectors.own_track(request.user, track_id)
    if track is None:
        raise Http404
    return track


def _version(request: Request, version_id: UUID) -> Version:
    version = selectors.version_for(request.user, version_id)
    if version is None:
        raise Http404
    return version


def _audible(request: Request, version_id: UUID) -> Version:
    version = _version(request, version_id)
    if not selectors.may_hear(request.user, version.track):
        raise TakenDown
    return version


def _track_response(request: Request, track: Track) -> Response:
    return Response(TrackSerializer(track, context={"request": request}).data)


def _user(request: Request) -> User:
    user = request.user
    assert isinstance(user, User)  # the permission classes let nobody else in
    return user
