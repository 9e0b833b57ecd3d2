"""For how long edges and browsers may trust what they have, so that nothing taken down plays after a minute.

What an edge keeps is never older than it says plus one refresh in its background, what a browser keeps likewise:
EDGE_SECONDS + STALE_SECONDS + BROWSER_SECONDS + STALE_SECONDS = 35 s at most, plus 5 s in which the web remembers the
marks of a remote storage, plus 20 s until a mark that a crash left out is set.
"""

from __future__ import annotations

from collections.abc import Mapping

EDGE_SECONDS = 10
STALE_SECONDS = 10
"""Past its time a copy is still given while a fresh answer is being fetched: a hot track does not wait."""
BROWSER_SECONDS = 5
PICTURE_SECONDS = 300
"""Browsers keep what makes no sound for longer: a page shows dozens of covers."""
GONE_SECONDS = 5
"""Our nginx remembers this long that a version is gone: it is silent from the first refusal on, and the listeners of a
hot one do not all reach the origin."""

_SOUND = ("hls/", "track.mp3")


def everybodys(path: str) -> Mapping[str, str]:
    """Headers for a file that everybody may hear: kept for long, asked about often."""
    own = BROWSER_SECONDS if path.startswith(_SOUND) else PICTURE_SECONDS
    # CloudFront would go on with what it has when the origin does not answer
    shared = f"s-maxage={EDGE_SECONDS}, stale-while-revalidate={STALE_SECONDS}, stale-if-error=0"
    return {"cache-control": f"public, max-age={own}, {shared}"}


def listeners() -> Mapping[str, str]:
    """Headers for a file of one listener; our nginx, which checks who asks before it looks, may keep it as long."""
    return {"x-accel-expires": str(EDGE_SECONDS), "cache-control": f"private, max-age={BROWSER_SECONDS}"}


def gone() -> Mapping[str, str]:
    """Headers for what was taken down, purged or withdrawn: nobody keeps them but our nginx, and that for seconds."""
    # nginx before 1.23 goes by whichever comes first
    return {"x-accel-expires": str(GONE_SECONDS), "cache-control": "no-store"}
