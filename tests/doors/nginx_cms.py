"""The sample CMS of the local stack, behind nginx in the place of its guard."""

from contextlib import ExitStack
from types import TracebackType
from typing import Any, Self
from urllib.parse import unquote

from authcore.domain.model.session import User
from authcore_local.addresses import CMS_HOST, Ports
from authcore_local.servers import LoopbackServer
from authcore_local.stack import LocalStack
from doors.nginx_server import Nginx


class UserFromHeaders:
    """Tells an ASGI application what nginx says of the user.  Only nginx may reach it."""

    def __init__(self, app: Any) -> None:
        self._app = app

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        given = {name.decode(): unquote(value.decode()) for name, value in scope["headers"]}
        await self._app({**scope, "user": _user(given)}, receive, send)


def _user(given: dict[str, str]) -> User | None:
    """Nobody where no login is named: a server that is not the auth service may say 200, too."""
    if given.get("x-auth-login") not in ("cognito", "legacy"):
        return None
    return User(
        subject=given.get("x-auth-subject"),
        username=given.get("x-auth-username"),
        name=given.get("x-auth-name"),
        email=None,
        email_verified=False,
        legacy_uid=given.get("x-auth-legacy-uid"),
        groups=(),
        login="cognito" if given["x-auth-login"] == "cognito" else "legacy",
    )


class SiteOfTheCms:
    """
    The local stack, and nginx where the guard of its CMS is.

    Attributes:
        stack: All of it runs; nobody visits its own CMS.
        url: The CMS behind nginx, for browsers.
    """

    def __init__(self) -> None:
        self.stack = LocalStack(ports=Ports.free())
        self._cms = LoopbackServer(UserFromHeaders(self.stack.cms_alone()))
        self._nginx = Nginx(auth=self.stack.addresses.ports.auth, app=self._cms.port, host=CMS_HOST)
        self.url = f"http://{CMS_HOST}:{self._nginx.port}"
        both = f"{self.url} {self.stack.cms_url}"
        self.stack.rebuild({"AUTHCORE_SIGN_IN_REDIRECTS": both})
        self._running = ExitStack()

    def __enter__(self) -> Self:
        for each in (self.stack, self._cms, self._nginx):
            self._running.enter_context(each)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._running.close()
