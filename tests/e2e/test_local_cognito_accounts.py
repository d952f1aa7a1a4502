"""The local Cognito's pages for people without a working password: sign-up, codes, a new one."""

import re
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from authcore.adapters.http import HttpAnswer
from authcore_local.cognito.hosted_ui.account_pages import CHANGED, CODE_SENT, CONFIRMED
from authcore_local.cognito.user_pool.pool_passwords import check_new_password
from support.local_pool import PASSWORD, Browser, LocalPool, Recorder, code_of, problem_on


NEW = "Canary-new-1"
LIZZY = {"username": "lizzy", "email": "lizzy@longbourn.example", "name": "Lizzy", "password": NEW}
WRONG_CODE = "Invalid verification code provided, please try again."
NO_CODE = "Invalid code provided, please request a code again."
LIMIT = "Attempt limit exceeded, please try after some time."


@pytest.fixture
def heard() -> Recorder:
    return Recorder()


@pytest.fixture
def pool(heard: Recorder) -> Iterator[LocalPool]:
    with LocalPool(triggers=heard.triggers()) as pool:
        yield pool


def notice_on(page: HttpAnswer) -> str:
    found = re.search(r'<p class="notice"[^>]*>([^<]*)</p>', page.body.decode())
    assert found is not None, page.body
    return found[1]


def sent_code(pool: LocalPool) -> str:
    return pool.cognito.outbox.messages()[0].code


def wrong(code: str) -> str:
    return f"{(int(code) + 1) % 1_000_000:06}"


def sign_up(browser: Browser, **changes: str) -> HttpAnswer:
    return browser.send(browser.open("/signup"), **{**LIZZY, **changes})


def forgot(browser: Browser, username: str = "anna") -> HttpAnswer:
    return browser.send(browser.open("/forgotPassword"), username=username)


class TestSignUp:
    """/signup, /confirmUser, /resendcode."""

    def test_a_code_confirms_the_user_and_the_address(
        self, pool: LocalPool, heard: Recorder
    ) -> None:
        browser = Browser(pool)
        prompt = sign_up(browser)
        assert notice_on(prompt) == CODE_SENT
        unconfirmed = pool.cognito.users.find("lizzy")
        page = browser.send(prompt, username="lizzy", code=sent_code(pool))
        confirmed = pool.cognito.users.find("lizzy")

        assert notice_on(page) == CONFIRMED
        assert unconfirmed is not None
        assert confirmed is not None
        assert (unconfirmed.status, confirmed.status) == ("UNCONFIRMED", "CONFIRMED")
        assert unconfirmed.attributes["email_verified"] == "false"
        assert confirmed.attributes["email_verified"] == "true"
        assert heard.sources == ["PreSignUp_SignUp", "PostConfirmation_ConfirmSignUp"]
        assert code_of(browser.submit(page, "lizzy", NEW))

    def test_the_events_tell_what_amazons_tell(self, pool: LocalPool, heard: Recorder) -> None:
        browser = Browser(pool)
        browser.send(sign_up(browser), username="lizzy", code=sent_code(pool))
        before, after = heard.events
        user = pool.cognito.users.find("lizzy")

        assert user is not None
        attributes = {"email": "lizzy@longbourn.example", "name": "Lizzy"}
        assert before["request"]["userAttributes"] == attributes
        assert after["request"] == {
            "userAttributes": {
                **attributes,
                "email_verified": "true",
                "sub": user.subject,
                "cognito:user_status": "CONFIRMED",
            },
            "clientMetadata": None,
        }

    def test_the_code_is_in_the_outbox_and_in_no_answer(self, pool: LocalPool) -> None:
        browser = Browser(pool)
        prompt = sign_up(browser)
        code = sent_code(pool)

        assert code.encode() not in prompt.body
        assert b'href="/outbox"' in prompt.body
        assert code.encode() in browser.get("/outbox").body
        assert all(code not in f"{hop}" for hop in pool.flow.since(0))
        assert code not in repr(pool.cognito.outbox.messages())

    def test_a_refusing_trigger_is_quoted_above_the_form(
        self, pool: LocalPool, heard: Recorder
    ) -> None:
        def refuses(_: Any) -> Any:
            raise ValueError("not here")

        heard.answers["PreSignUp_SignUp"] = refuses
        page = sign_up(Browser(pool))

        assert problem_on(page) == "PreSignUp failed with error not here"
        assert pool.cognito.users.find("lizzy") is None
        assert NEW.encode() not in page.body

    def test_a_trigger_can_confirm_without_a_code(self, pool: LocalPool, heard: Recorder) -> None:
        def confirms(event: dict[str, Any]) -> Any:
            event["response"] |= {"autoConfirmUser": True, "autoVerifyEmail": True}
            return event

        heard.answers["PreSignUp_SignUp"] = confirms
        page = sign_up(Browser(pool))
        user = pool.cognito.users.find("lizzy")

        assert notice_on(page) == CONFIRMED
        assert user is not None
        assert (user.status, user.attributes["email_verified"]) == ("CONFIRMED", "true")
        assert pool.cognito.outbox.messages() == ()

    @pytest.mark.parametrize(
        "answer", [None, {}, {"response": None}, {"response": {"autoConfirmUser": "true"}}]
    )
    def test_an_answer_that_is_no_event_fails_the_sign_up(
        self, pool: LocalPool, heard: Recorder, answer: Any
    ) -> None:
        heard.answers["PreSignUp_SignUp"] = lambda _: answer

        assert problem_on(sign_up(Browser(pool))) == "Unrecognizable lambda output"

    @pytest.mark.parametrize(
        ("changes", "problem"),
        [
            ({"username": "anna"}, "User already exists"),
            ({"email": "nowhere"}, "Invalid email address format."),
            ({"password": "short-A1"[:7]}, "8 to 256 characters"),
            ({"password": "canary-new-1"}, "uppercase"),
            ({"username": "two words"}, "User names are"),
        ],
    )
    def test_what_is_wrong_with_the_form_is_told(
        self, pool: LocalPool, changes: dict[str, str], problem: str
    ) -> None:
        assert problem in problem_on(sign_up(Browser(pool), **changes))

    def test_nobody_signs_up_where_it_is_switched_off(self) -> None:
        with LocalPool(self_sign_up=False) as pool:
            assert "not permitted" in problem_on(sign_up(Browser(pool)))
            assert b"Sign up" not in Browser(pool).page().body

    def test_an_unconfirmed_user_is_led_to_the_code(self, pool: LocalPool) -> None:
        browser = Browser(pool)
        sign_up(browser)
        page = browser.sign_in("lizzy", NEW)
        assert problem_on(page) == "User is not confirmed."

        assert notice_on(browser.send(page, username="lizzy", code=sent_code(pool))) == CONFIRMED

    def test_a_resent_code_replaces_the_old_one(self, pool: LocalPool) -> None:
        browser = Browser(pool)
        prompt = sign_up(browser)
        old = sent_code(pool)
        again = browser.post("/resendcode", prompt, username="lizzy")
        assert notice_on(again) == CODE_SENT

        assert problem_on(browser.send(prompt, username="lizzy", code=old)) == WRONG_CODE
        page = browser.send(prompt, username="lizzy", code=sent_code(pool))
        assert notice_on(page) == CONFIRMED

    def test_after_five_wrong_codes_the_right_one_does_not_count(self, pool: LocalPool) -> None:
        browser = Browser(pool)
        prompt = sign_up(browser)
        right = sent_code(pool)
        for _ in range(5):
            page = browser.send(prompt, username="lizzy", code=wrong(right))
            assert problem_on(page) == WRONG_CODE

        assert problem_on(browser.send(prompt, username="lizzy", code=right)) == LIMIT

    def test_only_five_codes_are_sent_in_a_row(self, pool: LocalPool) -> None:
        browser = Browser(pool)
        prompt = sign_up(browser)
        for _ in range(4):
            notice_on(browser.post("/resendcode", prompt, username="lizzy"))

        assert problem_on(browser.post("/resendcode", prompt, username="lizzy")) == LIMIT

    def test_a_code_counts_for_a_day(self, pool: LocalPool) -> None:
        browser = Browser(pool)
        sign_up(browser)
        pool.clock.advance(timedelta(hours=24))
        prompt = browser.open("/confirmUser")

        assert problem_on(browser.send(prompt, username="lizzy", code=sent_code(pool))) == NO_CODE

    def test_nobody_is_confirmed_twice_and_an_unknown_user_has_no_code(
        self, pool: LocalPool
    ) -> None:
        browser = Browser(pool)
        prompt = browser.open("/confirmUser")

        confirmed = problem_on(browser.send(prompt, username="anna", code="123456"))
        assert confirmed == "User cannot be confirmed. Current status is CONFIRMED"
        assert problem_on(browser.send(prompt, username="nobody", code="123456")) == NO_CODE


class TestForgottenPassword:
    """/forgotPassword, /confirmforgotPassword."""

    def test_a_code_and_a_new_password_let_the_user_in_again(
        self, pool: LocalPool, heard: Recorder
    ) -> None:
        browser = Browser(pool)
        prompt = forgot(browser)
        assert notice_on(prompt) == CODE_SENT
        page = browser.send(prompt, username="anna", code=sent_code(pool), password=NEW)

        assert notice_on(page) == CHANGED
        assert heard.sources == ["PostConfirmation_ConfirmForgotPassword"]
        assert code_of(browser.submit(page, "anna", NEW))
        assert "Incorrect" in problem_on(Browser(pool).sign_in("anna", PASSWORD))

    def test_a_user_of_the_legacy_system_is_migrated_first(
        self, pool: LocalPool, heard: Recorder
    ) -> None:
        # MG-04
        def migrates(event: dict[str, Any]) -> Any:
            attributes = {"email": "jane@thornfield.example", "email_verified": "true"}
            event["response"] = {"userAttributes": attributes, "messageAction": "SUPPRESS"}
            return event

        heard.answers["UserMigration_ForgotPassword"] = migrates
        browser = Browser(pool)
        prompt = forgot(browser, "jane")
        migrated = pool.cognito.users.find("jane")
        browser.send(prompt, username="jane", code=sent_code(pool), password=NEW)

        assert "password" not in heard.events[0]["request"]
        assert migrated is not None
        assert (migrated.status, migrated.password) == ("RESET_REQUIRED", None)
        assert heard.sources == [
            "UserMigration_ForgotPassword",
            "PreSignUp_AdminCreateUser",
            "PostConfirmation_ConfirmForgotPassword",
        ]
        assert code_of(browser.sign_in("jane", NEW))

    @pytest.mark.parametrize("username", ["nobody", "unverified", "disabled", "external", "two w"])
    def test_who_cannot_be_mailed_looks_like_who_can(self, pool: LocalPool, username: str) -> None:
        add_unreachable(pool)
        browser = Browser(pool)
        answers = [forgot(browser, name) for name in ("anna", username)]
        texts = [re.sub(r'value="[^"]*"', "", answer.body.decode()) for answer in answers]
        refused = browser.send(answers[1], username=username, code="123456", password=NEW)

        assert texts[0] == texts[1]
        assert len(pool.cognito.outbox.messages()) == 1
        assert problem_on(refused) == WRONG_CODE

    def test_where_existence_errors_are_told_they_are(self) -> None:
        with LocalPool(prevent_user_existence_errors="LEGACY") as pool:
            add_unreachable(pool)
            assert problem_on(forgot(Browser(pool), "nobody")) == "User does not exist."
            assert "no registered" in problem_on(forgot(Browser(pool), "unverified"))

    def test_a_weak_password_does_not_use_up_the_code(self, pool: LocalPool) -> None:
        browser = Browser(pool)
        prompt = forgot(browser)
        code = sent_code(pool)
        weak = browser.send(prompt, username="anna", code=code, password="canary-weak")
        assert "policy" in problem_on(weak)

        page = browser.send(prompt, username="anna", code=code, password=NEW)
        assert notice_on(page) == CHANGED

    def test_a_code_counts_for_an_hour_and_once(self, pool: LocalPool) -> None:
        browser = Browser(pool)
        forgot(browser)
        pool.clock.advance(timedelta(minutes=59, seconds=59))
        prompt = forgot(browser, "nobody")
        code = sent_code(pool)
        browser.send(prompt, username="anna", code=code, password=NEW)
        again = browser.send(prompt, username="anna", code=code, password=NEW)

        assert problem_on(again) == NO_CODE
        forgot(browser)
        pool.clock.advance(timedelta(hours=1))
        prompt = forgot(browser, "nobody")
        late = browser.send(prompt, username="anna", code=sent_code(pool), password=NEW)
        assert problem_on(late) == NO_CODE


class TestOutbox:
    """/outbox."""

    def test_a_page_under_another_name_shows_nothing(self, pool: LocalPool) -> None:
        forgot(Browser(pool))
        answer = pool.http.request(
            "GET", f"{pool.url}/outbox", headers={"host": "evil.example:8402"}
        )

        assert answer.status == 421
        assert sent_code(pool).encode() not in answer.body

    def test_the_newest_message_is_first_and_text_is_escaped(self, pool: LocalPool) -> None:
        pool.cognito.outbox.send("<b>@example.com", "first", "000001")
        pool.cognito.outbox.send("a@example.com", "second", "000002")
        body = Browser(pool).get("/outbox").body

        assert body.index(b"000002") < body.index(b"000001")
        assert b"<b>@" not in body


@pytest.mark.parametrize("password", ["Aa1-aaaa", "Ää1 aaaaA", "A" * 253 + "a1-"])
def test_four_kinds_of_characters_make_a_password(password: str) -> None:
    assert check_new_password(password) == password


def add_unreachable(pool: LocalPool) -> None:
    add = pool.cognito.users.create
    unverified = {"email": "u@example.com", "email_verified": "false"}
    verified = {"email": "v@example.com", "email_verified": "true"}
    add("unverified", None, status="CONFIRMED", attributes=unverified)
    add("external", None, status="EXTERNAL_PROVIDER", attributes=verified)
    add("disabled", None, status="CONFIRMED", attributes=verified)
    pool.disable("disabled")
