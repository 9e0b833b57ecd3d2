"""How good the times were that people were told: what was said when they asked, against what happened."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import connection

WINDOW = timedelta(hours=24)
TOLERANCE_SECONDS = 5.0
TOLERANCE_SHARE = 0.25
_MOST = 2_000

_ERRORS = """
SELECT paid,
    count(*),
    percentile_cont(0.5) WITHIN GROUP (ORDER BY abs(late)),
    percentile_cont(0.9) WITHIN GROUP (ORDER BY abs(late)),
    percentile_cont(0.5) WITHIN GROUP (ORDER BY late),
    avg((abs(late) <= greatest(%s, %s * told))::integer)::float8
FROM (
    SELECT paid,
        extract(epoch FROM finished_at - expected_at)::float8 AS late,
        extract(epoch FROM expected_at - queued_at)::float8 AS told
    FROM jobs_job
    WHERE status = 'succeeded' AND finished_at >= %s AND expected_at IS NOT NULL
    ORDER BY finished_at DESC LIMIT %s
) AS past
GROUP BY paid ORDER BY paid DESC
"""


@dataclass(frozen=True, slots=True)
class EtaErrors:
    """One class's errors in seconds: of the median job and of the worst tenth, without sign; late is positive."""

    paid: bool
    jobs: int
    median: float
    ninth_tenth: float
    median_late: float
    kept: float
    """The share of jobs that were done within a quarter, or 5 s, of what was said."""


def eta_errors(now: datetime) -> list[EtaErrors]:
    """Of the latest jobs that succeeded within a day, by class; one query, by the index of ended jobs."""
    with connection.cursor() as cursor:
        cursor.execute(_ERRORS, [TOLERANCE_SECONDS, TOLERANCE_SHARE, now - WINDOW, _MOST])
        return [EtaErrors(*row) for row in cursor.fetchall()]
