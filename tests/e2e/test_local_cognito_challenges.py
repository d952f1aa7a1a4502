"""Challenges on the pages of the local Cognito's managed login."""

import json
import re
from collections.abc import Iterator
from datetime import timedelta
from itertools import count

import pytest

from authcore.adapters.http import HttpAnswer
from support.authenticator_app import App, register
from support.local_pool import (
    PASSWORD,
    Browser,
    LocalPool,
    Recorder,
    claims_of,
    code_of,
    hidden_fields,
    problem_on,
    sent_to,
)
from support.local_sign_in import new_user


NEW_PASSWORD = "canary-Changed 2"
SERIAL = count(1)


@pytest.fixture(scope="module")
def served() -> Iterator[LocalPool]:
    with LocalPool() as pool:
        yield pool


@pytest.fixture
def pool(served: LocalPool) -> LocalPool:
    """Each test has time steps of its own."""
    served.clock.advance(timedelta(minutes=5))
    return served


@pytest.fixture
def name(pool: LocalPool) -> str:
    return new_user(pool, f"user-{next(SERIAL)}")


def title_of(page: HttpAnswer) -> str:
    found = re.search(r"<h1>([^<]*)</h1>", page.body.decode())
    assert found is not None
    return found[1]


def user_of(pool: LocalPool, answer: HttpAnswer) -> str:
    """Whom the code of a redirect stands for."""
    tokens = json.loads(pool.redeem(code_of(answer)).body)
    username: str = claims_of(tokens["id_token"])["cognito:username"]
    return username


def last_code(pool: LocalPool) -> str:
    return pool.cognito.outbox.messages()[0].code


def prefer_mail(pool: LocalPool, name: str) -> None:
    preferred = {"Enabled": True, "PreferredMfa": True}
    pool.administer("AdminSetUserMFAPreference", name, EmailMfaSettings=preferred)


def test_an_authenticator_app_is_asked_for(pool: LocalPool, name: str) -> None:
    app, browser = register(pool, name), Browser(pool)
    page = browser.sign_in(name, PASSWORD)
    assert title_of(page) == "Your authenticator app"

    wrong = browser.send(page, answer="000000")
    assert problem_on(wrong) == "Invalid code received for user"
    right = app.next_code()
    assert user_of(pool, browser.send(wrong, answer=right)) == name
    # Signed in, the browser is asked for nothing.
    assert sent_to(browser.authorize())[1]["code"]
    assert "session is expired" in problem_on(browser.send(wrong, answer=right))


def test_no_session_begins_before_the_last_challenge(pool: LocalPool, name: str) -> None:
    register(pool, name)
    browser = Browser(pool)
    browser.sign_in(name, PASSWORD)

    assert sent_to(browser.authorize())[0].endswith("/login")


def test_a_mailed_code_is_asked_for(pool: LocalPool, name: str) -> None:
    prefer_mail(pool, name)
    browser = Browser(pool)
    page = browser.sign_in(name, PASSWORD)

    assert "u***@e***" in page.body.decode()
    assert user_of(pool, browser.send(page, answer=last_code(pool))) == name


def test_of_two_factors_one_is_chosen(pool: LocalPool, name: str) -> None:
    register(pool, name)
    both = {"Enabled": True, "PreferredMfa": False}
    pool.administer(
        "AdminSetUserMFAPreference", name, EmailMfaSettings=both, SoftwareTokenMfaSettings=both
    )
    browser = Browser(pool)
    page = browser.sign_in(name, PASSWORD)
    assert title_of(page) == "How do you want to continue?"
    asked = browser.send(page, answer="EMAIL_OTP")

    assert user_of(pool, browser.send(asked, answer=last_code(pool))) == name
    other = Browser(pool)
    tampered = other.send(other.sign_in(name, PASSWORD), answer="SMS_MFA")
    assert problem_on(tampered) == "ANSWER is not one of the user's MFA types"


def test_a_temporary_password_is_replaced(pool: LocalPool, name: str) -> None:
    pool.cognito.users.set_password(name, PASSWORD, "FORCE_CHANGE_PASSWORD")
    browser = Browser(pool)
    page = browser.sign_in(name, PASSWORD)
    weak = browser.send(page, answer="weak")
    assert "Password did not conform with policy" in problem_on(weak)

    assert user_of(pool, browser.send(weak, answer=NEW_PASSWORD)) == name
    assert user_of(pool, Browser(pool).sign_in(name, NEW_PASSWORD)) == name


def test_an_app_is_set_up_where_the_pool_requires_a_factor() -> None:
    with LocalPool(mfa="ON") as pool:
        browser = Browser(pool)
        page = browser.sign_in("anna", PASSWORD)
        app = App(pool, hidden_fields(page)["secret"])
        assert hidden_fields(page)["secret"] in page.body.decode().partition('secret">')[2]
        wrong = browser.send(page, answer="000000")
        assert problem_on(wrong) == "Code mismatch"

        assert user_of(pool, browser.send(wrong, answer=app.code())) == "anna"
        again = Browser(pool)
        asked = again.sign_in("anna", PASSWORD)
        assert user_of(pool, again.send(asked, answer=app.next_code())) == "anna"


def test_a_page_belongs_to_its_browser(pool: LocalPool, name: str) -> None:
    app = register(pool, name)
    page = Browser(pool).sign_in(name, PASSWORD)
    stranger = Browser(pool)
    stranger.page()

    assert problem_on(stranger.send(page, answer=app.next_code())).startswith("This page was open")


@pytest.mark.parametrize("challenge", ["PASSWORD", "SELECT_CHALLENGE", "PASSWORD_SRP", "", "x"])
def test_pages_answer_no_challenge_that_they_do_not_ask(
    pool: LocalPool, name: str, challenge: str
) -> None:
    register(pool, name)
    browser = Browser(pool)
    page = browser.sign_in(name, PASSWORD)

    assert problem_on(browser.send(page, challenge=challenge, answer=PASSWORD))


def test_a_disabled_user_is_stopped_at_the_challenge(pool: LocalPool, name: str) -> None:
    app, browser = register(pool, name), Browser(pool)
    page = browser.sign_in(name, PASSWORD)
    pool.disable(name)

    assert problem_on(browser.send(page, answer=app.next_code())) == "User is disabled."


@pytest.mark.parametrize("fires", [True, False])
def test_post_authentication_follows_the_last_challenge(fires: bool) -> None:
    recorder = Recorder()
    with LocalPool(
        triggers=recorder.triggers(), post_authentication_in_managed_login=fires
    ) as pool:
        prefer_mail(pool, "anna")
        browser = Browser(pool)
        page = browser.sign_in("anna", PASSWORD)
        assert recorder.sources == ["PreAuthentication_Authentication"]
        browser.send(page, answer=last_code(pool))

        assert ("PostAuthentication_Authentication" in recorder.sources) is fires
