"""Sign-in on the auth service's own page: password, challenges, and the session at the end."""

import json
import re
from datetime import timedelta
from typing import Any

import pytest

from authcore.domain.errors import (
    CredentialsRejectedError,
    PasswordResetRequiredError,
    UserUnconfirmedError,
)
from authcore.domain.model.challenges import (
    Choice,
    Code,
    CustomAnswer,
    NewPassword,
    PasskeyAssertion,
    Password,
    TotpSetup,
)
from authcore.testing.fakes.password_authentication import Step
from doors.password_web_world import (
    CHALLENGE,
    COOKIE,
    JANE,
    PASSWORD,
    RIGHT,
    PasswordWebWorld,
)
from doors.web_world import DEEP_LINK, WebWorld
from unit.asgi_calls import PAGE, PROGRAM, call


TOTP = Step("SOFTWARE_TOKEN_MFA", Code("123456"), {"FRIENDLY_DEVICE_NAME": "phone"})
EMAIL = Step("EMAIL_OTP", Code("12345678"), {"CODE_DELIVERY_DESTINATION": "j***@t***"})
OPTIONS = '{"challenge":"Y2hhbGxlbmdl","rpId":"auth.example.com"}'
PASSKEY = Step("WEB_AUTHN", PasskeyAssertion('{"id":"a"}'), {"CREDENTIAL_REQUEST_OPTIONS": OPTIONS})


@pytest.fixture
def world() -> PasswordWebWorld:
    return PasswordWebWorld()


@pytest.fixture
def two_factors() -> PasswordWebWorld:
    return PasswordWebWorld(steps=[TOTP])


@pytest.mark.parametrize(
    ("method", "path"),
    [("GET", PASSWORD), ("POST", PASSWORD), ("POST", CHALLENGE), ("GET", "/auth/passkey.js")],
)
def test_there_is_no_such_route_unless_an_operator_switches_it_on(method: str, path: str) -> None:
    assert call(WebWorld().app, path, method=method, headers=[PROGRAM]).status == 404


def test_where_the_own_page_comes_first_a_sign_in_leads_there_and_from_there_to_cognito() -> None:
    world = PasswordWebWorld(PASSWORD_SIGN_IN="first")

    led = world.visit("/auth/signin?redirect=https%3A%2F%2Fcms.example.com%2Fa%3Fb")

    own = "https://auth.example.com/auth/password?redirect=https%3A%2F%2Fcms.example.com%2Fa%3Fb"
    assert (led.status, led.header("location"), led.all("set-cookie")) == (302, own, [])
    default = world.visit("/auth/signin").header("location") or ""
    assert default.endswith("/auth/password?redirect=https%3A%2F%2Fcms.example.com%2F")
    for more in ("provider=Google", "prompt=login", "login_hint=jane", "lang=de"):
        onward = world.visit(f"/auth/signin?{more}").header("location") or ""
        assert onward.startswith("https://example.auth.eu-west-1.amazoncognito.com/"), more
    assert world.visit("/auth/signin?redirect=https%3A%2F%2Fevil.example%2F").status == 400


def test_where_it_is_only_on_a_sign_in_leads_to_cognito(world: PasswordWebWorld) -> None:
    onward = world.visit("/auth/signin").header("location") or ""
    assert onward.startswith("https://example.auth.eu-west-1.amazoncognito.com/")


def test_a_script_signs_in_and_learns_where_to_continue(world: PasswordWebWorld) -> None:
    answer = world.type_in()

    assert (answer.status, answer.json) == (200, {"signed_in": True, "next": DEEP_LINK})
    assert world.signed_in == JANE
    event = world.audit.events[0]
    assert (event.action, event.reason, event.legacy_uid) == ("password.begin", "ok", "42")
    assert event.subject


def test_a_page_signs_in_and_is_redirected_with_the_session(world: PasswordWebWorld) -> None:
    answer = world.type_in(accept=PAGE)

    assert (answer.status, answer.header("location")) == (303, DEEP_LINK)
    assert world.signed_in == JANE


def test_the_session_is_the_one_that_the_callback_writes(world: PasswordWebWorld) -> None:
    own = world.type_in()
    hosted = WebWorld().sign_in()

    def attributes(cookies: list[str]) -> list[tuple[str, str]]:
        ours = [each for each in cookies if each.startswith("__Secure-authcore_session")]
        return [(each.partition("=")[0], each.partition(";")[2]) for each in ours]

    assert attributes(own.all("set-cookie")) == attributes(hosted.all("set-cookie")) != []


def test_without_a_redirect_the_user_continues_at_the_default(world: PasswordWebWorld) -> None:
    answer = world.post(PASSWORD, {"username": JANE, "password": RIGHT})
    assert answer.json["next"] == "https://cms.example.com/"


@pytest.mark.parametrize("accept", [PROGRAM, PAGE])
def test_a_wrong_password_signs_nobody_in(world: PasswordWebWorld, accept: tuple[str, str]) -> None:
    answer = world.type_in("wrong", accept=accept)

    assert answer.status == 401
    assert answer.all("set-cookie") == []
    assert world.signed_in is None
    assert world.reasons[0][:2] == ("password.begin", "credentials_rejected")
    if accept == PAGE:
        assert 'role="alert"' in answer.text
        assert f'value="{JANE}"' in answer.text
        assert "wrong" not in answer.text.replace("wrong_", "")


@pytest.mark.parametrize(
    "kind", [CredentialsRejectedError, PasswordResetRequiredError, UserUnconfirmedError]
)
@pytest.mark.parametrize("accept", [PROGRAM, PAGE])
def test_every_user_who_cannot_sign_in_gets_one_answer(
    accept: tuple[str, str], kind: type[CredentialsRejectedError]
) -> None:
    """MG-03: unknown, wrong password, locked, disabled, unconfirmed, or to be reset."""
    world = PasswordWebWorld()
    world.cognito.enrol("adele", RIGHT)
    world.cognito.refuse("adele", kind)

    wrong = world.type_in("another-Password-1", username=JANE, accept=accept)
    unknown = world.type_in(username=JANE.replace("jane", "joan"), accept=accept)
    refused = world.type_in(username="adele", accept=accept)

    def shape(answer: Any, name: str) -> tuple[int, list[str], str]:
        body = answer.text.replace(name, "NAME")
        for reference in (each.reference for each in world.audit.events):
            body = body.replace(reference or "\0", "REFERENCE")
        return answer.status, [header for header, _ in answer.headers], body

    assert shape(wrong, JANE) == shape(unknown, JANE.replace("jane", "joan"))
    assert shape(wrong, JANE) == shape(refused, "adele")
    details = {detail for _, _, detail in world.reasons}
    assert (kind is CredentialsRejectedError) or kind.code in details


@pytest.mark.parametrize(
    ("milliseconds", "waited"), [(0, 1_000), (1, 999), (700, 300), (1_000, 1_000), (1_234, 766)]
)
def test_a_refusal_comes_a_whole_number_of_seconds_after_the_request(
    world: PasswordWebWorld, milliseconds: int, waited: int
) -> None:
    """MG-03: Cognito refuses a locked or disabled user sooner than one with a wrong password."""
    world.cognito.takes = timedelta(milliseconds=milliseconds)

    world.type_in("wrong")

    assert world.pause.waited == [timedelta(milliseconds=waited)]


def test_a_refused_password_of_a_challenge_waits_as_the_first_one_does() -> None:
    """MG-03."""
    world = PasswordWebWorld(factors=[EMAIL], PASSWORD_FLOW="USER_AUTH")
    world.post(PASSWORD, {"username": JANE, "factor": "choose"})

    assert world.answer(password="wrong").status == 401

    assert world.pause.waited == [timedelta(seconds=1)]


def test_nothing_but_a_refusal_waits(two_factors: PasswordWebWorld) -> None:
    two_factors.type_in()
    two_factors.answer(code="000000")
    two_factors.answer(code="123456")
    assert two_factors.pause.waited == []


def test_a_challenge_is_a_typed_answer_without_its_session(two_factors: PasswordWebWorld) -> None:
    answer = two_factors.type_in()

    assert (answer.status, answer.json) == (
        200,
        {
            "challenge": "SOFTWARE_TOKEN_MFA",
            "id": two_factors.asked,
            "parameters": {"FRIENDLY_DEVICE_NAME": "phone"},
        },
    )
    (cookie,) = answer.all("set-cookie")
    assert cookie.startswith(f"{COOKIE}=")
    assert "session-0" not in answer.text + cookie
    assert two_factors.signed_in is None
    assert two_factors.reasons[0] == ("password.begin", "ok", "SOFTWARE_TOKEN_MFA")


@pytest.mark.parametrize("accept", [PROGRAM, PAGE])
def test_the_right_code_completes_the_sign_in(
    two_factors: PasswordWebWorld, accept: tuple[str, str]
) -> None:
    two_factors.type_in(accept=accept)

    answer = two_factors.answer(code="123 456", accept=accept)

    assert answer.status == (303 if accept == PAGE else 200)
    assert two_factors.signed_in == JANE
    assert COOKIE not in two_factors.cookie_names
    assert two_factors.reasons[1][:2] == ("password.challenge", "ok")


@pytest.mark.parametrize("accept", [PROGRAM, PAGE])
def test_after_a_wrong_code_the_same_challenge_is_asked_again(
    two_factors: PasswordWebWorld, accept: tuple[str, str]
) -> None:
    two_factors.type_in(accept=accept)

    wrong = two_factors.answer(code="000000", accept=accept)

    assert wrong.status == 401
    assert two_factors.signed_in is None
    if accept == PROGRAM:
        assert wrong.json["reason"] == "answer_rejected"
        assert wrong.json["challenge"] == "SOFTWARE_TOKEN_MFA"
    else:
        assert 'role="alert"' in wrong.text
    assert two_factors.answer(code="123456").status == 200
    assert two_factors.signed_in == JANE


STEPS: list[tuple[Step, dict[str, str], str]] = [
    (TOTP, {"code": "123456"}, 'name="code"'),
    (EMAIL, {"code": "12345678"}, "j***@t***"),
    (Step("SMS_MFA", Code("1")), {"code": "1"}, 'name="code"'),
    (Step("SMS_OTP", Code("1")), {"code": "1"}, 'name="code"'),
    (
        Step(
            "NEW_PASSWORD_REQUIRED",
            NewPassword("New-Password-1", {"given_name": "Jane"}),
            {"requiredAttributes": '["userAttributes.given_name"]'},
        ),
        {"new_password": "New-Password-1", "attributes.given_name": "Jane"},
        'name="attributes.given_name"',
    ),
    (
        Step(
            "SELECT_MFA_TYPE",
            Choice("SOFTWARE_TOKEN_MFA"),
            {"MFAS_CAN_CHOOSE": '["SMS_MFA","SOFTWARE_TOKEN_MFA"]'},
        ),
        {"choice": "SOFTWARE_TOKEN_MFA"},
        'value="SOFTWARE_TOKEN_MFA"',
    ),
    (Step("PASSWORD", Password("p")), {"password": "p"}, 'name="password"'),
    (Step("PASSWORD_SRP", Password("p")), {"password": "p"}, 'name="password"'),
    (Step("ADMIN_NO_SRP_AUTH", Password("p")), {"password": "p"}, 'name="password"'),
    (PASSKEY, {"credential": '{"id":"a"}'}, "data-passkey"),
    (Step("MFA_SETUP", TotpSetup("123456")), {"code": "123456"}, "JBSWY3DPEHPK3PXP"),
    (Step("CUSTOM_CHALLENGE", CustomAnswer("42")), {"answer": "42"}, 'name="answer"'),
]


@pytest.mark.parametrize(
    ("step", "answer", "shown"), STEPS, ids=lambda each: getattr(each, "name", "")
)
def test_every_challenge_that_a_page_can_answer_is_asked_and_answered(
    step: Step, answer: dict[str, str], shown: str
) -> None:
    world = PasswordWebWorld(steps=[step])

    page = world.type_in(accept=PAGE)

    assert page.status == 200
    assert shown in page.text
    assert f'action="https://auth.example.com{CHALLENGE}"' in page.text
    done = world.answer(accept=PAGE, **answer)
    assert (done.status, done.header("location")) == (303, DEEP_LINK)
    assert world.signed_in == JANE


@pytest.mark.parametrize(
    "name", ["DEVICE_SRP_AUTH", "PASSWORD_VERIFIER", "DEVICE_PASSWORD_VERIFIER"]
)
def test_a_challenge_that_no_page_can_answer_signs_nobody_in(name: Any) -> None:
    world = PasswordWebWorld(steps=[Step(name, Code("1"))])

    answer = world.type_in()

    assert (answer.status, answer.json["reason"]) == (503, "challenge_unknown")
    assert COOKIE not in world.cookie_names


def test_a_new_authenticator_is_set_up_with_its_key_on_the_page() -> None:
    world = PasswordWebWorld(steps=[Step("MFA_SETUP", TotpSetup("123456"))])

    answer = world.type_in()

    assert answer.json["challenge"] == "MFA_SETUP"
    assert answer.json["secret"].startswith("JBSWY3DP")
    assert world.answer(code="000000").status == 401
    assert world.answer(code="123456").json["signed_in"] is True


def test_a_user_whose_session_the_page_does_not_accept_is_told_so() -> None:
    """As after a sign-in at Cognito's pages, instead of typing the password again and again."""
    world = PasswordWebWorld(PASSWORD_SIGN_IN="first")

    first, second, third = (world.type_in(accept=PAGE) for _ in range(3))

    assert (first.status, second.status, third.status) == (303, 303, 400)
    assert "We keep signing you in, but the page does not accept it" in third.text
    assert world.reasons[-1][:2] == ("password.begin", "sign_in_loop")
    assert world.signed_in == JANE
    assert world.type_in(accept=PAGE).status == 303


def test_of_two_tabs_the_one_that_asked_last_goes_on(two_factors: PasswordWebWorld) -> None:
    """What was typed for one challenge is never sent for another one, perhaps another user's."""
    two_factors.type_in()
    first = two_factors.asked
    two_factors.type_in()

    late = two_factors.post(CHALLENGE, {"id": first, "code": "123456"})

    assert (late.status, late.json["reason"]) == (400, "login_attempt")
    assert two_factors.answer(code="123456").status == 200


def test_two_challenges_in_a_row_are_both_asked() -> None:
    new = Step("NEW_PASSWORD_REQUIRED", NewPassword("New-Password-1"))
    world = PasswordWebWorld(steps=[new, TOTP])
    world.type_in()

    second = world.answer(new_password="New-Password-1")

    assert second.json["challenge"] == "SOFTWARE_TOKEN_MFA"
    assert world.signed_in is None
    assert world.answer(code="123456").json["signed_in"] is True


def test_a_refused_passkey_ends_the_sign_in() -> None:
    world = PasswordWebWorld(steps=[PASSKEY])
    world.type_in()

    answer = world.answer(credential='{"id":"b"}')

    assert (answer.status, answer.json["reason"]) == (401, "answer_rejected")
    assert COOKIE not in world.cookie_names


def test_with_user_auth_a_sign_in_begins_with_a_passkey_or_a_choice() -> None:
    world = PasswordWebWorld(factors=[PASSKEY, EMAIL], PASSWORD_FLOW="USER_AUTH")

    chosen = world.post(PASSWORD, {"username": JANE, "factor": "WEB_AUTHN"})
    assert chosen.json["parameters"] == {"CREDENTIAL_REQUEST_OPTIONS": OPTIONS}

    asked = world.post(PASSWORD, {"username": JANE, "factor": "choose"})
    assert asked.json["available"] == ["PASSWORD", "PASSWORD_SRP", "WEB_AUTHN", "EMAIL_OTP"]
    assert world.answer(choice="EMAIL_OTP").json["challenge"] == "EMAIL_OTP"
    assert world.answer(code="12345678").json["signed_in"] is True
    assert world.signed_in == JANE


def test_the_choice_on_the_page_has_a_button_for_each_factor_and_the_password() -> None:
    world = PasswordWebWorld(factors=[PASSKEY, EMAIL], PASSWORD_FLOW="USER_AUTH")

    first = world.visit(PASSWORD)
    assert 'name="factor" value="choose"' in first.text
    page = world.post(PASSWORD, {"username": JANE, "factor": "choose"}, accept=PAGE)

    assert 'name="choice" value="WEB_AUTHN"' in page.text
    assert 'name="choice" value="EMAIL_OTP"' in page.text
    assert world.answer(accept=PAGE, password=RIGHT).status == 303


def test_without_user_auth_no_sign_in_begins_without_a_password(world: PasswordWebWorld) -> None:
    answer = world.post(PASSWORD, {"username": JANE, "factor": "WEB_AUTHN"})
    assert (answer.status, answer.json["reason"]) == (400, "login_parameter")
    assert "factor" not in world.visit(PASSWORD).text


def test_a_user_who_is_not_migrated_signs_in_where_the_operator_allows_the_second_try() -> None:
    world = PasswordWebWorld(PASSWORD_MIGRATING="on")
    world.cognito.enrol("bertha", RIGHT, is_migrated=False)

    assert world.type_in(username="bertha").json["signed_in"] is True
    assert world.cognito.begun == ["USER_SRP_AUTH", "USER_PASSWORD_AUTH"]


@pytest.mark.parametrize(
    ("attribute", "shown"),
    [
        ("given_name", ["Vorname</label>", 'type="text"', 'autocomplete="given-name"']),
        ("birthdate", ["Geburtsdatum</label>", 'type="date"', 'autocomplete="bday"']),
        ("custom:shoe_size", ["Shoe size</label>", 'type="text"', 'autocomplete="off"']),
    ],
)
def test_attributes_of_cognito_have_labels_in_the_users_language(
    attribute: str, shown: list[str]
) -> None:
    required = {"requiredAttributes": f'["userAttributes.{attribute}"]'}
    step = Step("NEW_PASSWORD_REQUIRED", NewPassword("New-Password-1", {}), required)

    page = PasswordWebWorld(steps=[step]).type_in(
        accept=PAGE,
        headers=(("origin", "https://auth.example.com"), ("accept-language", "de")),
    )

    [field] = re.findall(rf'<label for="attributes.{attribute}">.*?>\s*<input .*?>', page.text)
    assert [each for each in shown if each not in field] == []


def test_the_form_leads_to_the_requested_page_and_to_the_pools_own_pages(
    world: PasswordWebWorld,
) -> None:
    page = world.visit(f"{PASSWORD}?redirect=https%3A%2F%2Fcms.example.com%2Fa")

    assert page.status == 200
    assert 'value="https://cms.example.com/a"' in page.text
    others = "/auth/signin?redirect=https%3A%2F%2Fcms.example.com%2Fa&amp;prompt=login"
    assert others in page.text
    assert 'autocomplete="current-password"' in page.text
    assert page.header("cache-control") == "no-store"
    policy = page.header("content-security-policy") or ""
    assert "form-action 'self' https://auth.example.com https://cms.example.com" in policy
    assert "script-src" not in policy


def test_only_the_page_of_a_passkey_may_run_the_script(world: PasswordWebWorld) -> None:
    page = PasswordWebWorld(steps=[PASSKEY]).type_in(accept=PAGE)
    script = world.visit("/auth/passkey.js")

    assert "script-src 'self' https://auth.example.com;" in (
        page.header("content-security-policy") or ""
    )
    assert 'src="https://auth.example.com/auth/passkey.js"' in page.text
    assert json.dumps(OPTIONS)[1:5] not in script.text
    assert script.header("content-type") == "text/javascript; charset=utf-8"


def test_the_page_speaks_german(two_factors: PasswordWebWorld) -> None:
    german = ("accept-language", "de")
    assert "Passwort" in two_factors.visit(PASSWORD, headers=[PAGE, german]).text


def test_a_session_that_leaves_no_room_for_the_challenge_ends() -> None:
    world = PasswordWebWorld(steps=[TOTP])
    world.browser.apply(
        [
            f"__Secure-authcore_session_{n}={'x' * 3_900}; Domain=example.com; Path=/; Secure"
            for n in range(2)
        ],
        "auth.example.com",
    )
    asked = world.type_in()

    assert asked.status == 200
    assert [each for each in asked.all("set-cookie") if "Max-Age=0" in each]
    assert world.answer(code="123456").status == 200
