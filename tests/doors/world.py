"""A guard as every door builds it, on fakes, and the cookies of its visitors."""

import hashlib
from typing import Final

from authcore.adapters.cookies.sealed_session import SealedSessionJar
from authcore.adapters.sealing.envelope import KeyRing
from authcore.domain.model.tokens import TokenSet
from authcore.domain.model.urls import ServiceUrl
from authcore.domain.services.sessions.browser_guard import BrowserGuard
from authcore.ports.cookies import SessionJar
from authcore.testing.fakes.system import ScriptedEntropy
from authcore_guard.request_guard import RequestGuard
from unit.session_world import LIFETIME, SessionWorld


SIGNIN_URL: Final = ServiceUrl("https://auth.example.com/auth/signin")
APP_URL: Final = ServiceUrl("https://cms.example.com")
RING: Final = KeyRing([hashlib.sha256(b"a key of the tests").digest()])


class DoorWorld(SessionWorld):
    """Everything behind a door."""

    def __init__(self) -> None:
        super().__init__()
        self.jar: SessionJar = SealedSessionJar(
            ring=RING,
            domain="example.com",
            lifetime=LIFETIME,
            clock=self.clock,
            entropy=ScriptedEntropy(),
        )
        self.request_guard = self._request_guard()

    @property
    def browser_guard(self) -> BrowserGuard:
        """Judges by whatever is true now."""
        guard = self.session_guard()
        return BrowserGuard(guard=guard, jar=self.jar, counter=self.counter)

    def _request_guard(self) -> RequestGuard:
        return RequestGuard(
            self.browser_guard, signin_url=SIGNIN_URL, app_url=APP_URL, public_paths=["/about"]
        )

    def lose_keys(self) -> None:
        """From now on nobody can say which keys are the pool's."""
        self.validator = self.validator_without_keys()
        self.request_guard = self._request_guard()

    def cookies(self, tokens: TokenSet) -> str:
        """The ``Cookie`` header of somebody who carries *tokens*."""
        return "; ".join(value.partition(";")[0] for value in self.jar.write(tokens))
