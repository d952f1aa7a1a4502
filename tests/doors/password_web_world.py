"""The auth service with its own sign-in page, and users in a pool in memory."""

import json
import re
from collections.abc import Sequence
from datetime import timedelta
from typing import Any, Final
from urllib.parse import urlencode

from dependency_injector import providers

from authcore.domain.model.challenges import Challenge
from authcore.domain.model.tokens import TokenSet
from authcore.domain.services.sign_in.sign_in_limits import SignInLimits
from authcore.testing.fakes.password_authentication import InMemoryPasswordAuthenticator, Step
from authcore.testing.fakes.system import RecordedAsyncPause
from doors.web_world import AUTH_HOST, DEEP_LINK, WebWorld
from unit.asgi_calls import PROGRAM, Answer, Headers


PASSWORD: Final = "/auth/password"
CHALLENGE: Final = "/auth/challenge"
COOKIE: Final = "__Host-authcore_challenge"
ORIGIN: Final = ("origin", f"https://{AUTH_HOST}")
FORM: Final = ("content-type", "application/x-www-form-urlencoded")
JSON: Final = ("content-type", "application/json")
JANE: Final = "jane@thornfield.example"
RIGHT: Final = "canary-Right-Password-1"
PUBLIC_ID: Final = re.compile('id"(?: value=|:)"([0-9a-f]{32})"')
HOME: Final = "192.0.2.7"


class SlowPasswordAuthenticator(InMemoryPasswordAuthenticator):
    """Takes time, by the world's clock, for a password."""

    def __init__(self, world: "PasswordWebWorld") -> None:
        super().__init__(world.tokens_of)
        self._world = world
        self.takes = timedelta(0)

    def begin(self, *args: Any, **named: Any) -> TokenSet | Challenge:
        self._world.clock.advance(self.takes)
        return super().begin(*args, **named)


class PasswordWebWorld(WebWorld):
    """Jane has a password."""

    def __init__(
        self,
        *,
        steps: Sequence[Step] = (),
        factors: Sequence[Step] = (),
        limits: SignInLimits | None = None,
        **changes: str,
    ):
        self.claims: dict[str, object] = {}
        self._limits = limits
        self.asked = "0" * 32
        self.cognito = SlowPasswordAuthenticator(self)
        self.cognito.enrol(JANE, RIGHT, steps=steps, factors=factors)
        super().__init__(**{"PASSWORD_SIGN_IN": "on", **changes})

    def parts(self) -> dict[str, Any]:
        """The pool in memory beside the rest."""
        self.pause = RecordedAsyncPause(self.clock)
        parts = {
            **super().parts(),
            "password_authenticator": providers.Object(self.cognito),
            "async_pause": providers.Object(self.pause),
        }
        return (
            {**parts, "sign_in_limits": providers.Object(self._limits)} if self._limits else parts
        )

    def tokens_of(self, username: str) -> TokenSet:
        """What the pool issues to a user."""
        return self.tokens(**{"email": username, **self.claims})

    def post(
        self,
        path: str,
        members: dict[str, Any] | bytes,
        *,
        headers: Headers = (ORIGIN,),
        accept: tuple[str, str] = PROGRAM,
        address: str | None = HOME,
    ) -> Answer:
        """Send *members* as JSON where the caller is a script, as a form from a page."""
        is_json = accept == PROGRAM
        body = (
            members if isinstance(members, bytes) else (json.dumps if is_json else _form)(members)
        )
        answer = self.visit(
            path,
            method="POST",
            headers=[accept, JSON if is_json else FORM, *headers],
            body=body if isinstance(body, bytes) else body.encode(),
            client=(address, 40_000) if address else None,
        )
        if found := PUBLIC_ID.search(answer.text):
            self.asked = found[1]
        return answer

    def type_in(
        self, password: str = RIGHT, *, username: str = JANE, redirect: str = DEEP_LINK, **more: Any
    ) -> Answer:
        """Send user name and password."""
        members = {"username": username, "password": password, "redirect": redirect}
        return self.post(PASSWORD, members, **more)

    def answer(
        self, *, redirect: str = DEEP_LINK, accept: tuple[str, str] = PROGRAM, **members: Any
    ) -> Answer:
        """Answer the challenge that was asked last."""
        asked = {"id": self.asked, **members, "redirect": redirect}
        return self.post(CHALLENGE, asked, accept=accept)

    @property
    def signed_in(self) -> str | None:
        """The address of the user whose session the browser carries."""
        answer = self.visit("/auth/session", headers=[PROGRAM])
        return answer.json["user"]["email"] if answer.status == 200 else None

    @property
    def reasons(self) -> list[tuple[str, str, str | None]]:
        """Action, reason and detail of each audit event."""
        return [(each.action, each.reason, each.detail) for each in self.audit.events]


def _form(members: dict[str, Any]) -> str:
    return urlencode(members)
