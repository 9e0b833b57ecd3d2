"""Figures for Prometheus about the queue, counted when they are asked for."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from django.db import DatabaseError
from django.utils import timezone
from prometheus_client import REGISTRY, Metric
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector

from apps.jobs.honesty import eta_errors
from apps.jobs.selectors import backlogs, engine_limits, free_slots, queue_lengths


class JobsCollector(Collector):
    """What waits and runs for each engine, and how many places are free."""

    def describe(self) -> Iterable[Metric]:
        """Nothing in advance: registering must not ask the database."""
        return ()

    def collect(self) -> Iterator[Metric]:
        """No figures when the database is away; `/readyz` says so."""
        queued = GaugeMetricFamily("refrain_jobs_queued", "Jobs that wait.", labels=("capability", "engine", "class"))
        running = GaugeMetricFamily("refrain_jobs_running", "Jobs that run.", labels=("capability", "engine"))
        backlog = GaugeMetricFamily(
            "refrain_jobs_backlog", "Jobs that run or could run with more places.", labels=("capability",)
        )
        error = GaugeMetricFamily(
            "refrain_eta_error_seconds",
            "How far what people were told was from what happened, over a day.",
            labels=("class", "quantile"),
        )
        kept = GaugeMetricFamily(
            "refrain_eta_kept_ratio", "Jobs done within a quarter, or 5 s, of what was told.", labels=("class",)
        )
        free = GaugeMetricFamily("refrain_places_free", "Places of living workers.", labels=("capability",))
        try:
            for length in queue_lengths():
                labels = (length.capability, length.engine, "paid" if length.paid else "free")
                queued.add_metric(labels, length.queued)
            for limit in engine_limits():
                running.add_metric((limit.capability, limit.engine), limit.running)
            for capability, places in free_slots(timezone.now()).items():
                free.add_metric((capability,), places)
            for errors in eta_errors(timezone.now()):
                name = "paid" if errors.paid else "free"
                error.add_metric((name, "0.5"), errors.median)
                error.add_metric((name, "0.9"), errors.ninth_tenth)
                kept.add_metric((name,), errors.kept)
            for capability, jobs in backlogs().items():
                backlog.add_metric((capability,), jobs)
        except DatabaseError:
            return
        yield from (queued, running, free, backlog, error, kept)


def register() -> None:
    """Let `/metrics` show them."""
    REGISTRY.register(JobsCollector())
