"""What the description says about the auth service's own sign-in page holds of real answers."""

from typing import Any

import pytest

from authcore.domain.model.challenges import Code, NewPassword, PasskeyAssertion
from authcore.testing.fakes.password_authentication import Step
from contract.test_openapi import check
from doors.password_web_world import CHALLENGE, PASSWORD, PasswordWebWorld
from unit.asgi_calls import PAGE, PROGRAM


@pytest.fixture(scope="module")
def document() -> Any:
    return PasswordWebWorld().visit("/openapi.json").json


@pytest.mark.parametrize("accept", [PROGRAM, PAGE])
def test_answers_to_a_password_are_as_described(document: Any, accept: tuple[str, str]) -> None:
    def world() -> PasswordWebWorld:
        return PasswordWebWorld(steps=[Step("EMAIL_OTP", Code("1"))])

    limited = PasswordWebWorld(PASSWORD_PER_USER="3")
    for _ in range(3):
        limited.type_in("wrong")
    down = world()
    down.cognito.available = False

    answers = [
        PasswordWebWorld().type_in(accept=accept),
        world().type_in(accept=accept),
        world().type_in("wrong", accept=accept),
        world().type_in(redirect="https://evil.example/", accept=accept),
        world().type_in(headers=[], accept=accept),
        world().post(PASSWORD, b"x" * 9_000, accept=accept),
        limited.type_in(accept=accept),
        down.type_in(accept=accept),
    ]

    signed_in = 303 if accept == PAGE else 200
    statuses = [answer.status for answer in answers]
    assert statuses == [signed_in, 200, 401, 400, 403, 413, 429, 503]
    for answer in answers:
        check(document, PASSWORD, answer, "post")
    check(document, PASSWORD, world().visit(PASSWORD))


@pytest.mark.parametrize("accept", [PROGRAM, PAGE])
def test_answers_to_an_answer_are_as_described(document: Any, accept: tuple[str, str]) -> None:
    new = Step("NEW_PASSWORD_REQUIRED", NewPassword("New-1"))

    def asked(*steps: Step) -> PasswordWebWorld:
        world = PasswordWebWorld(steps=steps or [Step("EMAIL_OTP", Code("1")), new])
        world.type_in()
        return world

    lost = asked()
    lost.cognito.available = False
    answers = [
        asked(Step("EMAIL_OTP", Code("1"))).answer(code="1", accept=accept),
        asked().answer(code="1", accept=accept),
        asked().answer(code="2", accept=accept),
        asked(Step("WEB_AUTHN", PasskeyAssertion("a"))).answer(credential="b", accept=accept),
        asked().answer(accept=accept),
        PasswordWebWorld().answer(code="1", accept=accept),
        lost.answer(code="1", accept=accept),
    ]

    signed_in = 303 if accept == PAGE else 200
    statuses = [answer.status for answer in answers]
    assert statuses == [signed_in, 200, 401, 401, 400, 400, 503]
    for answer in answers:
        check(document, CHALLENGE, answer, "post")


def test_the_script_is_as_described(document: Any) -> None:
    script = PasswordWebWorld().visit("/auth/passkey.js")
    check(document, "/auth/passkey.js", script)
