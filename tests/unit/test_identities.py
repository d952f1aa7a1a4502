"""``identities`` as Cognito writes it in AdminGetUser, in ID tokens, and in no way at all."""

import json
from typing import Any

import pytest

from authcore.domain.errors import ProviderUnavailableError
from authcore.domain.model.directory import DirectoryUser, ExternalIdentity
from authcore.domain.model.identities import MAX_IDENTITIES_LENGTH, is_native, signs_in_as
from authcore.domain.model.tokens import IdentityClaims, SignedClaims


APPLE = ExternalIdentity("SignInWithApple", "001847.0a1B.1847")


def member(primary: object, **changes: object) -> dict[str, object]:
    return {
        "userId": APPLE.user_id,
        "providerName": APPLE.provider_name,
        "providerType": "SignInWithApple",
        "issuer": None,
        "primary": primary,
        "dateCreated": "1642699117273",
        **changes,
    }


def claims(**given: object) -> IdentityClaims:
    return IdentityClaims(SignedClaims(given))


@pytest.mark.parametrize("primary", [True, "true"])
def test_the_primary_identity_is_who_an_external_user_is(primary: object) -> None:
    # AL-13
    linked = member(False, providerName="Google", userId="1")
    token = claims(identities=[linked, member(primary)])

    assert token.external_identity == APPLE
    assert not token.is_native


@pytest.mark.parametrize("listed", [[], [member("false")], [member(False)], "[]"])
def test_linked_identities_leave_a_user_native(listed: Any) -> None:
    token = claims(identities=listed)

    assert token.is_native
    assert token.external_identity is None


def test_a_text_of_the_greatest_length_is_read() -> None:
    text = json.dumps([member("true")])

    longest = text.ljust(MAX_IDENTITIES_LENGTH)

    assert claims(identities=longest).external_identity == APPLE
    assert claims(identities=longest + " ").external_identity is None


def test_a_token_without_the_claim_is_a_native_users() -> None:
    assert claims().is_native
    assert claims().external_identity is None


@pytest.mark.parametrize(
    "listed",
    [
        None,
        7,
        "",
        "{}",
        "[",
        "[1]",
        "[" * 8_000,
        json.dumps([member("true", userId="1" * MAX_IDENTITIES_LENGTH)]),
        {"primary": "true"},
        [None],
        [member("true"), member("true")],
        [member("true", userId=None)],
        [member("true", userId="")],
        [member("true", userId=1)],
        [member("true", providerName=None)],
        [member("yes")],
        [member(1)],
        [member(None)],
        [{}],
    ],
)
def test_what_leaves_a_doubt_names_nobody(listed: Any) -> None:
    # AL-03, AL-13
    token = claims(identities=listed)

    assert token.external_identity is None
    assert not token.is_native


def user(attributes: dict[str, str], status: str = "CONFIRMED") -> DirectoryUser:
    return DirectoryUser("jane", "sub", True, status, attributes)


def test_the_pools_own_description_is_read_in_the_same_way() -> None:
    # AL-05
    external = user({"identities": json.dumps([member(True)])})
    linked = user({"identities": json.dumps([member(False)])})

    assert [is_native(each) for each in (external, linked, user({}))] == [False, True, True]
    assert signs_in_as(linked, APPLE)
    assert not signs_in_as(linked, ExternalIdentity("SignInWithApple", "001847.0A1B.1847"))
    assert not is_native(user({}, "EXTERNAL_PROVIDER"))


@pytest.mark.parametrize("listed", ["", "{}", "null", "[1]", "[" * 8_000])
def test_a_description_that_cannot_be_read_is_no_answer(listed: str) -> None:
    with pytest.raises(ProviderUnavailableError):
        is_native(user({"identities": listed}))
    with pytest.raises(ProviderUnavailableError):
        signs_in_as(user({"identities": listed}), APPLE)
