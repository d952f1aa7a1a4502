"""``/auth/password`` and ``/auth/challenge``: sign-in on the auth service's own page."""

from datetime import datetime
from typing import Final

import attrs
from starlette.requests import Request
from starlette.responses import Response

from authcore.adapters.cookie_header import header_after
from authcore.adapters.correlation import name_attempt
from authcore.adapters.worker_threads import WorkerThreads
from authcore.domain.errors import (
    AnswerRejectedError,
    AttemptRejectedError,
    AuthcoreError,
    CredentialsRejectedError,
    LoginLostError,
    RejectedError,
    SessionTooLargeError,
    TokenRejectedError,
    UnavailableError,
    UnknownChallengeError,
)
from authcore.domain.model.audit import AuditEvent
from authcore.domain.model.pending_challenge import PendingChallenge
from authcore.domain.services.sign_in.password_sign_in import BEGIN, CHALLENGE
from authcore.ports.audit import AuditLog
from authcore.ports.cookies import CookieJar
from authcore_web.redirect_loops import RedirectLoopDetector, SignInLoopError
from authcore_web.request.body import members_of
from authcore_web.request.csrf import CrossSiteError, TrustedOrigins
from authcore_web.request.headers import cookie_header
from authcore_web.request.query import only, parameters
from authcore_web.request.sign_in_members import (
    MAX_ANSWER_BYTES,
    MAX_SIGN_IN_BYTES,
    SignInForm,
    address_of,
    answer_in,
    public_id_in,
    redirect_in,
    sign_in_form,
)
from authcore_web.response import messages
from authcore_web.response.attempt_cookies import AttemptCookies
from authcore_web.response.challenge_entries import Asked, challenge_members
from authcore_web.response.errors import ErrorResponses, error_response_for, wants_json
from authcore_web.response.even_refusals import EvenRefusals
from authcore_web.response.plain import as_json, redirect_to, with_cookies
from authcore_web.response.sign_in_pages import SignInPages
from authcore_web.routes.password_steps import PasswordSteps, SignedIn, Step
from authcore_web.routes.refused_sign_in import RefusedSignIn, RefusedSignIns
from authcore_web.routes.session_start import signed_in_event
from authcore_web.signin_urls import NATIVE_PROVIDER


_ENDS_CHALLENGE: Final = (
    AnswerRejectedError,
    CredentialsRejectedError,
    LoginLostError,
    SessionTooLargeError,
    TokenRejectedError,
    UnknownChallengeError,
)
"""After these the challenge that the browser carries cannot be answered any more."""

_OVER: Final = (AnswerRejectedError, AttemptRejectedError, CredentialsRejectedError)


@attrs.frozen(kw_only=True, eq=False, repr=False)
class PasswordRoutes:
    """
    Sign users in on this service's own page, for this service's own pages alone.

    Unknown, locked and disabled users get the answer that a wrong password gets, at the same time.

    Attributes:
        steps: Takes the steps, in threads.
        challenges: Cookie of the challenge.
        attempts: Cookies of sign-ins at the pool's pages, which share the header.
        refused_sign_ins: Answers sign-ins that establish no session.
        redirect_loops: Detects browsers whose session a page does not accept; not of scripts.
        own_pages: Rejects requests that pages of other origins cause.
        sign_in_pages: What users see.
        error_responses: Answers refusals and outages.
        audit: Records every step.
        threads: For *steps*.
        refusals: Evens out the time of refused passwords.
    """

    _steps: PasswordSteps
    _challenges: CookieJar[PendingChallenge]
    _attempts: AttemptCookies
    _refused_sign_ins: RefusedSignIns
    _redirect_loops: RedirectLoopDetector
    _own_pages: TrustedOrigins
    _sign_in_pages: SignInPages
    _error_responses: ErrorResponses
    _audit: AuditLog
    _threads: WorkerThreads
    _refusals: EvenRefusals

    async def sign_in(self, request: Request) -> Response:
        """GET shows the form; POST signs in with a password or another factor, or asks next."""
        return await (self._begin(request) if request.method == "POST" else self._show(request))

    async def _show(self, request: Request) -> Response:
        """Show the form; a target that is not allowed is an error before anything is typed."""
        try:
            redirect = only("redirect", parameters(request.scope["query_string"]))
            target = self._sign_in_pages.target(redirect)
        except RejectedError as error:
            return self._error_responses.of(error, request, action=BEGIN)
        return self._sign_in_pages.password(request, target)

    async def _begin(self, request: Request) -> Response:
        sent, form, began = cookie_header(request), None, self._refusals.now()
        attempt = self._steps.make_attempt_id()
        name_attempt(attempt)
        try:
            self._own_pages.check(request)
            form = sign_in_form(await members_of(request, limit=MAX_SIGN_IN_BYTES))
            target = self._sign_in_pages.target(form.redirect)
            address = address_of(request)
            step = await self._threads.run(
                lambda: self._steps.begin(form, target, attempt, address=address, sent=sent)
            )
            return self._respond(request, step, BEGIN)
        except (RejectedError, UnavailableError) as error:
            await self._even_out(error, began)
            return self._refuse_password(request, _one_refusal(error), form)

    async def answer(self, request: Request) -> Response:
        """Answer the challenge that the browser carries; it counts for one answer."""
        sent, redirect, began = cookie_header(request), None, self._refusals.now()
        try:
            self._own_pages.check(request)
            members = await members_of(request, limit=MAX_ANSWER_BYTES)
            redirect = redirect_in(members)
            target = self._sign_in_pages.target(redirect)
            pending = self._steps.pending(public_id_in(members), sent)
            name_attempt(pending.attempt)
            answer, address = answer_in(pending.challenge, members), address_of(request)
            step = await self._threads.run(
                lambda: self._steps.answer(pending, answer, target, address=address, sent=sent)
            )
            return self._respond(request, step, CHALLENGE)
        except (RejectedError, UnavailableError) as error:
            await self._even_out(error, began)
            return self._refuse_answer(request, _one_refusal(error), redirect)

    async def _even_out(self, error: AuthcoreError, began: datetime) -> None:
        """Wait before a user is refused; other errors are not about a user."""
        if isinstance(error, CredentialsRejectedError):
            await self._refusals.wait(began)

    def _respond(self, request: Request, step: Step, action: str) -> Response:
        if isinstance(step, Asked):
            return self._ask(request, step, action)
        sent = cookie_header(request)
        cookies = (*self._challenges.clear(sent), *step.cookies)
        ended = self._attempts.end(None, header_after(sent, cookies))
        if isinstance(step, RefusedSignIn):
            changes = (*self._challenges.clear(sent), *ended)
            return self._refused_sign_ins.respond(request, step, action, changes)
        return self._continue(request, step, (*cookies, *ended), action)

    def _continue(
        self, request: Request, done: SignedIn, cookies: tuple[str, ...], action: str
    ) -> Response:
        self._audit.record(signed_in_event(action, done.completion.session))
        following, kept = self._refused_sign_ins.resume(
            done.completion, NATIVE_PROVIDER, header_after(cookie_header(request), cookies)
        )
        changes = (*cookies, *kept)
        if wants_json(request):
            return with_cookies(as_json({"signed_in": True, "next": following}), changes)
        return self._redirect(request, done.completion.target, following, changes, action)

    def _redirect(
        self, request: Request, target: str, following: str, cookies: tuple[str, ...], action: str
    ) -> Response:
        sent, loops = cookie_header(request), self._redirect_loops
        try:
            counted = loops.count_round(target, loops.rounds(target, sent), sent)
        except SignInLoopError as error:
            changes = (*cookies, *loops.clear(sent))
            link = self._sign_in_pages.url_for(target)
            return self._error_responses.of(
                error, request, action=action, link=link, cookies=changes
            )
        return redirect_to(following, (*cookies, *counted), status=303)

    def _ask(self, request: Request, asked: Asked, action: str) -> Response:
        refusal, reason = asked.refusal, {}
        if refusal is None:
            self._audit.record(AuditEvent.of(action, None, detail=asked.challenge.name))
        else:
            reference = self._error_responses.record(action, refusal, detail=refusal.detail)
            reason = {"reason": refusal.code, "reference": reference}
        status = error_response_for(refusal).status if refusal else 200
        if not wants_json(request):
            answer = self._sign_in_pages.challenge(request, asked, status)
            return with_cookies(answer, asked.cookies)
        members = challenge_members(asked)
        return with_cookies(as_json({**reason, **members}, status), asked.cookies)

    def _refuse_password(
        self, request: Request, error: AuthcoreError, form: SignInForm | None
    ) -> Response:
        redirect = form.redirect if form else None
        if not isinstance(error, CredentialsRejectedError) or wants_json(request):
            return self._error(request, error, BEGIN, redirect)
        self._error_responses.record(BEGIN, error)
        target = self._sign_in_pages.target(redirect)
        status = error_response_for(error).status
        return self._sign_in_pages.password(request, target, refused=form, status=status)

    def _refuse_answer(
        self, request: Request, error: AuthcoreError, redirect: str | None
    ) -> Response:
        ended = isinstance(error, _ENDS_CHALLENGE)
        cookies = self._challenges.clear(cookie_header(request)) if ended else ()
        return with_cookies(self._error(request, error, CHALLENGE, redirect), cookies)

    def _error(
        self, request: Request, error: AuthcoreError, action: str, redirect: str | None
    ) -> Response:
        notice = messages.PASSWORD_FOREIGN if isinstance(error, CrossSiteError) else None
        if action == CHALLENGE and isinstance(error, _OVER):
            notice = messages.CHALLENGE_OVER
        link = self._sign_in_pages.url_for(redirect)
        return self._error_responses.of(error, request, action=action, link=link, notice=notice)


def _one_refusal(error: RejectedError | UnavailableError) -> RejectedError | UnavailableError:
    """Answer every refusal of a user alike; the audit log keeps the difference as ``detail``."""
    if not isinstance(error, CredentialsRejectedError) or type(error) is CredentialsRejectedError:
        return error
    return CredentialsRejectedError(str(error), detail=error.code)
