"""The authorizer lets somebody through, or nobody; where nobody can say, it fails."""

from typing import Any

import attrs
import pytest

from authcore.domain.errors import UnavailableError
from authcore.domain.model.tokens import TokenSet
from authcore.domain.services.sessions.browser_guard import BrowserGuard
from authcore.domain.services.sessions.user_check import UserCheck
from authcore.testing.fakes.audit import InMemoryAuditLog
from authcore.testing.mint.token_mint import DEFAULT_SUBJECT
from authcore_lambda import authorizer
from authcore_lambda.authorizer import Authorizer, NotConfiguredError, UnauthorizedError
from doors.situations import SITUATIONS, Observed, Situation
from doors.world import DoorWorld
from support.gateway_events import API, rest_request, rest_token, simple_request
from unit.session_world import ACCOUNT, HOUR


@pytest.fixture
def world() -> DoorWorld:
    return DoorWorld()


def authorizer_of(world: DoorWorld, answers: str = "simple", reads: str = "either") -> Authorizer:
    guard = world.session_guard()
    return Authorizer(
        guard=BrowserGuard(guard=guard, jar=world.jar, counter=world.counter),
        validator=world.validator,
        revocations=world.revocations,
        answers=answers,
        reads=reads,
        user_check=UserCheck(audit=InMemoryAuditLog(), counter=world.counter),
    )


def observed(door: Authorizer, event: dict[str, Any]) -> Observed:
    """What API Gateway makes of the answer, in the words of the situations."""
    try:
        answer = door(event, None)
    except UnauthorizedError:
        return Observed("sign in", "")
    except UnavailableError as error:
        return Observed("later", error.code)
    context = answer["context"]
    allowed = answer.get("isAuthorized")
    if allowed is None:
        [statement] = answer["policyDocument"]["Statement"]
        allowed = statement["Effect"] == "Allow"
    if allowed:
        return Observed("in", f"{context.get('legacy_uid')} {context['login']}")
    reason = context["reason"]
    return Observed("too large" if reason == "session_too_large" else "sign in", reason)


def through_an_authorizer(expected: Observed) -> Observed:
    """An authorizer sets no cookies, and so renews nothing: what is over is over."""
    return attrs.evolve(expected, cookies="left")


EXPIRED = Observed("sign in", "token_expired")
NEEDS_COOKIES = {
    "due, provider refuses": Observed("in", "4711 cognito"),
    "expired": EXPIRED,
    "expired, provider refuses": EXPIRED,
    "expired, provider down": EXPIRED,
}


def expectation(situation: Situation) -> Observed:
    return NEEDS_COOKIES.get(situation.name) or through_an_authorizer(situation.expected)


@pytest.mark.parametrize("answers", ["simple", "policy"])
@pytest.mark.parametrize("situation", SITUATIONS, ids=str)
def test_an_http_api_decides_as_every_door(
    world: DoorWorld, situation: Situation, answers: str
) -> None:
    # RF-08, CK-05, CK-07, DL-02
    header = situation.prepare(world)

    assert observed(authorizer_of(world, answers), simple_request(cookies=header)) == expectation(
        situation
    )


@pytest.mark.parametrize("situation", SITUATIONS, ids=str)
def test_a_rest_api_decides_as_every_door(world: DoorWorld, situation: Situation) -> None:
    header = situation.prepare(world)
    expected = expectation(situation)
    if expected.outcome in ("sign in", "too large"):
        expected = Observed("sign in", "")

    assert observed(authorizer_of(world), rest_request(cookies=header)) == expected


def bearer_events(shown: str) -> list[dict[str, Any]]:
    header = [("Authorization", shown)]
    return [simple_request(headers=header), rest_request(headers=header), rest_token(shown)]


def access_token(tokens: TokenSet) -> str:
    return tokens.access_token


@pytest.mark.parametrize("prefix", ["Bearer ", "bearer ", ""])
def test_an_access_token_opens_every_kind_of_api(world: DoorWorld, prefix: str) -> None:
    shown = prefix + world.sign_in(scope="openid orders/read").access_token

    for event in bearer_events(shown):
        answer = authorizer_of(world)(event, None)
        assert answer["context"]["subject"] == DEFAULT_SUBJECT
        assert answer["context"]["scope"] == "openid orders/read"


def test_what_is_no_access_token_of_this_client_opens_none(world: DoorWorld) -> None:
    # TV-09
    tokens = world.sign_in()
    expired = world.mint.access(exp=int((world.now - HOUR).timestamp()))
    for shown in (tokens.id_token, expired, world.mint.access(client_id="x"), "Basic eDp5", "x"):
        for event in bearer_events(f"Bearer {shown}"):
            assert observed(authorizer_of(world), event).outcome == "sign in"


def test_a_revoked_token_opens_none(world: DoorWorld) -> None:
    # RF-08
    shown = f"Bearer {world.sign_in().access_token}"
    world.revocations.revoke_session("sign-in-1", until=world.now + HOUR)

    for event in bearer_events(shown):
        assert observed(authorizer_of(world), event).outcome == "sign in"


def test_a_token_that_is_shown_counts_and_cookies_beside_it_do_not(world: DoorWorld) -> None:
    cookies = world.cookies(world.sign_in())

    event = simple_request(headers=[("authorization", "Bearer x")], cookies=cookies)

    assert observed(authorizer_of(world), event).outcome == "sign in"


def test_a_policy_is_for_the_whole_stage(world: DoorWorld) -> None:
    """API Gateway uses a cached policy for every method of the same caller."""
    shown = f"Bearer {world.sign_in().access_token}"

    answer = authorizer_of(world)(rest_token(shown), None)

    [statement] = answer["policyDocument"]["Statement"]
    assert answer["policyDocument"]["Version"] == "2012-10-17"
    assert statement == {
        "Action": "execute-api:Invoke",
        "Effect": "Allow",
        "Resource": f"{API}/prod/*",
    }
    assert answer["principalId"] == DEFAULT_SUBJECT


def test_everything_an_application_learns_is_text(world: DoorWorld) -> None:
    """A REST API answers 500 if a context holds anything but texts, numbers and booleans."""
    header = world.legacy.open(ACCOUNT)
    for event in (
        rest_request(cookies=header),
        rest_token(f"Bearer {world.sign_in().access_token}"),
    ):
        context = authorizer_of(world)(event, None)["context"]
        assert all(isinstance(value, str) and value for value in context.values())


@pytest.mark.parametrize("event", [{}, {"type": "TOKEN"}, {"headers": []}, {"version": "2.0"}])
def test_an_event_that_says_nothing_lets_nobody_through(
    world: DoorWorld, event: dict[str, Any]
) -> None:
    assert observed(authorizer_of(world), event).outcome == "sign in"


def test_a_function_whose_settings_cannot_work_answers_nothing(
    caplog: pytest.LogCaptureFixture,
) -> None:
    with pytest.raises(NotConfiguredError):
        authorizer.handler(simple_request(), None)
    assert "AUTHCORE_COGNITO_USER_POOL_ID" in caplog.text


class Gateway:
    """An API that remembers by one header, as API Gateway does with a TTL."""

    def __init__(self, door: Authorizer, header: str, *, is_http_api: bool) -> None:
        self._door = door
        self._header = header
        self._is_http_api = is_http_api
        self._answers: dict[str, Observed] = {}

    def ask(self, *, bearer: str = "", cookies: str = "") -> Observed:
        shown = {"authorization": bearer, "cookie": cookies}
        source = shown[self._header]
        if not source:
            return Observed("sign in", "")
        headers = [("Authorization", bearer)] if bearer else []
        make = simple_request if self._is_http_api else rest_request
        event = make(headers=headers, cookies=cookies)
        if self._is_http_api:
            event["identitySource"] = [source]
        if source not in self._answers:
            self._answers[source] = observed(self._door, event)
        return self._answers[source]


@pytest.mark.parametrize(
    ("header", "is_http_api", "reads"),
    [
        ("cookie", True, "either"),
        ("cookie", True, "cookie"),
        ("cookie", False, "cookie"),
        ("authorization", True, "either"),
        ("authorization", True, "authorization"),
        ("authorization", False, "either"),
        ("authorization", False, "authorization"),
    ],
)
def test_an_answer_that_is_remembered_is_about_what_it_is_remembered_by(
    world: DoorWorld, header: str, reads: str, *, is_http_api: bool
) -> None:
    """One caller's header must not open anything for another who shares the other one."""
    tokens = world.sign_in()
    good = {"bearer": f"Bearer {tokens.access_token}", "cookies": world.cookies(tokens)}
    bad = {"bearer": "Bearer x", "cookies": "theme=dark"}
    name, other = ("cookies", "bearer") if header == "cookie" else ("bearer", "cookies")
    gateway = Gateway(authorizer_of(world, reads=reads), header, is_http_api=is_http_api)

    for shown in (bad, good):
        mixed = {name: bad[name], other: shown[other]}
        assert gateway.ask(**mixed).outcome == "sign in"
    for shown in (good, bad):
        assert gateway.ask(**{name: good[name], other: shown[other]}).outcome == "in"


def test_what_is_not_to_be_read_opens_nothing(world: DoorWorld) -> None:
    tokens = world.sign_in()
    bearer = [("Authorization", tokens.access_token)]
    cookies = world.cookies(tokens)
    for make in (simple_request, rest_request):
        by_cookie = authorizer_of(world, reads="cookie")
        assert observed(by_cookie, make(headers=bearer)).outcome == "sign in"
        assert observed(by_cookie, make(headers=bearer, cookies=cookies)).outcome == "in"
        by_token = authorizer_of(world, reads="authorization")
        assert observed(by_token, make(cookies=cookies)).outcome == "sign in"
