"""What the local legacy system makes of the auth service's answers."""

import json
from collections.abc import Iterator
from typing import Any, Final

import pytest

from authcore_local.legacy.pool_passwords import AuthServicePasswords
from support.scripted_server import HANG_UP, ScriptedServer, answer


KEY: Final = "canary-key"
ABOUT: Final = {"legacy_uid": "1847", "cognito_id": "sub-of-jane"}


@pytest.fixture(scope="module")
def server() -> Iterator[ScriptedServer]:
    with ScriptedServer(lambda _: [answer()]) as server:
        yield server


@pytest.fixture(scope="module")
def passwords(server: ScriptedServer) -> Iterator[AuthServicePasswords]:
    client = AuthServicePasswords.at(server.url, KEY)
    yield client
    client.close()


def _told(**members: Any) -> bytes:
    return answer(body=json.dumps(members).encode())


@pytest.mark.parametrize(
    ("piece", "verdict"),
    [
        (_told(verified=True, **ABOUT), "right"),
        (_told(verified=True), "no_answer"),
        (_told(verified=True, **{**ABOUT, "legacy_uid": "1848"}), "no_answer"),
        (_told(verified=True, **{**ABOUT, "cognito_id": "sub"}), "no_answer"),
        (_told(verified="true", **ABOUT), "no_answer"),
        (_told(verified=1, **ABOUT), "no_answer"),
        (_told(verified=False, reason="credentials_rejected"), "wrong"),
        (_told(verified=False, reason="needs_new_login"), "needs_new_login"),
        (_told(verified=False, reason="no_pool_password"), "own"),
        (_told(verified=False, reason="a new one"), "wrong"),
        (_told(verified=False), "wrong"),
        (answer(503, b'{"reason":"provider_unavailable"}'), "no_answer"),
        (answer(429, b'{"reason":"too_many_attempts"}'), "no_answer"),
        (answer(401, b'{"verified":true}'), "no_answer"),
        (answer(201, json.dumps({"verified": True, **ABOUT}).encode()), "no_answer"),
        (answer(body=b"<html>", media_type="text/html"), "no_answer"),
        (HANG_UP, "no_answer"),
    ],
)
def test_only_a_whole_yes_about_the_same_user_is_one(
    server: ScriptedServer, passwords: AuthServicePasswords, piece: bytes, verdict: str
) -> None:
    server.script = lambda _: [piece]
    assert passwords.verify("1847", "sub-of-jane", "canary-password") == verdict


@pytest.mark.parametrize(
    ("piece", "verdict"),
    [
        (_told(changed=True, sessions_ended=True, **ABOUT), "changed"),
        (_told(changed=True, sessions_ended=False, **ABOUT), "changed"),
        (_told(changed=True), "no_answer"),
        (_told(changed=False, reason="password_policy"), "policy"),
        (_told(changed=False, reason="no_pool_password"), "own"),
        (_told(changed=False, reason="link_taken"), "refused"),
        (_told(changed=False), "refused"),
        (answer(503), "no_answer"),
        (HANG_UP, "no_answer"),
    ],
)
def test_a_change_is_one_only_where_it_is_said(
    server: ScriptedServer, passwords: AuthServicePasswords, piece: bytes, verdict: str
) -> None:
    server.script = lambda _: [piece]
    assert passwords.change("1847", "sub-of-jane", "canary-password") == verdict


def test_the_password_travels_in_the_body_and_the_key_in_its_header(
    server: ScriptedServer, passwords: AuthServicePasswords
) -> None:
    # SP-11
    server.requests.clear()
    passwords.verify("1847", "sub-of-jane", "canary-password")
    head, _, body = server.requests[0].partition(b"\r\n\r\n")
    assert head.startswith(b"POST /auth/password/verify HTTP/1.1\r\n")
    assert b"authorization: Bearer canary-key\r\n" in head + b"\r\n"
    assert b"canary-password" not in head
    assert json.loads(body) == {**ABOUT, "password": "canary-password"}
