"""The functions of the template may do what deploy/policies allows, no more and no less."""

import json
from collections.abc import Mapping
from copy import deepcopy
from typing import Final

import pytest

from deploy.parameters import (
    ACCOUNT,
    DOOR_OF,
    FROM_OLD_POOL,
    LEGACY,
    OLD_POOL,
    OLD_POOL_DOOR_OF,
    REQUIRED,
)
from deploy.stack import TEMPLATE, Stack, Value, role_name


OFF: Final = frozenset(
    (
        "Attempts",
        "Challenges",
        "Connect",
        "OldLogin",
        "Profiles",
        "Sessions",
        "SyncTurns",
        "Webhooks",
        "WriteQuota",
    )
)
"""Statements for settings of the auth service that the template leaves off."""

FROM_A_POOL: Final = frozenset(("OldPool", "OldPoolMarks"))
"""Statements for users who come from another pool."""

OLD_POOL_ARN: Final = f"arn:aws:cognito-idp:eu-central-1:{ACCOUNT}:userpool/eu-central-1_Old12Cd34"
WITH_SECRETS: Final = frozenset(("OldPoolMigration", "Web"))
"""Functions that read a secret where users come from another pool."""

PLACES: Final = {
    "UserPool.Arn": "${UserPoolArn}",
    "Table.Arn": "${TableArn}",
    "ProfileQueue.Arn": "${QueueArn}",
}
SECRETS: Final = "${SecretArns}"


def _policy(stack: Stack, function: str) -> dict[str, Value]:
    name = role_name(function)
    document = stack.template["Resources"][f"{name}Policy"]["Properties"]["PolicyDocument"]
    statements = filter(None, map(stack.choose, document["Statement"]))
    return {each["Sid"]: _with_place(stack, each, name) for each in statements}


def _with_place(stack: Stack, statement: Mapping[str, Value], name: str) -> dict[str, Value]:
    resource = statement["Resource"]
    if isinstance(resource, dict) and "Fn::GetAtt" in resource:
        own = {**PLACES, f"{name}Logs.Arn": "${LogGroupArn}:*"}
        return {**statement, "Resource": own[resource["Fn::GetAtt"]]}
    if stack.resolve(resource) == OLD_POOL_ARN:
        return {**statement, "Resource": "${OldUserPoolArn}"}
    return {**statement, "Resource": resource if resource == "*" else SECRETS}


def _file(door: str, left_out: frozenset[str]) -> dict[str, Value]:
    path = TEMPLATE.parent / "policies" / f"{door}.json"
    wanted = {each["Sid"]: each for each in json.loads(path.read_text())["Statement"]}
    return {sid: wanted[sid] for sid in wanted if sid not in left_out}


@pytest.mark.parametrize("function", DOOR_OF)
def test_a_function_may_do_what_its_policy_allows(
    template: dict[str, Value], function: str
) -> None:
    left_out = OFF | FROM_A_POOL if function == "Web" else FROM_A_POOL

    assert _policy(Stack(template), function) == _file(DOOR_OF[function], left_out)


@pytest.mark.parametrize("function", OLD_POOL_DOOR_OF)
def test_a_function_of_an_old_pool_may_do_what_its_policy_allows_there(
    template: dict[str, Value], function: str
) -> None:
    left_out = OFF if function == "Web" else frozenset[str]()
    secrets = frozenset[str]() if function in WITH_SECRETS else frozenset(("Secrets",))

    policy = _policy(Stack(template, FROM_OLD_POOL), function)

    assert policy == _file(OLD_POOL_DOOR_OF[function], left_out | secrets)


def test_one_more_action_is_noticed(template: dict[str, Value]) -> None:
    policy = _policy(Stack(deepcopy(template)), "AccountLinking")
    policy["Links"]["Action"].append("cognito-idp:AdminSetUserPassword")
    assert policy != _file("account-linking", FROM_A_POOL)


@pytest.mark.parametrize(
    "given",
    [
        {},
        {**dict.fromkeys(LEGACY, ""), **OLD_POOL},
        {"ManagedClientSecretArn": REQUIRED["CookieKeysSecretArn"].replace("cookie", "client")},
        {"CallerKeysSecretArn": REQUIRED["CookieKeysSecretArn"].replace("cookie", "caller")},
    ],
    ids=["usual", "old pool", "managed secret", "callers"],
)
def test_a_function_may_read_the_secrets_of_its_variables_alone(
    template: dict[str, Value], given: dict[str, str]
) -> None:
    stack = Stack(template, {**REQUIRED, **given})
    for function in stack.door_of:
        policy = stack.resources[f"{role_name(function)}Policy"]["Properties"]["PolicyDocument"]
        allowed = [each["Resource"] for each in policy["Statement"] if each["Sid"] == "Secrets"]
        secrets = allowed[0] if allowed and isinstance(allowed[0], list) else allowed
        named = {text for name, text in stack.variables(function).items() if name.endswith("_ARN")}
        assert {*secrets} == named - {""}, function


def test_terraform_knows_every_resource_of_the_policies() -> None:
    text = (TEMPLATE.parent / "terraform" / "functions.tf").read_text()
    wanted = {
        each["Resource"]
        for door in {*DOOR_OF.values()} - {"inbound-federation"}
        for each in _file(door, frozenset()).values()
    }
    assert {each for each in wanted if f'"{each.replace("$", "$$")}"' not in text} == set()


def test_nothing_else_gives_the_functions_permissions(template: dict[str, Value]) -> None:
    resources = template["Resources"].values()
    roles = [each["Properties"] for each in resources if each["Type"] == "AWS::IAM::Role"]
    assert all({*each} == {"AssumeRolePolicyDocument"} for each in roles)
    kinds = {each["Type"] for each in resources if each["Type"].startswith("AWS::IAM")}
    assert kinds == {"AWS::IAM::Role", "AWS::IAM::RolePolicy"}
