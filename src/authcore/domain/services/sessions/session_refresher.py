"""
Refresh sessions, each once, and validate the new tokens before they are used.

See: Amazon Cognito "Refresh token rotation"; OpenID Connect Core §12.
"""

from datetime import datetime, timedelta
from typing import Final

import attrs

from authcore.domain.errors import (
    AuthcoreError,
    ClientMisconfiguredError,
    ClientRejectedError,
    KeySourceUnavailableError,
    LeaseHeldError,
    ProviderUnavailableError,
    RefreshNotDueError,
    RefreshTokenRejectedError,
    RejectedError,
    TokenNotYetValidError,
    UnavailableError,
    UnknownKeyError,
)
from authcore.domain.model.audit import AuditEvent
from authcore.domain.model.session import Session, start_of
from authcore.domain.model.tokens import AccessClaims, RefreshToken, TokenSet
from authcore.domain.services.sessions.refresh_coordinator import RefreshCoordinator
from authcore.domain.services.sessions.same_sign_in import require_same_sign_in
from authcore.domain.services.sessions.session_validation import validate_session
from authcore.domain.services.sessions.store_watch import StoreWatch
from authcore.domain.services.token_validation import TokenValidator
from authcore.ports.audit import AuditLog
from authcore.ports.system import Clock
from authcore.ports.token_endpoint import TokenRefresher


COOL_DOWN: Final = timedelta(seconds=10)
"""How long live sessions are not refreshed after the provider gave no answer for one."""

_ACTION: Final = "session.refresh"


@attrs.define(eq=False, repr=False)
class _CoolDown:
    """Remember when the provider last gave no answer."""

    clock: Clock
    failed_at: datetime | None = None

    def begin(self) -> None:
        self.failed_at = self.clock.now()

    def end(self) -> None:
        self.failed_at = None

    def is_on(self) -> bool:
        failed_at = self.failed_at
        return failed_at is not None and abs(self.clock.now() - failed_at) < COOL_DOWN


@attrs.frozen(kw_only=True, eq=False, repr=False)
class SessionRefresher:
    """
    Exchange refresh tokens for validated sessions of one app client.  Threads may share it.

    Attributes:
        refresher: Cognito, or an auth service that calls it.
        validator: For the same pool and app client.
        coordinator: Makes each exchange once.
        clock: Tells when the provider may be called again.
        audit: Records every exchange.
    """

    refresher: TokenRefresher
    validator: TokenValidator
    coordinator: RefreshCoordinator
    clock: Clock
    audit: AuditLog
    _cool_down: _CoolDown = attrs.field(
        init=False, default=attrs.Factory(lambda self: _CoolDown(self.clock), takes_self=True)
    )

    def refresh(self, tokens: TokenSet, before: AccessClaims | None, *, is_live: bool) -> Session:
        """
        Exchange the refresh token of *tokens*, and return the session that follows.

        Args:
            tokens: As the request presented them.

            before: The claims of their access token, expired or not; None where its key is gone.

            is_live: Whether the tokens are still valid.  Then the call does not wait for another
                one, and the provider is not called for COOL_DOWN after it gave no answer.

        Raises:
            RefreshTokenRejectedError: The session has ended.

            TokenRejectedError: The provider issued invalid tokens, or those of another sign-in.

            LeaseHeldError: Another process is refreshing the session; where the tokens are not
                live, it has been doing so for PATIENCE.

            UnavailableError: Provider or keys gave no answer, or the provider refuses the app
                client.  The new tokens, if any, are cached.
        """
        token = tokens.refresh_token
        if token is None:
            raise RefreshTokenRejectedError("the session has no refresh token")
        if is_live:
            self._require_rest(token)
        fresh = self.coordinator.exchange(
            token, lambda: self._trade(tokens, before), waits=not is_live
        )
        try:
            session = self._validate(fresh)
            require_same_sign_in(before, session)
        except RejectedError as refusal:
            self._note(refusal, before)
            raise
        return session.begin_at(start_of(tokens, before) if before else tokens.signed_in_at)

    def serves(self, access: AccessClaims | None) -> bool:
        """
        Whether the session of *access* is of the pool and app client that are refreshed here.

        The provider would refuse the refresh token of another client, and so end a good session.
        False for None: nothing says which client the session is of.
        """
        return access is not None and self.validator.is_for(access)

    def invalidate(self, tokens: TokenSet) -> tuple[RefreshToken, ...]:
        """See RefreshCoordinator."""
        return self.coordinator.invalidate(tokens)

    def abandon(self, session: Session) -> None:
        """
        End *session*, which was revoked while it was refreshed.

        Its refresh token is refused here and revoked at the provider; the audit log records
        failures of either.
        """
        none: tuple[RefreshToken, ...] = ()
        StoreWatch(self.audit).ask(lambda: self.invalidate(session.tokens), otherwise=none)
        if self.coordinator.successors is not None:
            token, subject = session.tokens.refresh_token, session.access.subject
            self.coordinator.successors.revoke(token, subject=subject)

    def _require_rest(self, token: RefreshToken) -> None:
        if self.coordinator.is_under_way(token):
            raise LeaseHeldError("the session is being refreshed already")
        if self._cool_down.is_on():
            raise ProviderUnavailableError(
                "the provider did not answer a moment ago", detail="cool down"
            )

    def _trade(self, tokens: TokenSet, before: AccessClaims | None) -> TokenSet:
        try:
            fresh = self.refresher.refresh(tokens, username=before.username if before else None)
        except ClientRejectedError as refused:
            raise self._put_off(
                ClientMisconfiguredError(str(refused), detail=refused.detail), before
            ) from None
        except RejectedError as refusal:
            self._note(refusal, before)
            raise RefreshTokenRejectedError("the provider refuses the refresh token") from None
        except RefreshNotDueError as good:
            self._note(good, before)
            raise
        except UnavailableError as outage:
            raise self._put_off(outage, before) from None
        self._note(None, before)
        self._cool_down.end()
        return fresh

    def _put_off(self, outage: UnavailableError, before: AccessClaims | None) -> UnavailableError:
        """Record an outage, which ends no session; a refused app client is one."""
        self._note(outage, before)
        self._cool_down.begin()
        return outage

    def _validate(self, fresh: TokenSet) -> Session:
        """
        Validate new tokens; those that cannot be validated yet stay cached and end no session.

        Raises:
            TokenRejectedError: They are not valid.

            UnavailableError: Their key is not known yet, or this clock is behind.
        """
        try:
            return validate_session(self.validator, fresh)
        except UnknownKeyError:
            raise KeySourceUnavailableError(
                "the key of new tokens is not known yet", detail="new tokens key"
            ) from None
        except TokenNotYetValidError:
            raise ProviderUnavailableError(
                "new tokens are not valid yet by this clock", detail="new tokens clock"
            ) from None

    def _note(self, error: AuthcoreError | None, before: AccessClaims | None) -> None:
        actor = before.actor if before else None
        self.audit.record(
            AuditEvent.of(
                _ACTION,
                error,
                subject=before.subject if before else None,
                actor=actor.name if actor else None,
            )
        )
