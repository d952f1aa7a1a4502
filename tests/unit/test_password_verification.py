"""A password that was typed at the old login, checked at the pool."""

import json
from collections.abc import Callable
from typing import Any, Final

import attrs
import pytest

from authcore.domain.errors import (
    AuthcoreError,
    CoordinationUnavailableError,
    CredentialsRejectedError,
    KeySourceUnavailableError,
    NewLoginRequiredError,
    NoPoolPasswordError,
    PasswordResetRequiredError,
    ProviderUnavailableError,
    TooManyAttemptsError,
    UserUnconfirmedError,
)
from authcore.domain.model.challenges import ChallengeName, Code
from authcore.domain.model.identities import EXTERNAL
from authcore.domain.model.moved_account import MovedAccount
from authcore.domain.model.passwords import MAX_PASSWORD_LENGTH, MIGRATION_OFF
from authcore.domain.model.tokens import RefreshToken
from authcore.testing.fakes.password_authentication import Step
from support.everything_said import everything_said
from unit.old_login_world import GOOGLE, PASSWORD, OldLoginWorld


@pytest.fixture
def world() -> OldLoginWorld:
    return OldLoginWorld()


def test_the_pools_password_is_right(world: OldLoginWorld) -> None:
    world.verify()

    [event] = world.recorded.events
    assert (event.action, event.outcome, event.reason) == ("password.verify", "accepted", "ok")
    assert (event.subject, event.legacy_uid, event.caller) == (
        world.anna.subject,
        "4711",
        "legacy",
    )


def test_the_session_that_cognito_began_ends_at_once(world: OldLoginWorld) -> None:
    world.verify()

    assert len(world.revoker.revoked) == 1
    with pytest.raises(AuthcoreError):
        world.provider.refresh(
            attrs.evolve(world.tokens(None), refresh_token=RefreshToken(world.revoker.revoked[0])),
            username=None,
        )


def test_a_session_that_cannot_be_ended_is_recorded_and_the_password_is_right(
    world: OldLoginWorld,
) -> None:
    world.revoker.available = False
    world.verify()
    assert [each[:2] for each in world.noted] == [
        ("password.session", "provider_unavailable"),
        ("password.verify", "ok"),
    ]


def test_the_server_side_flow_is_used_and_migrates_nobody(world: OldLoginWorld) -> None:
    world.verify()
    assert world.cognito.begun == ["ADMIN_USER_PASSWORD_AUTH"]
    assert world.cognito.metadata == [MIGRATION_OFF]


Spoil = Callable[[OldLoginWorld], MovedAccount]


def _disabled(world: OldLoginWorld) -> MovedAccount:
    world.pool.disable("anna")
    return world.account


def _gone(world: OldLoginWorld) -> MovedAccount:
    world.pool.delete_user("anna")
    return world.account


def _of_another_account(world: OldLoginWorld) -> MovedAccount:
    return MovedAccount("4712", world.anna.subject)


def _crossed(world: OldLoginWorld) -> MovedAccount:
    """Each account names the other one's user."""
    return MovedAccount("4711", world.enrol("bea", "4712").subject)


def _one_sided(world: OldLoginWorld) -> MovedAccount:
    return MovedAccount("4714", world.enrol("carl", "").subject)


def _invented(_: OldLoginWorld) -> MovedAccount:
    return MovedAccount("4711", "00000000-0000-4000-8000-999999999999")


def _locked(world: OldLoginWorld) -> MovedAccount:
    world.cognito.refuse("anna")
    return world.account


def _to_be_reset(world: OldLoginWorld) -> MovedAccount:
    world.cognito.refuse("anna", PasswordResetRequiredError)
    return world.account


def _unconfirmed(world: OldLoginWorld) -> MovedAccount:
    world.cognito.refuse("anna", UserUnconfirmedError)
    return world.account


def _disabled_external(world: OldLoginWorld) -> MovedAccount:
    """The legacy system's own password must not open the account of a disabled user."""
    return world.federate(enabled=False)


def _external_of_another_account(world: OldLoginWorld) -> MovedAccount:
    return attrs.evolve(world.federate(), legacy_uid="4711")


REFUSED: Final = [
    (_disabled, ("credentials_rejected", "disabled")),
    (_gone, ("account_not_found", "pool user")),
    (_invented, ("account_not_found", "pool user")),
    (_of_another_account, ("link_taken", None)),
    (_crossed, ("link_taken", None)),
    (_one_sided, ("link_one_sided", None)),
    (_locked, ("credentials_rejected", None)),
    (_to_be_reset, ("password_reset_required", None)),
    (_unconfirmed, ("user_unconfirmed", None)),
    (_disabled_external, ("credentials_rejected", "disabled")),
    (_external_of_another_account, ("link_taken", None)),
]


@pytest.mark.parametrize(("spoil", "noted"), REFUSED)
def test_every_refusal_is_one_to_the_caller(
    world: OldLoginWorld, spoil: Spoil, noted: tuple[str, str | None]
) -> None:
    account = spoil(world)

    with pytest.raises(CredentialsRejectedError) as refused:
        world.verify(account=account)

    with pytest.raises(CredentialsRejectedError) as wrong:
        OldLoginWorld().verify("wrong")
    assert type(refused.value) is type(wrong.value) is CredentialsRejectedError
    assert str(refused.value) == str(wrong.value)
    assert refused.value.detail == wrong.value.detail
    assert world.noted == [("password.verify", *noted)]
    assert world.revoker.revoked == []


@pytest.mark.parametrize("spoil", [_gone, _of_another_account, _crossed, _one_sided, _disabled])
def test_the_password_is_sent_about_no_user_but_the_linked_one(
    world: OldLoginWorld, spoil: Spoil
) -> None:
    account = spoil(world)
    with pytest.raises(CredentialsRejectedError):
        world.verify(account=account)
    assert world.cognito.begun == []


@pytest.mark.parametrize("password", ["wrong", PASSWORD + " ", PASSWORD.lower()])
def test_a_wrong_password_is_refused(world: OldLoginWorld, password: str) -> None:
    with pytest.raises(CredentialsRejectedError):
        world.verify(password)


@pytest.mark.parametrize("password", ["", "a" * (MAX_PASSWORD_LENGTH + 1)])
def test_what_no_pool_accepts_is_wrong_and_is_not_sent(world: OldLoginWorld, password: str) -> None:
    with pytest.raises(CredentialsRejectedError):
        world.verify(password)
    assert world.cognito.begun == []


CHALLENGES: Final[tuple[ChallengeName, ...]] = (
    "SMS_MFA",
    "EMAIL_OTP",
    "SOFTWARE_TOKEN_MFA",
    "SELECT_MFA_TYPE",
    "MFA_SETUP",
    "NEW_PASSWORD_REQUIRED",
    "CUSTOM_CHALLENGE",
    "DEVICE_SRP_AUTH",
)


@pytest.mark.parametrize("challenge", CHALLENGES)
def test_whatever_cognito_asks_besides_needs_the_new_login(
    world: OldLoginWorld, challenge: ChallengeName
) -> None:
    world.cognito.enrol("anna", PASSWORD, steps=[Step(challenge, Code("123456"))])

    with pytest.raises(NewLoginRequiredError) as refused:
        world.verify()

    assert refused.value.detail == challenge
    assert world.noted == [("password.verify", "needs_new_login", challenge)]
    with pytest.raises(CredentialsRejectedError):
        world.verify("wrong")


def test_of_an_external_user_the_legacy_systems_own_password_counts(world: OldLoginWorld) -> None:
    with pytest.raises(NoPoolPasswordError):
        world.verify(account=world.federate())
    assert world.cognito.begun == []


def test_an_external_user_with_a_password_has_it_checked(world: OldLoginWorld) -> None:
    account = world.federate(status="CONFIRMED")
    world.cognito.enrol(f"Google_{GOOGLE.user_id}", PASSWORD)
    world.verify(account=account)
    assert EXTERNAL not in {user.status for user in world.pool.everybody()}


def test_a_user_who_got_the_name_meanwhile_is_another_one(world: OldLoginWorld) -> None:
    """Anna is deleted after she was found, and a new anna with that password made."""
    with pytest.raises(CredentialsRejectedError):
        world.verify(authenticator=_Replacing(world))
    assert world.noted == [("password.verify", "credentials_rejected", "pool user")]
    assert len(world.revoker.revoked) == 1


class _Replacing:
    """Puts another anna into the pool just before the sign-in."""

    def __init__(self, world: OldLoginWorld) -> None:
        self._world = world

    def begin(self, *asked: Any, **more: Any) -> Any:
        self._world.pool.delete_user("anna")
        self._world.enrol("anna", "4711")
        return self._world.cognito.begin(*asked, **more)


@pytest.mark.parametrize("claims", [{"client_id": "another"}, {"iat": 9_999_999_999}])
def test_tokens_that_are_not_valid_here_are_no_answer(
    world: OldLoginWorld, claims: dict[str, Any]
) -> None:
    world.issued = claims
    with pytest.raises(ProviderUnavailableError):
        world.verify()
    assert len(world.revoker.revoked) == 1


def test_an_outage_is_no_refusal_and_uses_up_no_attempt_at_cognito(world: OldLoginWorld) -> None:
    with pytest.raises(KeySourceUnavailableError):
        world.verify(validator=world.validator_without_keys())
    assert world.cognito.begun == []
    world.pool.unavailable = True
    with pytest.raises(ProviderUnavailableError):
        world.verify()
    world.pool.unavailable, world.cognito.available = False, False
    with pytest.raises(ProviderUnavailableError):
        world.verify()
    assert world.noted == []


def test_guesses_at_one_user_are_limited_and_keep_no_other_out(world: OldLoginWorld) -> None:
    # MG-05
    bea = world.enrol("bea", "4712")
    for _ in range(10):
        with pytest.raises(CredentialsRejectedError):
            world.verify("wrong")
    for _ in range(200):
        with pytest.raises(TooManyAttemptsError):
            world.verify()

    world.verify(account=MovedAccount("4712", bea.subject))
    assert len(world.cognito.begun) == 11


def test_another_account_id_gives_no_further_guesses_at_a_user(world: OldLoginWorld) -> None:
    # MG-05
    for number in range(10):
        with pytest.raises(CredentialsRejectedError):
            world.verify("wrong", account=attrs.evolve(world.account, legacy_uid=str(number)))
    with pytest.raises(TooManyAttemptsError):
        world.verify()


def test_a_caller_is_limited_over_all_users(world: OldLoginWorld) -> None:
    # MG-05
    for number in range(100):
        with pytest.raises(CredentialsRejectedError):
            world.verify(account=MovedAccount("1", f"sub-{number}"))
    with pytest.raises(TooManyAttemptsError):
        world.verify()


def test_a_limit_that_cannot_be_counted_admits_no_attempt(world: OldLoginWorld) -> None:
    world.per_user.unavailable = True
    with pytest.raises(CoordinationUnavailableError):
        world.verify()
    assert world.cognito.begun == []


@pytest.mark.parametrize("spoil", [*(each for each, _ in REFUSED), lambda world: world.account])
def test_no_password_is_said_anywhere(
    world: OldLoginWorld, spoil: Spoil, caplog: pytest.LogCaptureFixture
) -> None:
    account = spoil(world)
    said = everything_said(lambda: world.verify(account=account), caplog)
    said += json.dumps([attrs.asdict(each) for each in world.recorded.events])
    said += repr(world.verification()) + repr(world.per_user.asked)
    assert "canary" not in said
