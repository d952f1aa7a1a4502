"""``/auth/check``: whether a proxy may forward a request, and whose it is."""

from collections.abc import Iterable, Mapping
from typing import Final
from zlib import crc32

import attrs
from starlette.requests import Request
from starlette.responses import Response

from authcore.adapters.worker_threads import WorkerThreads
from authcore.domain.errors import RejectedError, UnavailableError
from authcore.domain.model.groups import Requirement
from authcore.domain.model.session_decision import SignInRequired
from authcore.domain.services.sessions.browser_guard import BrowserDecision, BrowserGuard
from authcore.domain.services.sessions.user_check import UserCheck
from authcore_web.request.headers import is_cross_site, is_navigation
from authcore_web.response.check_answers import CheckAnswers
from authcore_web.response.errors import ErrorResponses
from authcore_web.response.plain import with_cookies
from authcore_web.response.user import identity_headers
from authcore_web.routes.session import decide


MAX_COPIED_COOKIES: Final = 8
"""How many ``Set-Cookie`` values are copied to separate headers."""


@attrs.frozen(kw_only=True, eq=False, repr=False)
class CheckRoutes:
    """
    Tell proxies which requests to forward.

    Attributes:
        browser_guard: Decides; in a thread where that may wait.
        user_check: Refuses users who lack *requirements*.
        requirements: Groups and roles that every user needs; none by default.
        error_responses: Answers refusals and outages.
        threads: For *browser_guard*.
        answers: To requests that must not be forwarded.
    """

    _browser_guard: BrowserGuard
    _user_check: UserCheck
    _requirements: tuple[Requirement, ...] = ()
    _error_responses: ErrorResponses
    _threads: WorkerThreads
    _answers: CheckAnswers

    async def check(self, request: Request) -> Response:
        """
        200 and the user in headers, 401 and where to sign in, 403, or 503.

        Where proxies pass answers on, browsers get redirects and pages, see CheckAnswers.

        The proxy passes on the browser's ``Sec-Fetch-*`` headers: following a link from another
        site refreshes the session, an embedded picture there does not.
        """
        can_renew = can_renew_for(request)
        try:
            decided = await decide(self._browser_guard, self._threads, request, can_renew=can_renew)
        except (RejectedError, UnavailableError) as error:
            for_programs = self._error_responses.of(error, request, action="session.check")
            return self._answers.without_decision(request, error, for_programs)
        return self.respond(request, decided)

    def respond(self, request: Request, decided: BrowserDecision) -> Response:
        """Answer *request* as it was *decided*."""
        cookies = _limit(decided.cookies)
        decision = decided.decision
        if isinstance(decision, SignInRequired):
            response = self._answers.sign_in(request, decision.reason)
        elif refusal := self._user_check.refusal(decision.user, self._requirements):
            response = self._answers.forbidden(request, refusal)
        else:
            response = Response(headers=identity_headers(decision.user))
        response.headers.update(_copies(cookies))
        return with_cookies(response, cookies)


def can_renew_for(request: Request) -> bool:
    """Whether *request* may refresh a session: not where another site caused it."""
    return is_navigation(request) or not is_cross_site(request)


def _limit(cookies: Iterable[str]) -> tuple[str, ...]:
    """
    Return at most MAX_COPIED_COOKIES of *cookies*, those with a value before those that delete.

    A session sets five at most.  The deletions that are left out come with next responses: the
    browser sends again what was not deleted.  Those of one domain stay together, as far as they
    fit, since a part of a former session is worse than all of it; each refresh begins with another
    domain.
    """
    given = tuple(cookies)
    kept = [each for each in given if "; Max-Age=0;" not in each]
    deletions = [each for each in given if "; Max-Age=0;" in each]
    domains = dict.fromkeys(each.partition(";")[2] for each in deletions)
    groups = [
        [each for each in deletions if each.partition(";")[2] == domain] for domain in domains
    ]
    first = crc32(kept[0].encode()) % len(groups) if kept and groups else 0
    room = MAX_COPIED_COOKIES - len(kept)
    chosen: list[str] = []
    for group in (*groups[first:], *groups[:first]):
        chosen += group if len(chosen) + len(group) <= room else ()
    return (*kept, *(chosen or deletions[: max(room, 0)]))[:MAX_COPIED_COOKIES]


def _copies(cookies: Iterable[str]) -> Mapping[str, str]:
    """Copy *cookies* for proxies that pass on only headers with one value (nginx)."""
    return {f"x-auth-set-cookie-{number}": value for number, value in enumerate(cookies)}
