"""
A guard for single routes of a FastAPI or Starlette application.

::

    app = FastAPI()
    signed_in = SignedIn.from_environment().install(app)

    @app.get("/articles")
    async def articles(user: Annotated[User, Depends(signed_in)]) -> ...

To guard a whole application, put ``authcore_guard.asgi.Guard`` in front of it.
"""

from collections.abc import Mapping, MutableMapping
from typing import Any, Final, Self

import attrs
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import HTTPConnection

from authcore.domain.errors import ConfigurationError
from authcore.domain.model.session import User
from authcore.ports.legacy_sessions import LegacySessions
from authcore_guard.asgi import (
    AsgiApp,
    Receive,
    Scope,
    Send,
    answer,
    carrying,
    check_request,
    read_request,
)
from authcore_guard.container import guard_container
from authcore_guard.request_guard import Allow, Deny, RequestGuard


_JUDGED: Final = "authcore.judged"
"""Where a route's verdict waits for the head of the answer, in the scope."""

_HEAD: Final = "http.response.start"
_FAILED: Final = Deny(
    500, (("content-type", "text/plain; charset=utf-8"),), b"Internal Server Error\n"
)


class RequestDeniedError(HTTPException):
    """This request may not go on.  Whatever it is handled with, the guard's refusal is sent."""


class SignedIn:
    """A dependency: who is signed in.  Whoever is not never reaches the route."""

    def __init__(self, request_guard: RequestGuard) -> None:
        """
        Guard the routes that depend on this.

        Args:
            request_guard: Judges.  Its public paths mean nothing here.
        """
        self._request_guard = request_guard.for_everything()

    @classmethod
    def from_environment(
        cls, environment: Mapping[str, str] | None = None, *, legacy: LegacySessions | None = None
    ) -> Self:
        """
        Guard as the ``AUTHCORE_*`` variables say.

        Args:
            environment: Variables by name; the process's own when None.

            legacy: Knows the old login, in the place of the legacy system's HTTP API.

        Raises:
            ConfigurationError: Names every missing and every wrong variable.
        """
        return cls(guard_container(environment, legacy=legacy).request_guard())

    def install(self, app: Starlette) -> Self:
        """Let the answers of *app*, and of all that is mounted in it, carry what was judged."""
        app.add_middleware(_Carrying, request_guard=self._request_guard)
        return self

    async def __call__(self, connection: HTTPConnection) -> User:
        """
        The user behind *connection*.

        Raises:
            RequestDeniedError: There is none, or nobody can say.

            ConfigurationError: ``install`` was not called.
        """
        judgement: _Judgement | None = connection.scope.get(_JUDGED)
        if judgement is None:
            raise ConfigurationError(["SignedIn.install(app) was not called"])
        visit = read_request({**connection.scope, "root_path": judgement.root_path})
        judgement.verdict = verdict = await check_request(self._request_guard, visit)
        if isinstance(verdict, Deny):
            raise RequestDeniedError(verdict.status)
        assert verdict.user is not None  # noqa: S101 - no path is public
        return verdict.user


@attrs.define
class _Judgement:
    """
    What a route's dependency found.

    Attributes:
        root_path: Of the whole application, without the mounts in it.
        verdict: None until a dependency was asked.
    """

    root_path: str
    verdict: Allow | Deny | None = None


class _Carrying:
    """Puts the verdict on a route on the head of its answer, or in its place."""

    def __init__(self, app: AsgiApp, *, request_guard: RequestGuard) -> None:
        self._app = app
        self._request_guard = request_guard

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            self._request_guard.prefetch()
        if scope["type"] == "lifespan" or _JUDGED in scope:  # or mounted in one that carries
            await self._app(scope, receive, send)
            return
        judgement = _Judgement(scope.get("root_path", ""))
        answering = _Answering(judgement, scope.get("method", ""), send)
        try:
            await self._app({**scope, _JUDGED: judgement}, receive, answering.send)
        except Exception:
            await answering.fail()
            raise


class _Answering:
    """One answer on its way."""

    def __init__(self, judgement: _Judgement, method: str, send: Send) -> None:
        self._judgement = judgement
        self._method = method
        self._send = send
        self._begun = False

    async def send(self, message: MutableMapping[str, Any]) -> None:
        verdict = self._judgement.verdict
        begins = message["type"] == _HEAD
        self._begun |= begins
        if isinstance(verdict, Allow):
            await carrying(verdict, self._send)(message)
        elif verdict is None:
            await self._send(message)
        elif begins:
            await answer(verdict, self._method, self._send)
        elif not message["type"].startswith("http."):
            await self._send(message)

    async def fail(self) -> None:
        """Save new tokens from an exception: the server's own answer to it would lose them."""
        verdict = self._judgement.verdict
        if self._begun or not self._method:
            return
        if isinstance(verdict, Allow) and verdict.cookies:
            await answer(_FAILED, self._method, carrying(verdict, self._send))
