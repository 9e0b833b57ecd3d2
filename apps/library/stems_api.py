"""The API that karaoke plays from: a stem, in ranges."""

from __future__ import annotations

import re
from dataclasses import replace
from uuid import UUID

from django.http import Http404, HttpResponse
from django.http.response import HttpResponseBase
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.views import APIView

from apps.common.problems import Unavailable
from apps.library import selectors
from apps.library.downloads import file_download, response_of
from apps.library.stems import may_sing, stems_of
from apps.library.storage import StorageAway

_RANGE = re.compile(r"bytes=(\d{1,15})-(\d{0,15})")


class VersionStem(APIView):
    """A stem, to be played beside the others."""

    permission_classes = (AllowAny,)

    @extend_schema(
        operation_id="versions_stem",
        parameters=[OpenApiParameter("Range", str, OpenApiParameter.HEADER, description="As “bytes=0-65535”.")],
        responses={
            (200, "audio/flac"): OpenApiTypes.BINARY,
            (206, "audio/flac"): OpenApiTypes.BINARY,
            416: OpenApiResponse(description="The file is shorter."),
        },
    )
    def get(self, request: Request, version_id: UUID, name: str) -> HttpResponseBase:
        """For its owner; for everybody who may hear it where the version is made for karaoke."""
        version = selectors.version_for(request.user, version_id)
        if version is None or not may_sing(request.user, version):
            raise Http404
        stem = next((each for each in stems_of(version) if each.name == name), None)
        if stem is None:
            raise Http404
        try:
            whole = file_download(version.track, version, stem.path, stem.media_type)
        except FileNotFoundError as missing:
            raise Http404 from missing
        except StorageAway as away:
            raise Unavailable from away
        span = _span(request.headers.get("Range", ""), whole.size)
        if span is None:
            answer: HttpResponseBase = response_of(whole)
        elif span[0] >= whole.size:
            answer = HttpResponse(status=416, headers={"Content-Range": f"bytes */{whole.size}"})
        else:
            first, last = span
            answer = response_of(replace(whole, offset=first, size=last - first + 1))
            answer.status_code = 206
            answer["Content-Range"] = f"bytes {first}-{last}/{whole.size}"
        answer["Accept-Ranges"] = "bytes"
        return answer


def _span(asked: str, size: int) -> tuple[int, int] | None:
    """The first and last byte that a Range header asks for; None for the whole file, as for a range that is none."""
    found = _RANGE.fullmatch(asked.strip())
    if found is None:
        return None
    first, last = int(found[1]), min(int(found[2]), size - 1) if found[2] else size - 1
    # RFC 9110, section 14.1.1: a range that ends before it begins is no range
    return None if last < first < size else (first, last)
