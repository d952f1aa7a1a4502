"""A provider that rotates refresh tokens, the processes that use it, and browsers in a hurry."""

import hashlib
import threading
from collections.abc import Sequence
from datetime import timedelta
from typing import Final

import attrs

from authcore.adapters.cookies.sealed_session import SealedSessionJar
from authcore.adapters.coordination.process.leases import ProcessLease
from authcore.adapters.coordination.process.refresh_results import ProcessRefreshResultCache
from authcore.adapters.coordination.process.sealed_store import ProcessSealedStore
from authcore.adapters.coordination.sealed_refresh_results import SealedRefreshResultCache
from authcore.adapters.jwks.key_set import StaticKeys
from authcore.adapters.jwks.verifier import JwksSignatureVerifier
from authcore.adapters.sealing.envelope import KeyRing
from authcore.adapters.system import SystemEntropy, SystemPause
from authcore.domain.errors import ProviderUnavailableError
from authcore.domain.model.tokens import RefreshToken, TokenSet
from authcore.domain.services.sessions.browser_guard import BrowserGuard
from authcore.domain.services.sessions.refresh_coordinator import RefreshCoordinator
from authcore.domain.services.sessions.refresh_policy import RefreshPolicy
from authcore.domain.services.sessions.session_guard import SessionGuard
from authcore.domain.services.sessions.session_refresher import SessionRefresher
from authcore.domain.services.token_validation import TokenValidator
from authcore.ports.token_endpoint import TokenRefresher
from authcore.testing.browser import BrowserCookies
from authcore.testing.fakes.audit import InMemoryAuditLog, InMemoryDecisionCounter
from authcore.testing.fakes.system import FrozenClock
from authcore.testing.fakes.token_endpoint import InMemoryTokenRefresher
from authcore.testing.mint import TokenMint
from faults.dice import Dice


HOST: Final = "auth.example.com"
LATENCY: Final = (50, 800)
"""Milliseconds that the provider takes."""

LOST: Final = 20
"""One answer of so many is lost after it had its effect."""

LIFETIME: Final = timedelta(days=30)
_RING: Final = KeyRing([hashlib.sha256(b"a key of the fault suite").digest()])


class Provider(TokenRefresher):
    """
    Rotates, takes its time, and loses answers after they had their effect.

    Attributes:
        speed: How many times faster than real it is.
        lost: Refresh tokens whose trade nobody heard of.
    """

    def __init__(self, clock: FrozenClock, *, grace: timedelta, dice: Dice, speed: float) -> None:
        self.pool = InMemoryTokenRefresher(clock)
        self.pool.rotates = True
        self.pool.grace = grace
        self._dice = dice
        self.speed = speed
        self._lock = threading.Lock()
        self.lost: list[str] = []

    def refresh(self, tokens: TokenSet, *, username: str | None) -> TokenSet:
        """See the port."""
        with self._lock:
            milliseconds = LATENCY[0] + self._dice.roll(LATENCY[1] - LATENCY[0])
            loses = self._dice.roll(LOST) == 0
        wait = threading.Event()
        wait.wait(milliseconds / 1000 / self.speed)
        fresh = self.pool.refresh(tokens, username=username)
        if loses:
            self.lost.append(tokens.refresh_token or "")
            raise ProviderUnavailableError("the answer was lost")
        return fresh


@attrs.frozen
class Shared:
    """What processes share where they share anything."""

    lease: ProcessLease
    texts: ProcessSealedStore


class Pool:
    """One user pool, one clock, and any number of processes."""

    def __init__(self, *, grace: timedelta, dice: Dice, speed: float) -> None:
        self.clock = FrozenClock()
        self.mint = TokenMint(clock=self.clock)
        self.provider = Provider(self.clock, grace=grace, dice=dice, speed=speed)
        self.audit = InMemoryAuditLog()
        self._validator = TokenValidator(
            signatures=JwksSignatureVerifier(StaticKeys(self.mint.jwks())),
            clock=self.clock,
            issuers=[self.mint.issuer],
            client_ids=[self.mint.client_id],
        )

    def sharing(self) -> Shared:
        return Shared(ProcessLease(self.clock), ProcessSealedStore(self.clock))

    def process(self, shared: Shared | None) -> BrowserGuard:
        """A process that has just been started."""
        counter = InMemoryDecisionCounter()
        refresher = SessionRefresher(
            refresher=self.provider,
            validator=self._validator,
            coordinator=RefreshCoordinator(
                recent=self._recent(shared),
                lease=shared.lease if shared else None,
                pause=SystemPause(),
                clock=self.clock,
            ),
            clock=self.clock,
            audit=self.audit,
        )
        guard = SessionGuard(
            validator=self._validator,
            policy=RefreshPolicy(LIFETIME),
            clock=self.clock,
            counter=counter,
            refresher=refresher,
        )
        return BrowserGuard(guard=guard, jar=self._jar(), counter=counter)

    def _recent(
        self, shared: Shared | None
    ) -> ProcessRefreshResultCache | SealedRefreshResultCache:
        if shared is None:
            return ProcessRefreshResultCache(self.clock)
        return SealedRefreshResultCache(
            texts=shared.texts, ring=_RING, clock=self.clock, entropy=SystemEntropy()
        )

    def _jar(self) -> SealedSessionJar:
        return SealedSessionJar(
            ring=_RING,
            domain="example.com",
            lifetime=LIFETIME,
            clock=self.clock,
            entropy=SystemEntropy(),
        )

    def browsers(self, count: int) -> Sequence["Browser"]:
        """So many people who have just signed in."""
        return [Browser(self, number) for number in range(count)]

    def tokens_of(self, number: int) -> TokenSet:
        begun = int(self.clock.now().timestamp())

        def make(refresh_token: RefreshToken) -> TokenSet:
            claims = {"sub": f"user-{number}", "auth_time": begun, "origin_jti": f"o-{number}"}
            access = self.mint.access(**claims)
            identity = self.mint.identity(at_hash=self.mint.at_hash(access), **claims)
            return TokenSet(access, identity, refresh_token)

        return self.provider.pool.sign_in(make)


class Browser:
    """One browser, signed in."""

    def __init__(self, pool: Pool, number: int) -> None:
        self.number = number
        self.cookies = BrowserCookies(pool.clock)
        self._jar = pool._jar()
        self.cookies.apply(self._jar.write(pool.tokens_of(number)), HOST)

    @property
    def header(self) -> str:
        return self.cookies.header(HOST)

    @property
    def refresh_token(self) -> str:
        """What it would be refreshed by; empty without a session."""
        carried = self._jar.read(self.header)
        return (carried.refresh_token or "") if carried else ""
