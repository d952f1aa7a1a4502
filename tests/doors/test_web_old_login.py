"""``/auth/password/verify`` and ``/auth/password/changed``, called by the legacy system."""

import json
from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

import attrs
import pytest

from authcore.domain.errors import ConfigurationError
from authcore.domain.model.challenges import Code
from authcore.settings import load
from authcore.testing.fakes.password_authentication import Step
from authcore.testing.mint import TokenMint
from authcore_web.request.old_login_members import MAX_BODY_BYTES
from authcore_web.response.even_refusals import REFUSAL_STEP
from authcore_web.settings import WebFunctionSettings
from doors.door_world import environment_for
from doors.live_web_world import CALLER_KEY, LiveWebWorld
from doors.old_login_web_world import BEARER, CHANGED, JSON, KEY, VERIFY, OldLoginWebWorld
from unit.old_login_world import NEW, PASSWORD


BOTH = pytest.mark.parametrize("path", [VERIFY, CHANGED])


@pytest.fixture
def world() -> OldLoginWebWorld:
    return OldLoginWebWorld()


def test_a_right_password_is_right_and_of_whom_is_said(world: OldLoginWebWorld) -> None:
    answer = world.ask(VERIFY)

    assert (answer.status, answer.header("content-type")) == (200, "application/json")
    assert answer.json == {
        "verified": True,
        "legacy_uid": "4711",
        "cognito_id": world.users.anna.subject,
    }
    assert answer.all("set-cookie") == []


def test_a_form_is_read_alike(world: OldLoginWebWorld) -> None:
    form = urlencode({name: str(value) for name, value in world.members().items()}).encode()
    headers = (BEARER, ("content-type", "application/x-www-form-urlencoded"))
    assert world.ask(VERIFY, form, headers=headers).json == world.ask(VERIFY).json


def test_a_changed_password_counts_from_then_on(world: OldLoginWebWorld) -> None:
    answer = world.ask(CHANGED, world.members(password=NEW))

    assert answer.json == {
        "changed": True,
        "sessions_ended": True,
        "legacy_uid": "4711",
        "cognito_id": world.users.anna.subject,
    }
    assert world.ask(VERIFY, world.members(password=NEW)).json["verified"] is True
    assert world.ask(VERIFY).json == {"verified": False, "reason": "credentials_rejected"}


@pytest.mark.parametrize(
    "changes",
    [
        {"password": "wrong"},
        {"password": ""},
        {"password": "a" * 300},
        {"legacy_uid": "4712"},
        {"cognito_id": "sub-of-nobody"},
    ],
)
def test_no_is_no_whatever_the_cause(world: OldLoginWebWorld, changes: dict[str, str]) -> None:
    answer = world.ask(VERIFY, world.members(**changes))
    assert (answer.status, answer.text) == (
        200,
        '{"verified":false,"reason":"credentials_rejected"}',
    )


def test_a_disabled_user_gets_the_same_no(world: OldLoginWebWorld) -> None:
    world.users.pool.disable("anna")
    assert world.ask(VERIFY).json == {"verified": False, "reason": "credentials_rejected"}


@pytest.mark.parametrize(
    "changes", [{"password": "wrong"}, {"legacy_uid": "4712"}, {"cognito_id": "sub-of-nobody"}]
)
def test_every_no_comes_a_whole_number_of_seconds_after_the_request(
    world: OldLoginWebWorld, changes: dict[str, str]
) -> None:
    # MG-03
    world.ask(VERIFY)
    assert world.pause.waited == []
    began = world.clock.now()
    world.ask(VERIFY, world.members(**changes))
    assert world.pause.waited == [REFUSAL_STEP]
    assert world.clock.now() - began == REFUSAL_STEP


def test_a_second_factor_needs_the_new_login(world: OldLoginWebWorld) -> None:
    steps = [Step("SOFTWARE_TOKEN_MFA", Code("123456"))]
    world.users.cognito.enrol("anna", PASSWORD, steps=steps)
    assert world.ask(VERIFY).json == {"verified": False, "reason": "needs_new_login"}


def test_of_an_external_user_the_legacy_password_counts(world: OldLoginWebWorld) -> None:
    account = attrs.asdict(world.users.federate())
    for path, member in ((VERIFY, "verified"), (CHANGED, "changed")):
        answer = world.ask(path, world.members(**account))
        assert answer.json == {member: False, "reason": "no_pool_password"}


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"password": "short"}, "password_policy"),
        ({"legacy_uid": "4712"}, "link_taken"),
        ({"cognito_id": "sub-of-nobody"}, "account_not_found"),
    ],
)
def test_a_refused_change_says_why(
    world: OldLoginWebWorld, changes: dict[str, str], reason: str
) -> None:
    answer = world.ask(CHANGED, world.members(**changes))
    assert (answer.status, answer.json) == (200, {"changed": False, "reason": reason})


@BOTH
@pytest.mark.parametrize(
    "headers",
    [
        (),
        (("authorization", f"Bearer {CALLER_KEY}"),),
        (("authorization", f"Basic {KEY}"),),
        (("authorization", f"Bearer {KEY[:-1]}"),),
        (BEARER, BEARER),
    ],
    ids=["none", "a key of /auth/verify", "basic", "short", "twice"],
)
def test_without_a_key_of_its_own_every_request_gets_the_same_401(
    world: OldLoginWebWorld, path: str, headers: Any
) -> None:
    # VA-01
    answers = [
        world.ask(path, body, headers=(*headers, JSON))
        for body in (world.members(), world.members(password="wrong"), b"{")
    ]
    assert [answer.status for answer in answers] == [401] * 3
    assert len({answer.text for answer in answers}) == 1
    assert world.users.cognito.begun == []


@BOTH
def test_where_no_key_is_configured_there_is_no_such_path(path: str) -> None:
    answer = LiveWebWorld().visit(path, method="POST", headers=[BEARER, JSON], body=b"{}")
    assert (answer.status, answer.json["reason"]) == (404, "not_found")


def test_the_keys_of_the_old_login_open_no_other_path(world: OldLoginWebWorld) -> None:
    # VA-01
    assert world.ask("/auth/verify", {}).status == 401


Broken = Callable[[OldLoginWebWorld], bytes | dict[str, object]]


@BOTH
@pytest.mark.parametrize(
    "broken",
    [
        lambda _: b"[]",
        lambda _: b"{}",
        lambda world: world.members(more="x"),
        lambda world: world.members(legacy_uid=""),
        lambda world: world.members(legacy_uid="4" * 65),
        lambda world: world.members(legacy_uid=4711),
        lambda world: world.members(cognito_id=None),
        lambda world: world.members(cognito_id="s" * 65),
        lambda world: world.members(password=None),
        lambda world: world.members(password="canary\ud800"),
        lambda _: b'{"legacy_uid":"1","legacy_uid":"2","cognito_id":"s","password":"p"}',
    ],
)
def test_a_malformed_body_is_no_decision(
    world: OldLoginWebWorld, path: str, broken: Broken
) -> None:
    answer = world.ask(path, broken(world))
    assert (answer.status, answer.json["reason"]) == (400, "body_malformed")
    assert world.users.cognito.begun == []


@BOTH
def test_a_body_is_bounded(world: OldLoginWebWorld, path: str) -> None:
    # DL-03
    members = world.members(password="p")
    answer = world.ask(path, json.dumps({**members, "more": "x" * MAX_BODY_BYTES}).encode())
    assert (answer.status, answer.json["reason"]) == (413, "body_too_large")


@BOTH
def test_an_outage_is_503_and_no_refusal(world: OldLoginWebWorld, path: str) -> None:
    world.users.pool.unavailable = True
    answer = world.ask(path)
    assert (answer.status, answer.json["reason"]) == (503, "provider_unavailable")
    assert answer.header("retry-after")


def test_a_refused_app_client_is_503_and_an_alarm(world: OldLoginWebWorld) -> None:
    world.users.cognito.knows_client = False
    answer = world.ask(VERIFY)
    assert (answer.status, answer.json["reason"]) == (503, "login_client")
    event = world.audit.events[-1]
    assert (event.action, event.outcome) == ("password.verify", "misconfigured")
    assert event.caller == "legacy"


@BOTH
def test_too_many_attempts_are_429_and_say_when(world: OldLoginWebWorld, path: str) -> None:
    # MG-05
    for _ in range(10):
        world.ask(path, world.members(password="wrong"))
    answer = world.ask(path)
    assert (answer.status, answer.json["reason"]) == (429, "too_many_attempts")
    assert 0 < int(answer.header("retry-after") or "0") <= 300


@BOTH
def test_every_answer_is_not_stored(world: OldLoginWebWorld, path: str) -> None:
    # VA-03
    for answer in (world.ask(path), world.ask(path, b"{"), world.ask(path, headers=[JSON])):
        assert answer.header("cache-control") == "no-store"


@BOTH
def test_no_password_and_no_key_is_logged_or_counted(
    world: OldLoginWebWorld, path: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(0)
    said = ""
    for body in (world.members(), world.members(password="canary"), b'{"password":"canary"}'):
        said += world.ask(path, body).text
    world.users.pool.unavailable = True
    said += world.ask(path).text
    said += world.visit("/metrics", headers=[BEARER]).text + caplog.text
    said += json.dumps(
        [attrs.asdict(e) for e in (*world.audit.events, *world.users.recorded.events)]
    )
    assert "canary" not in said


def test_a_function_counts_attempts_in_the_table() -> None:
    # MG-05
    given = environment_for(TokenMint(), OLD_LOGIN_CALLER_KEYS=f"legacy={KEY}")
    with pytest.raises(ConfigurationError) as refused:
        load(WebFunctionSettings, given)
    assert [each for each in refused.value.problems if "OLD_LOGIN_CALLER_KEYS" in each]
