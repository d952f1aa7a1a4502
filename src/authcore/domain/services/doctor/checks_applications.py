"""Checks of the guarded application, of the proxies in front of it, and of the cookies' domain."""

from collections.abc import Iterator
from typing import Final

from authcore.domain.model.checks import Check
from authcore.domain.model.deployment import Deployment, NothingToAskError, each_read
from authcore.domain.model.domains import covers
from authcore.domain.model.response_budget import RESERVED
from authcore.domain.model.surroundings import OBSERVE
from authcore.domain.model.urls import ServiceUrl, host_of
from authcore.domain.services.doctor.checks_sites import (
    APP,
    LARGE_APP,
    LARGE_SESSION,
    LONG_SIGN_IN,
    SESSION,
    SIGN_IN,
    TYPICAL_COOKIES,
    answer_of,
)


SIGN_IN_PATH: Final = "/auth/signin"


def _small_response_heads(facts: Deployment) -> Iterator[str]:
    usual, long = answer_of(facts, SIGN_IN), facts.probes.get(LONG_SIGN_IN)
    if long is None or usual.status not in (302, 303):
        raise NothingToAskError
    if not long.is_read:
        yield f"the head of a long sign-in does not arrive: {long.failure}"
    elif long.get().status != usual.status:
        yield f"the head of a long sign-in ends in {long.get().status}"


def _small_budget(facts: Deployment) -> Iterator[str]:
    budget = facts.guard.response_budget
    if budget is None:
        raise NothingToAskError
    if budget < TYPICAL_COOKIES + RESERVED:
        yield f"AUTHCORE_GUARD_RESPONSE_BUDGET {budget} has no room for a usual session"


def _small_request_heads(facts: Deployment) -> Iterator[str]:
    if not facts.probes:
        raise NothingToAskError
    asked = {SESSION: LARGE_SESSION, APP: LARGE_APP}
    for name, usual in each_read(
        (name, facts.sites[name]) for name, large in asked.items() if large in facts.probes
    ):
        large = facts.probes[asked[name]]
        answer = large.get().status if large.is_read else large.failure
        if answer != usual.status:
            yield f"{name}: {TYPICAL_COOKIES} bytes of cookies end in {answer}"


def _broken_app(facts: Deployment) -> Iterator[str]:
    answer = answer_of(facts, APP)
    if answer.status >= 500:
        yield f"{facts.guard.app_url} answers {answer.status}"


def _unguarded_app(facts: Deployment) -> Iterator[str]:
    answer, guard = answer_of(facts, APP), facts.guard
    if guard.has_public_root or answer.status >= 500:
        raise NothingToAskError
    leads = answer.header("location").partition("?")[0]
    if leads.startswith((f"{guard.app_url}/", "/")):
        raise NothingToAskError  # e.g. to the page of a language
    if answer.status not in (302, 303, 307, 401) or (leads and leads != guard.signin_url):
        yield f"{guard.app_url} answers {answer.status} without a session, not the sign-in"


def _hosts_outside(facts: Deployment) -> Iterator[str]:
    cookie, sign_in, guard = facts.cookie, facts.plan.sign_in, facts.plan.guard
    urls: tuple[ServiceUrl | None, ...] = (
        sign_in.callback_url if sign_in else None,
        guard.app_url if guard else None,
        guard.signin_url if guard else None,
    )
    for host in sorted({host_of(url) for url in urls if url}):
        if not covers(cookie.domain, host):
            yield f"AUTHCORE_COOKIE_DOMAIN {cookie.domain} does not cover {host}"


def _public_suffix(facts: Deployment) -> Iterator[str]:
    if facts.cookie.is_public_suffix:
        yield f"AUTHCORE_COOKIE_DOMAIN {facts.cookie.domain} is a public suffix"


def _watching_guard(facts: Deployment) -> Iterator[str]:
    if facts.guard.observes:
        yield f"AUTHCORE_GUARD_MODE is {OBSERVE}: the guard refuses no request"


def _another_sign_in(facts: Deployment) -> Iterator[str]:
    wanted = facts.sign_in.callback_url.removesuffix("/callback")
    found = facts.guard.signin_url
    if not found.endswith(SIGN_IN_PATH):
        raise NothingToAskError  # a page of the team's own
    if found != wanted:
        yield f"AUTHCORE_GUARD_SIGNIN_URL is {found}, and the auth service's is {wanted}"


def _no_way_back(facts: Deployment) -> Iterator[str]:
    if facts.plan.sign_in is None:
        raise NothingToAskError
    if not facts.guard.is_returned_to:
        yield f"AUTHCORE_SIGN_IN_REDIRECTS does not admit {facts.guard.app_url}"


CHECKS: Final = (
    Check(
        id="response_heads_pass",
        question="Do proxies pass the large heads of the auth service's responses?",
        severity="high",
        why="A sign-in or a refresh ends in 502, again and again.",
        mend="nginx: include deploy/nginx/authcore/public.conf, or set proxy_buffer_size 32k and "
        "proxy_buffers 4 32k; or AUTHCORE_COOKIE_FORMAT=stored",
        anchor="operating.md#size-of-responses",
        examine=_small_response_heads,
    ),
    Check(
        id="response_budget",
        question="Does the budget of the application's responses have room for a usual session?",
        severity="low",
        why="Each refresh then costs a redirect to the auth service, and scripts get a 401.",
        mend="raise proxy_buffer_size of the proxy and AUTHCORE_GUARD_RESPONSE_BUDGET to 16384, or "
        "set AUTHCORE_COOKIE_FORMAT=stored",
        anchor="operating.md#size-of-responses",
        examine=_small_budget,
    ),
    Check(
        id="request_heads_pass",
        question="Do proxies and servers take requests with the cookies of a session?",
        severity="high",
        why="Every request of a signed-in user ends in 400 or 431.",
        mend="nginx: large_client_header_buffers 4 32k; uWSGI: buffer-size = 32768; or "
        "AUTHCORE_COOKIE_FORMAT=stored",
        anchor="operating.md#size-of-responses",
        examine=_small_request_heads,
    ),
    Check(
        id="application_answers",
        question="Does the guarded application answer?",
        severity="high",
        why="Users see an error in place of the application.",
        mend="look at its log; curl -i {app}",
        anchor="operating.md#in-front-of-any-application",
        examine=_broken_app,
    ),
    Check(
        id="application_guarded",
        question="Does the guarded application send browsers without a session to the sign-in?",
        severity="critical",
        why="Every browser is admitted without a session, or users never reach the sign-in.",
        mend="put the guard around the whole application, and set AUTHCORE_GUARD_SIGNIN_URL",
        anchor="embedding.md",
        examine=_unguarded_app,
    ),
    Check(
        id="guard_observes",
        question="Does the guard of the application refuse requests, and not only watch?",
        severity="critical",
        why="Every request passes, with and without a session.",
        mend="remove AUTHCORE_GUARD_MODE, or set it to enforce, and start the application again",
        anchor="shadow.md#switching-it-on",
        examine=_watching_guard,
    ),
    Check(
        id="application_signs_in_here",
        question="Does the guarded application send browsers to this auth service?",
        severity="high",
        why="Users sign in at another auth service, or find no page.",
        mend="set AUTHCORE_GUARD_SIGNIN_URL to the auth service's /auth/signin",
        anchor="embedding.md",
        examine=_another_sign_in,
    ),
    Check(
        id="application_returned_to",
        question="May the auth service send browsers back to the guarded application?",
        severity="high",
        why="Every sign-in that the application begins is refused.",
        mend="add {app} to AUTHCORE_SIGN_IN_REDIRECTS",
        anchor="operating.md#settings",
        examine=_no_way_back,
    ),
    Check(
        id="cookie_domain_covers",
        question="Does the cookie domain cover the auth service and the application?",
        severity="high",
        why="Browsers do not send the session to the one that it leaves out.",
        mend="set AUTHCORE_COOKIE_DOMAIN to the domain that both hosts share",
        anchor="operating.md#changing-the-cookie-domain",
        examine=_hosts_outside,
    ),
    Check(
        id="cookie_domain_owned",
        question="Does the cookie domain belong to one owner?",
        severity="critical",
        why="Browsers refuse cookies of a public suffix; else strangers there would get them.",
        mend="set AUTHCORE_COOKIE_DOMAIN to a domain of your own",
        anchor="operating.md#changing-the-cookie-domain",
        examine=_public_suffix,
    ),
)
