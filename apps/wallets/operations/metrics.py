"""Figures for Prometheus about the books, as the latest proof left them: asking costs one row."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from django.db import DatabaseError
from prometheus_client import REGISTRY, Metric
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector

from apps.wallets.operations.models import Proof


class ProofCollector(Collector):
    """When the books were proven last, and what differed."""

    def describe(self) -> Iterable[Metric]:
        """Nothing in advance: registering must not ask the database."""
        return ()

    def collect(self) -> Iterator[Metric]:
        """No figures before the first proof, or when the database is away."""
        try:
            proof = Proof.objects.first()
        except DatabaseError:
            return
        if proof is None:
            return
        wrong = GaugeMetricFamily("refrain_books_differences", "What the latest proof found wrong.", labels=("check",))
        for check in proof.checks:
            wrong.add_metric((check["name"],), check["wrong"])
        yield wrong
        finished = proof.finished_at.timestamp()
        yield GaugeMetricFamily("refrain_books_proven_timestamp_seconds", "When the latest proof ended.", finished)
        yield GaugeMetricFamily("refrain_books_balance", "1 when the latest proof found nothing.", float(proof.passed))


def register() -> None:
    """Let `/metrics` show them."""
    REGISTRY.register(ProofCollector())
