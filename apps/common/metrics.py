"""Figures for Prometheus about what this web process answers."""

from __future__ import annotations

from prometheus_client import Counter, Histogram

_REQUESTS = Counter("refrain_requests_total", "Requests answered.", ("method", "route", "status"))
_SECONDS = Histogram(
    "refrain_request_seconds",
    "How long answers took.",
    ("method", "route"),
    buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10),
)
_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})


def observe(method: str, route: str, status: int, seconds: float) -> None:
    """Count one answer. `route` is the pattern, not the address, so that there are few."""
    method = method if method in _METHODS else "other"
    route = route or "unknown"
    _REQUESTS.labels(method, route, str(status)).inc()
    _SECONDS.labels(method, route).observe(seconds)
