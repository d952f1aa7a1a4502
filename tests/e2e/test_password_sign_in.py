"""Sign-ins on a page of one's own, from the password to the checked session, at a local Cognito."""

import base64
from collections.abc import Iterator
from datetime import timedelta
from itertools import count
from typing import Any, Final

import attrs
import pytest

import authcore
from authcore.adapters.cognito.client import unsigned_cognito_client
from authcore.adapters.cognito.password_authenticator import CognitoPasswordAuthenticator
from authcore.domain.model.challenges import PasswordFlow
from authcore.domain.model.urls import service_url
from authcore.domain.services.sign_in.password_sign_in import PasswordSignIn
from authcore.testing.fakes.system import ScriptedEntropy
from authcore_local.cognito.user_pool.software_tokens import STEP_SECONDS, SoftwareToken
from support.gate import AMPLE
from support.local_pool import CLIENT_ID, CLIENT_SECRET, PASSWORD, POOL_ID, LocalPool
from support.local_sign_in import access_token, bearing, new_user
from support.passkey_device import PasskeyDevice


SITE: Final = "authcore.localhost"
ORIGIN: Final = f"http://auth.{SITE}:8401"
OLD: Final = "canary-old-password"
SERIAL: Final = count(1)
MIGRATED: Final = {
    "userAttributes": {"email": "bob@example.com", "email_verified": "true"},
    "finalUserStatus": "CONFIRMED",
    "messageAction": "SUPPRESS",
}


class Migration:
    """The user migration trigger: knows bob."""

    def __init__(self) -> None:
        self.calls = 0

    def __call__(self, event: dict[str, Any], _: Any) -> dict[str, Any]:
        self.calls += 1
        if (event["userName"], event["request"]["password"]) == ("bob", OLD):
            event["response"] = dict(MIGRATED)
        if event["userName"] == "outage":
            raise RuntimeError("canary")
        return event


@pytest.fixture(scope="module")
def migration() -> Migration:
    return Migration()


@pytest.fixture(scope="module")
def pool(migration: Migration) -> Iterator[LocalPool]:
    with LocalPool(user_migration=migration, relying_party_id=SITE) as pool:
        yield pool


@pytest.fixture(scope="module")
def strict() -> Iterator[LocalPool]:
    """Requires a second factor."""
    with LocalPool(mfa="ON") as pool:
        yield pool


def sign_in_at(
    pool: LocalPool,
    *,
    flow: PasswordFlow = "USER_SRP_AUTH",
    migrating: PasswordFlow | None = None,
) -> PasswordSignIn:
    validator = authcore.token_validator(
        user_pool_id=POOL_ID,
        client_id=CLIENT_ID,
        issuer=pool.config.issuer,
        clock=pool.clock,
    )
    authenticator = CognitoPasswordAuthenticator(
        client=unsigned_cognito_client(
            region="eu-west-1", endpoint_url=service_url(pool.url), within=AMPLE
        ),
        user_pool_id=POOL_ID,
        client_id=CLIENT_ID,
        client_secret=CLIENT_SECRET,
        clock=pool.clock,
        entropy=ScriptedEntropy(),
    )
    return PasswordSignIn(
        authenticator=authenticator, validator=validator, flow=flow, migrating=migrating
    )


@pytest.fixture
def user(pool: LocalPool) -> authcore.Credentials:
    return authcore.Credentials(new_user(pool, f"user-{next(SERIAL)}"), PASSWORD)


def asked(answered: authcore.Session | authcore.Challenge, name: str) -> authcore.Challenge:
    assert isinstance(answered, authcore.Challenge)
    assert answered.name == name
    return answered


def signed_in(answered: authcore.Session | authcore.Challenge, username: str) -> None:
    assert isinstance(answered, authcore.Session)
    assert answered.access.username == username


def totp(pool: LocalPool, secret: str) -> str:
    token = SoftwareToken(base64.b32decode(secret + "=" * (-len(secret) % 8)))
    return token.code_at(int(pool.clock.now().timestamp()) // STEP_SECONDS)


def last_code(pool: LocalPool) -> str:
    return pool.cognito.outbox.messages()[0].code


@pytest.mark.parametrize("flow", ["USER_SRP_AUTH", "USER_AUTH", "USER_PASSWORD_AUTH"])
def test_a_password_opens_a_session_and_a_wrong_one_does_not(
    pool: LocalPool, user: authcore.Credentials, flow: PasswordFlow
) -> None:
    sign_in = sign_in_at(pool, flow=flow)

    signed_in(sign_in.begin(user), user.username)
    for wrong in (attrs.evolve(user, password=OLD), authcore.Credentials("nobody", PASSWORD)):
        with pytest.raises(authcore.CredentialsRejectedError):
            sign_in.begin(wrong)


def test_a_user_who_is_not_migrated_signs_in_by_srp_and_one_more_try(
    pool: LocalPool, migration: Migration
) -> None:
    bob, calls = authcore.Credentials("bob", OLD), migration.calls
    with pytest.raises(authcore.CredentialsRejectedError):
        sign_in_at(pool).begin(bob)
    assert migration.calls == calls
    migrating = sign_in_at(pool, migrating="USER_PASSWORD_AUTH")

    signed_in(migrating.begin(bob), "bob")
    calls = migration.calls
    signed_in(sign_in_at(pool).begin(bob), "bob")
    assert migration.calls == calls
    with pytest.raises(authcore.UnavailableError):
        migrating.begin(authcore.Credentials("outage", OLD))


def test_an_authenticator_application_is_set_up_and_then_asked_for(strict: LocalPool) -> None:
    name = new_user(strict, "carla")
    sign_in, carla = sign_in_at(strict), authcore.Credentials(name, PASSWORD)
    setup = sign_in.begin_totp_setup(asked(sign_in.begin(carla), "MFA_SETUP"))
    with pytest.raises(authcore.AnswerRejectedError):
        sign_in.answer(setup.challenge, authcore.TotpSetup("000000"))
    code = authcore.TotpSetup(totp(strict, setup.secret))
    signed_in(sign_in.answer(setup.challenge, code), name)

    challenge = asked(sign_in.begin(carla), "SOFTWARE_TOKEN_MFA")
    with pytest.raises(authcore.AnswerRejectedError):
        sign_in.answer(challenge, authcore.Code("000000"))
    strict.clock.advance(timedelta(seconds=STEP_SECONDS))
    signed_in(sign_in.answer(challenge, authcore.Code(totp(strict, setup.secret))), name)


def test_a_user_chooses_a_code_by_mail_or_the_password(
    pool: LocalPool, user: authcore.Credentials
) -> None:
    sign_in = sign_in_at(pool, flow="USER_AUTH")
    choice = asked(sign_in.begin_choice(user.username), "SELECT_CHALLENGE")
    mailed = asked(sign_in.answer(choice, authcore.Choice("EMAIL_OTP")), "EMAIL_OTP")
    with pytest.raises(authcore.AnswerRejectedError):
        sign_in.answer(mailed, authcore.Code("00000000"))

    signed_in(sign_in.answer(mailed, authcore.Code(last_code(pool))), user.username)
    again = sign_in.begin_choice(user.username)
    signed_in(sign_in.answer(again, authcore.Password(user.password)), user.username)


def test_a_passkey_is_passed_through(pool: LocalPool, user: authcore.Credentials) -> None:
    device, token = PasskeyDevice(ORIGIN), access_token(pool, user.username)
    options = bearing(pool, "StartWebAuthnRegistration", token)["CredentialCreationOptions"]
    credential = device.register(options)
    assert bearing(pool, "CompleteWebAuthnRegistration", token, Credential=credential) == {}
    sign_in = sign_in_at(pool, flow="USER_AUTH")
    challenge = asked(sign_in.begin_choice(user.username, preferred="WEB_AUTHN"), "WEB_AUTHN")

    signed = device.sign(challenge.parameters["CREDENTIAL_REQUEST_OPTIONS"])
    signed_in(sign_in.answer(challenge, authcore.PasskeyAssertion(signed)), user.username)
    with pytest.raises(authcore.CredentialsRejectedError):
        sign_in.answer(challenge, authcore.PasskeyAssertion(signed))


def test_a_locked_user_is_refused_as_a_wrong_password_is(
    pool: LocalPool, user: authcore.Credentials
) -> None:
    sign_in, wrong = sign_in_at(pool), attrs.evolve(user, password=OLD)
    for _ in range(6):
        with pytest.raises(authcore.CredentialsRejectedError) as refused:
            sign_in.begin(wrong)
        assert refused.type is authcore.CredentialsRejectedError
    with pytest.raises(authcore.CredentialsRejectedError):
        sign_in.begin(user)


def test_a_second_try_counts_twice_towards_the_lockout(
    pool: LocalPool, user: authcore.Credentials
) -> None:
    """As the documents say: three wrong passwords lock a user, where five do without."""
    sign_in = sign_in_at(pool, migrating="USER_PASSWORD_AUTH")
    for _ in range(3):
        with pytest.raises(authcore.CredentialsRejectedError):
            sign_in.begin(attrs.evolve(user, password=OLD))
    with pytest.raises(authcore.CredentialsRejectedError):
        sign_in.begin(user)


def test_the_embedded_sign_in_takes_the_same_way(
    pool: LocalPool, user: authcore.Credentials
) -> None:
    own = sign_in_at(pool)
    sign_in = authcore.password_sign_in(
        validator=own.validator,
        user_pool_id=POOL_ID,
        client_id=CLIENT_ID,
        client_secret=CLIENT_SECRET,
        flow="USER_PASSWORD_AUTH",  # the pool's clock stands, and SRP signs the machine's time
        endpoint_url=pool.url,
        timeout=timedelta(seconds=30),
    )

    signed_in(sign_in.begin(user), user.username)
