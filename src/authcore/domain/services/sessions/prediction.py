"""
Predict what SessionGuard would decide about a request, and change nothing.

A prediction looks up what a decision looks up: keys, revocations, stored sessions and sessions of
the old login.  It refreshes no session and ends none.  A refresh is predicted to succeed; only the
provider knows better, and asking it would spend the browser's refresh token.
"""

from datetime import datetime
from typing import Final

import attrs

from authcore.domain.errors import UnknownKeyError
from authcore.domain.model.audit import AuditEvent, Outcome
from authcore.domain.model.session import Session, start_of
from authcore.domain.model.tokens import AccessClaims, TokenSet
from authcore.domain.services.pools_validation import AnyValidator
from authcore.domain.services.sessions.browser_guard import BrowserGuard
from authcore.domain.services.sessions.session_guard import Refreshing, SessionGuard
from authcore.domain.services.sessions.session_validation import join_claims
from authcore.ports.audit import AuditLog, DecisionCounter
from authcore.ports.legacy_sessions import LegacySignOut
from authcore.ports.session_stores import SealedStore


class _Uncounted(DecisionCounter):
    __slots__ = ()

    def count(self, action: str, outcome: Outcome, reason: str) -> None:
        """Count nothing."""


class _Unrecorded(AuditLog):
    __slots__ = ()

    def record(self, event: AuditEvent) -> None:
        """Record nothing."""


UNCOUNTED: Final[DecisionCounter] = _Uncounted()
"""For predictions: the counters of decisions count decisions only."""

UNRECORDED: Final[AuditLog] = _Unrecorded()
"""For predictions: a user who would be refused has not been refused."""


@attrs.frozen(eq=False, repr=False)
class PredictedRefresher:
    """
    Give the session that a refresh would continue, with the tokens that it has.

    Attributes:
        refresher: That would refresh it.
        validator: Of the guard.
    """

    refresher: Refreshing
    validator: AnyValidator

    def refresh(self, tokens: TokenSet, before: AccessClaims | None, *, is_live: bool) -> Session:  # noqa: ARG002 - of Refreshing
        """
        Return the session of *tokens*, expired or not.

        Raises:
            UnknownKeyError: Its key is gone, so nothing says whose session it is.

            TokenRejectedError: The tokens never were those of one session.
        """
        if before is None:
            raise UnknownKeyError("the issuer publishes no key of this id")
        identity = self.validator.verify_id_token_ignoring_expiry(tokens.id_token)
        session = join_claims(tokens, before, identity)
        return session.begin_at(start_of(tokens, before))

    def serves(self, access: AccessClaims | None) -> bool:
        """See SessionRefresher."""
        return self.refresher.serves(access)

    def abandon(self, session: Session) -> None:
        """Revoke nothing: nothing was refreshed."""


class _UnendedLogin(LegacySignOut):
    """A legacy system that would confirm every end."""

    __slots__ = ()

    def end(self, cookie_header: str) -> None:
        """End nothing."""

    def clear(self) -> tuple[str, ...]:
        """Delete no cookie."""
        return ()


@attrs.frozen(eq=False, repr=False)
class UnchangedStore(SealedStore):
    """
    A store of sessions that is read and never written.

    Attributes:
        store: The one that is read.
    """

    store: SealedStore

    def put(self, key: str, text: str, *, until: datetime) -> None:
        """Keep nothing."""

    def add(self, key: str, text: str, *, until: datetime) -> bool:  # noqa: ARG002 - of the port
        """Keep nothing, and tell that it was kept."""
        return True

    def replace(self, key: str, text: str, *, until: datetime) -> bool:  # noqa: ARG002 - of the port
        """Keep nothing, and tell that it was kept."""
        return True

    def get(self, key: str) -> str | None:
        """See the port."""
        return self.store.get(key)

    def drop(self, key: str) -> None:
        """Drop nothing."""


def predict(guard: SessionGuard) -> SessionGuard:
    """Return a guard that decides as *guard* does, changes nothing and counts nothing."""
    return attrs.evolve(
        guard,
        counter=UNCOUNTED,
        refresher=guard.refresher and PredictedRefresher(guard.refresher, guard.validator),
        legacy_sign_out=guard.legacy_sign_out and _UnendedLogin(),
    )


def predict_browsers(guard: BrowserGuard) -> BrowserGuard:
    """
    Return a guard of browsers that decides as *guard* does, changes nothing and counts nothing.

    Its jar must not write: a jar of stored sessions needs an UnchangedStore.
    """
    return attrs.evolve(guard, guard=predict(guard.guard), counter=UNCOUNTED)
