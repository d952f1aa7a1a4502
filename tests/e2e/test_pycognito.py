"""
pycognito 2024.5.1, which nobody here wrote, at the local Cognito, as a confidential client.

It verifies the tokens that it gets, against the pool's keys.
"""

import base64
from collections.abc import Iterator
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError
from pycognito import Cognito
from pycognito.exceptions import ForceChangePasswordException, SoftwareTokenMFAChallengeException

from authcore.adapters.system import SystemClock
from authcore.testing.fakes.system import FrozenClock
from authcore_local.cognito.user_pool.software_tokens import STEP_SECONDS, SoftwareToken
from support.gate import AMPLE
from support.local_pool import CLIENT_ID, CLIENT_SECRET, PASSWORD, POOL_ID, LocalPool
from support.local_sign_in import new_user


NEW_PASSWORD = "canary-Changed 2"

pytestmark = pytest.mark.filterwarnings("ignore:datetime.datetime.utcnow:DeprecationWarning")


@pytest.fixture(scope="module")
def pool() -> Iterator[LocalPool]:
    """Time stands still, so that no code of an app is too old."""
    clock = FrozenClock(SystemClock().now())
    with LocalPool(clock=clock, srp_answer_window=AMPLE) as pool:
        yield pool


class _OneClient:
    """A boto3 session that makes one client for all users: each costs as much as a sign-in."""

    def __init__(self) -> None:
        self._clients: dict[str, Any] = {}

    def client(self, name: str, *, endpoint_url: str, region_name: str) -> Any:
        if endpoint_url not in self._clients:
            self._clients[endpoint_url] = boto3.client(
                "cognito-idp",
                endpoint_url=endpoint_url,
                region_name=region_name,
                aws_access_key_id="local",
                aws_secret_access_key="canary-local",
            )
        return self._clients[endpoint_url]


SESSION = _OneClient()


def user_of(pool: LocalPool, name: str) -> Any:
    return Cognito(
        POOL_ID,
        CLIENT_ID,
        client_secret=CLIENT_SECRET,
        username=name,
        session=SESSION,
        boto3_client_kwargs={"endpoint_url": pool.url},
    )


def signed_in(pool: LocalPool, name: str, password: str = PASSWORD) -> Any:
    user = user_of(pool, name)
    user.authenticate(password)
    return user


def mailed_code(pool: LocalPool) -> str:
    return pool.cognito.outbox.messages()[0].code


def test_a_user_signs_in_by_srp_with_verified_tokens(pool: LocalPool) -> None:
    user = signed_in(pool, "anna")

    assert user.id_claims["cognito:username"] == "anna"
    assert user.access_claims["client_id"] == CLIENT_ID
    assert user.get_user().email == "anna@example.com"
    with pytest.raises(ClientError, match="Incorrect username or password"):
        signed_in(pool, "anna", "canary-wrong")


def test_an_operator_signs_a_user_in_by_password(pool: LocalPool) -> None:
    user = user_of(pool, "anna")
    user.admin_authenticate(PASSWORD)

    assert user.id_claims["cognito:username"] == "anna"


def test_a_user_signs_up_and_confirms(pool: LocalPool) -> None:
    user = user_of(pool, "pycognito-new")
    user.set_base_attributes(email="new@example.com")
    user.register("pycognito-new", PASSWORD)
    user.resend_confirmation_code("pycognito-new")
    user.confirm_sign_up(mailed_code(pool))

    assert signed_in(pool, "pycognito-new").id_claims["email_verified"]


def test_a_forgotten_password_is_replaced(pool: LocalPool) -> None:
    user = user_of(pool, new_user(pool, "forgetful"))
    user.initiate_forgot_password()
    user.confirm_forgot_password(mailed_code(pool), NEW_PASSWORD)

    assert signed_in(pool, "forgetful", NEW_PASSWORD)


def test_a_password_is_changed(pool: LocalPool) -> None:
    signed_in(pool, new_user(pool, "changing")).change_password(PASSWORD, NEW_PASSWORD)

    assert signed_in(pool, "changing", NEW_PASSWORD)


def test_a_session_is_refreshed(pool: LocalPool) -> None:
    user = signed_in(pool, "anna")
    before = user.access_claims
    user.renew_access_token()

    assert user.access_claims["jti"] != before["jti"]
    assert user.access_claims["origin_jti"] == before["origin_jti"]


def test_a_sign_out_ends_every_session(pool: LocalPool) -> None:
    here, there = signed_in(pool, new_user(pool, "leaving")), signed_in(pool, "leaving")
    here.logout()

    with pytest.raises(ClientError, match="Refresh Token has been revoked"):
        there.renew_access_token()


def test_a_temporary_password_is_replaced(pool: LocalPool) -> None:
    pool.cognito.users.set_password(new_user(pool, "temporary"), PASSWORD, "FORCE_CHANGE_PASSWORD")
    user = user_of(pool, "temporary")
    with pytest.raises(ForceChangePasswordException):
        user.authenticate(PASSWORD)
    user.new_password_challenge(PASSWORD, NEW_PASSWORD)

    assert signed_in(pool, "temporary", NEW_PASSWORD)


def test_a_user_deletes_the_account(pool: LocalPool) -> None:
    signed_in(pool, new_user(pool, "gone")).delete_user()

    assert pool.cognito.users.find("gone") is None


def test_an_address_is_changed_and_verified(pool: LocalPool) -> None:
    user = signed_in(pool, new_user(pool, "moving"))
    user.update_profile({"email": "moved@example.com"})
    assert not user.get_user().email_verified
    user.validate_verification(mailed_code(pool))

    assert user.get_user().email_verified


def test_an_authenticator_app_is_asked_for(pool: LocalPool) -> None:
    user = signed_in(pool, new_user(pool, "careful"))
    secret = user.associate_software_token()
    token = SoftwareToken(base64.b32decode(secret + "=" * (-len(secret) % 8)))
    step = int(pool.clock.now().timestamp()) // STEP_SECONDS
    assert user.verify_software_token(token.code_at(step))
    user.set_user_mfa_preference(sms_mfa=False, software_token_mfa=True, preferred="SOFTWARE_TOKEN")
    again = user_of(pool, "careful")
    with pytest.raises(SoftwareTokenMFAChallengeException):
        again.authenticate(PASSWORD)
    again.respond_to_software_token_mfa_challenge(token.code_at(step + 1))

    assert again.id_claims["cognito:username"] == "careful"
