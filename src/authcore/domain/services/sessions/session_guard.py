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

The legacy system's yes counts while Cognito gives no answer.  A legacy session is refused if it
began before an entry of the revocation list about all sessions of its user.  Where the legacy
system does not say when it began, it is refused for as long as the entry is kept, unless an
administrator allowed it.  A session whose revocation cannot be looked up is not looked up at the
legacy system.

A revoked session is refused without asking whether the legacy system would admit the request.  A
session whose refresh the provider refuses, because its user signed out, was disabled or deleted, is
refused if the same user has a legacy session beside it.  That legacy session ends too.  Where it
cannot be ended, the browser keeps the cookies of the Cognito session: they alone say that the user
has signed out here.
"""

from collections.abc import Callable
from contextlib import suppress
from typing import Final

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
from authcore.domain.model.accounts import LegacyAccount
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
from authcore.domain.services.sessions.refresh_policy import RefreshPolicy
from authcore.domain.services.sessions.session_refresher import SessionRefresher
from authcore.domain.services.sessions.session_validation import validate_session
from authcore.domain.services.token_validation import MAX_LEEWAY
from authcore.ports.audit import DecisionCounter
from authcore.ports.legacy_sessions import LegacySessions, LegacySignOut
from authcore.ports.revocation import RevocationList
from authcore.ports.system import Clock


ACTION: Final = "guard"
REVOKED: Final = SignInRequired("session_revoked")
TOO_OLD: Final = SignInRequired("session_too_old", has_ended=True)


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
    refresher: SessionRefresher | None = None
    legacy: LegacySessions | None = None
    legacy_sign_out: LegacySignOut | None = None
    revocations: RevocationList | None = None
    revocations_wait: bool = True
    users: UserMapping = PLAIN
    refreshable: Callable[[AccessClaims | None], bool] | None = None

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
            if isinstance(decision, SignInRequired) and self._is_legacy(presented)
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
                admitted = self._by_legacy(presented, has_ended=False)
                if isinstance(admitted, LegacyAdmitted):
                    return admitted
            raise
        if isinstance(decision, Admitted):
            return decision
        if decision == REVOKED:
            is_beside = self._is_beside_own_legacy(presented)
            return attrs.evolve(REVOKED, has_ended=not is_beside or self._ends_legacy(presented))
        account = self._legacy_account(presented)
        if decision.reason == RefreshTokenRejectedError.code and self._is_own(account, presented):
            return attrs.evolve(decision, has_ended=self._ends_legacy(presented))
        return self._by_account(account, has_ended=decision.has_ended) or decision

    def _is_legacy(self, presented: PresentedSession) -> bool:
        return self.legacy is not None and self.legacy.are_carried(presented.cookie_header)

    def _by_legacy(
        self, presented: PresentedSession, *, has_ended: bool
    ) -> LegacyAdmitted | SignInRequired | None:
        return self._by_account(self._legacy_account(presented), has_ended=has_ended)

    def _by_account(
        self, account: LegacyAccount | None, *, has_ended: bool
    ) -> LegacyAdmitted | SignInRequired | None:
        if account is None or account.locked:
            return None
        if self._is_user_revoked(account):
            return attrs.evolve(REVOKED, has_ended=has_ended)
        return LegacyAdmitted(account, has_ended)

    def _legacy_account(self, presented: PresentedSession) -> LegacyAccount | None:
        if self.legacy is None or not self.legacy.are_carried(presented.cookie_header):
            return None
        return self.legacy.resolve(presented.cookie_header)

    def _is_user_revoked(self, account: LegacyAccount) -> bool:
        if self.revocations is None or not account.cognito_id:
            return False
        begun = account.signed_in_at
        if begun is None or begun > self.clock.now() + MAX_LEEWAY:  # a wrong clock says nothing
            return self.revocations.is_user_revoked(account.cognito_id)
        return self.revocations.is_user_revoked(account.cognito_id, signed_in_at=begun)

    def _ends_legacy(self, ended: PresentedSession) -> bool:
        """End the legacy session beside *ended*; whether the legacy system confirmed it."""
        if self.legacy_sign_out is None:
            return False
        try:
            self.legacy_sign_out.end(ended.cookie_header)
        except LegacyUnavailableError as error:
            self.counter.count(ACTION, outcome_of(error), error.code)
            return False
        return True

    def _is_beside_own_legacy(self, ended: PresentedSession) -> bool:
        """Whether the user of *ended* has a legacy session too; True where no system can tell."""
        if ended.tokens is None or not self._is_legacy(ended):
            return False
        try:
            return self._is_own(self._legacy_account(ended), ended)
        except UnavailableError:
            return True

    def _is_own(self, account: LegacyAccount | None, ended: PresentedSession) -> bool:
        """Whether *account* is that of the user of *ended*; True where its key is gone."""
        if account is None or ended.tokens is None:
            return False
        try:
            access = self.validator.verify_access_token_ignoring_expiry(ended.tokens.access_token)
        except TokenRejectedError:
            return True
        if account.cognito_id == access.subject:
            return True
        return self._names(ended.tokens, access.subject, account)

    def _names(self, tokens: TokenSet, subject: str, account: LegacyAccount) -> bool:
        """Whether the pool names *account* for the user; an ID token that has expired says so."""
        with suppress(TokenRejectedError, UnavailableError):
            identity = self.validator.verify_id_token_ignoring_expiry(tokens.id_token)
            return (identity.subject, identity.legacy_uid) == (subject, account.legacy_uid)
        return False

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

    def _refresher_of(self, access: AccessClaims | None) -> SessionRefresher | None:
        """Return the refresher; None where it is not for the session of *access*."""
        is_for_it = self.refreshable is None or self.refreshable(access)
        return self.refresher if is_for_it else None

    def _admit_new_tokens(
        self, session: Session, before: AccessClaims | None, refresher: SessionRefresher
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
