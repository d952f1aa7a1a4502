"""The legacy HTTP API, as a legacy system would serve it.  See: docs/legacy-api.yaml."""

import hmac
from collections.abc import Awaitable, Callable, Iterable
from typing import Final, Literal

import anyio
import attrs
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.routing import BaseRoute, Route

from authcore_local.legacy.operations import Operation, Said
from authcore_local.legacy.requests import body_of, parse_members
from authcore_local.legacy.seed_dialect import CREATE_PATH, HELPER_PATH, SeedDialect


Behaviour = Literal["honest", "down", "slow", "garbage", "mixed_up"]
"""
``slow`` answers after SLOW_SECONDS, later than every caller's deadline.  ``mixed_up`` answers about
STRANGER wherever an honest answer names a user.
"""

SLOW_SECONDS: Final = 8.0

STRANGER: Final = {
    "userid": "1",
    "username": "another-user",
    "display_name": None,
    "email": None,
    "email_verified": False,
    "cognito_id": "sub-of-another-user",
    "locked": False,
}


@attrs.frozen
class LegacyCall:
    """
    One answered call.

    Attributes:
        path: Of the API.
        status: HTTP status.
        outcome: ``status`` of the body, or the configured misbehaviour.
        userid: The user in the answer; None without one.
    """

    path: str
    status: int
    outcome: str
    userid: str | None = None


class LegacyHttp:
    """
    Serves operations over HTTP; ``app`` is the ASGI application.

    Attributes:
        behaviour: How it answers from now on; ``honest`` by default.
    """

    def __init__(
        self,
        operations: Iterable[Operation],
        api_key: str,
        note: Callable[[str, LegacyCall], None],
        dialect: SeedDialect | None,
        pages: BaseRoute,
    ) -> None:
        self.behaviour: Behaviour = "honest"
        self._api_key = api_key.encode()
        self._note = note
        routes = [
            Route(each.path, self._post_endpoint(each), methods=["POST"]) for each in operations
        ]
        if dialect:
            endpoint = self._get_endpoint(dialect)
            routes += [
                Route(path, endpoint, methods=["GET"]) for path in (HELPER_PATH, CREATE_PATH)
            ]
        self.app: Final = Starlette(routes=[*routes, pages])

    def _post_endpoint(self, operation: Operation) -> Callable[[Request], Awaitable[Response]]:
        async def endpoint(request: Request) -> Response:
            async def decide() -> Said | None:
                asked = parse_members(await body_of(request), operation.members)
                key = request.headers.get("idempotency-key")
                if asked is None:
                    return None
                return await run_in_threadpool(operation.decide, asked, key)

            return await self._answer(request, decide)

        return endpoint

    def _get_endpoint(self, dialect: SeedDialect) -> Callable[[Request], Awaitable[Response]]:
        async def endpoint(request: Request) -> Response:
            async def decide() -> Said | None:
                asked = dict(request.query_params)
                return await run_in_threadpool(dialect.decide, request.url.path, asked)

            return await self._answer(request, decide)

        return endpoint

    async def _answer(
        self, request: Request, decide: Callable[[], Awaitable[Said | None]]
    ) -> Response:
        behaviour = self.behaviour
        if behaviour == "slow":
            await anyio.sleep(SLOW_SECONDS)
        if behaviour not in ("honest", "mixed_up"):
            return self._record(request, _fault_response(behaviour), behaviour)
        if not hmac.compare_digest(request.headers.get("x-api-key", "").encode(), self._api_key):
            return self._record(request, JSONResponse({"error": "api_key"}, 401), "wrong API key")
        said = await decide()
        if said is None:
            return self._record(request, JSONResponse({"error": "malformed"}, 400), "malformed")
        if behaviour == "mixed_up":
            said = {member: _mix_up(value) for member, value in said.items()}
        return self._record(request, JSONResponse(said), _outcome(said), _userid_of(said))

    def _record(
        self, request: Request, response: Response, outcome: str, userid: str | None = None
    ) -> Response:
        call = LegacyCall(request.url.path, response.status_code, outcome, userid)
        self._note(request.method, call)
        return response


def _mix_up(value: object) -> object:
    """Return STRANGER in place of a user, and of the first of a list."""
    if isinstance(value, list):
        return [STRANGER, *value[1:]] if value else value
    return STRANGER if isinstance(value, dict) else value


def _outcome(said: Said) -> str:
    return str(said.get("status", f"success {said.get('success')}"))


def _userid_of(said: Said) -> str | None:
    """Return the id of the first user in *said*."""
    for member in ("user", "by_cognito_id", "by_identity", "by_email"):
        if user := said.get(member):
            return str(user.get("userid") or user["id"])
    return said.get("userid")


def _fault_response(behaviour: Behaviour) -> Response:
    if behaviour == "garbage":
        return HTMLResponse("<!doctype html><title>Welcome back</title><p>You are signed in.")
    return HTMLResponse("<!doctype html><title>Maintenance</title>", 503)
