"""``authcore doctor`` finds nothing in the template, but for what costs extra at Amazon's."""

from collections.abc import Mapping
from typing import Any, Final

import pytest

from deploy.parameters import FROM_OLD_POOL, PROVIDERS, REQUIRED
from deploy.stack import Stack, Value, role_name
from unit.doctor_old_misconfigurations import OF_THE_OLD_POOL
from unit.doctor_world import POOL_ID, SECRET, World


PAID_FOR: Final = {
    "cognito_user_pool_advanced_security_enabled",
    "cognito_user_pool_waf_acl_attached",
}
"""Threat protection needs the tier PLUS, and a web ACL is a resource of the operator's."""

STANDARD: Final = ("email", "email_verified", "name")


def deployed(stack: Stack) -> World:
    """What the describing calls answer after the template was deployed."""
    resources = {name: each["Properties"] for name, each in stack.resources.items()}
    table, pool_arn = resources["Table"], stack.resolve({"Fn::GetAtt": "UserPool.Arn"})
    world = World()
    world.environment = _environment(stack, world)
    world.pool = {**resources["UserPool"], **_schema(resources["UserPool"]), "Arn": pool_arn}
    world.client = {**resources["AppClient"], **_client(resources)}
    world.providers = {
        each["ProviderName"]: each
        for name, each in resources.items()
        if name.endswith("Provider") and "ProviderName" in each
    }
    world.web_acl = {}
    world.domain["UserPoolId"] = POOL_ID
    world.domain_names |= {resources["PoolDomain"]["Domain"]}
    world.table = {**table, "TableStatus": "ACTIVE"}
    world.ttl = {
        "TimeToLiveStatus": "ENABLED",
        "AttributeName": table["TimeToLiveSpecification"]["AttributeName"],
    }
    for name in _triggers(stack):
        arn = stack.resolve({"Fn::GetAtt": f"{name}.Arn"})
        world.functions[arn] = _function(stack, resources[name], name)
        world.policies[arn] = _policy(resources[f"{role_name(name)}Permission"])
    _lead(world, resources)
    return world


def _environment(stack: Stack, world: World) -> dict[str, str]:
    """The outputs and the variables of the functions; keys in Secrets Manager are resolved."""
    given = {name: text for name, text in stack.outputs.items() if name.startswith("AUTHCORE_")}
    for function in (*_triggers(stack), "Web"):
        given |= stack.variables(function)
    return {
        name: world.environment[name] if text.startswith("{{resolve:") else text
        for name, text in given.items()
    }


def _triggers(stack: Stack) -> list[str]:
    return [name for name in stack.door_of if name not in ("ProfileSync", "Web")]


def _schema(pool: Mapping[str, Any]) -> dict[str, Any]:
    custom = [
        {**each, "Name": each["Name"] if each["Name"] in STANDARD else f"custom:{each['Name']}"}
        for each in pool["Schema"]
    ]
    return {"SchemaAttributes": [{"Name": "email_verified", "Mutable": True}, *custom]}


def _client(resources: Mapping[str, Any]) -> dict[str, Any]:
    """A provider is referred to by its logical id."""
    names = resources["AppClient"]["SupportedIdentityProviders"]
    providers = [resources[n]["ProviderName"] if n in resources else n for n in names]
    return {
        "ClientId": "4f5u7n3k2q1z",
        "ClientSecret": SECRET,
        "SupportedIdentityProviders": providers,
    }


def _function(stack: Stack, function: Mapping[str, Any], name: str) -> dict[str, Any]:
    return {
        "Handler": function["Handler"],
        "Timeout": stack.template["Globals"]["Function"]["Timeout"],
        "State": "Active",
        "LastUpdateStatus": "Successful",
        "Environment": {"Variables": stack.variables(name)},
    }


def _policy(permission: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "Effect": "Allow",
        "Principal": {"Service": permission["Principal"]},
        "Action": permission["Action"],
        "Condition": {"ArnLike": {"AWS:SourceArn": permission["SourceArn"]}},
    }


def _lead(world: World, resources: Mapping[str, Any]) -> None:
    """Let the sign-in lead to the template's domain and come back to its callback."""
    callback = resources["AppClient"]["CallbackURLs"][0]
    domain = world.environment["AUTHCORE_SIGN_IN_DOMAIN_URL"]
    query = f"client_id=4f5u7n3k2q1z&redirect_uri={callback}"
    for question in ("sign-in", "long sign-in"):
        location = {"location": f"{domain}/oauth2/authorize?{query}"}
        world.sites.answers[question] = (302, location, b"")


@pytest.mark.parametrize(
    "given",
    [{}, PROVIDERS, {"LinkingEmailProviders": "Google Cognito", **PROVIDERS}],
    ids=["usual", "providers", "trusted provider"],
)
def test_the_template_needs_no_mending(
    template: dict[str, Value], given: Mapping[str, str]
) -> None:
    report = deployed(Stack(template, {**REQUIRED, **given})).report()

    assert {each.id: each.evidence for each in report.findings}.keys() == PAID_FOR
    assert report.skipped == ()


def test_the_template_needs_no_mending_where_users_come_from_another_pool(
    template: dict[str, Value],
) -> None:
    report = deployed(Stack(template, FROM_OLD_POOL)).report()

    assert {each.id: each.evidence for each in report.findings}.keys() == PAID_FOR
    assert report.skipped == ()
    assert {*OF_THE_OLD_POOL} <= {*report.passed}


def test_a_change_of_the_template_that_opens_accounts_is_noticed(
    template: dict[str, Value],
) -> None:
    world = deployed(Stack(template))
    world.client["WriteAttributes"].append("custom:legacy_uid")

    assert world.found() - PAID_FOR == {"links_not_writable"}
