"""What a link to a track unfolds to elsewhere: addresses for Open Graph, and the oEmbed answer (https://oembed.com).

Everything here is for people without an account and for programs without cookies, so only what everybody may hear has a
player; a track that is unlisted shows its title and cover to whoever has the link, and is heard on its own page.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest
from django.urls import Resolver404, resolve, reverse
from django.utils.html import format_html

from apps.library.models import Track
from apps.library.selectors import may_see, track_for

WIDTH, HEIGHT = 480, 128
"""Of the player in other pages, in CSS pixels."""
LEAST_WIDTH, LEAST_HEIGHT = 220, 72
COVER_PIXELS = 640
KEPT_SECONDS = 300
"""How long others may keep what they were told: a track can be withdrawn."""


@dataclass(frozen=True, slots=True)
class Share:
    """The addresses of a track for the world outside; those that a track has not are empty."""

    page: str
    cover: str
    embed: str
    audio: str
    oembed: str
    code: str
    """HTML that puts the player into another page."""


def site_of(request: HttpRequest) -> str:
    """The address of this site as the asker knows it, as "https://example.org"."""
    return request.build_absolute_uri("/").rstrip("/")


def share_of(track: Track, site: str) -> Share:
    """How to pass `track` on from the site at `site`.

    Its page always, its cover when more people than its owner see it, sound and player when it is public.
    """
    seen = may_see(AnonymousUser(), track)
    page = _address(site, "track", track.id)
    return Share(
        page=page,
        cover=_address(site, "track-cover", track.id) if seen else "",
        embed=_address(site, "track-embed", track.id) if track.in_public else "",
        audio=_address(site, "track-audio", track.id) if track.in_public else "",
        oembed=f"{site}{reverse('api-oembed')}?url={page}" if seen else "",
        code=_code(track, site, WIDTH, HEIGHT) if track.in_public else "",
    )


def track_at(address: str, site: str) -> Track | None:
    """The track whose page is at `address`, as everybody sees it; None for any other address."""
    parts = urlsplit(address)
    if parts.scheme not in {"http", "https"} or parts.netloc != urlsplit(site).netloc:
        return None
    try:
        found = resolve(parts.path)
    except Resolver404:
        return None
    if found.url_name not in {"track", "track-embed"}:
        return None
    return track_for(AnonymousUser(), found.kwargs["track_id"])


def oembed_of(track: Track, site: str, max_width: int | None, max_height: int | None) -> dict[str, Any]:
    """The oEmbed 1.0 answer; a link with a picture where no player may be, or fits."""
    width, height = min(WIDTH, max_width or WIDTH), min(HEIGHT, max_height or HEIGHT)
    said = {
        "version": "1.0",
        "type": "link",
        "title": track.title,
        "author_name": str(track.owner),
        "provider_name": "Refrain",
        "provider_url": site,
        "cache_age": KEPT_SECONDS,
    }
    if (max_width or COVER_PIXELS) >= COVER_PIXELS and (max_height or COVER_PIXELS) >= COVER_PIXELS:
        cover = _address(site, "track-cover", track.id)
        said |= {"thumbnail_url": cover, "thumbnail_width": COVER_PIXELS, "thumbnail_height": COVER_PIXELS}
    if track.in_public and width >= LEAST_WIDTH and height >= LEAST_HEIGHT:
        said |= {"type": "rich", "html": _code(track, site, width, height), "width": width, "height": height}
    return said


def _code(track: Track, site: str, width: int, height: int) -> str:
    return format_html(
        '<iframe src="{}" width="{}" height="{}" title="{}" allow="autoplay; encrypted-media" loading="lazy" '
        'style="border:0;border-radius:12px;max-width:100%"></iframe>',
        _address(site, "track-embed", track.id),
        width,
        height,
        f"{track.title} by {track.owner}",
    )


def _address(site: str, name: str, track_id: UUID) -> str:
    return f"{site}{reverse(name, args=[track_id])}"
