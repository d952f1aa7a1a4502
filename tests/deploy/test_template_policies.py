"""The functions of the template may do what deploy/policies allows, no more and no less."""

import json
from collections.abc import Mapping
from copy import deepcopy
from typing import Final

import pytest

from deploy.stack import DOOR_OF, REQUIRED, TEMPLATE, Stack, Value


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
"""Statements for users of another pool; the template's users come from a legacy system."""

PLACES: Final = {
    "UserPool.Arn": "${UserPoolArn}",
    "Table.Arn": "${TableArn}",
    "ProfileQueue.Arn": "${QueueArn}",
}
SECRETS: Final = "${SecretArns}"


def _policy(template: Mapping[str, Value], function: str) -> dict[str, Value]:
    document = template["Resources"][f"{function}Policy"]["Properties"]["PolicyDocument"]
    return {each["Sid"]: _with_place(each, function) for each in document["Statement"]}


def _with_place(statement: Mapping[str, Value], function: str) -> dict[str, Value]:
    resource = statement["Resource"]
    if isinstance(resource, dict) and "Fn::GetAtt" in resource:
        name = resource["Fn::GetAtt"]
        own = {**PLACES, f"{function}Logs.Arn": "${LogGroupArn}:*"}
        return {**statement, "Resource": own[name]}
    return {**statement, "Resource": resource if resource == "*" else SECRETS}


def _file(function: str) -> dict[str, Value]:
    path = TEMPLATE.parent / "policies" / f"{DOOR_OF[function]}.json"
    wanted = {each["Sid"]: each for each in json.loads(path.read_text())["Statement"]}
    left_out = OFF | FROM_A_POOL if function == "Web" else FROM_A_POOL
    return {sid: wanted[sid] for sid in wanted if sid not in left_out}


@pytest.mark.parametrize("function", DOOR_OF)
def test_a_function_may_do_what_its_policy_allows(
    template: dict[str, Value], function: str
) -> None:
    assert _policy(template, function) == _file(function)


def test_one_more_action_is_noticed(template: dict[str, Value]) -> None:
    policy = _policy(deepcopy(template), "AccountLinking")
    policy["Links"]["Action"].append("cognito-idp:AdminSetUserPassword")
    assert policy != _file("AccountLinking")


@pytest.mark.parametrize("function", DOOR_OF)
@pytest.mark.parametrize(
    "given",
    [
        {},
        {"ManagedClientSecretArn": REQUIRED["CookieKeysSecretArn"].replace("cookie", "client")},
        {"CallerKeysSecretArn": REQUIRED["CookieKeysSecretArn"].replace("cookie", "caller")},
    ],
    ids=["usual", "managed secret", "callers"],
)
def test_a_function_may_read_the_secrets_of_its_variables_alone(
    template: dict[str, Value], function: str, given: dict[str, str]
) -> None:
    stack = Stack(template, {**REQUIRED, **given})
    document = stack.resources[f"{function}Policy"]["Properties"]["PolicyDocument"]
    allowed = [each["Resource"] for each in document["Statement"] if each["Sid"] == "Secrets"]
    secrets = allowed[0] if allowed and isinstance(allowed[0], list) else allowed
    named = {text for name, text in stack.variables(function).items() if name.endswith("_ARN")}
    assert {*secrets} == named - {""}


def test_nothing_else_gives_the_functions_permissions(template: dict[str, Value]) -> None:
    resources = template["Resources"].values()
    roles = [each["Properties"] for each in resources if each["Type"] == "AWS::IAM::Role"]
    assert all({*each} == {"AssumeRolePolicyDocument"} for each in roles)
    kinds = {each["Type"] for each in resources if each["Type"].startswith("AWS::IAM")}
    assert kinds == {"AWS::IAM::Role", "AWS::IAM::RolePolicy"}
