"""The local Cognito's USER_SRP_AUTH, lockout and NEW_PASSWORD_REQUIRED, over the API."""

import json
from collections.abc import Iterator
from datetime import timedelta
from itertools import count
from typing import Any

import pytest

from support.local_pool import (
    CLIENT_ID,
    PASSWORD,
    POOL_ID,
    LocalPool,
    Recorder,
    claims_of,
)
from support.local_sign_in import (
    OVER,
    WRONG,
    begin,
    called,
    hash_of,
    new_user,
    prove,
    respond,
    with_password,
)
from support.srp_client import SrpClient, stamp


SERIAL = count(1)


@pytest.fixture(scope="module")
def pool() -> Iterator[LocalPool]:
    with LocalPool() as pool:
        yield pool


@pytest.fixture
def name(pool: LocalPool) -> str:
    """A confirmed user of this test."""
    return new_user(pool, f"user-{next(SERIAL)}")


def test_a_right_password_signs_in(pool: LocalPool, name: str) -> None:
    result = prove(pool, begin(pool, name))["AuthenticationResult"]

    assert claims_of(result["IdToken"])["cognito:username"] == name
    assert claims_of(result["AccessToken"])["scope"] == "aws.cognito.signin.user.admin"
    assert result["RefreshToken"]


def test_a_challenge_carries_no_session_and_the_stored_user_name() -> None:
    with LocalPool(case_sensitive=False) as pool:
        challenge = begin(pool, "ANNA")

        assert challenge["ChallengeName"] == "PASSWORD_VERIFIER"
        assert "Session" not in challenge
        assert challenge["ChallengeParameters"]["USER_ID_FOR_SRP"] == "anna"
        assert prove(pool, challenge)["AuthenticationResult"]


def test_the_operator_may_begin_and_answer(pool: LocalPool, name: str) -> None:
    parameters = {
        "USERNAME": name,
        "SRP_A": SrpClient(POOL_ID).public,
        "SECRET_HASH": hash_of(name),
    }
    given = {"UserPoolId": POOL_ID, "ClientId": CLIENT_ID}
    begun = pool.call(
        "AdminInitiateAuth",
        {**given, "AuthFlow": "USER_SRP_AUTH", "AuthParameters": parameters},
        signed=True,
    )
    challenge = json.loads(begun.body)
    responses = SrpClient(POOL_ID).answer(
        challenge["ChallengeParameters"], PASSWORD, pool.clock.now()
    )
    answered = pool.call(
        "AdminRespondToAuthChallenge",
        {
            **given,
            "ChallengeName": "PASSWORD_VERIFIER",
            "ChallengeResponses": {**responses, "SECRET_HASH": hash_of(name)},
        },
        signed=True,
    )

    assert json.loads(answered.body)["AuthenticationResult"]


def test_a_wrong_password_is_refused_and_ends_the_handshake(pool: LocalPool, name: str) -> None:
    challenge = begin(pool, name)

    assert prove(pool, challenge, "canary-wrong") == WRONG
    assert prove(pool, challenge) == OVER


def test_a_handshake_signs_in_once(pool: LocalPool, name: str) -> None:
    challenge = begin(pool, name)
    prove(pool, challenge)

    assert prove(pool, challenge) == OVER


def test_an_unknown_user_gets_the_same_challenge_and_the_same_refusal(pool: LocalPool) -> None:
    first, second = begin(pool, "nobody"), begin(pool, "nobody")

    assert first["ChallengeParameters"].keys() == begin(pool, "anna")["ChallengeParameters"].keys()
    assert first["ChallengeParameters"]["SALT"] == second["ChallengeParameters"]["SALT"]
    assert first["ChallengeParameters"]["SRP_B"] != second["ChallengeParameters"]["SRP_B"]
    assert prove(pool, first) == WRONG


def test_a_pool_with_legacy_existence_errors_names_an_unknown_user() -> None:
    with LocalPool(prevent_user_existence_errors="LEGACY") as pool:
        assert begin(pool, "nobody") == ("UserNotFoundException", "User does not exist.")


@pytest.mark.parametrize("seconds", [-6, 6])
def test_a_timestamp_some_seconds_off_is_refused(pool: LocalPool, name: str, seconds: int) -> None:
    off = stamp(pool.clock.now() + timedelta(seconds=seconds))
    challenge = begin(pool, name)
    responses = SrpClient(POOL_ID).answer(
        challenge["ChallengeParameters"],
        PASSWORD,
        pool.clock.now() + timedelta(seconds=seconds),
    )
    assert responses["TIMESTAMP"] == off

    assert respond(pool, challenge, responses) == WRONG


def test_an_answer_has_to_come_within_a_few_seconds(pool: LocalPool, name: str) -> None:
    in_time, late = begin(pool, name), begin(pool, name)
    pool.clock.advance(timedelta(seconds=5))
    assert prove(pool, in_time)["AuthenticationResult"]
    pool.clock.advance(timedelta(seconds=1))

    assert prove(pool, late) == WRONG


def test_an_answer_of_another_user_is_refused(pool: LocalPool, name: str) -> None:
    challenge = begin(pool, name)
    responses = SrpClient(POOL_ID).answer(
        challenge["ChallengeParameters"], PASSWORD, pool.clock.now()
    )
    stolen = {**responses, "USERNAME": "anna", "SECRET_HASH": hash_of("anna")}

    assert respond(pool, challenge, stolen) == OVER


@pytest.mark.parametrize("value", ["0", "zz", "f" * 2000])
def test_a_public_value_that_proves_nothing_is_refused(
    pool: LocalPool, name: str, value: str
) -> None:
    assert begin(pool, name, SRP_A=value)[0] == "InvalidParameterException"


def test_a_secret_block_that_was_never_sent_is_refused(pool: LocalPool, name: str) -> None:
    challenge = begin(pool, name)

    assert prove(pool, challenge, PASSWORD_CLAIM_SECRET_BLOCK="c2VjcmV0") == OVER


def test_srp_migrates_no_user_and_fires_what_a_password_fires() -> None:
    recorder = Recorder()
    with LocalPool(triggers=recorder.triggers()) as pool:
        assert prove(pool, begin(pool, "unknown")) == WRONG
        assert recorder.sources == ["PreAuthentication_Authentication"]
        assert recorder.events.pop()["request"] == {
            "userAttributes": {},
            "validationData": None,
            "userNotFound": True,
        }
        responses = SrpClient(POOL_ID)
        challenge = begin(pool, "anna")
        given = responses.answer(challenge["ChallengeParameters"], PASSWORD, pool.clock.now())
        respond(pool, challenge, given, ClientMetadata={"from": "app"})

    assert recorder.sources == [
        "PreAuthentication_Authentication",
        "PostAuthentication_Authentication",
        "TokenGeneration_Authentication",
    ]
    assert recorder.events[1]["request"]["clientMetadata"] == {"from": "app"}
    assert recorder.events[2]["request"]["clientMetadata"] == {"from": "app"}


def test_a_client_without_the_flow_is_refused() -> None:
    with LocalPool(auth_flows=frozenset({"ALLOW_USER_PASSWORD_AUTH"})) as pool:
        assert begin(pool, "anna") == (
            "InvalidParameterException",
            "USER_SRP_AUTH flow not enabled for this client",
        )


class TestLockout:
    """After five wrong passwords, whichever flow they came by."""

    @pytest.mark.parametrize("known", [True, False])
    def test_the_right_password_is_refused_for_a_second(
        self, pool: LocalPool, name: str, known: bool
    ) -> None:
        locked = ("NotAuthorizedException", "Password attempts exceeded")
        user = name if known else f"nobody-{name}"
        for _ in range(3):
            assert with_password(pool, user, "canary-wrong") == WRONG
        for _ in range(2):
            assert prove(pool, begin(pool, user), "canary-wrong") == WRONG

        assert with_password(pool, user, PASSWORD) == locked
        assert begin(pool, user) == locked
        pool.clock.advance(timedelta(seconds=1))
        if known:
            assert with_password(pool, user, PASSWORD)["AuthenticationResult"]


class TestNewPassword:
    """NEW_PASSWORD_REQUIRED, after a temporary password."""

    @pytest.fixture
    def challenge(self, pool: LocalPool, name: str) -> Any:
        pool.cognito.users.set_password(name, PASSWORD, "FORCE_CHANGE_PASSWORD")
        return prove(pool, begin(pool, name))

    def test_the_challenge_shows_the_attributes(
        self, pool: LocalPool, name: str, challenge: Any
    ) -> None:
        parameters = challenge["ChallengeParameters"]

        assert challenge["ChallengeName"] == "NEW_PASSWORD_REQUIRED"
        assert json.loads(parameters["requiredAttributes"]) == []
        assert json.loads(parameters["userAttributes"])["email"] == f"{name}@example.com"

    def test_a_new_password_confirms_the_user(
        self, pool: LocalPool, name: str, challenge: Any
    ) -> None:
        responses = {"NEW_PASSWORD": "canary-New 2", "userAttributes.name": "Nina"}
        result = respond(pool, challenge, responses)["AuthenticationResult"]

        assert claims_of(result["IdToken"])["name"] == "Nina"
        user = pool.cognito.users.find(name)
        assert user is not None
        assert user.status == "CONFIRMED"
        assert prove(pool, begin(pool, name)) == WRONG
        assert prove(pool, begin(pool, name), "canary-New 2")["AuthenticationResult"]

    def test_a_weak_one_may_be_replaced_in_the_same_session(
        self, pool: LocalPool, challenge: Any
    ) -> None:
        weak = respond(pool, challenge, {"NEW_PASSWORD": "weak"})
        assert weak[0] == "InvalidPasswordException"

        assert respond(pool, challenge, {"NEW_PASSWORD": "canary-New 2"})["AuthenticationResult"]

    def test_five_wrong_answers_end_the_session(self, pool: LocalPool, challenge: Any) -> None:
        for _ in range(5):
            respond(pool, challenge, {"NEW_PASSWORD": "weak"})

        assert respond(pool, challenge, {"NEW_PASSWORD": "canary-New 2"}) == OVER

    def test_a_session_is_open_for_three_minutes(self, pool: LocalPool, challenge: Any) -> None:
        pool.clock.advance(timedelta(minutes=3))

        assert respond(pool, challenge, {"NEW_PASSWORD": "canary-New 2"}) == OVER

    def test_a_session_answers_its_own_challenge_only(
        self, pool: LocalPool, challenge: Any
    ) -> None:
        other = respond(pool, challenge, {}, ChallengeName="CUSTOM_CHALLENGE")

        assert other[0] == "InvalidParameterException"

    def test_a_disabled_user_does_not_get_through(
        self, pool: LocalPool, name: str, challenge: Any
    ) -> None:
        pool.disable(name)

        assert respond(pool, challenge, {"NEW_PASSWORD": "canary-New 2"}) == (
            "NotAuthorizedException",
            "User is disabled.",
        )

    def test_the_token_trigger_hears_of_a_new_password(self) -> None:
        recorder = Recorder()
        with LocalPool(triggers=recorder.triggers()) as pool:
            pool.cognito.users.set_password("anna", PASSWORD, "FORCE_CHANGE_PASSWORD")
            challenge = prove(pool, begin(pool, "anna"))
            respond(pool, challenge, {"NEW_PASSWORD": "canary-New 2"})

        assert recorder.sources[-1] == "TokenGeneration_NewPasswordChallenge"


class TestAPublicClient:
    """One without a secret."""

    def test_it_signs_in_and_refreshes_without_a_hash(self) -> None:
        with LocalPool(client_secrets=()) as pool:
            parameters = {"USERNAME": "anna", "SRP_A": SrpClient(POOL_ID).public}
            challenge = called(
                pool, "InitiateAuth", AuthFlow="USER_SRP_AUTH", AuthParameters=parameters
            )
            responses = SrpClient(POOL_ID).answer(
                challenge["ChallengeParameters"], PASSWORD, pool.clock.now()
            )
            result = called(
                pool,
                "RespondToAuthChallenge",
                ChallengeName="PASSWORD_VERIFIER",
                ChallengeResponses=responses,
            )["AuthenticationResult"]
            token = result["RefreshToken"]

            assert called(
                pool,
                "InitiateAuth",
                AuthFlow="REFRESH_TOKEN_AUTH",
                AuthParameters={"REFRESH_TOKEN": token},
            )["AuthenticationResult"]
            assert called(pool, "GetTokensFromRefreshToken", RefreshToken=token)[
                "AuthenticationResult"
            ]
            assert called(pool, "RevokeToken", Token=token) == {}

    def test_a_hash_or_a_secret_that_it_cannot_have_is_refused(self) -> None:
        with LocalPool(client_secrets=()) as pool:
            assert begin(pool, "anna")[1] == f"Unable to verify secret hash for client {CLIENT_ID}"
            assert pool.redeem("no-code").status == 400
