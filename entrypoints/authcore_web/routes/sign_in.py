"""``/auth/signin`` and ``/auth/signin/callback``."""

from contextlib import suppress
from typing import Final

import attrs
from starlette.requests import Request
from starlette.responses import Response

from authcore.adapters.cookie_header import cookie_pairs, header_after
from authcore.adapters.worker_threads import WorkerThreads
from authcore.domain.errors import AuthcoreError, LoginLostError, RejectedError, UnavailableError
from authcore.domain.model.audit import AuditEvent
from authcore.domain.model.session import PendingSignIns, Session, SignInAttempt
from authcore.domain.model.tokens import TokenSet
from authcore.domain.services.sessions.session_guard import SessionGuard
from authcore.domain.services.sign_in.authorization import candidate_in
from authcore.domain.services.sign_in.restart import SignInRestart, begun_anew, restarted
from authcore.domain.services.sign_in.sign_in import SignIn, SignInCompletion, SignInStart
from authcore.ports.audit import AuditLog
from authcore.ports.cookies import CookieJar
from authcore.ports.system import Clock
from authcore_web.redirect_loops import SignInLoopError, SignInLoops
from authcore_web.request.headers import cookie_header
from authcore_web.request.query import Parameters, only, parameters
from authcore_web.response.errors import ErrorResponses
from authcore_web.response.plain import sent_to


BEGIN: Final = "sign_in.begin"
COMPLETE: Final = "sign_in.complete"
RESTART: Final = "sign_in.restart"


class SignInRoutes:
    """Send browsers to the identity provider, and take them back."""

    def __init__(
        self,
        *,
        sign_in: SignIn,
        guard: SessionGuard,
        attempts: CookieJar[PendingSignIns],
        sessions: CookieJar[TokenSet],
        loops: SignInLoops,
        clock: Clock,
        audit: AuditLog,
        error_responses: ErrorResponses,
        threads: WorkerThreads,
        jar_waits: bool = False,
    ) -> None:
        """
        Serve *sign_in* over HTTP.

        Args:
            sign_in: Decides.

            guard: Tells sessions that have ended already.

            attempts: Where begun sign-ins are.

            sessions: Where sessions are.

            loops: Notices browsers that go in circles.

            clock: Ends attempts.

            audit: Takes note of each step.

            error_responses: Says no, or later.

            threads: Where *sign_in* waits.

            jar_waits: Whether *sessions* keeps them in a store.  Their cookies are small then.
        """
        self._sign_in = sign_in
        self._guard = guard
        self._attempts = attempts
        self._sessions = sessions
        self._loops = loops
        self._clock = clock
        self._audit = audit
        self._error_responses = error_responses
        self._threads = threads
        self._jar_waits = jar_waits

    async def begin(self, request: Request) -> Response:
        """302 to the authorize endpoint; the attempt stays in this browser."""
        redirect = None
        try:
            given = parameters(request.scope["query_string"])
            redirect = only("redirect", given)
            start = self._sign_in.begin(
                redirect,
                provider=only("provider", given),
                lang=only("lang", given),
                login_hint=only("login_hint", given),
            )
            cookies = self._remembering(start, cookie_header(request))
        except AuthcoreError as error:
            return self._error_responses.of(error, request, action=BEGIN, redirect=redirect)
        self._audit.record(AuditEvent(BEGIN, "accepted", "ok"))
        return sent_to(start.authorize_url, cookies)

    def _remembering(self, start: SignInStart, sent: str) -> tuple[str, ...]:
        pending = self._attempts.read(sent) or PendingSignIns()
        attempt = attrs.evolve(start.attempt, rounds=self._loops.rounds(start.target, sent))
        cleared = self._without_dead_session(sent)
        remaining = pending.with_attempt(attempt, now=self._clock.now())
        return (*cleared, *self._attempts.write(remaining, header_after(sent, cleared)))

    def _without_dead_session(self, sent: str) -> tuple[str, ...]:
        """What deletes the cookies of a session that is none any more: they only take up room."""
        if self._jar_waits or self._sessions.read(sent) is not None:
            return ()
        names = {name for name, _ in cookie_pairs(sent)}
        return tuple(each for each in self._sessions.clear(sent) if each.partition("=")[0] in names)

    async def callback(self, request: Request) -> Response:
        """
        302 to the page that was asked for, with the session.

        A refusal ends the attempt, and so does an outage in the middle of the exchange.  Any other
        outage leaves everything the browser holds as it is, and the callback may be repeated.  A
        sign-in that Cognito broke off because its user has just been linked begins again, once; so
        does one whose session was ended before it began, because Cognito remembered the browser.
        One that leads nowhere for the third time ends on a page instead of another redirect.
        """
        sent = cookie_header(request)
        pending = self._attempts.read(sent) or PendingSignIns()
        given: Parameters = ()
        forgetting: tuple[str, ...] = ()
        try:
            given = parameters(request.scope["query_string"])
            if restart := restarted(self._sign_in, pending, given):
                return self._begin_again(restart, pending, sent)
            attempt = self._sign_in.attempt_for(pending, given)
            forgetting = self._attempts.write(pending.without(attempt), sent)
            outcome = await self._threads.run(lambda: self._completed(attempt, given, sent))
            if isinstance(outcome, SignInRestart):
                return self._begin_again(outcome, pending, sent)
            completion, session = outcome
            forgetting = self._attempts.write(pending.without(attempt), header_after(sent, session))
        except AuthcoreError as error:
            ended = forgetting if isinstance(error, RejectedError | LoginLostError) else ()
            return self._error_responses.of(
                error, request, action=COMPLETE, redirect=_wanted(given), cookies=ended
            )
        self._note(completion)
        return self._arrived(request, completion, attempt.rounds, (*session, *forgetting))

    def _arrived(
        self, request: Request, completion: SignInCompletion, rounds: int, cookies: tuple[str, ...]
    ) -> Response:
        target, sent = completion.target, cookie_header(request)
        try:
            counted = self._loops.completed(target, rounds, sent)
        except SignInLoopError as error:
            fresh = (*cookies, *self._loops.clear(sent))
            return self._error_responses.of(
                error, request, action=COMPLETE, redirect=target, cookies=fresh
            )
        return sent_to(target, (*cookies, *counted))

    def _completed(
        self, attempt: SignInAttempt, given: Parameters, sent: str
    ) -> tuple[SignInCompletion, tuple[str, ...]] | SignInRestart:
        """May wait for the provider, for keys, and for the store where sessions are in one."""
        completion = self._sign_in.complete(attempt, given)
        if not attempt.restarted and self._has_ended(completion.session):
            return begun_anew(self._sign_in, attempt, completion.target)
        try:
            return completion, self._sessions.write(completion.session.tokens, sent)
        except UnavailableError as error:
            raise LoginLostError(str(error)) from None

    def _has_ended(self, session: Session) -> bool:
        """Where nobody can say, the guards will have to."""
        with suppress(UnavailableError):
            return self._guard.has_ended(session.access)
        return False

    def _begin_again(self, restart: SignInRestart, pending: PendingSignIns, sent: str) -> Response:
        start = restart.start
        remaining = pending.without(restart.broken_off).with_attempt(
            start.attempt, now=self._clock.now()
        )
        cookies = self._attempts.write(remaining, sent)
        self._audit.record(AuditEvent(RESTART, "accepted", "ok"))
        return sent_to(start.authorize_url, cookies)

    def _note(self, completion: SignInCompletion) -> None:
        user = completion.session.user
        self._audit.record(
            AuditEvent(COMPLETE, "accepted", "ok", subject=user.subject, legacy_uid=user.legacy_uid)
        )


def _wanted(given: Parameters) -> str | None:
    """Where the browser wanted to go, as the state says; nobody has checked it."""
    states = [value for name, value in given if name == "state" and value.isascii()]
    return candidate_in(states[0]) if len(states) == 1 else None
