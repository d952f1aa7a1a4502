"""``/auth/signin`` and ``/auth/signin/callback``."""

from contextlib import suppress
from typing import Final

import attrs
from starlette.requests import Request
from starlette.responses import Response

from authcore.adapters.cookie_header import cookie_pairs, header_after
from authcore.adapters.worker_threads import WorkerThreads
from authcore.domain.errors import (
    AuthcoreError,
    ConnectTicketError,
    LoginLostError,
    ParameterRejectedError,
    RejectedError,
    UnavailableError,
)
from authcore.domain.model.audit import AuditEvent
from authcore.domain.model.session import PendingSignIns, Session, SignInAttempt
from authcore.domain.model.tokens import TokenSet
from authcore.domain.services.sessions.session_guard import SessionGuard
from authcore.domain.services.sign_in.authorization import (
    AuthorizationResponse,
    candidate_in,
    parse_authorization_response,
)
from authcore.domain.services.sign_in.restart import (
    SignInRestart,
    reauthenticate,
    restart_broken_off,
)
from authcore.domain.services.sign_in.sign_in import SignIn, SignInCompletion, SignInStart
from authcore.ports.audit import AuditLog
from authcore.ports.cookies import CookieJar
from authcore.ports.system import Clock
from authcore_web.redirect_loops import RedirectLoopDetector, SignInLoopError
from authcore_web.request.headers import cookie_header
from authcore_web.request.query import Parameters, only, parameters
from authcore_web.response.errors import ErrorResponses
from authcore_web.response.plain import redirect_to
from authcore_web.routes.refused_sign_in import RefusedSignIn, RefusedSignIns


BEGIN: Final = "sign_in.begin"
COMPLETE: Final = "sign_in.complete"
RESTART: Final = "sign_in.restart"


@attrs.frozen(kw_only=True, eq=False, repr=False)
class SignInRoutes:
    """
    Sends browsers to the identity provider, and completes the sign-in at the callback.

    Attributes:
        sign_in: Begins and completes sign-ins.
        session_guard: Tells whether a session was ended before it began.
        attempts: Cookies of pending sign-ins.
        sessions: Cookies of sessions.
        refused_sign_ins: Answers sign-ins that establish no session, and offers to connect them.
        redirect_loops: Detects browsers that sign in again and again.
        clock: For the expiry of attempts.
        audit: Records every step.
        error_responses: Answers refusals and outages.
        threads: Where *sign_in* waits.
        jar_waits: Whether *sessions* keeps them in a store, so that their cookies are small.
            Default: no.
    """

    _sign_in: SignIn
    _session_guard: SessionGuard
    _attempts: CookieJar[PendingSignIns]
    _sessions: CookieJar[TokenSet]
    _refused_sign_ins: RefusedSignIns
    _redirect_loops: RedirectLoopDetector
    _clock: Clock
    _audit: AuditLog
    _error_responses: ErrorResponses
    _threads: WorkerThreads
    _jar_waits: bool = False

    async def begin(self, request: Request) -> Response:
        """302 to the authorize endpoint; a sealed cookie keeps the attempt in this browser."""
        redirect = None
        try:
            given = parameters(request.scope["query_string"])
            redirect = only("redirect", given)
            start = self._sign_in.begin(
                redirect,
                provider=only("provider", given),
                lang=only("lang", given),
                login_hint=only("login_hint", given),
                reauthenticate=_asks_for_login(given),
            )
            cookies = self._keep_attempt(start, cookie_header(request))
        except AuthcoreError as error:
            return self._error_responses.of(error, request, action=BEGIN, redirect=redirect)
        self._audit.record(AuditEvent.of(BEGIN, None))
        return redirect_to(start.authorize_url, cookies)

    def _keep_attempt(self, start: SignInStart, sent: str) -> tuple[str, ...]:
        pending = self._attempts.read(sent) or PendingSignIns()
        attempt = attrs.evolve(
            start.attempt, rounds=self._redirect_loops.rounds(start.target, sent)
        )
        cleared = self._delete_unreadable_session(sent)
        remaining = pending.with_attempt(attempt, now=self._clock.now())
        return (*cleared, *self._attempts.write(remaining, header_after(sent, cleared)))

    def _delete_unreadable_session(self, sent: str) -> tuple[str, ...]:
        """Delete session cookies that hold no readable session: they only take up room."""
        if self._jar_waits or self._sessions.read(sent) is not None:
            return ()
        names = {name for name, _ in cookie_pairs(sent)}
        return tuple(each for each in self._sessions.clear(sent) if each.partition("=")[0] in names)

    async def callback(self, request: Request) -> Response:
        """
        302 to the requested page, with the session.

        A refusal ends the attempt, and so does an outage in the middle of the exchange.  Any other
        outage changes no cookie, and the callback may be repeated.  A sign-in that Cognito broke
        off because its user has just been linked restarts, once; so does one whose session was
        ended before it began, because Cognito remembered the browser.  The third sign-in in a row
        for a page that does not accept the session ends on an error page instead of a redirect.  A
        user who was refused the account of another one gets no session, and is told how to sign in.
        """
        sent = cookie_header(request)
        pending = self._attempts.read(sent) or PendingSignIns()
        given: Parameters = ()
        deletions: tuple[str, ...] = ()
        try:
            given = parameters(request.scope["query_string"])
            response = parse_authorization_response(given)
            if restart := restart_broken_off(self._sign_in, pending, response):
                return self._restart(restart, pending, sent)
            attempt = self._sign_in.attempt_for(pending, response)
            deletions = self._attempts.write(pending.without(attempt), sent)
            outcome = await self._threads.run(lambda: self._complete(attempt, response, sent))
            if isinstance(outcome, SignInRestart):
                return self._restart(outcome, pending, sent)
            if isinstance(outcome, RefusedSignIn):
                ended = self._attempts.write(
                    pending.without(attempt), header_after(sent, outcome.cookies)
                )
                return self._refused_sign_ins.respond(request, outcome, COMPLETE, ended)
            completion, session = outcome
            deletions = self._attempts.write(pending.without(attempt), header_after(sent, session))
        except AuthcoreError as error:
            ended = deletions if isinstance(error, RejectedError | LoginLostError) else ()
            return self._error_responses.of(
                error, request, action=COMPLETE, redirect=_requested_target(given), cookies=ended
            )
        user = completion.session.user
        self._audit.record(
            AuditEvent.of(COMPLETE, None, subject=user.subject, legacy_uid=user.legacy_uid)
        )
        return self._redirect_to_target(request, completion, attempt, (*session, *deletions))

    def _redirect_to_target(
        self,
        request: Request,
        completion: SignInCompletion,
        attempt: SignInAttempt,
        cookies: tuple[str, ...],
    ) -> Response:
        target, sent = completion.target, cookie_header(request)
        following, kept = self._refused_sign_ins.resume(
            completion, attempt.provider, header_after(sent, cookies)
        )
        try:
            counted = self._redirect_loops.count_round(target, attempt.rounds, sent)
        except SignInLoopError as error:
            changes = (*cookies, *self._redirect_loops.clear(sent))
            return self._error_responses.of(
                error, request, action=COMPLETE, redirect=target, cookies=changes
            )
        return redirect_to(following, (*cookies, *kept, *counted))

    def _complete(
        self, attempt: SignInAttempt, response: AuthorizationResponse, sent: str
    ) -> tuple[SignInCompletion, tuple[str, ...]] | SignInRestart | RefusedSignIn:
        """May wait for the provider, for keys, and for the store of sessions if there is one."""
        completion = self._sign_in.complete(attempt, response)
        if not attempt.restarted and self._has_ended(completion.session):
            return reauthenticate(self._sign_in, attempt, completion.target)
        try:
            refused = self._refused_sign_ins.refuse(
                completion, sent, can_restart=not attempt.restarted
            )
        except ConnectTicketError:
            return reauthenticate(self._sign_in, attempt, completion.target)
        if refused is not None:
            return refused
        try:
            return completion, self._sessions.write(completion.session.tokens, sent)
        except UnavailableError as error:
            raise LoginLostError.after(error) from None

    def _has_ended(self, session: Session) -> bool:
        """False also during an outage: the guards check every later request."""
        with suppress(UnavailableError):
            return self._session_guard.has_ended(session.access)
        return False

    def _restart(self, restart: SignInRestart, pending: PendingSignIns, sent: str) -> Response:
        start = restart.start
        remaining = pending.without(restart.replaced).with_attempt(
            start.attempt, now=self._clock.now()
        )
        cookies = self._attempts.write(remaining, sent)
        self._audit.record(AuditEvent.of(RESTART, None))
        return redirect_to(start.authorize_url, cookies)


def _asks_for_login(given: Parameters) -> bool:
    """Whether the user must authenticate although Cognito may remember the browser."""
    prompt = only("prompt", given)
    if prompt not in (None, "login"):
        raise ParameterRejectedError("prompt")
    return prompt is not None


def _requested_target(given: Parameters) -> str | None:
    """Read the target in the state, unchecked; also of a response that is malformed otherwise."""
    states = [value for name, value in given if name == "state" and value.isascii()]
    return candidate_in(states[0]) if len(states) == 1 else None
