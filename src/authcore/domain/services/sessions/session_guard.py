"""
Decide whether a request is admitted, while two logins are honoured.

::

    Cognito session, valid ─▶ admit           due for a refresh: refresh it; admit if that fails
          │ expired
    refresh token exchanged ─▶ admit          refused: the session ends;  no answer: no decision
          │ no session, or ended
    session of the legacy system ─▶ admit           its user was revoked: the answer is no
          │ none
    require a sign-in

The legacy system's yes counts while Cognito gives no answer.  A session whose revocation cannot be
looked up is not looked up at the legacy system.

A revoked session is refused without asking whether the legacy system would admit the request.  A
session whose refresh the provider refuses, because its user signed out, was disabled or deleted, is
refused if the same user has a legacy session beside it.  That legacy session ends too.  Where it
cannot be ended, the browser keeps the cookies of the Cognito session: they alone say that the user
has signed out here.
"""

from collections.abc import Callable
from contextlib import suppress
from typing import Final, Protocol

import attrs

from authcore.domain.errors import (
    CoordinationUnavailableError,
    KeySourceUnavailableError,
    LegacyUnavailableError,
    RefreshTokenRejectedError,
    RejectedError,
    TokenExpiredError,
    TokenRejectedError,
    UnavailableError,
    UnknownKeyError,
)
from authcore.domain.model.audit import outcome_of
from authcore.domain.model.session import Session, start_of
from authcore.domain.model.session_decision import (
    Admitted,
    LegacyAdmitted,
    PresentedSession,
    SessionDecision,
    SignInRequired,
)
from authcore.domain.model.tokens import AccessClaims, TokenSet
from authcore.domain.model.user_mapping import PLAIN, UserMapping
from authcore.domain.services.pools_validation import AnyValidator
from authcore.domain.services.sessions.old_login import ACTION, REVOKED, OldLogin
from authcore.domain.services.sessions.refresh_policy import RefreshPolicy
from authcore.domain.services.sessions.session_validation import validate_session
from authcore.ports.audit import DecisionCounter
from authcore.ports.legacy_sessions import LegacySessions, LegacySignOut
from authcore.ports.revocation import RevocationList
from authcore.ports.system import Clock


TOO_OLD: Final = SignInRequired("session_too_old", has_ended=True)


class Refreshing(Protocol):
    """Continues sessions: a SessionRefresher, or what predicts one."""

    def refresh(self, tokens: TokenSet, before: AccessClaims | None, *, is_live: bool) -> Session:
        """See SessionRefresher."""

    def serves(self, access: AccessClaims | None) -> bool:
        """See SessionRefresher."""

    def abandon(self, session: Session) -> None:
        """See SessionRefresher."""


@attrs.frozen(kw_only=True, eq=False, repr=False)
class SessionGuard:
    """
    Decide about the session that a request presents.

    Attributes:
        validator: For the pools and the app clients that issued the tokens.
        policy: When sessions are refreshed and when they end.
        clock: Tells the age of a session.
        counter: Counts every decision, and every failure to decide.
        refresher: None (the default) where sessions are refreshed elsewhere, or not at all.
        legacy: None (the default) once the old login is switched off.
        legacy_sign_out: Ends the legacy session beside one that ended; None (the default) where
            that session cannot be ended from here.
        revocations: None (the default) where sessions live as long as their tokens.
        refreshable: Which sessions *refresher* is for; None (the default) where it is for all that
            *validator* accepts.
        revocations_wait: Whether asking *revocations* takes the network; True by default.
        users: Which claims and roles users have; none by default.
    """

    validator: AnyValidator
    policy: RefreshPolicy
    clock: Clock
    counter: DecisionCounter
    refresher: Refreshing | None = None
    legacy: LegacySessions | None = None
    legacy_sign_out: LegacySignOut | None = None
    revocations: RevocationList | None = None
    revocations_wait: bool = True
    users: UserMapping = PLAIN
    refreshable: Callable[[AccessClaims | None], bool] | None = None
    _old_login: OldLogin = attrs.field(init=False)

    def decide(self, presented: PresentedSession) -> SessionDecision:
        """
        Admit the session that *presented* holds, or require a sign-in.  May wait for the network.

        Raises:
            UnavailableError: No decision is possible now.
        """
        return self.count(lambda: self._decide(presented))

    def decide_from_cache(self, presented: PresentedSession) -> SessionDecision | None:
        """Decide without network and waiting; None where the decision takes either."""
        decision = self._decide_from_cache(presented)
        return self.count(lambda: decision) if decision else None

    def judge_open(self, presented: PresentedSession) -> SessionDecision:
        """Decide like ``decide`` for a connection that is open already; counts nothing."""
        return self._decide(presented)

    def judge_open_from_cache(self, presented: PresentedSession) -> SessionDecision | None:
        """Decide like ``decide_from_cache``; counts nothing."""
        return self._decide_from_cache(presented)

    def has_ended(self, access: AccessClaims) -> bool:
        """
        Whether the session of *access* has ended, even if its tokens are still valid.

        Raises:
            CoordinationUnavailableError: The revocation list gave no answer.
        """
        is_over = self.policy.is_over(access.signed_in_at, now=self.clock.now())
        return is_over or self._is_revoked(access)

    @_old_login.default
    def _build_old_login(self) -> OldLogin:
        return OldLogin(
            validator=self.validator,
            clock=self.clock,
            counter=self.counter,
            legacy=self.legacy,
            sign_out=self.legacy_sign_out,
            revocations=self.revocations,
        )

    def count(
        self, decide: Callable[[], SessionDecision], *, action: str = ACTION
    ) -> SessionDecision:
        """Return or raise what *decide* does, and count it as *action*."""
        try:
            decision = decide()
        except UnavailableError as error:
            self.counter.count(action, outcome_of(error), error.code)
            raise
        refused = isinstance(decision, SignInRequired)
        self.counter.count(action, "rejected" if refused else "accepted", decision.reason)
        return decision

    def _decide_from_cache(self, presented: PresentedSession) -> SessionDecision | None:
        decision: SessionDecision | None = SignInRequired("no_session")
        validator = self.validator.cached_only
        if validator is None or (self.revocations is not None and self.revocations_wait):
            return None
        if presented.tokens is not None:
            try:
                decision = self._keep(validate_session(validator, presented.tokens))
            except (TokenExpiredError, UnknownKeyError, KeySourceUnavailableError):
                return None
            except TokenRejectedError as rejected:
                decision = SignInRequired(rejected.code, detail=rejected.detail)
        return (
            None
            if isinstance(decision, SignInRequired) and self._old_login.is_carried(presented)
            else decision
        )

    def _keep(self, session: Session) -> Admitted | None:
        if self._is_revoked(session.access):
            return None
        action = self.policy.decide(session, now=self.clock.now())
        return Admitted(session, mapping=self.users) if action == "keep" else None

    def _decide(self, presented: PresentedSession) -> SessionDecision:
        try:
            decision = self._by_tokens(presented)
        except CoordinationUnavailableError:
            raise  # from the revocation list: this very session may be revoked
        except UnavailableError:
            with suppress(LegacyUnavailableError):
                account = self._old_login.account(presented)
                admitted = self._old_login.admit(account, has_ended=False)
                if isinstance(admitted, LegacyAdmitted):
                    return admitted
            raise
        if isinstance(decision, Admitted):
            return decision
        if decision == REVOKED:
            has_ended = not self._old_login.is_beside(presented) or self._old_login.end(presented)
            return attrs.evolve(REVOKED, has_ended=has_ended)
        account = self._old_login.account(presented)
        is_refused = decision.reason == RefreshTokenRejectedError.code
        if is_refused and self._old_login.is_own(account, presented):
            return attrs.evolve(decision, has_ended=self._old_login.end(presented))
        return self._old_login.admit(account, has_ended=decision.has_ended) or decision

    def _by_tokens(self, presented: PresentedSession) -> Admitted | SignInRequired:
        if presented.tokens is None:
            return SignInRequired("no_session")
        try:
            session = validate_session(self.validator, presented.tokens)
        except (TokenExpiredError, UnknownKeyError) as rejected:
            return self._try_refresh(presented.tokens, rejected, can_renew=presented.can_renew)
        except TokenRejectedError as rejected:
            return SignInRequired(rejected.code, detail=rejected.detail)
        return self._decide_live(session, can_renew=presented.can_renew)

    def _decide_live(self, session: Session, *, can_renew: bool) -> Admitted | SignInRequired:
        if self._is_revoked(session.access):
            return REVOKED
        action = self.policy.decide(session, now=self.clock.now())
        if action == "end":
            return TOO_OLD
        refresher = self._refresher_of(session.access)
        if action == "keep" or not can_renew or refresher is None:
            return Admitted(session, mapping=self.users)
        try:
            renewed = refresher.refresh(session.tokens, session.access, is_live=True)
        except UnavailableError:
            return Admitted(session, "refresh_postponed", self.users)
        except RejectedError as refusal:
            return SignInRequired(refusal.code, has_ended=True, detail=refusal.detail)
        return self._admit_new_tokens(renewed, session.access, refresher)

    def _try_refresh(
        self, tokens: TokenSet, rejected: TokenRejectedError, *, can_renew: bool
    ) -> Admitted | SignInRequired:
        """Decide about tokens that were valid once, or whose key is not known any more."""
        try:
            before = self.validator.verify_access_token_ignoring_expiry(tokens.access_token)
        except UnknownKeyError:
            return self._renew(tokens, None, rejected, can_renew=can_renew)
        except TokenRejectedError as invalid:
            return SignInRequired(invalid.code, detail=invalid.detail)
        if self.policy.is_over(start_of(tokens, before), now=self.clock.now()):
            return TOO_OLD
        if self._is_revoked(before):
            return REVOKED
        return self._renew(tokens, before, rejected, can_renew=can_renew)

    def _renew(
        self,
        tokens: TokenSet,
        before: AccessClaims | None,
        rejected: TokenRejectedError,
        *,
        can_renew: bool,
    ) -> Admitted | SignInRequired:
        refresher = self._refresher_of(before)
        if refresher is None or not can_renew:
            return SignInRequired(rejected.code)
        if tokens.refresh_token is None:
            return SignInRequired(rejected.code, has_ended=True)
        try:
            renewed = refresher.refresh(tokens, before, is_live=False)
        except RejectedError as refusal:
            return SignInRequired(refusal.code, has_ended=True, detail=refusal.detail)
        return self._admit_new_tokens(renewed, before, refresher)

    def _refresher_of(self, access: AccessClaims | None) -> Refreshing | None:
        """Return the refresher; None where it is not for the session of *access*."""
        is_for_it = self.refreshable is None or self.refreshable(access)
        return self.refresher if is_for_it else None

    def _admit_new_tokens(
        self, session: Session, before: AccessClaims | None, refresher: Refreshing
    ) -> Admitted | SignInRequired:
        """
        Look again: the session may have been revoked while it was refreshed.

        The claims *before* the refresh count too: an issuer may move ``auth_time``, and the new one
        may lie behind the revocation of the user.
        """
        if self.policy.is_over(session.signed_in_at, now=self.clock.now()):
            return TOO_OLD
        moved = before is not None and before.signed_in_at != session.access.signed_in_at
        if self._is_revoked(session.access) or (moved and before and self._is_revoked(before)):
            refresher.abandon(session)
            return REVOKED
        return Admitted(session, "refreshed", self.users)

    def _is_revoked(self, access: AccessClaims) -> bool:
        return self.revocations is not None and self.revocations.is_revoked(access)
