"""Structured logs: one line an event, with the request's or job's ids; JSON in production, readable in development."""

from __future__ import annotations

from typing import Any

import structlog


def configure(*, level: str, production: bool) -> dict[str, Any]:
    """Set structlog up and return Django's LOGGING, which gives the standard library's loggers the same form."""
    shared: list[Any] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.ExtraAdder(),
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.StackInfoRenderer(),
    ]
    if production:
        rendering: list[Any] = [structlog.processors.dict_tracebacks, structlog.processors.JSONRenderer()]
    else:
        rendering = [structlog.dev.ConsoleRenderer(colors=False, exception_formatter=structlog.dev.plain_traceback)]
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *shared,
            structlog.stdlib.PositionalArgumentsFormatter(),
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=True,
    )
    final = [structlog.stdlib.ProcessorFormatter.remove_processors_meta, *rendering]
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {
            "structured": {
                "()": structlog.stdlib.ProcessorFormatter,
                "processors": final,
                "foreign_pre_chain": shared,
            }
        },
        "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "structured"}},
        "root": {"handlers": ["stderr"], "level": level},
        "loggers": {
            # Django's own handlers would print everything a second time, and mail it
            "django": {"handlers": [], "level": "INFO", "propagate": True},
            # every answer is logged once already, by the request's own line
            "django.request": {"level": "ERROR"},
            # it would tell every question that is asked
            "stripe": {"level": "WARNING"},
            "django.server": {"handlers": [], "propagate": True},
        },
    }
