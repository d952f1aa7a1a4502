"""Decide about one request of a guarded application: the same for ASGI and WSGI."""

from collections.abc import Callable, Iterable
from contextlib import suppress
from datetime import timedelta
from typing import Final

import attrs

from authcore.adapters.audit.counters import ProcessDecisionCounter
from authcore.adapters.correlation import correlate
from authcore.adapters.pages.denial_pages import DenialPages
from authcore.domain.errors import RejectedError, SessionTooLargeError, UnavailableError
from authcore.domain.model.groups import Among, Requirement, requirement
from authcore.domain.model.response_budget import ResponseBudget
from authcore.domain.model.session import User
from authcore.domain.model.session_decision import OpenedSession, SignInRequired
from authcore.domain.model.urls import ServiceUrl
from authcore.domain.services.sessions.browser_guard import BrowserDecision, BrowserGuard
from authcore.domain.services.sessions.prediction import UNRECORDED
from authcore.domain.services.sessions.user_check import UserCheck
from authcore.ports.system import Clock
from authcore_guard.allow import Allow
from authcore_guard.cross_origin import CrossOrigin, combine_vary
from authcore_guard.denials import Denials, Deny
from authcore_guard.guarded_request import GuardedRequest
from authcore_guard.public_paths import PublicPaths
from authcore_guard.shadow import Shadow
from authcore_guard.telemetry import Telemetry


__all__ = ("Allow", "Deny", "GuardedRequest", "RequestGuard")


OPEN_CHECK: Final = timedelta(seconds=60)
"""How often the session of a WebSocket or a stream is judged again, by default."""

_ENDED: Final = SignInRequired("session_revoked")


@attrs.frozen(eq=False, repr=False)
class RequestGuard:
    """
    Turn the decision about a browser's session into the response to its request.

    Attributes:
        browser_guard: Decides about sessions.
        signin_url: The auth service's ``/auth/signin``.
        app_url: The application's root, as browsers see it.
        public_paths: See PublicPaths, also for the ConfigurationError; none by default.
        prefetch: Starts to fetch the keys and returns at once; None (the default) for none.
        warm_up: Waits until the keys are there, two seconds at most; None (the default) for none.
        requirements: What users need on paths that are not public; nothing by default.
        telemetry: Counters and audit stream; by default with the counter of *browser_guard*.
        mounted_at: The prefix that the server, or a mount, cuts off the path.  Default: none.  A
            request with another prefix finds no public path.
        preflight_origins: See CrossOrigin; none by default.
        refresh_url: The auth service's ``/auth/refresh``, for sessions whose refresh has no room
            in a response of this application.  Default: None, they sign in.
        budget: Of the response's head; None (the default) for no limit.
        pages: What users see in place of the application's pages.
        open_check: How often the sessions of open connections are judged again; by default
            OPEN_CHECK.
        shadow: Where this guard only observes: doors call it in place of ``check``, and pass every
            request on unchanged.  *browser_guard* must be one that predicts.  None (the default)
            for a guard that enforces.
    """

    _guard: BrowserGuard = attrs.field(alias="browser_guard")
    _signin_url: ServiceUrl
    _app_url: ServiceUrl
    _public_paths: Iterable[str] = ()
    _prefetch: Callable[[], None] | None = None
    _warm_up: Callable[[], None] | None = None
    _requirements: tuple[Requirement, ...] = ()
    telemetry: Telemetry = attrs.field(
        default=attrs.Factory(lambda self: _telemetry_of(self._guard), takes_self=True)
    )
    _mounted_at: str = ""
    _preflight_origins: Iterable[str] = ()
    _refresh_url: ServiceUrl | None = None
    _budget: ResponseBudget | None = None
    _pages: DenialPages = attrs.field(factory=DenialPages)
    open_check: timedelta = OPEN_CHECK
    shadow: Shadow | None = None
    _denials: Denials = attrs.field(
        init=False,
        default=attrs.Factory(
            lambda self: Denials(
                self._signin_url,
                self._app_url,
                self._mounted_at,
                self._pages,
                self._refresh_url or self._signin_url,
                self._budget,
            ),
            takes_self=True,
        ),
    )
    _cross_origin: CrossOrigin = attrs.field(
        init=False,
        default=attrs.Factory(lambda self: CrossOrigin(self._preflight_origins), takes_self=True),
    )
    _public: PublicPaths = attrs.field(
        init=False,
        default=attrs.Factory(lambda self: PublicPaths(self._public_paths), takes_self=True),
    )

    def prefetch(self) -> None:
        """
        Start to fetch the keys without waiting, so that the first request need not wait.

        Call it after the process forked: the child does not continue a fetch.
        """
        if self._prefetch:
            self._prefetch()

    def warm_up(self) -> None:
        """
        Fetch the keys and wait for them, two seconds at most.  For the fork hook of a server.

        Never raises: after a failed fetch the first request with a session tries again.
        """
        if self._warm_up:
            with suppress(UnavailableError):
                self._warm_up()

    def check(self, request: GuardedRequest) -> Allow | Deny:
        """
        Allow or deny *request*.  May wait for the network.

        Allow without a user means a public path.
        """
        with correlate(request.request_id):
            return self._check(request)

    def _check(self, request: GuardedRequest) -> Allow | Deny:
        if answer := self._cross_origin.preflight(request):
            return Deny(*answer)
        try:
            browser = self._guard.decide(request.cookies)
        except (SessionTooLargeError, UnavailableError) as error:
            return self.answer_without_decision(request, error)
        return self._answer(request, browser)

    def check_from_cache(self, request: GuardedRequest) -> Allow | Deny | None:
        """Allow or deny without network and waiting; None where the decision takes either."""
        with correlate(request.request_id):
            return self._check_from_cache(request)

    def _check_from_cache(self, request: GuardedRequest) -> Allow | Deny | None:
        if answer := self._cross_origin.preflight(request):
            return Deny(*answer)
        try:
            browser = self._guard.decide_from_cache(request.cookies)
        except SessionTooLargeError as error:
            return self.answer_without_decision(request, error)
        return self._answer(request, browser) if browser else None

    @property
    def clock(self) -> Clock:
        """The clock by which sessions are judged."""
        return self._guard.guard.clock

    def is_still_open(self, opened: OpenedSession) -> bool:
        """
        Whether the session of an open connection still admits its user.  May wait for the network.

        Raises:
            UnavailableError: No decision is possible now.
        """
        return not isinstance(self._guard.open_sessions.judge(opened), SignInRequired)

    def is_still_open_from_cache(self, opened: OpenedSession) -> bool | None:
        """Decide like ``is_still_open``; None where the decision takes the network."""
        decision = self._guard.open_sessions.judge_from_cache(opened)
        return None if decision is None else not isinstance(decision, SignInRequired)

    def deny_late(self, request: GuardedRequest, error: UnavailableError | None) -> Deny:
        """Answer a request whose session ended before its response began, or cannot be judged."""
        if error is not None:
            return self.deny_outage(request, error)
        return self._readable(request, self._denials.sign_in(request, _ENDED.reason, ()))

    def deny_outage(self, request: GuardedRequest, error: UnavailableError) -> Deny:
        """Answer *request* with 503, whether its path is public or not."""
        return self._readable(request, self._denials.outage(request, error))

    def _answer(self, request: GuardedRequest, browser: BrowserDecision) -> Allow | Deny:
        decision, cookies = browser.decision, browser.cookies
        if not isinstance(decision, SignInRequired):
            allow = Allow(decision.user, cookies, browser.opened, decision.reason)
            if self._requirements and not self.is_public(request):
                return self.check_user(request, allow)
            return allow
        if self.is_public(request):
            return Allow(None, cookies)
        denial = self._denials.sign_in(
            request, decision.reason, cookies, renews_elsewhere=browser.renews_elsewhere
        )
        return self._readable(request, denial)

    def answer_without_decision(
        self, request: GuardedRequest, error: SessionTooLargeError | UnavailableError
    ) -> Allow | Deny:
        """Allow public paths; otherwise answer with the reason, or with Retry-After."""
        if self.is_public(request):
            return Allow(None)
        if isinstance(error, UnavailableError):
            return self.deny_outage(request, error)
        return self._readable(request, self._denials.too_large(request, error))

    def for_everything(self) -> "RequestGuard":
        """Return a guard without public paths, for single routes."""
        return attrs.evolve(self, public_paths=())

    def require_group(
        self, *names: str, any_of: bool = False, among: Among = "groups"
    ) -> "RequestGuard":
        """
        Return a guard that also requires groups, or roles; others get 403 and no redirect.

        See Requirement for the arguments and the ConfigurationError.
        """
        added = requirement(*names, any_of=any_of, among=among)
        return attrs.evolve(self, requirements=(*self._requirements, added))

    def check_user(
        self, request: GuardedRequest, allow: Allow, *requirements: Requirement
    ) -> Allow | Deny:
        """Deny *request* where its user lacks what this guard and *requirements* need."""
        if allow.user is None:
            return self._readable(
                request, self._denials.sign_in(request, "no_session", allow.cookies)
            )
        refusal = self._user_check.refusal(allow.user, (*self._requirements, *requirements))
        if refusal is None:
            return allow
        return self._readable(request, self._denials.forbidden(request, refusal, allow.cookies))

    def refuse_user(self, request: GuardedRequest, user: User, error: RejectedError) -> Deny:
        """Deny *request* because of *error* about its signed-in *user*: 403, no redirect."""
        return self._readable(
            request, self._denials.forbidden(request, self._user_check.refuse(user, error), ())
        )

    @property
    def _user_check(self) -> UserCheck:
        audit = UNRECORDED if self.shadow else self.telemetry.audit
        return UserCheck(audit=audit, counter=self._guard.counter)

    def without_requirements(self) -> "RequestGuard":
        """Return a guard that requires no groups and roles."""
        return attrs.evolve(self, requirements=())

    def sign_in(self, request: GuardedRequest) -> Deny:
        """Ask for a sign-in: as for *request* without a session."""
        return self._denials.sign_in(request, "no_session", ())

    @property
    def signout_url(self) -> str:
        """The auth service's ``/auth/signout``, beside its sign-in."""
        return f"{self._signin_url.rpartition('/')[0]}/signout"

    @property
    def requires_groups(self) -> bool:
        """Whether a signed-in user may be refused."""
        return bool(self._requirements)

    def _readable(self, request: GuardedRequest, denial: Deny) -> Deny:
        """Let scripts of the configured origins read why they were denied."""
        added = self._cross_origin.headers(request)
        if not added:
            return denial
        return attrs.evolve(denial, headers=combine_vary((*denial.headers, *added)))

    def is_public(self, request: GuardedRequest) -> bool:
        """Whether *request* needs no sign-in."""
        path = request.path_below(self._mounted_at)
        return path is not None and self._public.cover(path, raw_path=request.raw_path)


def _telemetry_of(guard: BrowserGuard) -> Telemetry:
    counter = guard.counter
    if isinstance(counter, ProcessDecisionCounter):
        return Telemetry(counter=counter)
    return Telemetry()  # an application's own counter keeps its numbers itself
