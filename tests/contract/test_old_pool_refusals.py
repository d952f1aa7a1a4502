"""Which users of an old pool move, and what happens there: on the local Cognito."""

from collections.abc import Callable, Iterator, Sequence
from typing import Any, Final

import attrs
import pytest

from authcore.adapters.client_secrets import FixedClientSecrets
from authcore.adapters.cognito.client import cognito_client
from authcore.adapters.cognito.old_pool import OldPoolAccounts
from authcore.domain.errors import (
    AccountMismatchError,
    AuthcoreError,
    CredentialsRejectedError,
    LegacyMisconfiguredError,
    LegacyUnavailableError,
    PasswordResetRequiredError,
    SecondFactorRequiredError,
    UserUnconfirmedError,
)
from authcore.domain.model.accounts import Credentials
from authcore.domain.model.urls import service_url
from authcore.domain.model.usernames import MOVED_TO
from authcore_local.cognito import SchemaAttribute
from authcore_local.cognito.user_pool.pool_user import PoolUser
from support.gate import AMPLE
from support.local_pool import (
    CLIENT_ID,
    CLIENT_SECRET,
    PASSWORD,
    POOL_ID,
    LocalPool,
    Recorder,
    claims_of,
)
from support.old_pools import on_event


ANNA: Final = Credentials("anna", PASSWORD)


class OldPool(LocalPool):
    """A pool that users move away from; it knows the mark of those who have moved."""

    def __init__(self, **config: Any) -> None:
        self.recorder = Recorder()
        attributes = (SchemaAttribute("custom:legacy_uid"), SchemaAttribute(MOVED_TO))
        super().__init__(
            **{"triggers": self.recorder.triggers(), "custom_attributes": attributes, **config}
        )
        self.client = cognito_client(
            region="eu-local-1", endpoint_url=service_url(self.url), within=AMPLE
        )

    def accounts(self, **changes: Any) -> OldPoolAccounts:
        given = {
            "client": self.client,
            "user_pool_id": POOL_ID,
            "client_id": CLIENT_ID,
            "client_secret": CLIENT_SECRET,
            **changes,
        }
        return OldPoolAccounts(**given)

    def change(self, **changes: Any) -> PoolUser:
        return self.cognito.users.change("anna", lambda user: attrs.evolve(user, **changes))


@pytest.fixture(scope="module")
def served() -> Iterator[OldPool]:
    with OldPool() as pool:
        yield pool
        pool.client.close()


@pytest.fixture
def pool(served: OldPool) -> Iterator[OldPool]:
    before = served.cognito.recovery_point()
    served.recorder.events.clear()
    yield served
    served.cognito.finish_recovery(before)
    served.cognito.rates.unthrottle()


Change = Callable[[OldPool], object]
REFUSED: Final[tuple[tuple[str, Change, type[AuthcoreError]], ...]] = (
    ("reset", lambda pool: pool.change(status="RESET_REQUIRED"), PasswordResetRequiredError),
    ("unconfirmed", lambda pool: pool.change(status="UNCONFIRMED"), UserUnconfirmedError),
    ("disabled", lambda pool: pool.change(enabled=False), CredentialsRejectedError),
    (
        "temporary",
        lambda pool: pool.change(status="FORCE_CHANGE_PASSWORD"),
        PasswordResetRequiredError,
    ),
    (
        "second-factor",
        lambda pool: pool.change(mfa=frozenset({"EMAIL_OTP"}), preferred_mfa="EMAIL_OTP"),
        SecondFactorRequiredError,
    ),
)


@pytest.mark.parametrize(
    ("change", "error"), [row[1:] for row in REFUSED], ids=[row[0] for row in REFUSED]
)
def test_a_right_password_is_refused(
    pool: OldPool, change: Change, error: type[AuthcoreError]
) -> None:
    change(pool)

    with pytest.raises(error) as caught:
        pool.accounts().authenticate(ANNA)
    assert type(caught.value) is error
    assert "anna" not in str(caught.value)


def test_a_user_with_a_second_factor_is_locked_for_a_reset_too(pool: OldPool) -> None:
    """Or the mailbox alone would open what needed a second factor."""
    pool.change(mfa=frozenset({"EMAIL_OTP"}), preferred_mfa="EMAIL_OTP")

    found = pool.accounts().find("anna")

    assert found is not None
    assert found.locked


def test_a_second_factor_of_the_old_kind_counts_too(pool: OldPool) -> None:
    """SetUserSettings switched text messages on; UserMFASettingList does not list them."""

    def add_text_messages(parsed: dict[str, Any], **_: object) -> None:
        parsed["MFAOptions"] = [{"DeliveryMedium": "SMS", "AttributeName": "phone_number"}]

    with on_event(pool.client, "after-call.cognito-idp.AdminGetUser", add_text_messages):
        found = pool.accounts().find("anna")
        assert found is not None
        assert found.locked
        with pytest.raises(SecondFactorRequiredError):
            pool.accounts().authenticate(ANNA)


def test_a_second_factor_that_is_not_asked_for_counts_too() -> None:
    """As where the old pool has switched second factors off, or remembers the device."""
    with OldPool(mfa="OFF") as pool:
        pool.change(mfa=frozenset({"EMAIL_OTP"}), preferred_mfa="EMAIL_OTP")
        answered = pool.accounts(drops_second_factors=True).authenticate(ANNA)
        assert not answered.locked
        with pytest.raises(SecondFactorRequiredError):
            pool.accounts().authenticate(ANNA)
        pool.client.close()


def test_a_team_may_let_users_move_without_their_second_factor(pool: OldPool) -> None:
    pool.change(mfa=frozenset({"EMAIL_OTP"}), preferred_mfa="EMAIL_OTP")
    accounts = pool.accounts(drops_second_factors=True)

    assert accounts.authenticate(ANNA).username == "anna"
    with pytest.raises(CredentialsRejectedError):
        accounts.authenticate(Credentials("anna", "wrong"))
    found = accounts.find("anna")
    assert found is not None
    assert not found.locked


def test_a_user_who_has_no_second_factor_yet_moves_from_a_pool_that_requires_one() -> None:
    with OldPool(mfa="ON") as pool:
        assert pool.accounts().authenticate(ANNA).username == "anna"
        pool.client.close()


def test_the_session_at_the_old_pool_is_over(pool: OldPool) -> None:
    seen: list[Any] = []
    event = "after-call.cognito-idp.AdminInitiateAuth"
    pool.client.meta.events.register(event, lambda parsed, **_: seen.append(parsed))

    pool.accounts().authenticate(ANNA)

    token = seen[0]["AuthenticationResult"]["RefreshToken"]
    with pytest.raises(pool.client.exceptions.NotAuthorizedException):
        pool.client.admin_initiate_auth(
            UserPoolId=POOL_ID,
            ClientId=CLIENT_ID,
            AuthFlow="REFRESH_TOKEN_AUTH",
            AuthParameters={"REFRESH_TOKEN": token, "SECRET_HASH": "any"},
        )
    origin = claims_of(seen[0]["AuthenticationResult"]["AccessToken"])["origin_jti"]
    assert pool.cognito.sessions.is_over(origin)


def test_the_users_other_sessions_live_on(pool: OldPool) -> None:
    session = pool.sign_in()

    pool.accounts().authenticate(ANNA)

    assert pool.user_info(session["access_token"]).status == 200


def test_the_old_pools_own_migration_is_told_to_create_nobody(pool: OldPool) -> None:
    """Or two pools that migrate from each other would ask in turns until both give up."""
    with pytest.raises(CredentialsRejectedError):
        pool.accounts().authenticate(Credentials("nobody", PASSWORD))

    (event,) = [each for each in pool.recorder.events if "UserMigration" in each["triggerSource"]]
    assert event["request"]["validationData"] == {"authcore_migration": "off"}


def test_an_external_user_has_no_password_and_is_locked(pool: OldPool) -> None:
    pool.cognito.users.create(
        "Google_1", None, status="EXTERNAL_PROVIDER", attributes={"email": "g@example.com"}
    )

    found = pool.accounts().find("Google_1")
    assert found is not None
    assert found.locked
    assert pool.accounts().find("g@example.com") is None


def test_an_unfinished_sign_up_is_no_account(pool: OldPool) -> None:
    """It cannot move, and must not keep the owner of the address from signing up."""
    pool.change(status="UNCONFIRMED")

    assert pool.accounts().find("anna") is None
    assert pool.accounts().find("anna@example.com") is None


def test_of_several_users_with_an_address_the_verified_one_has_it(pool: OldPool) -> None:
    pool.cognito.users.create(
        "eve", "canary-Eve-1", status="CONFIRMED", attributes={"email": "anna@example.com"}
    )

    found = pool.accounts().find("anna@example.com")
    assert found is not None
    assert found.username == "anna"


def test_an_address_that_no_one_verified_takes_no_users_name_away(pool: OldPool) -> None:
    """Any user may write any address: it must not keep the user of this name from moving."""
    name = "bob@example.com"
    pool.cognito.users.create("eve", "canary-Eve-1", status="CONFIRMED", attributes={"email": name})
    pool.cognito.users.create(name, PASSWORD, status="CONFIRMED", attributes={"email": name})

    found = pool.accounts().find(name)

    assert found is not None
    assert found.username == name
    assert pool.accounts().authenticate(Credentials(name, PASSWORD)) == found


def test_a_sub_is_no_login_name(pool: OldPool) -> None:
    with pytest.raises(AccountMismatchError):
        pool.accounts().find(pool.anna.subject)


def test_a_user_who_has_moved_says_so(pool: OldPool) -> None:
    pool.change(attributes={**pool.anna.attributes, MOVED_TO: "sub-in-the-new-pool"})

    assert pool.accounts().authenticate(ANNA).cognito_id == "sub-in-the-new-pool"


def test_where_addresses_are_the_names_the_login_name_is_the_address(pool: OldPool) -> None:
    found = pool.accounts(kind="email").find("anna@example.com")

    assert found is not None
    assert found.username == "anna@example.com"
    assert found.legacy_uid == pool.anna.subject


@pytest.mark.parametrize(
    "changes",
    [{"client_secret": "another-secret"}, {"client_id": "another"}],
    ids=["secret", "client"],
)
def test_a_wrong_app_client_is_an_outage_until_an_operator_acts(
    pool: OldPool, changes: dict[str, str]
) -> None:
    for password in (PASSWORD, "wrong"):
        with pytest.raises(LegacyMisconfiguredError):
            pool.accounts(**changes).authenticate(Credentials("anna", password))


def test_a_client_without_the_flow_is_an_outage_until_an_operator_acts() -> None:
    with OldPool(auth_flows=frozenset({"ALLOW_USER_SRP_AUTH"})) as pool:
        with pytest.raises(LegacyMisconfiguredError):
            pool.accounts().authenticate(ANNA)
        pool.client.close()


def test_a_throttled_pool_is_an_outage(pool: OldPool) -> None:
    pool.cognito.rates.throttle("UserAuthentication", 0)

    with pytest.raises(LegacyUnavailableError) as caught:
        pool.accounts().authenticate(ANNA)
    assert not isinstance(caught.value, LegacyMisconfiguredError)
    assert caught.value.detail == "TooManyRequestsException"


class Unsorted(FixedClientSecrets):
    """The new secret comes first, also after Cognito has refused it."""

    def active(self) -> Sequence[str]:
        """See the port."""
        return ["n" * 40, CLIENT_SECRET]


def test_a_session_is_ended_with_each_secret_until_one_is_accepted(pool: OldPool) -> None:
    answers: list[int] = []
    secrets = Unsorted(["n" * 40, CLIENT_SECRET])

    def note(http_response: Any, **_: object) -> None:
        answers.append(http_response.status_code)

    with on_event(pool.client, "after-call.cognito-idp.RevokeToken", note):
        pool.accounts(client_secret=secrets).authenticate(ANNA)

    assert answers == [400, 200]


def test_a_session_that_cannot_be_revoked_keeps_nobody_in_the_old_pool(pool: OldPool) -> None:
    pool.cognito.rates.throttle("UserToken", 0)

    assert pool.accounts().authenticate(ANNA).username == "anna"
