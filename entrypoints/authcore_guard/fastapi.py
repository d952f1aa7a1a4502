"""
A guard for single routes of a FastAPI or Starlette application.

::

    app = FastAPI()
    signed_in = SignedIn.from_environment().install(app)
    editor = signed_in.require_group("editors")

    @app.get("/articles")
    async def articles(user: Annotated[User, Depends(signed_in)]) -> ...

    @app.post("/articles")
    async def publish(user: Annotated[User, Depends(editor)]) -> ...

    @app.get("/")
    async def home(user: Annotated[User | None, Depends(signed_in.optional)]) -> ...

To guard a whole application, put ``authcore_guard.asgi.Guard`` in front of it.
"""

from collections.abc import Mapping
from typing import Final, Self, cast

from fastapi import FastAPI
from fastapi.security.base import SecurityBase
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import HTTPConnection

from authcore.domain.model.groups import Among, Requirement, requirement
from authcore.domain.model.session import User
from authcore.ports.legacy_sessions import LegacySessions
from authcore_guard.asgi import check_request
from authcore_guard.asgi_request import read_request
from authcore_guard.container import guard_container
from authcore_guard.fastapi_middleware import DecisionMiddleware, route_of
from authcore_guard.fastapi_openapi import (
    GROUP_SCHEME,
    SESSION_COOKIE,
    SESSION_SCHEME,
    describe_denials,
)
from authcore_guard.request_guard import Allow, Deny, RequestGuard
from authcore_guard.telemetry import Telemetry


_OBSERVED: Final = "authcore.observed"
"""The scope's member that says whether a guard that only observes has counted the request."""


class RequestDeniedError(HTTPException):
    """The request is denied.  The guard's response is sent, however the exception is handled."""


class SignedIn(SecurityBase):
    """
    A dependency: the signed-in user.  Requests without one never reach the route.

    With a guard that only observes every request reaches the route, and the dependency gives None
    in place of a user: routes that use the user cannot be observed.  See Shadow.
    """

    def __init__(self, request_guard: RequestGuard) -> None:
        """Guard with *request_guard*, whose public paths have no effect here."""
        self._request_guard = request_guard.for_everything()
        self._without_groups = self._request_guard.without_requirements()
        self.telemetry: Telemetry = request_guard.telemetry
        self.signout_url: str = request_guard.signout_url
        self.model = SESSION_COOKIE
        self.scheme_name = SESSION_SCHEME

    @classmethod
    def from_environment(
        cls, environment: Mapping[str, str] | None = None, *, legacy: LegacySessions | None = None
    ) -> Self:
        """Guard as the ``AUTHCORE_*`` variables configure; see ``guard_container``."""
        return cls(guard_container(environment, legacy=legacy).request_guard())

    def install(self, app: Starlette) -> Self:
        """
        Add the guard's headers to the responses of *app*, and of all that is mounted in it.

        Call it before ``app.add_middleware(CORSMiddleware, ...)``: the middleware that is added
        last is the outermost, and adds its headers to the guard's denials too.

        FastAPI's description of *app* names the guard's responses.

        A guard that only observes adds nothing to *app*.
        """
        if self._request_guard.shadow:
            return self
        app.add_middleware(DecisionMiddleware, request_guard=self._request_guard)
        if isinstance(app, FastAPI):
            describe_denials(app, groups_are_required=self._request_guard.requires_groups)
        return self

    def require_group(
        self, *names: str, any_of: bool = False, among: Among = "groups"
    ) -> "SignedInToGroup":
        """
        Make a dependency: the signed-in user, who has the groups.  Others get 403.

        See Requirement for the arguments and the ConfigurationError.
        """
        return SignedInToGroup(self, requirement(*names, any_of=any_of, among=among))

    async def __call__(self, connection: HTTPConnection) -> User:
        """
        Return the signed-in user of *connection*.

        Raises:
            RequestDeniedError: The request has no session, or no decision is possible now.

            ConfigurationError: ``install`` was not called.
        """
        return await self.user_with(connection)

    async def optional(self, connection: HTTPConnection) -> User | None:
        """
        Return the signed-in user of *connection*, or None: also during an outage.

        Groups that ``AUTHCORE_GUARD_GROUPS`` requires are not required here, as on public paths.

        Raises:
            ConfigurationError: ``install`` was not called.
        """
        if self._is_observed(self._without_groups, connection):
            return None
        route, request = route_of(connection)
        decision = await check_request(self._without_groups, request)
        if isinstance(decision, Deny):
            cookies = (value for name, value in decision.headers if name == "set-cookie")
            decision = Allow(None, tuple(cookies))
        route.settle(request, decision)
        return decision.user

    async def user_with(self, connection: HTTPConnection, *required: Requirement) -> User:
        """
        Return the signed-in user of *connection*, who meets all of *required*.

        None for every connection where the guard only observes.

        Raises:
            RequestDeniedError: As calling this object; also for a user who does not meet them.
        """
        if self._is_observed(self._request_guard, connection, *required):
            return cast("User", None)
        route, request = route_of(connection)
        decision = await check_request(self._request_guard, request)
        if isinstance(decision, Allow):
            decision = self._request_guard.check_user(request, decision, *required)
        route.settle(request, decision)
        if isinstance(decision, Deny):
            raise RequestDeniedError(decision.status)
        assert decision.user is not None  # noqa: S101 - no path is public
        return decision.user

    def _is_observed(
        self, guard: RequestGuard, connection: HTTPConnection, *required: Requirement
    ) -> bool:
        """Whether *guard* only observes; then *connection* is observed."""
        if guard.shadow is None:
            return False
        scope = connection.scope
        is_counted = scope.get(_OBSERVED, False)
        scope[_OBSERVED] = True
        watch = guard.shadow.observe_route if is_counted else guard.shadow.observe
        watch(guard, lambda: read_request(scope), *required)
        return True


class SignedInToGroup(SecurityBase):
    """A dependency: the signed-in user, who has what a Requirement names."""

    def __init__(self, signed_in: SignedIn, required: Requirement) -> None:
        """Require *required* of the users of *signed_in*."""
        self._signed_in = signed_in
        self._required = required
        self.model = SESSION_COOKIE
        self.scheme_name = GROUP_SCHEME

    async def __call__(self, connection: HTTPConnection) -> User:
        """Return the user, or deny the request; see ``SignedIn.user_with``."""
        return await self._signed_in.user_with(connection, self._required)
