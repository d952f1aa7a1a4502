"""``/auth/signin`` and ``/auth/signin/callback``."""

from typing import Final

import attrs
from starlette.requests import Request
from starlette.responses import Response

from authcore.adapters.cookie_header import header_after
from authcore.adapters.correlation import name_attempt
from authcore.adapters.worker_threads import WorkerThreads
from authcore.domain.errors import (
    AttemptRejectedError,
    AuthcoreError,
    CodeRejectedError,
    ConnectTicketError,
    LoginLostError,
    RejectedError,
)
from authcore.domain.model.audit import AuditEvent
from authcore.domain.model.languages import find_language
from authcore.domain.model.session import PendingSignIns, SignInAttempt
from authcore.domain.model.tokens import TokenSet
from authcore.domain.services.sign_in.authorization import (
    LANGUAGES,
    AuthorizationResponse,
    attempt_in,
    parse_authorization_response,
)
from authcore.domain.services.sign_in.restart import (
    SignInRestart,
    reauthenticate,
    restart_broken_off,
)
from authcore.domain.services.sign_in.sign_in import SignIn, SignInCompletion
from authcore.ports.audit import AuditLog
from authcore.ports.cookies import CookieJar
from authcore.ports.system import Clock
from authcore_web.redirect_loops import RedirectLoopDetector, SignInLoopError
from authcore_web.request import headers
from authcore_web.request.query import Parameters, only, parameters
from authcore_web.request.sign_in_query import asks_for_login, requested_target
from authcore_web.response.attempt_cookies import AttemptCookies
from authcore_web.response.errors import ErrorResponses, wants_json
from authcore_web.response.pages import Pages
from authcore_web.response.plain import redirect_to
from authcore_web.response.sign_in_pages import SignInPages
from authcore_web.routes.late_callbacks import LATE, LateCallbacks
from authcore_web.routes.refused_sign_in import RefusedSignIn, RefusedSignIns
from authcore_web.routes.session_start import SessionStart, signed_in_event


BEGIN: Final = "sign_in.begin"
COMPLETE: Final = "sign_in.complete"
RESTART: Final = "sign_in.restart"
CONTINUE: Final = "sign_in.continue"


@attrs.frozen(kw_only=True, eq=False, repr=False)
class SignInRoutes:
    """
    Sends browsers to the identity provider, and completes the sign-in at the callback.

    Attributes:
        sign_in: Begins and completes sign-ins.
        session_start: Establishes sessions.
        attempts: Cookies of pending sign-ins.
        sessions: Cookies of sessions.
        refused_sign_ins: Answers sign-ins that establish no session, and offers to connect them.
        late_callbacks: Decides about callbacks whose sign-in is over.
        redirect_loops: Detects browsers that sign in again and again.
        clock: For the expiry of attempts.
        audit: Records every step.
        error_responses: Answers refusals and outages.
        pages: Know the language that a browser prefers.
        threads: Where *sign_in* waits.
        jar_waits: Whether *sessions* keeps them in a store.  Default: no.
        own_page: This service's own sign-in page, where it comes first; None, the default, where
            users are sent to the identity provider at once.
    """

    _sign_in: SignIn
    _session_start: SessionStart
    _attempts: CookieJar[PendingSignIns]
    _sessions: CookieJar[TokenSet]
    _refused_sign_ins: RefusedSignIns
    _late_callbacks: LateCallbacks
    _redirect_loops: RedirectLoopDetector
    _clock: Clock
    _audit: AuditLog
    _error_responses: ErrorResponses
    _pages: Pages
    _threads: WorkerThreads
    _jar_waits: bool = False
    _own_page: SignInPages | None = None
    _cookies: AttemptCookies = attrs.field(init=False)

    @_cookies.default
    def _(self) -> AttemptCookies:
        return AttemptCookies(
            attempts=self._attempts,
            sessions=self._sessions,
            redirect_loops=self._redirect_loops,
            clock=self._clock,
            jar_waits=self._jar_waits,
        )

    async def begin(self, request: Request) -> Response:
        """
        302 to the authorize endpoint; a sealed cookie keeps the attempt in this browser.

        Where this service's own page comes first, 302 to that page, unless the request names more
        than a target.

        A prefetched page begins no sign-in: ten of them would drive out the one that the user is
        at.  503, because browsers discard what they prefetch with that status.
        """
        if headers.is_speculative(request):
            return Response(status_code=503)
        redirect = None
        try:
            given = parameters(request.scope["query_string"])
            redirect = only("redirect", given)
            if self._own_page and {name for name, _ in given} <= {"redirect"}:
                return redirect_to(self._own_page.url_of(redirect))
            start = self._sign_in.begin(
                redirect,
                provider=only("provider", given),
                lang=only("lang", given) or self._provider_language(request),
                login_hint=only("login_hint", given),
                reauthenticate=asks_for_login(given),
            )
            name_attempt(start.attempt.log_id)
            cookies = self._cookies.keep(start, headers.cookie_header(request))
        except AuthcoreError as error:
            return self._error_responses.of(error, request, action=BEGIN, redirect=redirect)
        self._audit.record(AuditEvent.of(BEGIN, None))
        return redirect_to(start.authorize_url, cookies)

    def _provider_language(self, request: Request) -> str | None:
        """Choose the language of Cognito's pages: the one in which the browser gets ours."""
        return find_language(self._pages.language_of(request), LANGUAGES)

    async def callback(self, request: Request) -> Response:
        """
        302 to the requested page, with the session.

        A refusal ends the attempt, and so does an outage in the middle of the exchange.  Any other
        outage changes no cookie, and the callback may be repeated.  A sign-in that Cognito broke
        off because its user has just been linked restarts, once; so does one whose session was
        ended before it began, because Cognito remembered the browser.  The third sign-in in a row
        for a page that does not accept the session ends on an error page instead of a redirect.  A
        user who was refused the account of another one gets no session, and is told how to sign in.

        A browser that does not hold the attempt any more continues with its session, or begins
        again, once; programs get the refusal.
        """
        if headers.is_speculative(request):
            return Response(status_code=503)
        sent = headers.cookie_header(request)
        pending = self._cookies.read(sent)
        given: Parameters = ()
        deletions: tuple[str, ...] = ()
        try:
            given = parameters(request.scope["query_string"])
            response = parse_authorization_response(given)
            name_attempt(attempt_in(response))
            if restart := restart_broken_off(self._sign_in, pending, response):
                return self._restart(restart, sent)
            try:
                attempt = self._sign_in.attempt_for(pending, response)
            except AttemptRejectedError as error:
                return await self._answer_late(request, error, None, response)
            deletions = self._cookies.end(attempt, sent)
            try:
                outcome = await self._threads.run(lambda: self._complete(attempt, response, sent))
            except LATE as error:
                return await self._answer_late(request, error, attempt, response)
            if isinstance(outcome, SignInRestart):
                return self._restart(outcome, sent)
            if isinstance(outcome, RefusedSignIn):
                ended = self._cookies.end(attempt, header_after(sent, outcome.cookies))
                return self._refused_sign_ins.respond(request, outcome, COMPLETE, ended)
            completion, session = outcome
            deletions = self._cookies.end(attempt, header_after(sent, session))
        except AuthcoreError as error:
            ended = deletions if isinstance(error, RejectedError | LoginLostError) else ()
            return self._error_responses.of(
                error, request, action=COMPLETE, redirect=requested_target(given), cookies=ended
            )
        self._audit.record(signed_in_event(COMPLETE, completion.session))
        return self._redirect_to_target(request, completion, attempt, (*session, *deletions))

    async def _answer_late(
        self,
        request: Request,
        error: AttemptRejectedError | CodeRejectedError,
        attempt: SignInAttempt | None,
        response: AuthorizationResponse,
    ) -> Response:
        """Answer a callback whose attempt or code is not accepted any more; or raise *error*."""
        if wants_json(request):
            raise error
        sent = headers.cookie_header(request)
        late = await self._late_callbacks.decide(
            *(error, attempt, response, sent),
            action=COMPLETE,
            can_renew=headers.is_navigation(request) or not headers.is_cross_site(request),
        )
        if late is None:
            raise error
        if isinstance(late, SignInRestart):
            return self._restart(late, sent)
        self._audit.record(AuditEvent.of(CONTINUE, None, subject=late.user.subject))
        cookies = self._cookies.end(attempt, header_after(sent, late.cookies))
        return redirect_to(late.target, (*late.cookies, *cookies))

    def _redirect_to_target(
        self,
        request: Request,
        completion: SignInCompletion,
        attempt: SignInAttempt,
        cookies: tuple[str, ...],
    ) -> Response:
        target, sent = completion.target, headers.cookie_header(request)
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
        start, can_restart = self._session_start, not attempt.restarted
        if can_restart and start.has_ended(completion.session):
            return reauthenticate(self._sign_in, attempt, completion.target)
        try:
            outcome = start.establish(completion, sent, can_restart=can_restart)
        except ConnectTicketError:
            return reauthenticate(self._sign_in, attempt, completion.target)
        return outcome if isinstance(outcome, RefusedSignIn) else (completion, outcome)

    def _restart(self, restart: SignInRestart, sent: str) -> Response:
        cookies = self._cookies.replace(restart, sent)
        if restart.replaced:
            name_attempt(restart.replaced.log_id)
        self._audit.record(AuditEvent.of(RESTART, None, next_attempt=restart.start.attempt.log_id))
        return redirect_to(restart.start.authorize_url, cookies)
