"""The local Cognito's USER_AUTH: the user chooses the first factor."""

from collections.abc import Iterator
from itertools import count
from typing import Any

import pytest

from support.local_pool import PASSWORD, POOL_ID, LocalPool, Recorder, claims_of
from support.local_sign_in import OVER, WRONG, called, hash_of, new_user, prove, respond
from support.srp_client import SrpClient


SERIAL = count(1)


@pytest.fixture(scope="module")
def pool() -> Iterator[LocalPool]:
    with LocalPool() as pool:
        yield pool


@pytest.fixture
def name(pool: LocalPool) -> str:
    return new_user(pool, f"user-{next(SERIAL)}")


def choose(pool: LocalPool, name: str, **more: str) -> Any:
    parameters = {"USERNAME": name, "SECRET_HASH": hash_of(name), **more}
    answer = called(pool, "InitiateAuth", AuthFlow="USER_AUTH", AuthParameters=parameters)
    if isinstance(answer, dict) and answer.get("ChallengeName") == "SELECT_CHALLENGE":
        answer["ChallengeParameters"]["USER_ID_FOR_SRP"] = name
    return answer


def last_code(pool: LocalPool) -> str:
    return pool.cognito.outbox.messages()[0].code


def test_a_user_is_offered_what_can_be_proved(pool: LocalPool, name: str) -> None:
    asked = choose(pool, name)

    assert asked["ChallengeName"] == "SELECT_CHALLENGE"
    assert asked["AvailableChallenges"] == ["PASSWORD", "PASSWORD_SRP", "EMAIL_OTP"]


def test_an_unknown_user_is_offered_the_same_and_gets_nowhere(pool: LocalPool, name: str) -> None:
    asked = choose(pool, "nobody")
    mails = len(pool.cognito.outbox.messages())

    assert asked["AvailableChallenges"] == choose(pool, name)["AvailableChallenges"]
    coded = respond(pool, asked, {"ANSWER": "EMAIL_OTP"})
    assert coded["ChallengeName"] == "EMAIL_OTP"
    assert len(pool.cognito.outbox.messages()) == mails
    assert respond(pool, coded, {"EMAIL_OTP_CODE": "123456"})[0] == "CodeMismatchException"
    for more in (
        {"PREFERRED_CHALLENGE": "PASSWORD", "PASSWORD": PASSWORD},
        {"PREFERRED_CHALLENGE": "PASSWORD_SRP", "SRP_A": SrpClient(POOL_ID).public},
    ):
        answer = choose(pool, "nobody", **more)
        assert (answer if isinstance(answer, tuple) else prove(pool, answer)) == WRONG


@pytest.mark.parametrize("preferred", [{}, {"PREFERRED_CHALLENGE": "WEB_AUTHN"}])
def test_what_the_user_has_not_is_not_begun(
    pool: LocalPool, name: str, preferred: dict[str, str]
) -> None:
    assert choose(pool, name, **preferred)["ChallengeName"] == "SELECT_CHALLENGE"


def test_a_preferred_password_signs_in_at_once(pool: LocalPool, name: str) -> None:
    answer = choose(pool, name, PREFERRED_CHALLENGE="PASSWORD", PASSWORD=PASSWORD)

    assert claims_of(answer["AuthenticationResult"]["IdToken"])["cognito:username"] == name
    assert choose(pool, name, PREFERRED_CHALLENGE="PASSWORD", PASSWORD="canary-no") == WRONG


def test_a_password_may_be_asked_for(pool: LocalPool, name: str) -> None:
    asked = choose(pool, name, PREFERRED_CHALLENGE="PASSWORD")

    assert asked["ChallengeName"] == "PASSWORD"
    assert respond(pool, asked, {"PASSWORD": "canary-no"}) == WRONG
    assert respond(pool, asked, {"PASSWORD": PASSWORD}) == OVER
    again = choose(pool, name, PREFERRED_CHALLENGE="PASSWORD")
    assert respond(pool, again, {"PASSWORD": PASSWORD})["AuthenticationResult"]


def test_a_password_may_come_with_the_selection(pool: LocalPool, name: str) -> None:
    asked = choose(pool, name)
    chosen = {"ANSWER": "PASSWORD", "PASSWORD": PASSWORD}

    assert respond(pool, asked, chosen)["AuthenticationResult"]
    assert respond(pool, asked, chosen) == OVER


def test_srp_may_be_preferred_selected_or_asked_for(pool: LocalPool, name: str) -> None:
    public = {"SRP_A": SrpClient(POOL_ID).public}
    preferred = choose(pool, name, PREFERRED_CHALLENGE="PASSWORD_SRP", **public)
    selected = respond(pool, choose(pool, name), {"ANSWER": "PASSWORD_SRP", **public})
    asked = choose(pool, name, PREFERRED_CHALLENGE="PASSWORD_SRP")
    assert asked["ChallengeName"] == "PASSWORD_SRP"
    answered = respond(pool, asked, public)

    for challenge in (preferred, selected, answered):
        assert challenge["Session"]
        assert prove(pool, challenge)["AuthenticationResult"]


def test_a_mailed_code_signs_in(pool: LocalPool, name: str) -> None:
    asked = respond(pool, choose(pool, name), {"ANSWER": "EMAIL_OTP"})

    right = {"EMAIL_OTP_CODE": last_code(pool)}
    assert respond(pool, asked, right)["AuthenticationResult"]
    assert respond(pool, asked, right) == OVER


def test_what_was_not_offered_cannot_be_selected(pool: LocalPool, name: str) -> None:
    answer = respond(pool, choose(pool, name), {"ANSWER": "SMS_OTP"})

    assert answer[0] == "InvalidParameterException"


def test_an_unconfirmed_user_proves_the_factor_first(pool: LocalPool) -> None:
    pool.cognito.users.create("new", PASSWORD, status="UNCONFIRMED", attributes={})
    preferred = {"PREFERRED_CHALLENGE": "PASSWORD"}

    assert choose(pool, "new", **preferred, PASSWORD="canary-no") == WRONG
    assert choose(pool, "new", **preferred, PASSWORD=PASSWORD)[0] == "UserNotConfirmedException"


def test_an_active_second_factor_leaves_passwords_only(pool: LocalPool, name: str) -> None:
    pool.administer("AdminSetUserMFAPreference", name, EmailMfaSettings={"Enabled": True})

    assert choose(pool, name)["AvailableChallenges"] == ["PASSWORD", "PASSWORD_SRP"]
    after = choose(pool, name, PREFERRED_CHALLENGE="PASSWORD", PASSWORD=PASSWORD)
    assert after["ChallengeName"] == "EMAIL_OTP"


def test_a_factor_that_became_active_meanwhile_is_asked_for(pool: LocalPool, name: str) -> None:
    asked = respond(pool, choose(pool, name), {"ANSWER": "EMAIL_OTP"})
    code = last_code(pool)
    pool.administer("AdminSetUserMFAPreference", name, EmailMfaSettings={"Enabled": True})

    after = respond(pool, asked, {"EMAIL_OTP_CODE": code})
    assert after["ChallengeName"] == "EMAIL_OTP"


def test_a_choice_migrates_no_user() -> None:
    recorder = Recorder()
    with LocalPool(triggers=recorder.triggers()) as pool:
        preferred = {"PREFERRED_CHALLENGE": "PASSWORD", "PASSWORD": PASSWORD}
        assert choose(pool, "legacy", **preferred) == WRONG

        assert recorder.sources == ["PreAuthentication_Authentication"]
        assert recorder.events[0]["request"]["userNotFound"] is True


def test_a_pool_may_leave_codes_out() -> None:
    with LocalPool(first_factors=frozenset()) as pool:
        assert choose(pool, "anna")["AvailableChallenges"] == ["PASSWORD", "PASSWORD_SRP"]
        assert choose(pool, "nobody")["AvailableChallenges"] == ["PASSWORD", "PASSWORD_SRP"]


def test_a_client_without_the_flow_is_refused() -> None:
    with LocalPool(auth_flows=frozenset({"ALLOW_USER_SRP_AUTH"})) as pool:
        answer = called(
            pool, "InitiateAuth", AuthFlow="USER_AUTH", AuthParameters={"USERNAME": "anna"}
        )

    assert answer == (
        "InvalidParameterException",
        "USER_AUTH flow not enabled for this client",
    )
