"""``authcore doctor`` at two pools: it reads the one that users move from as well."""

import io
import json
from collections.abc import Iterator, Mapping
from typing import Any

import pytest

from authcore.testing.fakes.system import FrozenClock
from authcore_cli.app import run
from authcore_cli.process import CommandContext
from authcore_local.two_pools import NEW_CLIENT_ID, NEW_POOL_ID, TwoPools


OF_EVERY_LOCAL_POOL = {"old_pool_client_of_its_own"}
"""The local Cognito's app clients may all use the authorization code flow."""


@pytest.fixture(scope="module", name="pools")
def _pools() -> Iterator[TwoPools]:
    with TwoPools(clock=FrozenClock(), fresh_keys=False) as pools:
        yield pools


@pytest.fixture(name="environment")
def _environment(pools: TwoPools) -> Mapping[str, str]:
    ids = {
        "AUTHCORE_COGNITO_USER_POOL_ID": NEW_POOL_ID,
        "AUTHCORE_COGNITO_CLIENT_ID": NEW_CLIENT_ID,
    }
    return {**pools.settings, **ids}


def findings(environment: Mapping[str, str]) -> dict[str, str]:
    """Evidence by the id of the check, of those of the old pool."""
    out = io.StringIO()
    run(["doctor", "--json"], CommandContext(environment, io.StringIO(), out, io.StringIO()))
    document: dict[str, Any] = json.loads(out.getvalue())
    of_old = {each["id"]: each["evidence"] for each in document["findings"]}
    return {id_: text for id_, text in of_old.items() if "old_pool" in id_ or "old pool" in text}


def test_letter_case_of_the_old_pool_is_found(environment: Mapping[str, str]) -> None:
    """It is why its users move, and the new pool has self sign-up."""
    assert findings(environment).keys() == {"old_pool_letter_case", *OF_EVERY_LOCAL_POOL}


def test_wrong_settings_are_found(environment: Mapping[str, str]) -> None:
    wrong = {
        "AUTHCORE_OLD_POOL_KIND": "email",
        "AUTHCORE_OLD_POOL_CLIENT_SECRET": "another-secret-0123456789",
    }

    found = findings({**environment, **wrong})

    assert {"old_pool_kind", "old_pool_secret"} <= found.keys()


def test_another_pool_that_there_is_not_is_not_fine(environment: Mapping[str, str]) -> None:
    wrong = {"AUTHCORE_OLD_POOL_USER_POOL_ID": "eu-local-1_Gone00001"}

    found = findings({**environment, **wrong})

    assert found.keys() == {"unread"}
    assert "ResourceNotFoundException" in found["unread"]


def test_the_pool_itself_is_no_old_pool(environment: Mapping[str, str]) -> None:
    wrong = {"AUTHCORE_OLD_POOL_USER_POOL_ID": NEW_POOL_ID}

    assert findings({**environment, **wrong}).keys() == {"old_pool_is_another"}
