"""What the API's description says about every operation: how it fails."""

from __future__ import annotations

from typing import Any

_PROBLEM: dict[str, Any] = {
    "type": "object",
    "description": "Problem details (RFC 9457).",
    "properties": {
        "type": {"type": "string", "format": "uri-reference", "example": "/problems/validation"},
        "title": {"type": "string", "example": "Something in the request is not right"},
        "status": {"type": "integer", "example": 400},
        "detail": {"type": "string", "example": "takes: Ensure this value is less than or equal to 4."},
        "errors": {
            "type": "array",
            "description": "By field, dotted where it is nested; an empty field means the whole request.",
            "items": {
                "type": "object",
                "properties": {"field": {"type": "string"}, "message": {"type": "string"}},
                "required": ["field", "message"],
            },
        },
        "request_id": {"type": "string", "description": "Name it when you ask an operator about this answer."},
    },
    "required": ["type", "title", "status", "detail", "request_id"],
}
_METHODS = frozenset({"get", "post", "put", "patch", "delete"})


def describe_problems(result: dict[str, Any], generator: Any, request: Any, public: bool) -> dict[str, Any]:  # noqa: FBT001 - drf-spectacular's hook
    """Give every operation a `default` response: a problem."""
    result.setdefault("components", {}).setdefault("schemas", {})["Problem"] = _PROBLEM
    content = {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}}
    for path in result.get("paths", {}).values():
        for method, operation in path.items():
            if method in _METHODS:
                operation["responses"].setdefault("default", {"description": "A problem.", "content": content})
    return result
