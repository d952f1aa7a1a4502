"""The local Cognito's second factors: authenticator apps and codes by mail."""

import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from itertools import count
from typing import Any

import pytest

from authcore_local.cognito.user_pool.software_tokens import SoftwareToken
from support.authenticator_app import STEP, App, register
from support.local_pool import POOL_ID, LocalPool
from support.local_sign_in import (
    OVER,
    access_token,
    bearing,
    begin,
    called,
    new_user,
    prove,
    respond,
    with_password,
)


SERIAL = count(1)


@pytest.fixture(scope="module")
def served() -> Iterator[LocalPool]:
    with LocalPool() as pool:
        yield pool


@pytest.fixture(scope="module")
def strict() -> Iterator[LocalPool]:
    """A pool that requires a second factor."""
    with LocalPool(mfa="ON") as pool:
        yield pool


@pytest.fixture
def pool(served: LocalPool) -> LocalPool:
    """Each test has time steps of its own."""
    served.clock.advance(timedelta(minutes=5))
    return served


@pytest.fixture
def name(pool: LocalPool) -> str:
    return new_user(pool, f"user-{next(SERIAL)}")


def last_code(pool: LocalPool) -> str:
    return pool.cognito.outbox.messages()[0].code


class TestAuthenticatorApps:
    """SOFTWARE_TOKEN_MFA."""

    def test_the_codes_are_those_of_the_rfc(self) -> None:
        token = SoftwareToken(b"12345678901234567890")

        assert [token.code_at(step) for step in (1, 37037036, 41152263)] == [
            "287082",
            "081804",
            "005924",
        ]

    def test_a_registered_app_is_asked_for_after_the_password(
        self, pool: LocalPool, name: str
    ) -> None:
        app = register(pool, name)
        challenge = prove(pool, begin(pool, name))

        assert challenge["ChallengeName"] == "SOFTWARE_TOKEN_MFA"
        right = {"SOFTWARE_TOKEN_MFA_CODE": app.next_code()}
        assert respond(pool, challenge, right)["AuthenticationResult"]
        assert respond(pool, challenge, right) == OVER

    def test_a_verified_app_is_not_asked_for_until_it_is_active(
        self, pool: LocalPool, name: str
    ) -> None:
        token = access_token(pool, name)
        app = App(pool, bearing(pool, "AssociateSoftwareToken", token)["SecretCode"])
        bearing(pool, "VerifySoftwareToken", token, UserCode=app.code())

        assert with_password(pool, name)["AuthenticationResult"]

    def test_a_wrong_code_may_be_corrected_five_times(self, pool: LocalPool, name: str) -> None:
        app = register(pool, name)
        challenge = with_password(pool, name)
        wrong = {"SOFTWARE_TOKEN_MFA_CODE": "000000"}
        for _ in range(5):
            assert respond(pool, challenge, wrong)[0] == "CodeMismatchException"

        assert respond(pool, challenge, {"SOFTWARE_TOKEN_MFA_CODE": app.next_code()}) == OVER

    @pytest.mark.parametrize(
        ("steps", "is_taken"), [(-2, False), (-1, True), (1, True), (2, False)]
    )
    def test_clocks_may_differ_by_a_step(
        self, pool: LocalPool, name: str, steps: int, is_taken: bool
    ) -> None:
        app = register(pool, name)
        pool.clock.advance(STEP * 4)
        answer = respond(
            pool, with_password(pool, name), {"SOFTWARE_TOKEN_MFA_CODE": app.code(steps)}
        )

        assert isinstance(answer, dict) is is_taken

    def test_a_code_counts_once(self, pool: LocalPool, name: str) -> None:
        app = register(pool, name)
        again = {"SOFTWARE_TOKEN_MFA_CODE": app.next_code()}
        respond(pool, with_password(pool, name), again)

        assert respond(pool, with_password(pool, name), again) == (
            "ExpiredCodeException",
            "Your software token has already been used once.",
        )

    def test_an_app_that_was_offered_last_replaces_none_until_it_is_verified(
        self, pool: LocalPool, name: str
    ) -> None:
        app = register(pool, name)
        challenge = with_password(pool, name)
        right = {"SOFTWARE_TOKEN_MFA_CODE": app.next_code()}
        token = respond(pool, challenge, right)["AuthenticationResult"]["AccessToken"]
        bearing(pool, "AssociateSoftwareToken", token)

        assert bearing(pool, "VerifySoftwareToken", token, UserCode="000000")[0] == (
            "EnableSoftwareTokenMFAException"
        )
        again = {"SOFTWARE_TOKEN_MFA_CODE": app.next_code()}
        assert respond(pool, with_password(pool, name), again)["AuthenticationResult"]

    def test_no_app_is_verified_that_was_offered_no_secret(
        self, pool: LocalPool, name: str
    ) -> None:
        token = access_token(pool, name)

        assert bearing(pool, "VerifySoftwareToken", token, UserCode="000000")[0] == (
            "SoftwareTokenMFANotFoundException"
        )

    def test_no_factor_is_active_that_cannot_be_proved(self, pool: LocalPool, name: str) -> None:
        token = access_token(pool, name)
        setting = {"Enabled": True, "PreferredMfa": False}

        assert bearing(pool, "SetUserMFAPreference", token, SoftwareTokenMfaSettings=setting) == (
            "InvalidParameterException",
            "User has not verified software token mfa",
        )

    def test_a_pool_without_mfa_registers_no_app(self) -> None:
        with LocalPool(mfa="OFF") as pool:
            token = access_token(pool, "anna")

            assert bearing(pool, "AssociateSoftwareToken", token)[0] == (
                "SoftwareTokenMFANotFoundException"
            )

    def test_a_recovery_of_the_pool_takes_no_code(self, pool: LocalPool, name: str) -> None:
        app = register(pool, name)
        challenge = with_password(pool, name)
        pool.cognito.begin_recovery()
        answer = respond(pool, challenge, {"SOFTWARE_TOKEN_MFA_CODE": app.next_code()})
        pool.cognito.finish_recovery()

        assert answer[0] == "OperationNotEnabledException"


def count_signed_in(answers: list[Any]) -> int:
    """How many of *answers* are tokens."""
    return sum("AuthenticationResult" in answer for answer in answers)


class TestAnswersAtOnce:
    """Many right answers at the same time sign in once."""

    def test_to_one_handshake(self, pool: LocalPool, name: str) -> None:
        challenge = begin(pool, name)
        with ThreadPoolExecutor(8) as threads:
            answers = list(threads.map(lambda _: prove(pool, challenge), range(8)))

        assert count_signed_in(answers) == 1
        assert answers.count(OVER) == 7

    def test_with_one_code_in_many_sessions(self, pool: LocalPool, name: str) -> None:
        app = register(pool, name)
        challenges = [with_password(pool, name) for _ in range(8)]
        right = {"SOFTWARE_TOKEN_MFA_CODE": app.next_code()}
        with ThreadPoolExecutor(8) as threads:
            answers = list(threads.map(lambda each: respond(pool, each, right), challenges))

        assert count_signed_in(answers) == 1


class TestSetUp:
    """MFA_SETUP, in a pool that requires a second factor."""

    def test_a_user_registers_an_app_within_the_sign_in(self, strict: LocalPool) -> None:
        name = new_user(strict, "berta")
        challenge = with_password(strict, name)
        assert json.loads(challenge["ChallengeParameters"]["MFAS_CAN_SETUP"]) == [
            "SOFTWARE_TOKEN_MFA"
        ]

        offered = called(strict, "AssociateSoftwareToken", Session=challenge["Session"])
        app = App(strict, offered["SecretCode"])
        verified = called(
            strict, "VerifySoftwareToken", Session=offered["Session"], UserCode=app.code()
        )
        done = {**challenge, "Session": verified["Session"]}

        assert respond(strict, done, {})["AuthenticationResult"]
        assert with_password(strict, name)["ChallengeName"] == "SOFTWARE_TOKEN_MFA"

    def test_no_step_can_be_left_out(self, strict: LocalPool) -> None:
        challenge = with_password(strict, new_user(strict, "carla"))
        assert respond(strict, challenge, {})[0] == "InvalidParameterException"
        assert (
            called(strict, "VerifySoftwareToken", Session=challenge["Session"], UserCode="000000")
            == OVER
        )
        offered = called(strict, "AssociateSoftwareToken", Session=challenge["Session"])
        halfway = {**challenge, "Session": offered["Session"]}

        assert respond(strict, halfway, {})[0] == "InvalidParameterException"
        assert called(strict, "AssociateSoftwareToken", Session=challenge["Session"]) == OVER


class TestCodesByMail:
    """EMAIL_OTP as a second factor, and the choice between two."""

    def activate(self, pool: LocalPool, name: str, **settings: dict[str, bool]) -> None:
        answer = pool.administer("AdminSetUserMFAPreference", name, **settings)
        assert answer.status == 200, answer.body

    def test_a_mailed_code_is_asked_for(self, pool: LocalPool, name: str) -> None:
        self.activate(pool, name, EmailMfaSettings={"Enabled": True})
        challenge = with_password(pool, name)
        parameters = challenge["ChallengeParameters"]

        assert challenge["ChallengeName"] == "EMAIL_OTP"
        assert parameters["CODE_DELIVERY_DESTINATION"] == "u***@e***"
        assert respond(pool, challenge, {"EMAIL_OTP_CODE": "x"})[0] == "CodeMismatchException"
        right = {"EMAIL_OTP_CODE": last_code(pool)}
        assert respond(pool, challenge, right)["AuthenticationResult"]

    def test_a_code_belongs_to_its_session(self, pool: LocalPool, name: str) -> None:
        self.activate(pool, name, EmailMfaSettings={"Enabled": True})
        challenge = with_password(pool, name)
        code = last_code(pool)
        with_password(pool, name)
        assert last_code(pool) != code

        answer = respond(pool, challenge, {"EMAIL_OTP_CODE": last_code(pool)})
        assert answer[0] == "CodeMismatchException"

    def test_a_code_is_worth_nothing_without_a_verified_address(
        self, pool: LocalPool, name: str
    ) -> None:
        self.activate(pool, name, EmailMfaSettings={"Enabled": True})
        pool.administer(
            "AdminUpdateUserAttributes",
            name,
            UserAttributes=[{"Name": "email", "Value": "other@example.com"}],
        )

        assert with_password(pool, name)[0] == "InvalidParameterException"

    @pytest.mark.parametrize("choice", ["EMAIL_OTP", "EMAIL_MFA"])
    def test_of_two_factors_the_user_chooses_one(
        self, pool: LocalPool, name: str, choice: str
    ) -> None:
        register(pool, name)
        off = {"Enabled": True, "PreferredMfa": False}
        self.activate(pool, name, EmailMfaSettings=off, SoftwareTokenMfaSettings=off)
        challenge = with_password(pool, name)

        assert challenge["ChallengeName"] == "SELECT_MFA_TYPE"
        assert json.loads(challenge["ChallengeParameters"]["MFAS_CAN_CHOOSE"]) == [
            "EMAIL_OTP",
            "SOFTWARE_TOKEN_MFA",
        ]
        asked = respond(pool, challenge, {"ANSWER": choice})
        assert respond(pool, asked, {"EMAIL_OTP_CODE": last_code(pool)})["AuthenticationResult"]

    def test_a_factor_that_the_user_has_not_is_no_choice(self, pool: LocalPool, name: str) -> None:
        register(pool, name)
        off = {"Enabled": True, "PreferredMfa": False}
        self.activate(pool, name, EmailMfaSettings=off, SoftwareTokenMfaSettings=off)

        answer = respond(pool, with_password(pool, name), {"ANSWER": "SMS_MFA"})
        assert answer[0] == "InvalidParameterException"

    def test_a_preference_is_shown_and_ends(self, pool: LocalPool, name: str) -> None:
        token = access_token(pool, name)
        self.activate(pool, name, EmailMfaSettings={"Enabled": True, "PreferredMfa": True})
        shown = bearing(pool, "GetUser", token)
        assert shown["PreferredMfaSetting"] == "EMAIL_OTP"
        assert shown["UserMFASettingList"] == ["EMAIL_OTP"]
        self.activate(pool, name, EmailMfaSettings={"Enabled": False})

        assert "UserMFASettingList" not in bearing(pool, "GetUser", token)
        assert with_password(pool, name)["AuthenticationResult"]

    @pytest.mark.parametrize(
        "settings",
        [
            {"SMSMfaSettings": {"Enabled": True}},
            {"WebAuthnMfaSettings": {"Enabled": True}},
            {"EmailMfaSettings": {"Enabled": False, "PreferredMfa": True}},
            {"EmailMfaSettings": "on"},
        ],
    )
    def test_settings_that_make_no_sense_are_refused(
        self, pool: LocalPool, name: str, settings: Any
    ) -> None:
        answer = pool.administer("AdminSetUserMFAPreference", name, **settings)

        assert json.loads(answer.body)["__type"] == "InvalidParameterException"

    def test_another_pools_operator_sets_nothing(self, pool: LocalPool, name: str) -> None:
        given = {"UserPoolId": f"{POOL_ID}x", "Username": name}
        answer = pool.call("AdminSetUserMFAPreference", given, signed=True)

        assert json.loads(answer.body)["__type"] == "ResourceNotFoundException"
