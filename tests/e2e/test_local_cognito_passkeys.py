"""The local Cognito's passkeys: registration by access token, and WEB_AUTHN."""

from collections.abc import Iterator
from datetime import timedelta
from itertools import count
from typing import Any

import pytest

from support.local_pool import LocalPool, claims_of
from support.local_sign_in import (
    OVER,
    WRONG,
    access_token,
    bearing,
    called,
    hash_of,
    new_user,
    respond,
)
from support.passkey_device import PasskeyDevice


SITE = "authcore.localhost"
ORIGIN = f"http://auth.{SITE}:8401"
SERIAL = count(1)


@pytest.fixture(scope="module")
def pool() -> Iterator[LocalPool]:
    with LocalPool(relying_party_id=SITE) as pool:
        yield pool


@pytest.fixture
def name(pool: LocalPool) -> str:
    return new_user(pool, f"user-{next(SERIAL)}")


def start(pool: LocalPool, token: str) -> Any:
    return bearing(pool, "StartWebAuthnRegistration", token)["CredentialCreationOptions"]


def register(pool: LocalPool, name: str, device: PasskeyDevice | None = None) -> PasskeyDevice:
    device = device or PasskeyDevice(ORIGIN)
    token = access_token(pool, name)
    credential = device.register(start(pool, token))
    assert bearing(pool, "CompleteWebAuthnRegistration", token, Credential=credential) == {}
    return device


def ask(pool: LocalPool, name: str) -> Any:
    parameters = {
        "USERNAME": name,
        "SECRET_HASH": hash_of(name),
        "PREFERRED_CHALLENGE": "WEB_AUTHN",
    }
    return called(pool, "InitiateAuth", AuthFlow="USER_AUTH", AuthParameters=parameters)


def sign(device: PasskeyDevice, challenge: Any) -> dict[str, str]:
    options = challenge["ChallengeParameters"]["CREDENTIAL_REQUEST_OPTIONS"]
    return {"CREDENTIAL": device.sign(options)}


def test_options_are_what_a_browser_takes(pool: LocalPool, name: str) -> None:
    options = start(pool, access_token(pool, name))

    assert options["rp"]["id"] == SITE
    assert options["user"]["name"] == name
    assert {"type": "public-key", "alg": -7} in options["pubKeyCredParams"]
    assert options["authenticatorSelection"]["residentKey"] == "required"
    assert options["timeout"] == 180_000


@pytest.mark.parametrize("counts", [True, False])
def test_a_registered_passkey_signs_in_again_and_again(
    pool: LocalPool, name: str, counts: bool
) -> None:
    device = register(pool, name, PasskeyDevice(ORIGIN, counts=counts))

    for _ in range(2):
        challenge = ask(pool, name)
        assert challenge["ChallengeName"] == "WEB_AUTHN"
        result = respond(pool, challenge, sign(device, challenge))["AuthenticationResult"]
        assert claims_of(result["IdToken"])["cognito:username"] == name


def test_an_assertion_signs_in_once(pool: LocalPool, name: str) -> None:
    device, challenge = register(pool, name), ask(pool, name)
    signed = sign(device, challenge)
    respond(pool, challenge, signed)

    assert respond(pool, challenge, signed) == OVER
    assert respond(pool, ask(pool, name), signed) == WRONG


def test_another_device_signs_nobody_in(pool: LocalPool, name: str) -> None:
    register(pool, name)
    challenge = ask(pool, name)

    assert respond(pool, challenge, sign(PasskeyDevice(ORIGIN), challenge)) == WRONG


def test_another_users_passkey_signs_nobody_in(pool: LocalPool, name: str) -> None:
    register(pool, name)
    other = new_user(pool, f"user-{next(SERIAL)}")
    device, challenge = register(pool, other), ask(pool, name)

    assert respond(pool, challenge, sign(device, challenge)) == WRONG


def test_a_copied_device_is_noticed_by_its_counter(pool: LocalPool, name: str) -> None:
    device = register(pool, name)
    first, second = ask(pool, name), ask(pool, name)
    respond(pool, first, sign(device, first))
    device.count = 0

    assert respond(pool, second, sign(device, second)) == WRONG


@pytest.mark.parametrize("origin", ["https://evil.example", f"http://{SITE}.evil.example"])
def test_a_page_of_another_site_gets_nowhere(pool: LocalPool, name: str, origin: str) -> None:
    token, elsewhere = access_token(pool, name), PasskeyDevice(origin)
    answer = bearing(
        pool,
        "CompleteWebAuthnRegistration",
        token,
        Credential=elsewhere.register(start(pool, token)),
    )
    assert answer[0] == "WebAuthnOriginNotAllowedException"
    device, challenge = register(pool, name), ask(pool, name)
    device._origin = origin

    assert respond(pool, challenge, sign(device, challenge)) == WRONG


@pytest.mark.parametrize("credential", ["x", "{}", "[]", "null", '{"id": 1}', '{"id":"a"}'])
def test_a_malformed_assertion_is_refused(pool: LocalPool, name: str, credential: str) -> None:
    register(pool, name)

    assert respond(pool, ask(pool, name), {"CREDENTIAL": credential}) == WRONG


def test_a_registration_answers_the_last_challenge_once(pool: LocalPool, name: str) -> None:
    token, device = access_token(pool, name), PasskeyDevice(ORIGIN)
    stale = device.register(start(pool, token))
    fresh = device.register(start(pool, token))

    def complete(credential: Any) -> Any:
        return bearing(pool, "CompleteWebAuthnRegistration", token, Credential=credential)

    assert complete(stale)[0] == "WebAuthnChallengeNotFoundException"
    assert complete(fresh)[0] == "WebAuthnChallengeNotFoundException"
    late = device.register(start(pool, token))
    pool.clock.advance(timedelta(minutes=3))
    assert complete(late)[0] == "WebAuthnChallengeNotFoundException"


@pytest.mark.parametrize("credential", [None, "x", {}, {"id": "a", "response": {}}])
def test_a_malformed_credential_is_refused(pool: LocalPool, name: str, credential: Any) -> None:
    token = access_token(pool, name)
    start(pool, token)
    answer = bearing(pool, "CompleteWebAuthnRegistration", token, Credential=credential)

    assert answer[0] == "InvalidParameterException"


def test_passkeys_are_listed_and_deleted(pool: LocalPool, name: str) -> None:
    register(pool, name)
    token = access_token(pool, name)
    (shown,) = bearing(pool, "ListWebAuthnCredentials", token)["Credentials"]
    assert shown["RelyingPartyId"] == SITE
    assert shown["AuthenticatorTransports"] == ["internal"]
    identity = shown["CredentialId"]

    assert bearing(pool, "DeleteWebAuthnCredential", token, CredentialId=identity) == {}
    assert bearing(pool, "DeleteWebAuthnCredential", token, CredentialId=identity)[0] == (
        "ResourceNotFoundException"
    )
    assert ask(pool, name)["ChallengeName"] == "SELECT_CHALLENGE"


def test_a_pool_without_passkeys_registers_none() -> None:
    with LocalPool(first_factors=frozenset({"EMAIL_OTP"})) as pool:
        answer = bearing(pool, "StartWebAuthnRegistration", access_token(pool, "anna"))

    assert answer[0] == "WebAuthnNotEnabledException"


def test_no_passkey_is_registered_without_a_live_token(pool: LocalPool) -> None:
    answer = bearing(pool, "StartWebAuthnRegistration", "no-token")

    assert answer == ("NotAuthorizedException", "Invalid Access Token")
