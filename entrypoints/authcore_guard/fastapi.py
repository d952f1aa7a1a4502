"""
A guard for single routes of a FastAPI or Starlette application.

::

    app = FastAPI()
    signed_in = SignedIn.from_environment().install(app)

    @app.get("/articles")
    async def articles(user: Annotated[User, Depends(signed_in)]) -> ...

To guard a whole application, put ``authcore_guard.asgi.Guard`` in front of it.
"""

from collections.abc import Mapping
from typing import Final, Self

from starlette.applications import Starlette
from starlette.requests import HTTPConnection, Request
from starlette.responses import Response

from authcore.domain.errors import ConfigurationError
from authcore.domain.model.session import User
from authcore.ports.legacy_sessions import LegacySessions
from authcore_guard.asgi import AsgiApp, Receive, Scope, Send, carrying, judged, visit_of
from authcore_guard.container import guard_container
from authcore_guard.decision import Doorkeeper, Pass, Refusal


_VERDICTS: Final = "authcore.verdicts"
"""Where a route's verdict waits for the head of the answer, in the scope."""


class VisitRefusedError(Exception):
    """
    This request may not go on.

    Attributes:
        refusal: What it is answered.
    """

    def __init__(self, refusal: Refusal) -> None:
        self.refusal = refusal
        super().__init__(f"refused with status {refusal.status}")


class SignedIn:
    """A dependency: who is signed in.  Whoever is not never reaches the route."""

    def __init__(self, doorkeeper: Doorkeeper) -> None:
        """
        Guard the routes that depend on this.

        Args:
            doorkeeper: Judges.  Its public paths mean nothing here.
        """
        self._doorkeeper = doorkeeper.for_everything()

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
        return cls(guard_container(environment, legacy=legacy).doorkeeper())

    def install(self, app: Starlette) -> Self:
        """Let *app* answer refusals, and carry refreshed sessions whatever its routes return."""
        app.add_middleware(_Carrying, doorkeeper=self._doorkeeper)
        app.add_exception_handler(VisitRefusedError, _refused)
        return self

    async def __call__(self, connection: HTTPConnection) -> User:
        """
        The user behind *connection*.

        Raises:
            VisitRefusedError: There is none, or nobody can say.

            ConfigurationError: ``install`` was not called.
        """
        verdicts: list[Pass] | None = connection.scope.get(_VERDICTS)
        if verdicts is None:
            raise ConfigurationError(["SignedIn.install(app) was not called"])
        verdict = await judged(self._doorkeeper, visit_of(connection.scope))
        if isinstance(verdict, Refusal):
            raise VisitRefusedError(verdict)
        assert verdict.user is not None  # noqa: S101 - no path is public
        verdicts.append(verdict)
        return verdict.user


class _Carrying:
    """Puts the cookies of a route's verdict on the head of its answer."""

    def __init__(self, app: AsgiApp, *, doorkeeper: Doorkeeper) -> None:
        self._app = app
        self._doorkeeper = doorkeeper

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            self._doorkeeper.prefetch()
        verdicts: list[Pass] = []
        await self._app(
            {**scope, _VERDICTS: verdicts},
            receive,
            lambda message: carrying(verdicts[-1], send)(message) if verdicts else send(message),
        )


def _refused(_: Request, error: Exception) -> Response:
    assert isinstance(error, VisitRefusedError)  # noqa: S101 - registered for nothing else
    refusal = error.refusal
    response = Response(refusal.body, refusal.status)
    response.raw_headers += [
        (name.encode("latin-1"), value.encode("latin-1")) for name, value in refusal.headers
    ]
    return response
