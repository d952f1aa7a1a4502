"""``/auth/signin`` and ``/auth/signin/callback``."""

from typing import Final

import attrs
from starlette.requests import Request
from starlette.responses import Response

from authcore.domain.errors import AuthcoreError, RejectedError
from authcore.domain.model.session import PendingSignIns, SignInAttempt
from authcore.domain.model.tokens import TokenSet
from authcore.domain.services.authorization import candidate_in
from authcore.domain.services.sign_in import SignIn, SignInCompletion, SignInStart
from authcore.ports.ambient import Clock
from authcore.ports.audit import AuditEvent, AuditLog
from authcore.ports.cookies import CookieJar
from authcore_web.loops import SignInLoopError, SignInLoops
from authcore_web.query import Parameters, only, parameters
from authcore_web.requests import cookie_header
from authcore_web.responses import Refusals, sent_to
from authcore_web.threads import WorkerThreads


BEGIN: Final = "sign_in.begin"
COMPLETE: Final = "sign_in.complete"
RESTART: Final = "sign_in.restart"


class SignInRoutes:
    """Send browsers to the identity provider, and take them back."""

    def __init__(
        self,
        *,
        sign_in: SignIn,
        attempts: CookieJar[PendingSignIns],
        sessions: CookieJar[TokenSet],
        loops: SignInLoops,
        clock: Clock,
        audit: AuditLog,
        refusals: Refusals,
        threads: WorkerThreads,
    ) -> None:
        """Serve *sign_in* over HTTP."""
        self._sign_in = sign_in
        self._attempts = attempts
        self._sessions = sessions
        self._loops = loops
        self._clock = clock
        self._audit = audit
        self._refusals = refusals
        self._threads = threads

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
            return self._refusals.of(error, request, action=BEGIN, redirect=redirect)
        self._audit.record(AuditEvent(BEGIN, "accepted", "ok"))
        return sent_to(start.authorize_url, cookies)

    def _remembering(self, start: SignInStart, sent: str) -> tuple[str, ...]:
        pending = self._attempts.read(sent) or PendingSignIns()
        attempt = attrs.evolve(start.attempt, rounds=self._loops.rounds(start.target, sent))
        return self._attempts.write(pending.adding(attempt, now=self._clock.now()), sent)

    async def callback(self, request: Request) -> Response:
        """
        302 to the page that was asked for, with the session.

        A refusal ends the attempt.  An outage leaves everything the browser holds as it is.  A
        sign-in that Cognito broke off because its user has just been linked begins again, once.
        One that leads nowhere for the third time ends on a page instead of another redirect.
        """
        sent = cookie_header(request)
        pending = self._attempts.read(sent) or PendingSignIns()
        given: Parameters = ()
        forgetting: tuple[str, ...] = ()
        try:
            given = parameters(request.scope["query_string"])
            if broken_off := self._sign_in.broken_off(pending, given):
                return self._begin_again(broken_off, pending, sent)
            attempt = self._sign_in.attempt_for(pending, given)
            forgetting = self._attempts.write(pending.without(attempt), sent)
            completion = await self._threads.run(lambda: self._sign_in.complete(attempt, given))
            session = self._sessions.write(completion.session.tokens, sent)
        except AuthcoreError as error:
            ended = forgetting if isinstance(error, RejectedError) else ()
            return self._refusals.of(
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
            return self._refusals.of(
                error, request, action=COMPLETE, redirect=target, cookies=fresh
            )
        return sent_to(target, (*cookies, *counted))

    def _begin_again(
        self, broken_off: SignInAttempt, pending: PendingSignIns, sent: str
    ) -> Response:
        start = self._sign_in.begin_again(broken_off)
        remaining = pending.without(broken_off).adding(start.attempt, now=self._clock.now())
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
