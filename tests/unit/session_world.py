"""A pool, its sessions and everybody a guard asks about them; nothing leaves the process."""

from datetime import datetime, timedelta
from typing import Any, Final

import attrs

from authcore.adapters.jwks.key_set import StaticKeys
from authcore.adapters.jwks.verifier import JwksSignatureVerifier
from authcore.domain.model.accounts import LegacyAccount
from authcore.domain.model.pools import issuer_urls, pool_of
from authcore.domain.model.session_decision import PresentedSession, SessionDecision
from authcore.domain.model.tokens import RefreshToken, TokenSet
from authcore.domain.services.sessions.refresh_coordinator import RefreshCoordinator
from authcore.domain.services.sessions.refresh_policy import RefreshPolicy
from authcore.domain.services.sessions.session_guard import SessionGuard
from authcore.domain.services.sessions.session_refresher import SessionRefresher
from authcore.domain.services.sessions.single_flight import SingleFlight
from authcore.domain.services.token_validation import TokenValidator
from authcore.ports.coordination import Lease
from authcore.ports.signatures import SignatureVerifier
from authcore.testing.fakes.audit import InMemoryAuditLog, InMemoryDecisionCounter
from authcore.testing.fakes.legacy_sessions import InMemoryLegacySessions
from authcore.testing.fakes.revocation import InMemoryRevocationList
from authcore.testing.fakes.session_stores import InMemoryRefreshResultCache
from authcore.testing.fakes.signatures import InMemorySignatureVerifier
from authcore.testing.fakes.system import FrozenClock, RecordedPause
from authcore.testing.fakes.token_endpoint import InMemoryTokenRefresher
from authcore.testing.mint import TokenMint


LIFETIME: Final = timedelta(days=30)
HOUR: Final = timedelta(hours=1)
DUE: Final = timedelta(minutes=45)
"""Into the last quarter of an hour's token."""

ACCOUNT: Final = LegacyAccount(
    legacy_uid="1847",
    username="jane",
    email="jane@thornfield.example",
    email_verified=True,
    display_name="Jane Eyre",
    cognito_id=None,
)


class SessionWorld:
    """One pool and one guard; steer the fakes."""

    def __init__(self, *, lease: Lease | None = None) -> None:
        self.clock = FrozenClock()
        self.mint = TokenMint(clock=self.clock)
        self.provider = InMemoryTokenRefresher(self.clock)
        self.recent = InMemoryRefreshResultCache(self.clock)
        self.pause = RecordedPause(self.clock)
        self.audit = InMemoryAuditLog()
        self.counter = InMemoryDecisionCounter()
        self.legacy = InMemoryLegacySessions()
        self.revocations = InMemoryRevocationList(self.clock)
        self.signatures = JwksSignatureVerifier(StaticKeys(self.mint.jwks()))
        self.validator = self.validator_over(self.signatures)
        self.refresher = self.session_refresher(lease=lease)
        self.guard = self.session_guard()

    def validator_over(self, signatures: SignatureVerifier) -> TokenValidator:
        return TokenValidator(
            signatures=signatures,
            cached_signatures=signatures,
            clock=self.clock,
            issuers=issuer_urls(pool_of(self.mint.issuer)),
            client_ids=[self.mint.client_id],
        )

    def validator_without_keys(self) -> TokenValidator:
        """Of a pool whose keys cannot be read now."""
        signatures = InMemorySignatureVerifier()
        signatures.go_down()
        return self.validator_over(signatures)

    def session_refresher(self, **changes: Any) -> SessionRefresher:
        parts: dict[str, Any] = {
            "refresher": self.provider,
            "validator": self.validator,
            "recent": self.recent,
            "lease": None,
            "pause": self.pause,
            "clock": self.clock,
            "audit": self.audit,
            "flights": SingleFlight(),
            **changes,
        }
        shared = {name: parts.pop(name) for name in ("recent", "lease", "pause", "flights")}
        coordinator = RefreshCoordinator(clock=parts["clock"], **shared)
        return SessionRefresher(coordinator=coordinator, **parts)

    def session_guard(self, **changes: Any) -> SessionGuard:
        parts: dict[str, Any] = {
            "validator": self.validator,
            "policy": RefreshPolicy(LIFETIME),
            "clock": self.clock,
            "counter": self.counter,
            "refresher": self.refresher,
            "legacy": self.legacy,
            "revocations": self.revocations,
            "revocations_wait": False,
        }
        return SessionGuard(**{**parts, **changes})

    def sign_in(self, **claims: object) -> TokenSet:
        """
        The first tokens of a session that the provider goes on with.

        Args:
            claims: Of all its tokens, from now on.
        """
        begun: dict[str, object] = {"auth_time": self._seconds(), "origin_jti": "sign-in-1"}
        return self.provider.sign_in(lambda token: self.tokens(token, **{**begun, **claims}))

    def tokens(self, refresh_token: RefreshToken | None, **claims: object) -> TokenSet:
        """Issued now; *claims* are of both tokens."""
        both: dict[str, Any] = {"auth_time": self._seconds(), **claims}
        access = self.mint.access(**both)
        identity = self.mint.identity(at_hash=self.mint.at_hash(access), **both)
        return TokenSet(access, identity, refresh_token)

    def access_with_a_lost_key(self) -> str:
        """An expired access token whose key the pool does not publish any more."""
        stranger = TokenMint(clock=self.clock)
        stranger.rotate(keep_old=False)
        return stranger.access(exp=1)

    def decide(
        self, tokens: TokenSet | None, cookie_header: str = "", **more: Any
    ) -> SessionDecision:
        return self.guard.decide(PresentedSession(tokens, cookie_header, **more))

    def _seconds(self) -> int:
        return int(self.clock.now().timestamp())

    @property
    def now(self) -> datetime:
        return self.clock.now()


def without_refresh_token(tokens: TokenSet) -> TokenSet:
    return attrs.evolve(tokens, refresh_token=None)
