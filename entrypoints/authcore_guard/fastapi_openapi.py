"""What FastAPI's description of an application says about guarded operations."""

from typing import Any, Final

from fastapi import FastAPI
from fastapi.openapi.models import APIKey, APIKeyIn


SESSION_SCHEME: Final = "authcore_session"
GROUP_SCHEME: Final = "authcore_group"

SESSION_COOKIE: Final = APIKey.model_validate(
    {
        "in": APIKeyIn.cookie,
        "name": "__Secure-authcore_session",
        "description": "The session cookies that the sign-in sets; a long session has several.",
    }
)
"""See: OpenAPI 3.1 "Security Scheme Object"."""

_MEMBER: Final = "reason"
_REASON: Final[dict[str, Any]] = {
    "application/json": {
        "schema": {
            "type": "object",
            "required": [_MEMBER],
            "properties": {_MEMBER: {"type": "string"}},
        }
    }
}
_SESSION_RESPONSES: Final = {
    "302": {"description": "Not signed in: a browser is redirected to the sign-in."},
    "401": {"description": "Not signed in.", "content": _REASON},
    "503": {"description": "No decision is possible now; try again later.", "content": _REASON},
}
_GROUP_RESPONSES: Final = {
    **_SESSION_RESPONSES,
    "403": {"description": "Signed in, without a required group.", "content": _REASON},
}


def describe_denials(app: FastAPI, *, groups_are_required: bool) -> None:
    """
    Add the guard's responses to each guarded operation that *app* describes.

    Args:
        app: Responses that it describes itself stay as they are.

        groups_are_required: Whether every guarded operation may answer 403.

    See: FastAPI "Extending OpenAPI".
    """
    describe = app.openapi

    def openapi() -> dict[str, Any]:
        if app.openapi_schema is None:
            _add_responses(describe(), groups_are_required=groups_are_required)
        return describe()

    app.openapi = openapi  # type: ignore[method-assign] # as FastAPI documents


def _add_responses(document: dict[str, Any], *, groups_are_required: bool) -> None:
    for item in document.get("paths", {}).values():
        for operation in item.values():
            schemes = {name for each in operation.get("security", ()) for name in each}
            if GROUP_SCHEME in schemes or (groups_are_required and SESSION_SCHEME in schemes):
                operation["responses"] = {**_GROUP_RESPONSES, **operation["responses"]}
            elif SESSION_SCHEME in schemes:
                operation["responses"] = {**_SESSION_RESPONSES, **operation["responses"]}
