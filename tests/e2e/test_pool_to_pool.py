"""Users move from one pool to another, keep their password, and need the old pool no more."""

import io
import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any, Final

import attrs
import pytest

from authcore.adapters.cognito.client import cognito_client, unsigned_cognito_client
from authcore.domain.model.urls import service_url
from authcore.domain.model.usernames import MOVED_TO
from authcore.testing.fakes.system import FrozenClock
from authcore.wiring import old_pool
from authcore_lambda import pool_api
from authcore_local import two_pools_demo
from authcore_local.cognito import Triggers
from authcore_local.legacy.seed_users import SEED_USERS
from authcore_local.two_pools import NEW_CLIENT_ID, SECOND_FACTOR, TwoPools
from support.gate import AMPLE
from support.local_pool import AmpleTriggers, claims_of
from support.unhurried import Unhurried


PASSWORDS: Final = {user.username: user.password for user in SEED_USERS}
MOST_SETTINGS: Final = 10
PAGE: Final = Path(__file__).parents[2] / "docs" / "pool-to-pool.md"


class Pools(TwoPools):
    """Signs users in to the new pool, whose functions have all the time there is."""

    def __init__(self) -> None:
        super().__init__(clock=FrozenClock(), fresh_keys=False)
        self.client: Any = unsigned_cognito_client(
            region="eu-local-1", endpoint_url=service_url(self.new.url), within=AMPLE
        )

    def attach(self) -> Triggers:
        attached = attrs.asdict(super().attach(), recurse=False)
        functions: dict[str, Any] = {
            name: Unhurried(each) for name, each in attached.items() if callable(each)
        }
        return AmpleTriggers(**functions)

    def sign_in(self, username: str, password: str) -> dict[str, Any]:
        """The claims of the ID token."""
        answered = self.client.initiate_auth(
            ClientId=NEW_CLIENT_ID,
            AuthFlow="USER_PASSWORD_AUTH",
            AuthParameters={"USERNAME": username, "PASSWORD": password},
        )
        return claims_of(answered["AuthenticationResult"]["IdToken"])

    def refusal(self, username: str, password: str) -> str:
        with pytest.raises(self.client.exceptions.ClientError) as caught:
            self.sign_in(username, password)
        return str(caught.value.response["Error"]["Code"])

    def old_user(self, username: str = "jane") -> Any:
        found = self.old.cognito.users.find(username)
        assert found is not None
        return found


@pytest.fixture(scope="module")
def running() -> Iterator[Pools]:
    """Pools of which the old one stays."""
    with _pools() as pools:
        yield pools


@pytest.fixture
def pools() -> Iterator[Pools]:
    """Pools of its own, for a test that stops the old one."""
    with _pools() as pools:
        yield pools


@contextmanager
def _pools() -> Iterator[Pools]:
    with _unhurried(), Pools() as pools:
        yield pools
        pools.client.close()


@contextmanager
def _unhurried() -> Iterator[None]:
    """Functions built meanwhile, and the demo, have AMPLE time for every call."""

    def patient(*, within: timedelta, **options: Any) -> Any:
        return cognito_client(within=AMPLE, **options)

    with pytest.MonkeyPatch.context() as patch:
        for module in (pool_api, old_pool):
            patch.setattr(module, "cognito_client", patient)
        patch.setattr(two_pools_demo, "TwoPools", Pools)
        patch.setattr(two_pools_demo, "WITHIN", AMPLE)
        yield


def test_a_user_keeps_the_password_and_needs_the_old_pool_once(pools: Pools) -> None:
    first = pools.sign_in("jane", PASSWORDS["jane"])
    assert first["custom:legacy_uid"] == pools.old_user().subject
    assert first["sub"] != pools.old_user().subject
    assert first["email_verified"] is True
    assert pools.old_user().attributes[MOVED_TO] == first["sub"]

    pools.old.stop()

    again = pools.sign_in("jane", PASSWORDS["jane"])
    assert (again["sub"], again["custom:legacy_uid"]) == (first["sub"], first["custom:legacy_uid"])
    assert pools.refusal("jane", "wrong") == "NotAuthorizedException"


def test_a_user_who_has_not_moved_is_not_told_wrong_while_the_old_pool_is_off(
    pools: Pools,
) -> None:
    pools.old.stop()

    assert pools.refusal("huck", PASSWORDS["huck"]) == "UserNotFoundException"
    assert pools.new.cognito.users.find("huck") is None


@pytest.mark.parametrize("username", ["huck", "bartleby"])
def test_every_password_and_address_arrives_as_it_was(running: Pools, username: str) -> None:
    claims = running.sign_in(username, PASSWORDS[username])

    old = running.old_user(username)
    assert claims.get("email") == old.attributes.get("email")
    assert claims["custom:legacy_uid"] == old.subject


@pytest.mark.parametrize(
    ("username", "password"),
    [
        ("jane", "wrong"),
        ("nobody", PASSWORDS["jane"]),
        ("ahab", PASSWORDS["ahab"]),
        (SECOND_FACTOR, PASSWORDS[SECOND_FACTOR]),
    ],
    ids=["wrong", "unknown", "disabled", "second-factor"],
)
def test_whom_the_old_pool_lets_in_by_no_password_alone_does_not_move(
    running: Pools, username: str, password: str
) -> None:
    assert running.refusal(username, password) == "NotAuthorizedException"
    assert running.new.cognito.users.find(username) is None


def test_a_name_of_the_old_pool_cannot_be_signed_up(running: Pools) -> None:
    given: dict[str, Any] = {"ClientId": NEW_CLIENT_ID, "Password": "New-Passw0rd!"}
    with pytest.raises(running.client.exceptions.UserLambdaValidationException):
        running.client.sign_up(Username="jane", **given)
    address = [{"Name": "email", "Value": "jane@thornfield.example"}]
    with pytest.raises(running.client.exceptions.UserLambdaValidationException):
        running.client.sign_up(Username="eyre", UserAttributes=address, **given)
    running.client.sign_up(Username="newcomer", **given)


def test_a_user_who_was_none_in_the_old_pool_signs_in_without_a_legacy_id(pools: Pools) -> None:
    pools.new.create_user("newcomer", "New-Passw0rd!")
    pools.old.stop()

    assert "custom:legacy_uid" not in pools.sign_in("newcomer", "New-Passw0rd!")


def test_the_move_needs_ten_settings_at_most_and_the_page_lists_each(running: Pools) -> None:
    table = PAGE.read_text(encoding="utf-8").partition("## Settings")[2].partition("\n## ")[0]
    listed = re.findall(r"^\| `(AUTHCORE_\w+)`", table, re.MULTILINE)

    assert len(listed) == len(set(listed)) <= MOST_SETTINGS
    assert {*running.settings} <= {*listed}


def test_the_demo_is_right_in_every_step() -> None:
    out = io.StringIO()

    with _unhurried():
        assert two_pools_demo.main([], out=out) == 0
    assert out.getvalue().count("\nok ") == 9
    assert "WRONG" not in out.getvalue()
