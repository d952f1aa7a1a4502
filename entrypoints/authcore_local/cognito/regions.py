"""The pool in two regions: what a replica refuses, and what an outage of a region looks like."""

import json
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any, Final, Literal

from authcore_local.cognito.hosted_ui.login_pages import (
    CONFIRM_PATH,
    FORGOT_PATH,
    NEW_PASSWORD_PATH,
    RESEND_PATH,
    SIGN_UP_PATH,
)
from authcore_local.cognito.idp_api.idp_endpoint import MEDIA_TYPE, PREFIX


Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
AsgiApp = Callable[[Scope, Receive, Send], Awaitable[None]]

State = Literal["up", "errors"]

SERVED_BY_REPLICAS: Final = frozenset(
    {
        "AdminGetUser",
        "AdminInitiateAuth",
        "DescribeIdentityProvider",
        "DescribeRiskConfiguration",
        "DescribeUserImportJob",
        "DescribeUserPool",
        "DescribeUserPoolClient",
        "DescribeUserPoolDomain",
        "GetCSVHeader",
        "GetProvisionedLimit",
        "GetUser",
        "GetUserPoolMfaConfig",
        "ListIdentityProviders",
        "ListUserImportJobs",
        "ListUserPoolClients",
        "ListWebAuthnCredentials",
        "GetTokensFromRefreshToken",
        "GlobalSignOut",
        "InitiateAuth",
        "AdminRespondToAuthChallenge",
        "RespondToAuthChallenge",
        "ListUsers",
        "RevokeToken",
    }
)
"""Operations that neither create a user nor change one."""

WRITING_PAGES: Final = frozenset(
    {SIGN_UP_PATH, CONFIRM_PATH, RESEND_PATH, FORGOT_PATH, NEW_PASSWORD_PATH}
)
"""Pages of managed login whose forms create or change a user."""

_REFUSED: Final = "OperationNotEnabledException"


class Region:
    """
    One region that serves the pool: the primary one, or a replica.

    Attributes:
        state: ``errors`` answers every request with 503; ``up`` at first.
    """

    def __init__(self, app: AsgiApp, *, is_replica: bool) -> None:
        """Serve *app*; a replica refuses what creates or changes users."""
        self.state: State = "up"
        self._app = app
        self._is_replica = is_replica

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request, or refuse it."""
        if self.state == "errors":
            await _answer(send, 503, b"", ())
        elif self._is_replica and _writes(scope):
            refusal = {"__type": _REFUSED, "message": "Not enabled in this region"}
            named = ((b"x-amzn-errortype", _REFUSED.encode()),)
            await _answer(send, 400, json.dumps(refusal).encode(), named)
        else:
            await self._app(scope, receive, send)


def _writes(scope: Scope) -> bool:
    if scope["method"] != "POST":
        return False
    target = dict(scope["headers"]).get(b"x-amz-target", b"").decode("latin-1")
    if scope["path"] == "/":
        api, _, operation = target.partition(".")
        return api == PREFIX and operation not in SERVED_BY_REPLICAS
    return scope["path"] in WRITING_PAGES


async def _answer(
    send: Send, status: int, body: bytes, headers: tuple[tuple[bytes, bytes], ...]
) -> None:
    fields = [(b"content-type", MEDIA_TYPE.encode()), (b"content-length", b"%d" % len(body))]
    await send({"type": "http.response.start", "status": status, "headers": [*fields, *headers]})
    await send({"type": "http.response.body", "body": body})
