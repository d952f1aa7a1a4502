"""Each policy allows what its door calls, and nothing else."""

from collections.abc import Callable, Mapping
from functools import cache
from typing import Final

import botocore.session
import pytest

from authcore_cli.entrypoints import DOORS
from deploy import driven_functions as functions
from deploy.account import Account, account
from deploy.policies import OF_THE_RUNTIME, allowed, names, statements
from support.reachable_calls import reachable_operations
from support.recorded_calls import ANY, POOL, SECRETS, TABLE, Grant, RecordedCalls, recorded_calls


DRIVEN: Final[Mapping[str, Callable[[Account], object]]] = {
    "account-linking": functions.drive_account_linking,
    "inbound-federation": functions.drive_inbound_federation,
    "pre-sign-up": functions.drive_pre_sign_up,
    "pre-token-generation": functions.drive_pre_token_generation,
    "profile-sync": functions.drive_profile_sync,
    "user-migration": functions.drive_user_migration,
}

ROOTS: Final[Mapping[str, tuple[str, ...]]] = {
    **{name: (f"authcore_cli.entrypoints:{door.__name__}",) for name, door in DOORS.items()},
}
"""Where the walk over the source begins."""

FUNCTIONS: Final = frozenset(DOORS) - {"guard", "web"}

NOT_MADE: Final[Mapping[str, Mapping[str, str]]] = {}
"""Operations that the walk finds and the door never calls, with the reason."""


@cache
def recorded(door: str) -> RecordedCalls:
    with account() as given, recorded_calls() as calls:
        DRIVEN[door](given)
    return calls


@pytest.mark.parametrize("door", DRIVEN)
def test_a_policy_allows_what_its_door_calls_and_nothing_else(door: str) -> None:
    assert recorded(door).grants == allowed(door)


@pytest.mark.parametrize("door", DRIVEN)
def test_every_operation_that_the_source_can_reach_was_driven(door: str) -> None:
    reachable = reachable_operations(*ROOTS[door])

    assert reachable - set(NOT_MADE.get(door, ())) == recorded(door).operations


@pytest.mark.parametrize(
    "changed",
    [
        lambda grants: grants | {Grant("cognito-idp:AdminSetUserPassword", POOL)},
        lambda grants: grants | {Grant("cognito-idp:AdminGetUser", ANY)},
        lambda grants: grants | {Grant("dynamodb:GetItem", TABLE, "text#session:*")},
        lambda grants: grants - {Grant("cognito-idp:AdminDeleteUser", POOL)},
    ],
    ids=["an action more", "another resource", "other items", "an action less"],
)
def test_a_policy_of_more_or_less_is_noticed(
    changed: Callable[[set[Grant]], set[Grant]],
) -> None:
    policy = allowed("account-linking")

    assert changed(policy) != policy
    assert changed(policy) != recorded("account-linking").grants


@pytest.mark.parametrize("door", names())
def test_every_statement_names_a_resource_where_the_action_has_one(door: str) -> None:
    """GetProvisionedLimit is about the account's quota; every other action is about a resource."""
    for grant in allowed(door):
        assert (grant.resource == ANY) == (grant.action == "cognito-idp:GetProvisionedLimit")
        assert grant.resource in {ANY, POOL, TABLE, SECRETS}
        assert bool(grant.keys) == (grant.resource == TABLE)


@pytest.mark.parametrize("door", names())
def test_statements_have_names_of_their_own_and_sorted_actions(door: str) -> None:
    sids = [each.sid for each in statements(door)]

    assert len(sids) == len(set(sids))
    assert all(sid.isalnum() for sid in sids)
    assert all(list(each.actions) == sorted(each.actions) for each in statements(door))


@pytest.mark.parametrize("door", names())
def test_functions_write_their_own_log_and_one_reads_its_queue(door: str) -> None:
    """As SAM's managed policies allow, but for one log group and one queue."""
    runtime = {each.sid: each for each in statements(door) if each.sid in OF_THE_RUNTIME}

    assert set(runtime) == {
        *(["Logs"] if door in FUNCTIONS else []),
        *(["Queue"] if door == "profile-sync" else []),
    }
    assert all(each.resource in ("${LogGroupArn}:*", "${QueueArn}") for each in runtime.values())


def test_operations_without_credentials_are_those_that_need_none() -> None:
    service = botocore.session.get_session().get_service_model("cognito-idp")
    unsigned = {each for door in DRIVEN for each in recorded(door).unsigned}

    for operation in unsigned:
        assert service.operation_model(operation.partition(":")[2]).auth_type == "none"
