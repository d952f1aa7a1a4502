"""
Who may see a guarded page, while two logins are honoured.

::

    Cognito session that holds ─▶ in          due for a refresh: refreshed if that works, in anyway
          │ expired
    refreshed by its refresh token ─▶ in      refused: over;  no answer: neither yes nor no
          │ no session, or over
    session of the legacy system ─▶ in
          │ none
    sign in

A yes of the legacy system counts although Cognito gives no answer; a session that is revoked, or of
which nobody can say whether it is, is not looked up there.
"""

from contextlib import suppress
from typing import Final

import attrs

from authcore.domain.errors import (
    CoordinationUnavailableError,
    KeySourceUnavailableError,
    LegacyUnavailableError,
    RejectedError,
    TokenExpiredError,
    TokenRejectedError,
    UnavailableError,
    UnknownKeyError,
)
from authcore.domain.model.session import Session
from authcore.domain.model.session_decision import (
    Admitted,
    LegacyAdmitted,
    PresentedSession,
    SessionDecision,
    SignInRequired,
)
from authcore.domain.model.tokens import AccessClaims, TokenSet
from authcore.domain.services.sessions.refresh_policy import RefreshPolicy
from authcore.domain.services.sessions.session_refresher import SessionRefresher
from authcore.domain.services.sessions.session_validation import validate_session
from authcore.domain.services.token_validation import TokenValidator
from authcore.ports.audit import DecisionCounter
from authcore.ports.legacy_sessions import LegacySessions
from authcore.ports.revocation import RevocationList
from authcore.ports.system import Clock


ACTION: Final = "guard"
REVOKED: Final = SignInRequired("session_revoked", has_ended=True)
TOO_OLD: Final = SignInRequired("session_too_old", has_ended=True)


@attrs.frozen(kw_only=True, eq=False, repr=False)
class SessionGuard:
    """
    Decides about what a request carries.

    Attributes:
        validator: For the pool and the app client that issued the tokens.
        policy: When sessions are refreshed and when they end.
        clock: Tells the age of a session.
        counter: Counts every decision, and every one that could not be made.
        refresher: None where sessions are refreshed elsewhere, or not at all.
        legacy: None once the old login is switched off.
        revocations: None where sessions live as long as their tokens.
        cached_only: A validator that never waits for keys; None where *revocations* must be
            waited for.
    """

    _validator: TokenValidator
    _policy: RefreshPolicy
    _clock: Clock
    _counter: DecisionCounter
    _refresher: SessionRefresher | None = None
    _legacy: LegacySessions | None = None
    _revocations: RevocationList | None = None
    _cached_only: TokenValidator | None = None

    def decide(self, presented: PresentedSession) -> SessionDecision:
        """
        Admit who carries this, or ask for a sign-in.  May wait for the network.

        Raises:
            UnavailableError: Nothing can be decided now.  Neither answer was given.
        """
        try:
            decision = self._decided(presented)
        except UnavailableError as error:
            self._counter.count(ACTION, "unavailable", error.code)
            raise
        return self._counted(decision)

    def decide_from_cache(self, presented: PresentedSession) -> SessionDecision | None:
        """The decision, if it takes neither network nor waiting; None where it does."""
        decision = self._decided_at_hand(presented)
        return self._counted(decision) if decision else None

    def has_ended(self, access: AccessClaims) -> bool:
        """
        Whether the session of *access* is over although its tokens may hold.

        Raises:
            CoordinationUnavailableError: Nobody can say.
        """
        is_over = self._policy.is_over(access.signed_in_at, now=self._clock.now())
        return is_over or self._is_revoked(access)

    def _counted(self, decision: SessionDecision) -> SessionDecision:
        refused = isinstance(decision, SignInRequired)
        self._counter.count(ACTION, "rejected" if refused else "accepted", decision.reason)
        return decision

    def _decided_at_hand(self, presented: PresentedSession) -> SessionDecision | None:
        decision: SessionDecision | None = SignInRequired("no_session")
        if self._cached_only is None:
            return None
        if presented.tokens is not None:
            try:
                decision = self._kept(validate_session(self._cached_only, presented.tokens))
            except (TokenExpiredError, UnknownKeyError, KeySourceUnavailableError):
                return None
            except TokenRejectedError as rejected:
                decision = SignInRequired(rejected.code)
        return (
            None
            if isinstance(decision, SignInRequired) and self._is_legacy(presented)
            else decision
        )

    def _kept(self, session: Session) -> Admitted | None:
        if self._is_revoked(session.access):
            return None
        verdict = self._policy.decide(session, now=self._clock.now())
        return Admitted(session) if verdict == "keep" else None

    def _decided(self, presented: PresentedSession) -> SessionDecision:
        try:
            decision = self._by_tokens(presented)
        except CoordinationUnavailableError:
            raise  # of the list: whether this very session was revoked
        except UnavailableError:
            with suppress(LegacyUnavailableError):
                if admitted := self._by_legacy(presented, has_ended=False):
                    return admitted
            raise
        if isinstance(decision, Admitted) or decision == REVOKED:
            return decision
        return self._by_legacy(presented, has_ended=decision.has_ended) or decision

    def _is_legacy(self, presented: PresentedSession) -> bool:
        return self._legacy is not None and self._legacy.are_carried(presented.cookie_header)

    def _by_legacy(self, presented: PresentedSession, *, has_ended: bool) -> LegacyAdmitted | None:
        if self._legacy is None or not self._is_legacy(presented):
            return None
        account = self._legacy.resolve(presented.cookie_header)
        return LegacyAdmitted(account, has_ended) if account and not account.locked else None

    def _by_tokens(self, presented: PresentedSession) -> Admitted | SignInRequired:
        if presented.tokens is None:
            return SignInRequired("no_session")
        try:
            session = validate_session(self._validator, presented.tokens)
        except (TokenExpiredError, UnknownKeyError) as rejected:
            return self._past(presented.tokens, rejected, can_renew=presented.can_renew)
        except TokenRejectedError as rejected:
            return SignInRequired(rejected.code)
        return self._live(session, can_renew=presented.can_renew)

    def _live(self, session: Session, *, can_renew: bool) -> Admitted | SignInRequired:
        if self._is_revoked(session.access):
            return REVOKED
        verdict = self._policy.decide(session, now=self._clock.now())
        if verdict == "end":
            return TOO_OLD
        if verdict == "keep" or not can_renew or self._refresher is None:
            return Admitted(session)
        try:
            renewed = self._refresher.refresh(session.tokens, session.access, is_live=True)
        except UnavailableError:
            return Admitted(session, "refresh_postponed")
        except RejectedError as refusal:
            return SignInRequired(refusal.code, has_ended=True)
        return self._admitted_anew(renewed)

    def _past(
        self, tokens: TokenSet, past: TokenRejectedError, *, can_renew: bool
    ) -> Admitted | SignInRequired:
        """Of tokens that were good once, as far as their keys are known."""
        try:
            before = self._validator.verify_access_token_ignoring_expiry(tokens.access_token)
        except UnknownKeyError:
            return self._renewed(tokens, None, past, can_renew=can_renew)
        except TokenRejectedError as rejected:
            return SignInRequired(rejected.code)
        if self._policy.is_over(before.signed_in_at, now=self._clock.now()):
            return TOO_OLD
        if self._is_revoked(before):
            return REVOKED
        return self._renewed(tokens, before, past, can_renew=can_renew)

    def _renewed(
        self,
        tokens: TokenSet,
        before: AccessClaims | None,
        rejected: TokenRejectedError,
        *,
        can_renew: bool,
    ) -> Admitted | SignInRequired:
        if self._refresher is None or not can_renew:
            return SignInRequired(rejected.code)
        if tokens.refresh_token is None:
            return SignInRequired(rejected.code, has_ended=True)
        try:
            renewed = self._refresher.refresh(tokens, before, is_live=False)
        except RejectedError as refusal:
            return SignInRequired(refusal.code, has_ended=True)
        return self._admitted_anew(renewed)

    def _admitted_anew(self, session: Session) -> Admitted | SignInRequired:
        if self._policy.is_over(session.access.signed_in_at, now=self._clock.now()):
            return TOO_OLD
        if self._is_revoked(session.access):
            return REVOKED
        return Admitted(session, "refreshed")

    def _is_revoked(self, access: AccessClaims) -> bool:
        return self._revocations is not None and self._revocations.is_revoked(access)
