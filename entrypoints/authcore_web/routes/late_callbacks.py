"""Callbacks that arrive late: by the back button, in a restored tab, or a second time."""

from typing import Final

import attrs

from authcore.adapters.worker_threads import WorkerThreads
from authcore.domain.errors import AttemptRejectedError, CodeRejectedError, RejectedError
from authcore.domain.model.audit import AuditEvent
from authcore.domain.model.session import RedirectTarget, SignInAttempt, User
from authcore.domain.model.session_decision import Admitted
from authcore.domain.services.sessions.browser_guard import BrowserDecision, BrowserGuard
from authcore.domain.services.sign_in.authorization import (
    AuthorizationResponse,
    candidate_in,
)
from authcore.domain.services.sign_in.restart import SignInRestart, restart_late
from authcore.domain.services.sign_in.sign_in import SignIn
from authcore.ports.audit import AuditLog


LATE: Final = (AttemptRejectedError, CodeRejectedError)
"""Refusals that a late response gets: its attempt or its code is not accepted any more."""


@attrs.frozen
class Continuation:
    """
    A late callback of a browser that is signed in.

    Attributes:
        target: The browser's next URL.
        user: Signed in.
        cookies: ``Set-Cookie`` values of the session.
    """

    target: RedirectTarget = attrs.field(repr=False)
    user: User
    cookies: tuple[str, ...] = attrs.field(default=(), repr=False)


@attrs.frozen(kw_only=True, eq=False, repr=False)
class LateCallbacks:
    """
    Continue to the target of a late callback, or begin its sign-in again, once.

    Attributes:
        sign_in: Begins the sign-in again.
        browser_guard: Tells whether the browser is signed in.
        audit: Records why the response was not accepted.
        threads: Where *browser_guard* waits.
    """

    _sign_in: SignIn
    _browser_guard: BrowserGuard
    _audit: AuditLog
    _threads: WorkerThreads

    async def decide(
        self,
        error: AttemptRejectedError | CodeRejectedError,
        attempt: SignInAttempt | None,
        response: AuthorizationResponse,
        sent: str,
        *,
        action: str,
        can_renew: bool,
    ) -> Continuation | SignInRestart | None:
        """
        Decide about a callback that *error* refused; None where the refusal stays.

        A state that this service cannot have made stays refused.

        A session that the browser carries counts where this attempt is over.  Where the provider
        refused the code of an open attempt, its user has asked for another session.

        Args:
            error: One of LATE.

            attempt: That *response* belongs to; None where this browser holds no such attempt.

            response: Of the callback's query.

            sent: The ``Cookie`` header.

            action: For the audit log.

            can_renew: Whether the session may be refreshed.

        Raises:
            UnavailableError: No decision about the session is possible now.
        """
        if response.state is None or candidate_in(response.state) is None:
            return None
        admitted = None
        if isinstance(error, AttemptRejectedError):
            admitted = await self._threads.run(lambda: self._admit(sent, can_renew=can_renew))
        restart = None if admitted else restart_late(self._sign_in, attempt, response)
        if admitted or restart:
            self._audit.record(AuditEvent.of(action, error, detail=error.detail or str(error)))
        if admitted is None:
            return restart
        target = self._sign_in.target_in(response.state)
        return Continuation(target, admitted.decision.user, admitted.cookies)

    def _admit(self, sent: str, *, can_renew: bool) -> "_AdmittedBrowser | None":
        try:
            browser: BrowserDecision = self._browser_guard.decide(sent, can_renew=can_renew)
        except RejectedError:
            return None
        decision = browser.decision
        return (
            _AdmittedBrowser(decision, browser.cookies) if isinstance(decision, Admitted) else None
        )


@attrs.frozen
class _AdmittedBrowser:
    decision: Admitted
    cookies: tuple[str, ...] = attrs.field(repr=False)
