"""Errors in the shape in which Stripe answers them."""

from __future__ import annotations

from typing import Any


class Refusal(Exception):
    """A request that Stripe refuses: the HTTP status and the `error` object."""

    def __init__(
        self, message: str, *, status: int = 400, kind: str = "invalid_request_error", **more: str | None
    ) -> None:
        super().__init__(message)
        self.status = status
        self.body: dict[str, Any] = {
            "error": {"message": message, "type": kind, **{name: value for name, value in more.items() if value}}
        }


def missing(what: str, name: str, param: str = "id") -> Refusal:
    """No object of this kind has that id."""
    return Refusal(f"No such {what}: '{name}'", status=404, code="resource_missing", param=param)


def required(param: str) -> Refusal:
    """A parameter that has to be there is not."""
    return Refusal(f"Missing required param: {param}.", code="parameter_missing", param=param)


def unknown(param: str) -> Refusal:
    """A parameter that this endpoint does not have."""
    return Refusal(f"Received unknown parameter: {param}", code="parameter_unknown", param=param)


def invalid(message: str, param: str, code: str = "parameter_invalid") -> Refusal:
    """A parameter with a value that does not do."""
    return Refusal(message, code=code, param=param)
