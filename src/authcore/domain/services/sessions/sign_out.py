"""
Ends sessions: at the provider, at the legacy system, and for every process at once where a list of
revocations is kept.

Each part is told on its own, and none that does not answer keeps the others from being told, or the
browser from forgetting.
"""

from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta
from typing import Final

import attrs

from authcore.domain.errors import (
    AccountNotFoundError,
    AuthcoreError,
    ClaimRejectedError,
    RejectedError,
    TokenRejectedError,
    UnavailableError,
)
from authcore.domain.model.audit import AuditEvent
from authcore.domain.model.tokens import AccessClaims, RefreshToken, TokenSet
from authcore.domain.services.sessions.session_refresher import SessionRefresher
from authcore.domain.services.token_validation import MAX_LEEWAY, TokenValidator
from authcore.ports.audit import AuditLog
from authcore.ports.legacy_sessions import LegacySignOut
from authcore.ports.revocation import RevocationList
from authcore.ports.system import Clock
from authcore.ports.token_endpoint import TokenRevoker
from authcore.ports.user_directory import UserDirectory, UserSessions


LONGEST_TOKEN: Final = timedelta(days=1)
"""No token of Cognito lives longer, but refresh tokens.  See: Amazon Cognito "Quotas"."""

LONGEST_SESSION: Final = timedelta(days=400)
"""No browser keeps a cookie longer.  See: RFC 6265bis §5.5."""


@attrs.frozen
class SignedOut:
    """
    What came of a sign-out.  The browser forgets its session in any case.

    Attributes:
        is_complete: Whether everybody who had to be told has heard of it.
    """

    is_complete: bool


@attrs.frozen(kw_only=True, eq=False, repr=False)
class SignOut:
    """
    Ends one session.

    Attributes:
        revoker: Cognito.
        validator: Tells which sign-in the tokens descend from.
        refresher: What it remembers of the session is forgotten; None where nobody refreshes.
        legacy: None once the old login is switched off.
        revocations: None where signed tokens may live until they expire.
        lifetime: Of sessions, from sign-in on.
        clock: Tells until when the session could go on.
        audit: Learns of every part, told or not.
    """

    _revoker: TokenRevoker
    _validator: TokenValidator
    _refresher: SessionRefresher | None
    _legacy: LegacySignOut | None
    _revocations: RevocationList | None
    _lifetime: timedelta
    _clock: Clock
    _audit: AuditLog

    def end(self, tokens: TokenSet | None, cookie_header: str) -> SignedOut:
        """
        End the session of *tokens*, and the legacy session that *cookie_header* holds.

        Never raises one of our errors.

        Args:
            tokens: As carried; None when there are none.

            cookie_header: Every ``Cookie`` header, joined by ``"; "``.
        """
        subject = self._subject(tokens)
        told = [
            self._told("revocations", subject, lambda: self._list(tokens)),
            self._told("provider", subject, lambda: self._revoke(tokens)),
            self._told("legacy", subject, lambda: self._end_legacy(cookie_header)),
        ]
        return SignedOut(all(told))

    def end_unread(self, why: AuthcoreError, cookie_header: str) -> SignedOut:
        """
        The same where *why* is what keeps the tokens from being read: the legacy system is told.

        Never raises one of our errors.
        """
        self._told("legacy", None, lambda: self._end_legacy(cookie_header))
        return self.not_begun(why)

    def not_begun(self, why: AuthcoreError) -> SignedOut:
        """Take note that *why* keeps the tokens from being revoked.  Tells nobody else."""
        self._audit.record(_event("sign_out.provider", why, None))
        return SignedOut(is_complete=False)

    def _subject(self, tokens: TokenSet | None) -> str | None:
        with suppress(UnavailableError):
            access = self._access(tokens)
            return access.subject if access else None
        return None

    def _access(self, tokens: TokenSet | None) -> AccessClaims | None:
        with suppress(TokenRejectedError):
            return (
                self._validator.verify_access_token_ignoring_expiry(tokens.access_token)
                if tokens
                else None
            )
        return None

    def _revoke(self, tokens: TokenSet | None) -> None:
        """With what the session has just been refreshed to, by another request."""
        if tokens is None or tokens.refresh_token is None:
            return
        try:
            self._revoker.revoke(tokens.refresh_token)
        finally:
            for successor in self._successors(tokens):
                self._revoker.revoke(successor)

    def _successors(self, tokens: TokenSet) -> tuple[RefreshToken, ...]:
        return () if self._refresher is None else self._refresher.invalidate(tokens)

    def _list(self, tokens: TokenSet | None) -> None:
        """
        For as long as anybody could go on with the session: whether Cognito hears of it is unsure.

        Raises:
            ClaimRejectedError: The tokens do not say which sign-in they are of.
        """
        access = self._access(tokens) if self._revocations is not None else None
        if self._revocations is None or access is None:
            return
        if access.origin_jti is None:
            raise ClaimRejectedError("origin_jti")
        until = self._clock.now() + max(self._lifetime, LONGEST_TOKEN) + MAX_LEEWAY
        self._revocations.revoke_session(access.origin_jti, until=until)

    def _end_legacy(self, cookie_header: str) -> None:
        if self._legacy is not None:
            self._legacy.end(cookie_header)

    def _told(self, whom: str, subject: str | None, tell: Callable[[], None]) -> bool:
        error: AuthcoreError | None = None
        try:
            tell()
        except (RejectedError, UnavailableError) as failure:
            error = failure
        self._audit.record(_event(f"sign_out.{whom}", error, subject))
        return error is None


@attrs.frozen(kw_only=True, eq=False, repr=False)
class SignOutEverywhere:
    """
    Ends all sessions of one user, for an administrator.

    Attributes:
        directory: Knows the user.
        sessions: Cognito.
        revocations: None where signed tokens may live until they expire.
        leeway: How far our clock and Cognito's may differ.
        clock: Tells which sessions exist.
        audit: Learns of it.
    """

    _directory: UserDirectory
    _sessions: UserSessions
    _revocations: RevocationList | None
    _leeway: timedelta
    _clock: Clock
    _audit: AuditLog

    def end(self, username: str) -> str:
        """
        End every session that *username* has now; give the user's ``sub``.

        One that begins within the leeway from now ends, too: by whose clock, nobody can say.

        The list of revocations comes first, because it works at once; without an answer from it
        Cognito is told nevertheless.  Repeating it is harmless.

        Raises:
            AccountNotFoundError: No such user.

            UnavailableError: Not everything has ended.
        """
        try:
            subject = self._ended(username)
        except (RejectedError, UnavailableError) as error:
            self._audit.record(_event("sign_out.everywhere", error, None))
            raise
        self._audit.record(_event("sign_out.everywhere", None, subject))
        return subject

    def _ended(self, username: str) -> str:
        user = self._directory.find(username)
        if user is None:
            raise AccountNotFoundError("the pool has no such user")
        try:
            self._revoke(user.subject)
        finally:
            self._sessions.sign_out_everywhere(user.username)
        return user.subject

    def _revoke(self, subject: str) -> None:
        if self._revocations is not None:
            now = self._clock.now()
            until = now + LONGEST_SESSION + MAX_LEEWAY
            self._revocations.revoke_user(subject, signed_in_until=now + self._leeway, until=until)


def _event(action: str, error: AuthcoreError | None, subject: str | None) -> AuditEvent:
    if error is None:
        return AuditEvent(action, "accepted", "ok", subject=subject)
    if isinstance(error, RejectedError):
        return AuditEvent(action, "rejected", error.code, subject=subject)
    return AuditEvent(action, "unavailable", error.code, subject=subject)
