"""The legacy HTTP API as a legacy team would serve it.  See: docs/legacy-api.yaml."""

import hmac
import json
import threading
from collections import deque
from collections.abc import Iterable
from typing import Final, Literal

import anyio
import attrs
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.routing import Route

from authcore.adapters.system import SystemEntropy
from authcore.ports.ambient import Entropy
from authcore_local.flow import FlowLog
from authcore_local.legacy.passwords import PasswordHashing
from authcore_local.legacy.people import SeedUser
from authcore_local.legacy.table import Row, UserTable


Behaviour = Literal["honest", "down", "slow", "garbage"]
"""``slow`` answers after SLOW_SECONDS, which is too late for every caller."""

SLOW_SECONDS: Final = 8.0
MAX_REQUEST_BYTES: Final = 8192
MAX_CALLS_KEPT: Final = 1000


@attrs.frozen
class LegacyCall:
    """
    One call that was answered.

    Attributes:
        path: Of the API.
        status: HTTP status.
        verdict: ``status`` of the body, or the behaviour that stood in for it.
        userid: Whom the answer was about, if anybody.
    """

    path: str
    status: int
    verdict: str
    userid: str | None = None


class LegacySystem:
    """
    Knows users, checks passwords, answers the legacy HTTP API, and misbehaves when told to.

    ``app`` is the ASGI application.
    """

    def __init__(
        self,
        users: Iterable[SeedUser],
        api_key: str,
        *,
        flow: FlowLog | None = None,
        entropy: Entropy | None = None,
        database: str = ":memory:",
    ) -> None:
        """
        Know *users*.

        Args:
            users: Put into the table at once; their passwords are hashed first.

            api_key: What callers show in ``X-Api-Key``.

            flow: Where calls show up for people.

            entropy: For salts; the system's by default.

            database: SQLite file; in memory by default.
        """
        self.passwords = PasswordHashing(entropy or SystemEntropy())
        self._table = UserTable(database)
        for user in users:
            self._table.put(user, self.passwords.hashed(user.password))
        self._api_key = api_key.encode()
        self._flow = flow
        self._behaviour: Behaviour = "honest"
        self._lock = threading.Lock()
        self._calls: deque[LegacyCall] = deque(maxlen=MAX_CALLS_KEPT)
        self.app = Starlette(
            routes=[
                Route("/api/login", self._login, methods=["POST"]),
                Route("/api/cognito_helper", self._look_up, methods=["POST"]),
            ]
        )

    @property
    def calls(self) -> list[LegacyCall]:
        """The last MAX_CALLS_KEPT calls, oldest first."""
        with self._lock:
            return list(self._calls)

    def behave(self, behaviour: Behaviour) -> None:
        """Answer like this from now on; ``honest`` is what it begins with."""
        self._behaviour = behaviour

    async def _login(self, request: Request) -> Response:
        return await self._answer(request, ("username", "password"))

    async def _look_up(self, request: Request) -> Response:
        return await self._answer(request, ("username",))

    async def _answer(self, request: Request, members: tuple[str, ...]) -> Response:
        path, behaviour = request.url.path, self._behaviour
        if behaviour == "slow":
            await anyio.sleep(SLOW_SECONDS)
        if behaviour != "honest":
            return self._noted(path, _misbehaved(behaviour), behaviour)
        if not hmac.compare_digest(request.headers.get("x-api-key", "").encode(), self._api_key):
            return self._noted(path, JSONResponse({"error": "api_key"}, 401), "wrong API key")
        asked = _asked(await _body(request), members)
        if asked is None:
            return self._noted(path, JSONResponse({"error": "malformed"}, 400), "malformed")
        decide = self._checked if "password" in asked else self._found
        return await run_in_threadpool(decide, path, asked)

    def _checked(self, path: str, asked: dict[str, str]) -> Response:
        row = self._table.find(asked["username"])
        right = self.passwords.matches(asked["password"], row.password_hash if row else None)
        if row is None or not right or row.locked:
            return self._noted(path, JSONResponse({"status": "rejected"}), "rejected")
        return self._positive(path, "authenticated", row)

    def _found(self, path: str, asked: dict[str, str]) -> Response:
        row = self._table.find(asked["username"])
        if row is None or row.locked:
            return self._noted(path, JSONResponse({"status": "not_found"}), "not_found")
        return self._positive(path, "found", row)

    def _positive(self, path: str, status: str, row: Row) -> Response:
        answer = JSONResponse({"status": status, "user": _user(row)})
        return self._noted(path, answer, status, row.userid)

    def _noted(
        self, path: str, response: Response, verdict: str, userid: str | None = None
    ) -> Response:
        with self._lock:
            self._calls.append(LegacyCall(path, response.status_code, verdict, userid))
        if self._flow:
            answer = f"{response.status_code} {verdict}"
            detail = f"userid {userid}" if userid else ""
            self._flow.record("lambda", "legacy", f"POST {path}", answer, detail)
        return response


def _user(row: Row) -> dict[str, object]:
    return {
        "userid": row.userid,
        "username": row.username,
        "display_name": row.display_name,
        "email": row.email,
        "email_verified": row.email_verified,
        "cognito_id": row.cognito_id,
    }


def _misbehaved(behaviour: Behaviour) -> Response:
    if behaviour == "garbage":
        return HTMLResponse("<!doctype html><title>Welcome back</title><p>You are signed in.")
    return HTMLResponse("<!doctype html><title>Maintenance</title>", 503)


async def _body(request: Request) -> bytes:
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > MAX_REQUEST_BYTES:
            return b""
    return bytes(body)


def _asked(body: bytes, members: tuple[str, ...]) -> dict[str, str] | None:
    try:
        asked = json.loads(body)
        if set(asked) != set(members):
            return None
        return {name: _sound(asked[name]) for name in members}
    except (ValueError, TypeError, RecursionError):
        return None


def _sound(value: str) -> str:
    """*value*, if it is a text that UTF-8 can hold; TypeError or ValueError if not."""
    return str.encode(value).decode()
