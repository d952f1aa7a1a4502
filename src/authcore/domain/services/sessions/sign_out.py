"""
End sessions: at Cognito, at the legacy system, and, by a revocation list, in every process.

Each system is called on its own.  One that gives no answer keeps neither the other calls from being
made nor the browser from deleting its cookies.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import timedelta
from typing import Final

import attrs

from authcore.domain.errors import (
    AuthcoreError,
    ClaimRejectedError,
    CookiesRemainError,
    MalformedTokenError,
    RejectedError,
    SignatureRejectedError,
    TokenRejectedError,
    UnavailableError,
)
from authcore.domain.model.audit import AuditEvent
from authcore.domain.model.session import CarriedSessions
from authcore.domain.model.tokens import RefreshToken, TokenSet
from authcore.domain.model.validator_settings import MAX_LEEWAY
from authcore.domain.services.sessions.session_refresher import SessionRefresher
from authcore.domain.services.token_validation import TokenValidator
from authcore.ports.audit import AuditLog
from authcore.ports.legacy_sessions import LegacySignOut
from authcore.ports.revocation import RevocationList
from authcore.ports.system import Clock
from authcore.ports.token_endpoint import TokenRevoker


_UNREADABLE: Final = "the cookies of the session cannot be read"

_ACCEPTED_NOWHERE: Final = (MalformedTokenError, SignatureRejectedError, ClaimRejectedError)
"""Why no process accepts a token, so that its sign-in need not be listed."""

LONGEST_TOKEN: Final = timedelta(days=1)
"""The longest lifetime of an access or ID token.  See: Amazon Cognito "Quotas"."""


@attrs.frozen
class SignedOut:
    """
    The outcome of a sign-out.  The browser deletes its cookies in any case.

    Attributes:
        is_complete: Whether every system that had to end a session has confirmed it, and the
            browser forgets every session.
        may_continue: Whether a session may continue in this browser, in cookies that it keeps,
            until its tokens expire.
    """

    is_complete: bool
    may_continue: bool = False


@attrs.frozen(kw_only=True, eq=False, repr=False)
class SignOut:
    """
    End the sessions of one browser.

    Attributes:
        revoker: Cognito.
        validator: Reads which sign-in the tokens belong to.
        refresher: Drops its cached results for the session; None where sessions are not refreshed.
        legacy: None once the old login is switched off.
        revocations: None where signed tokens stay valid until they expire.
        lifetime: Of sessions, from sign-in on.
        clock: Tells until when the session could last.
        audit: Records the outcome of every call.
    """

    revoker: TokenRevoker
    validator: TokenValidator
    refresher: SessionRefresher | None
    legacy: LegacySignOut | None
    revocations: RevocationList | None
    lifetime: timedelta
    clock: Clock
    audit: AuditLog

    def end(self, tokens: TokenSet | None, cookie_header: str) -> SignedOut:
        """
        End the session of *tokens*, and the legacy session that *cookie_header* holds.

        Errors of the systems are recorded, not raised.

        Args:
            tokens: As the request presented them; None when there are none.

            cookie_header: Every ``Cookie`` header, joined by ``"; "``.
        """
        carried = CarriedSessions(() if tokens is None else (tokens,))
        return self.end_all(carried, cookie_header)

    def end_all(self, carried: CarriedSessions, cookie_header: str) -> SignedOut:
        """
        As ``end``, for every session of *carried*.

        A session that could not be read has not ended, although its cookies are deleted.  Cookies
        that the browser may keep matter where no revocation list refuses their session.
        """
        if carried.has_unread and not carried.sessions:
            return self.end_unread(MalformedTokenError(_UNREADABLE), cookie_header)
        subject = self._subject(carried.sessions[0] if carried.sessions else None)
        confirmed = [self._end_tokens(tokens) for tokens in carried.sessions or (None,)]
        confirmed.append(self._call("legacy", subject, lambda: self._end_legacy(cookie_header)))
        if carried.has_unread:
            confirmed.append(self.not_begun(MalformedTokenError(_UNREADABLE)).is_complete)
        may_continue = carried.has_shadows and self.revocations is None
        if may_continue:
            error = CookiesRemainError("cookies of a domain that the settings do not name")
            self.audit.record(AuditEvent.of("sign_out.cookies", error, subject=subject))
        return SignedOut(all(confirmed) and not may_continue, may_continue)

    def _end_tokens(self, tokens: TokenSet | None) -> bool:
        subject = self._subject(tokens)
        is_listed = self._call("revocations", subject, lambda: self._revoke_sign_in(tokens))
        return self._call("provider", subject, lambda: self._revoke(tokens)) and is_listed

    def end_unread(self, why: AuthcoreError, cookie_header: str) -> SignedOut:
        """
        End the legacy session where the tokens cannot be read because of *why*.

        Errors of the systems are recorded, not raised.
        """
        self._call("legacy", None, lambda: self._end_legacy(cookie_header))
        return self.not_begun(why)

    def not_begun(self, why: AuthcoreError) -> SignedOut:
        """Record that the tokens cannot be revoked because of *why*.  Calls no system."""
        self.audit.record(AuditEvent.of("sign_out.provider", why))
        return SignedOut(is_complete=False)

    def _subject(self, tokens: TokenSet | None) -> str | None:
        if tokens is None:
            return None
        with suppress(TokenRejectedError, UnavailableError):
            return self.validator.verify_access_token_ignoring_expiry(tokens.access_token).subject
        return None

    def _revoke(self, tokens: TokenSet | None) -> None:
        """
        Revoke the refresh token, and those that it was exchanged for by another request.

        An exchange under way finds the refusal that ``invalidate`` remembers, and revokes what it
        got.  Each token is revoked even if the cache or the provider fails for another one.
        """
        if tokens is None or tokens.refresh_token is None:
            return
        failures: list[AuthcoreError] = []
        successors: tuple[RefreshToken, ...] = ()
        with _failure_kept_in(failures):
            successors = self.refresher.invalidate(tokens) if self.refresher else ()
        for token in (tokens.refresh_token, *successors):
            with _failure_kept_in(failures):
                self.revoker.revoke(token)
        if failures:
            raise failures[0]

    def _revoke_sign_in(self, tokens: TokenSet | None) -> None:
        """
        List the sign-in for as long as its session could last, even if Cognito does not revoke it.

        Raises:
            ClaimRejectedError: The tokens have no ``origin_jti``, which names the sign-in.

            UnknownKeyError: The issuer withdrew the key, which other processes may have in memory.

            TokenNotYetValidError: This clock is behind those of other processes.
        """
        if self.revocations is None or tokens is None:
            return
        try:
            access = self.validator.verify_access_token_ignoring_expiry(tokens.access_token)
        except _ACCEPTED_NOWHERE:
            return
        if access.origin_jti is None:
            raise ClaimRejectedError("origin_jti")
        until = self.clock.now() + max(self.lifetime, LONGEST_TOKEN) + MAX_LEEWAY
        self.revocations.revoke_session(access.origin_jti, until=until)

    def _end_legacy(self, cookie_header: str) -> None:
        if self.legacy is not None:
            self.legacy.end(cookie_header)

    def _call(self, system: str, subject: str | None, call: Callable[[], None]) -> bool:
        error: AuthcoreError | None = None
        try:
            call()
        except (RejectedError, UnavailableError) as failure:
            error = failure
        self.audit.record(AuditEvent.of(f"sign_out.{system}", error, subject=subject))
        return error is None


@contextmanager
def _failure_kept_in(failures: list[AuthcoreError]) -> Iterator[None]:
    try:
        yield
    except (RejectedError, UnavailableError) as failure:
        failures.append(failure)
