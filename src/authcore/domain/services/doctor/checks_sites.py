"""Checks of what answers over HTTP: the pool's keys, the clock and the auth service."""

import json
from collections.abc import Iterator
from datetime import timedelta
from typing import Any, Final
from urllib.parse import parse_qs

from authcore.domain.model.checks import Check
from authcore.domain.model.deployment import Deployment, NothingToAskError
from authcore.domain.model.surroundings import SiteAnswer


PUBLISHED_KEYS: Final = 2
"""One signs ID tokens, one access tokens."""

DATE_RESOLUTION: Final = timedelta(seconds=2)
"""A ``Date`` header has whole seconds, and servers update it once a second."""

READY: Final = "readiness of the auth service"
SESSION: Final = "session of the auth service"
SIGN_IN: Final = "sign-in of the auth service"
LONG_SIGN_IN: Final = "sign-in of the auth service with a long target"
LARGE_SESSION: Final = "session of the auth service with cookies"
APP: Final = "guarded application"
LARGE_APP: Final = "guarded application with cookies"

TYPICAL_COOKIES: Final = 4_600
"""
Bytes of the cookies of a sealed session: Cognito's tokens of 4.2 kB.

See: docs/operating.md, "Size of responses".
"""

LONG_TARGET: Final = 2_000
LONG_HINT: Final = 250
"""Characters of target and hint that make a head of more than 4 kB, nginx's default buffer."""


def key_ids(body: bytes) -> tuple[str, ...]:
    """Return the ids of the RSA keys in a key set; none where *body* is no key set."""
    try:
        found: Any = json.loads(body)
    except (ValueError, RecursionError):
        return ()
    keys = found.get("keys") if isinstance(found, dict) else None
    listed = [key for key in keys if isinstance(key, dict)] if isinstance(keys, list) else []
    usable = [key for key in listed if key.get("kty") == "RSA" and isinstance(key.get("kid"), str)]
    return tuple(key["kid"] for key in usable)


def _no_keys(facts: Deployment) -> Iterator[str]:
    answer = facts.keys.get()
    found = key_ids(answer.body) if answer.status == 200 else ()
    if answer.status != 200:
        yield f"{facts.plan.jwks_url} answers {answer.status}"
    elif len(set(found)) < PUBLISHED_KEYS:
        yield f"{facts.plan.jwks_url} has {len(set(found))} keys, not {PUBLISHED_KEYS}"


def _wrong_clock(facts: Deployment) -> Iterator[str]:
    answer = facts.keys.get()
    if answer.dated is None or answer.header("age") not in ("", "0"):
        raise NothingToAskError  # a cache has kept the answer, and its date
    room = facts.plan.leeway + DATE_RESOLUTION
    if not answer.asked_at - room <= answer.dated <= answer.answered_at + room:
        ahead = int((answer.asked_at - answer.dated).total_seconds())
        yield f"the clock of this machine is {abs(ahead)} s {'ahead' if ahead > 0 else 'behind'}"


def answer_of(facts: Deployment, name: str) -> SiteAnswer:
    """
    Return the answer to the question *name*.

    Raises:
        NothingToAskError: The settings name no such site.

        UnreadPartError: It gave no answer.
    """
    return facts.ask(facts.sites.get(name))


def _not_ready(facts: Deployment) -> Iterator[str]:
    answer = answer_of(facts, READY)
    if answer.status != 200:
        yield f"/readyz answers {answer.status}"


def _admits_anybody(facts: Deployment) -> Iterator[str]:
    answer = answer_of(facts, SESSION)
    if answer.status != 401:
        yield f"/auth/session answers {answer.status} without a session, not 401"


def _may_be_stored(facts: Deployment) -> Iterator[str]:
    answer = answer_of(facts, SESSION)
    if "no-store" not in answer.header("cache-control"):
        yield "an answer of /auth/session does not forbid that it is stored"


def _leads_elsewhere(facts: Deployment) -> Iterator[str]:
    answer, sign_in = answer_of(facts, SIGN_IN), facts.sign_in
    url, _, query = answer.header("location").partition("?")
    asked = parse_qs(query)
    if answer.status not in (302, 303):
        yield f"/auth/signin answers {answer.status}, not a redirect"
    elif url.startswith(f"{sign_in.domain_url}/"):
        if asked.get("client_id") != [facts.plan.client_id]:
            yield "/auth/signin leads to another app client"
        if asked.get("redirect_uri") != [sign_in.callback_url]:
            yield "/auth/signin has another callback URL"
    elif sign_in.password_flow is None or "/auth/password" not in url:
        yield "/auth/signin does not lead to the domain of the pool"


CHECKS: Final = (
    Check(
        id="keys_published",
        question="Are the pool's keys where they are looked up?",
        severity="high",
        why="No token can be verified.",
        mend="remove AUTHCORE_COGNITO_JWKS_URL, or correct it; curl <URL>",
        anchor="operating.md#issuers-regions-and-a-replica",
        examine=_no_keys,
    ),
    Check(
        id="clock",
        question="Does the clock of this machine agree with Cognito's?",
        severity="high",
        why="Tokens count as expired, or as issued in the future.",
        mend="chronyc makestep, or timedatectl set-ntp true",
        anchor="operating.md#settings",
        examine=_wrong_clock,
    ),
    Check(
        id="auth_service_ready",
        question="Is the auth service ready?",
        severity="high",
        why="It cannot verify tokens.",
        mend="look at its log, and run authcore config check with its settings",
        anchor="operating.md#health",
        examine=_not_ready,
    ),
    Check(
        id="session_refused",
        question="Does the auth service refuse a browser without a session?",
        severity="critical",
        why="Something in front of it answers for it, or answers with a stored answer.",
        mend="let the proxy pass /auth/ to the auth service and store none of its answers: "
        "deploy/nginx, deploy/caddy, deploy/haproxy and deploy/envoy do",
        anchor="operating.md#in-front-of-any-application",
        examine=_admits_anybody,
    ),
    Check(
        id="session_not_stored",
        question="Do answers about sessions forbid that they are stored?",
        severity="critical",
        why="A proxy or browser shows one user the session of another.",
        mend="let the proxy keep Cache-Control of the auth service's answers",
        anchor="operating.md#in-front-of-any-application",
        examine=_may_be_stored,
    ),
    Check(
        id="sign_in_leads_to_pool",
        question="Does the auth service's sign-in lead to this pool?",
        severity="high",
        why="It runs with other settings than these, or another program answers.",
        mend="run the auth service with these settings; curl -i <auth service>/auth/signin",
        anchor="operating.md#routes-of-the-auth-service",
        examine=_leads_elsewhere,
    ),
)
