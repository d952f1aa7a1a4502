"""Browsers with live sessions at a local stack, and what they say of each answer."""

import base64
import json
import threading
from collections import Counter
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Final, Literal

import attrs

from authcore.adapters.http import HttpAnswer, HttpClient
from authcore.domain.model.link_proofs import LinkProofs
from authcore.domain.model.tokens import RefreshToken, TokenSet
from authcore.domain.model.usernames import LEGACY_LINKED, LEGACY_UID
from authcore.domain.services.sessions.refresh_policy import FRESH_PART
from authcore.ports.cookies import SessionJar
from authcore.testing.browser import BrowserCookies
from authcore_local.addresses import AUTH_HOST, CMS_HOST, LOOPBACK, POOL_ID
from authcore_local.cognito.user_pool.users import PoolUser
from authcore_local.stack import LocalStack
from authcore_web.container import web_container


WITHIN: Final = timedelta(seconds=30)
"""Of one request: longer than the deadlines that it meets."""

MAX_BYTES: Final = 65_536

LEEWAY: Final = 10
"""Seconds for which an expired token still counts: the default of AUTHCORE_COGNITO_LEEWAY."""

CMS: Final = "/api/me"
SESSION: Final = "/auth/session"
CHECK: Final = "/auth/check"
DOORS: Final = (CMS, SESSION, CHECK)
"""Paths: of an application behind its guard, and of the auth service for programs and proxies."""

FRESH: Final = "fresh"
POSTPONED: Final = "due, admitted all the same"
DUE: Final = "due, refreshed"
EXPIRED: Final = "expired, refreshed"
LATER: Final = "expired, 503"
ENDED: Final = "ended with its user"
SIGNED_OUT: Final = "signed out"
WRONG_USER: Final = "another user"
WRONG_ANSWER: Final = "another answer"

ALIVE: Final = frozenset({FRESH, POSTPONED, DUE, EXPIRED})

Age = Literal["fresh", "due", "expired"]
"""Of the tokens that a browser sends; they are due in the last quarter of their lifetime."""


@attrs.define(eq=False)
class Browser:
    """
    One browser, signed in.

    Attributes:
        user: Whose session it has.
        cookies: What it stored.
        issued: ``iat`` and ``exp`` of the access token in its cookies.
        is_forgotten: Whether the pool has lost its user, and so ended its session.
        last: What came of its last request.
    """

    user: PoolUser = attrs.field(repr=False)
    cookies: BrowserCookies = attrs.field(repr=False)
    issued: tuple[int, int]
    is_forgotten: bool = False
    last: str = FRESH

    def age(self, now: datetime) -> Age:
        """Of its tokens at *now*."""
        begin, end = self.issued
        if now.timestamp() >= end + LEEWAY:
            return "expired"
        return "due" if now.timestamp() >= begin + FRESH_PART * (end - begin) else "fresh"


@attrs.frozen
class Said:
    """Which user an answer is about."""

    subject: object
    legacy_uid: object


class Crowd:
    """
    Browsers of one stack, and what came of their requests.  Safe to share between threads.

    Attributes:
        browsers: In the order of sign-in.
        outcomes: How many requests had each outcome.
        stack: Whose servers they use.
        statuses: Of WRONG_ANSWER.
    """

    def __init__(self, stack: LocalStack) -> None:
        """Use the servers of *stack*, which run."""
        self.browsers: list[Browser] = []
        self.outcomes: Counter[str] = Counter()
        self.statuses: Counter[int] = Counter()
        self.stack = stack
        self._jar = _jar_of(stack)
        self._proofs = LinkProofs(_link_keys(stack.environment), POOL_ID)
        self._http = HttpClient(within=WITHIN, max_bytes=MAX_BYTES)
        self._lock = threading.Lock()

    def close(self) -> None:
        """Close connections."""
        self._http.close()

    def sign_in(self) -> Browser:
        """A browser of a new user, linked, whom managed login signed in just now."""
        user = self._new_user(len(self.browsers))
        issued = self.stack.cognito.begin_session(user)
        tokens = TokenSet(
            issued.access_token, issued.id_token or "", RefreshToken(issued.refresh_token or "")
        )
        cookies = BrowserCookies(self.stack.clock)
        cookies.apply(self._jar.write(tokens), AUTH_HOST)
        browser = Browser(user, cookies, _times_of(issued.access_token))
        self.browsers.append(browser)
        return browser

    def _new_user(self, number: int) -> PoolUser:
        users, uid = self.stack.cognito.users, str(1_000_000 + number)
        given = {"email": f"{uid}@example.com", "email_verified": "true", LEGACY_UID: uid}
        user = users.create(f"user-{uid}", None, status="CONFIRMED", attributes=given)
        proof = self._proofs.prove_link(user.subject, uid)
        linked = {**user.attributes, LEGACY_LINKED: proof}
        return users.change(user.username, lambda known: attrs.evolve(known, attributes=linked))

    def visit(self, browser: Browser, path: str) -> str:
        """One request of *browser*; returns and counts its outcome."""
        before = browser.age(self.stack.clock.now())
        answer = self._send(browser, path)
        after = browser.age(self.stack.clock.now())
        browser.last = self._outcome(browser, path, answer, (before, after))
        with self._lock:
            self.outcomes[browser.last] += 1
            if browser.last == WRONG_ANSWER:
                self.statuses[answer.status] += 1
        return browser.last

    def _send(self, browser: Browser, path: str) -> HttpAnswer:
        ports = self.stack.addresses.ports
        host, port = (CMS_HOST, ports.cms) if path == CMS else (AUTH_HOST, ports.auth)
        headers = {
            "host": f"{host}:{port}",
            "accept": "application/json",
            "cookie": browser.cookies.header(host, path=path),
        }
        answer = self._http.request("GET", f"http://{LOOPBACK}:{port}{path}", headers=headers)
        sent = [value for name, value in answer.headers if name == "set-cookie"]
        browser.cookies.apply(sent, host, path=path)
        return answer

    def _outcome(
        self, browser: Browser, path: str, answer: HttpAnswer, ages: tuple[Age, Age]
    ) -> str:
        """*ages* of the tokens before and after the request: the decision fell in between."""
        if answer.status == 200:
            is_right = _said_by(path, answer) == Said(browser.user.subject, _uid_of(browser))
            return self._admission(browser, answer, ages) if is_right else WRONG_USER
        if answer.status in (302, 401):
            return ENDED if browser.is_forgotten else SIGNED_OUT
        if answer.status == 503 and answer.header("retry-after") and "expired" in ages:
            return LATER
        return WRONG_ANSWER

    def _admission(self, browser: Browser, answer: HttpAnswer, ages: tuple[Age, Age]) -> str:
        if answer.header("set-cookie") is None:
            kept = (FRESH, "fresh"), (POSTPONED, "due")
            return next((outcome for outcome, age in kept if age in ages), WRONG_ANSWER)
        held = self._jar.read(browser.cookies.header(AUTH_HOST))
        if held is None or ages == ("fresh", "fresh"):
            return WRONG_ANSWER
        browser.issued = _times_of(held.access_token)
        return EXPIRED if ages[0] == "expired" else DUE


def _jar_of(stack: LocalStack) -> SessionJar:
    container = web_container(stack.environment)
    container.clock.override(stack.clock)
    return container.sessions()


def _link_keys(environment: Mapping[str, str]) -> tuple[bytes, ...]:
    return tuple(base64.b64decode(key) for key in environment["AUTHCORE_LINK_PROOF_KEYS"].split())


def _uid_of(browser: Browser) -> str:
    return browser.user.attributes[LEGACY_UID]


def _said_by(path: str, answer: HttpAnswer) -> Said:
    if path == CHECK:
        return Said(answer.header("x-auth-subject"), answer.header("x-auth-legacy-uid"))
    user = json.loads(answer.body)["user"]
    return Said(user["subject"], user["legacy_uid"])


def _times_of(access_token: str) -> tuple[int, int]:
    payload = access_token.split(".")[1]
    claims = json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
    return claims["iat"], claims["exp"]
