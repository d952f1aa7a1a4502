"""Each policy allows what its door calls, and nothing else."""

import json
from collections.abc import Callable, Mapping
from functools import cache
from typing import Final

import botocore.session
import pytest
from botocore.model import ServiceModel

from authcore_cli.entrypoints import DOORS
from cognito_model.__main__ import read_recorded, used_operations
from deploy import driven_commands as commands
from deploy import driven_functions as functions
from deploy import driven_moves as moves
from deploy import driven_sessions as doors
from deploy.account import POOL_ID, TABLE_NAME, Account, account
from deploy.policies import FOLDER, OF_THE_RUNTIME, allowed, names, statements
from deploy.roots import COMMANDS, ROOTS
from documentation.permissions import SECRETS_OF
from support.reachable_calls import reachable_operations
from support.recorded_calls import (
    ANY,
    POOL,
    QUEUES,
    SECRETS,
    TABLE,
    Grant,
    RecordedCalls,
    recorded_calls,
)
from support.recorded_calls import (
    FUNCTIONS as FUNCTION_ARNS,
)


Drive = Callable[[Account], object]

WEB: Final[tuple[Drive, ...]] = (
    doors.drive_sign_ins,
    doors.drive_connecting,
    doors.drive_old_login,
    doors.drive_webhooks,
    doors.drive_own_page,
)
DRIVEN: Final[Mapping[str, tuple[Drive, ...]]] = {
    "account-linking": (functions.drive_account_linking,),
    "authorizer": (doors.drive_authorizer,),
    "doctor": (commands.drive_doctor,),
    "guard": (doors.drive_guard, doors.drive_guard_of_a_service),
    "inbound-federation": (functions.drive_inbound_federation,),
    "links": (commands.drive_links,),
    "move": (moves.drive_move, moves.drive_move_by_import),
    "move-ready": (commands.drive_move_ready,),
    "pre-sign-up": (functions.drive_pre_sign_up,),
    "pre-token-generation": (functions.drive_pre_token_generation,),
    "profile-sync": (functions.drive_profile_sync,),
    "sessions": (commands.drive_sessions,),
    "signin": (commands.drive_signin,),
    "sync": (commands.drive_sync,),
    "user-migration": (functions.drive_user_migration,),
    "web": WEB,
}
"""Each in an account of its own.  ``web-function`` serves the application of ``web``."""

FUNCTIONS: Final = frozenset(DOORS) - {"guard", "web"}

_RENEWS_NOTHING: Final = "the authorizer sets no cookie, so it stores, refreshes and ends nothing"
NOT_MADE: Final[Mapping[str, Mapping[str, str]]] = {
    "web": {
        "cognito-idp:AdminRespondToAuthChallenge": "the old login answers no challenge, and the "
        "own page begins no sign-in with IAM credentials",
    },
    "authorizer": {
        "dynamodb:DeleteItem": _RENEWS_NOTHING,
        "dynamodb:PutItem": _RENEWS_NOTHING,
        "dynamodb:UpdateItem": _RENEWS_NOTHING,
    },
}
"""Operations that the walk finds and the door never calls, with the reason."""


OF_NO_RESOURCE: Final = frozenset(
    (
        "cognito-idp:DescribeUserPoolDomain",
        "cognito-idp:GetProvisionedLimit",
        "wafv2:GetWebACLForResource",
    )
)


@cache
def recorded(door: str) -> RecordedCalls:
    with recorded_calls() as calls:
        for drive in DRIVEN[door]:
            with account() as given:
                drive(given)
    return calls


@pytest.mark.parametrize("door", DRIVEN)
def test_a_policy_allows_what_its_door_calls_and_nothing_else(door: str) -> None:
    assert recorded(door).grants == allowed(door)


@pytest.mark.parametrize("door", DRIVEN)
def test_a_door_calls_its_pool_its_table_and_the_secrets_that_are_said_of_it(door: str) -> None:
    arns = {each for each in recorded(door).resources if each.startswith("arn:")}
    secrets = {_secret_in(each) for each in arns if ":secret:" in each}

    assert recorded(door).resources - arns <= {POOL_ID, TABLE_NAME, commands.DEAD_LETTERS}
    assert secrets == {f"AUTHCORE_{name}" for name in SECRETS_OF.get(door, ())}


@pytest.mark.parametrize("door", DRIVEN)
def test_every_operation_that_the_source_can_reach_was_driven(door: str) -> None:
    reachable = set(filter(_needs_permission, reachable_operations(*ROOTS[door])))

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
    """Quota, domains and the web ACL of a resource have none; every other action has one."""
    for grant in allowed(door):
        assert (grant.resource == ANY) == (grant.action in OF_NO_RESOURCE)
        assert grant.resource in {ANY, FUNCTION_ARNS, POOL, QUEUES, TABLE, SECRETS}
        is_item = grant.resource == TABLE and not grant.action.startswith("dynamodb:Describe")
        assert bool(grant.keys) == is_item


@pytest.mark.parametrize("door", names())
def test_statements_have_names_of_their_own_and_sorted_actions(door: str) -> None:
    sids = [each.sid for each in statements(door)]

    assert len(sids) == len(set(sids))
    assert all(sid.isalnum() for sid in sids)
    assert all(list(each.actions) == sorted(each.actions) for each in statements(door))


@pytest.mark.parametrize("door", names())
def test_a_policy_fits_into_a_managed_one(door: str) -> None:
    """6,144 characters without blanks; see: IAM "IAM and AWS STS quotas"."""
    policy = json.loads((FOLDER / f"{door}.json").read_text(encoding="utf-8"))

    assert len(json.dumps(policy, separators=(",", ":"))) <= 5_000


@pytest.mark.parametrize("door", names())
def test_functions_write_their_own_log_and_one_reads_its_queue(door: str) -> None:
    """As SAM's managed policies allow, but for one log group and one queue."""
    runtime = {each.sid: each for each in statements(door) if each.sid in OF_THE_RUNTIME}

    assert set(runtime) == {
        *(["Logs"] if door in FUNCTIONS else []),
        *(["Queue"] if door == "profile-sync" else []),
    }
    assert all(each.resource in ("${LogGroupArn}:*", "${QueueArn}") for each in runtime.values())


def test_the_auth_service_on_lambda_may_do_what_it_may_do_elsewhere() -> None:
    assert allowed("web-function") == allowed("web")
    assert reachable_operations(*ROOTS["web-function"]) == reachable_operations(*ROOTS["web"])


def test_every_door_and_every_command_that_calls_aws_has_a_policy() -> None:
    assert set(names()) == {*DOORS, *COMMANDS}


def test_the_recorded_model_of_cognito_covers_every_operation_that_a_door_calls() -> None:
    """Otherwise: `make cognito-model RECORD=on`."""
    assert set(read_recorded()["members"]) == used_operations()


def _secret_in(arn: str) -> str:
    """Give the secret's name, which Secrets Manager ends with six characters of its own."""
    return arn.rpartition(":")[2].rpartition("-")[0]


def _needs_permission(operation: str) -> bool:
    """Whether IAM is asked: not about the operations that app clients call for their users."""
    service, _, name = operation.partition(":")
    return _model(service).operation_model(name).auth_type != "none"


@cache
def _model(service: str) -> ServiceModel:
    return botocore.session.get_session().get_service_model(service)
