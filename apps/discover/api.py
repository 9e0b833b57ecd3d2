"""The API of the public side: the feed and search."""

from __future__ import annotations

from typing import Any

from django.utils import timezone
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.exceptions import ValidationError
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from apps.common.paging import PARAMETERS, envelope, limit_of, page_of, text_of
from apps.discover import selectors
from apps.discover.selectors import FeedPage
from apps.library.keyset import CursorError


class FeedTrackSerializer(serializers.Serializer[Any]):
    """A public track in a list."""

    id = serializers.UUIDField()
    version = serializers.UUIDField(help_text="What to ask playback for.")
    title = serializers.CharField()
    creator = serializers.CharField()
    genre = serializers.CharField()
    mood = serializers.CharField()
    seconds = serializers.FloatField()
    instrumental = serializers.BooleanField()
    published_at = serializers.DateTimeField()
    plays = serializers.IntegerField()
    cover = serializers.CharField()
    cover_small = serializers.CharField()


PAGE = page_of("FeedTrackPage", FeedTrackSerializer)


class Feed(APIView):
    """The public feed."""

    permission_classes = (AllowAny,)

    @extend_schema(
        operation_id="feed",
        parameters=[
            OpenApiParameter("genre", str),
            OpenApiParameter("mood", str),
            OpenApiParameter(
                "sort",
                str,
                enum=list(selectors.SORTS),
                description="Newest unless told; most played in the last seven days, or ever.",
            ),
            *PARAMETERS,
        ],
        responses=PAGE,
    )
    def get(self, request: Request) -> Response:
        """Public tracks, newest or most played first."""
        sort = text_of(request, "sort", 20) or "newest"
        if sort not in selectors.SORTS:
            raise ValidationError({"sort": [f"Choose one of {', '.join(selectors.SORTS)}."]})
        try:
            page = selectors.feed(
                genre=text_of(request, "genre", 40),
                mood=text_of(request, "mood", 40),
                sort=sort,
                cursor=text_of(request, "cursor", 600),
                size=limit_of(request),
                now=timezone.now(),
            )
        except CursorError as error:
            raise ValidationError({"cursor": [str(error)]}) from error
        return _answer(request, page)


class Search(APIView):
    """Search among public tracks."""

    permission_classes = (AllowAny,)

    @extend_schema(
        operation_id="search",
        parameters=[
            OpenApiParameter("q", str, required=True, description="All of these words, or their beginnings."),
            *PARAMETERS,
        ],
        responses=PAGE,
    )
    def get(self, request: Request) -> Response:
        """Public tracks by title, prompt, genre, mood and creator, best first."""
        try:
            page = selectors.search(
                text_of(request, "q"),
                cursor=text_of(request, "cursor", 600),
                size=limit_of(request),
                now=timezone.now(),
            )
        except CursorError as error:
            raise ValidationError({"cursor": [str(error)]}) from error
        return _answer(request, page)


def _answer(request: Request, page: FeedPage) -> Response:
    rows = FeedTrackSerializer(page.tracks, many=True).data
    return Response(envelope(request, rows, page.next_cursor))
