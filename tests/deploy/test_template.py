"""deploy/template.yaml has what the system needs, and nothing that authcore would not take."""

import json
import re
from graphlib import TopologicalSorter
from typing import Final

import pytest

from deploy.parameters import ACCOUNT, DOOR_OF, PROVIDERS, REQUIRED
from deploy.stack import TEMPLATE, Stack, Value, references
from lambda_zips.functions import FUNCTIONS


OPENAPI: Final = TEMPLATE.parents[1] / "entrypoints" / "authcore_web" / "openapi.json"


@pytest.fixture(scope="module")
def resources(template: dict[str, Value]) -> dict[str, Value]:
    return Stack(template, {**REQUIRED, **PROVIDERS}).resources


def _at(resources: dict[str, Value], path: str) -> Value:
    found: Value = resources
    for name in path.split("."):
        found = found["Properties"][name] if "Properties" in found else found[name]
    return found


SEED: Final = [
    (429, "a user pool", "UserPool.DeletionProtection", "ACTIVE"),
    (431, "the user migration hook", "UserPool.LambdaConfig.UserMigration", "UserMigration"),
    (432, "the post authentication hook", "UserPool.LambdaConfig.PostAuthentication", "Account"),
    (493, "the callback URL", "AppClient.CallbackURLs", REQUIRED["AuthHost"] + "/auth/signin/call"),
    (496, "the code grant", "AppClient.AllowedOAuthFlows", "['code']"),
    (500, "the scopes", "AppClient.AllowedOAuthScopes", "['openid', 'email', 'profile']"),
    (509, "Facebook's scopes", "FacebookProvider.ProviderDetails", "public_profile,email"),
    (512, "Google's scopes", "GoogleProvider.ProviderDetails", "profile email openid"),
    (519, "the domain", "PoolDomain.Domain", "your-organisation"),
]
"""Lines of the seed: sections AWS Resources, App Settings, Federation, Facebook and Google."""


@pytest.mark.parametrize(("line", "what", "path", "text"), SEED)
def test_the_template_has_each_setting_of_the_seed(
    resources: dict[str, Value], line: int, what: str, path: str, text: str
) -> None:
    assert text in str(_at(resources, path)), f"seed line {line}: {what}"


def test_functions_may_write_logs_and_users_as_in_the_seed(resources: dict[str, Value]) -> None:
    # Seed lines 467-476, with the log group and the pool in place of stars.
    statements = _at(resources, "AccountLinkingPolicy.PolicyDocument.Statement")
    allowed = {action: each["Resource"] for each in statements for action in each["Action"]}
    assert allowed["logs:PutLogEvents"] == allowed["logs:CreateLogStream"]
    assert allowed["logs:PutLogEvents"].endswith("AccountLinkingLogs")
    assert allowed["cognito-idp:AdminUpdateUserAttributes"].endswith("UserPool")


def test_the_implicit_grant_of_the_seed_is_left_out(resources: dict[str, Value]) -> None:
    # Seed line 497: it puts tokens into URLs, and OAuth 2.1 drops it.
    assert "implicit" not in _at(resources, "AppClient.AllowedOAuthFlows")


def test_users_write_neither_their_link_nor_what_it_trusts(resources: dict[str, Value]) -> None:
    written = _at(resources, "AppClient.WriteAttributes")
    assert written == ["email", "name"]
    mapped = {*_at(resources, "GoogleProvider.AttributeMapping")} - {"username", "email_verified"}
    assert mapped <= {*written}  # else Cognito refuses the provider's users


def test_the_pool_stores_links_that_may_change(resources: dict[str, Value]) -> None:
    schema = {each["Name"]: each for each in _at(resources, "UserPool.Schema")}
    assert schema["legacy_uid"]["Mutable"]
    assert schema["legacy_linked"]["Mutable"]
    assert _at(resources, "UserPool.UsernameConfiguration") == {"CaseSensitive": False}


def test_the_app_client_rotates_with_grace_and_hides_who_exists(
    resources: dict[str, Value],
) -> None:
    client = resources["AppClient"]["Properties"]
    assert client["RefreshTokenRotation"] == {"Feature": "ENABLED", "RetryGracePeriodSeconds": 60}
    assert "ALLOW_REFRESH_TOKEN_AUTH" not in client["ExplicitAuthFlows"]
    assert client["PreventUserExistenceErrors"] == "ENABLED"
    assert client["GenerateSecret"]
    assert client["EnableTokenRevocation"]


@pytest.mark.parametrize(("kind", "names"), [("email", "Username"), ("alias", "Alias")])
def test_the_pool_takes_addresses_as_names_where_told_to(
    template: dict[str, Value], kind: str, names: str
) -> None:
    pool = Stack(template, {**REQUIRED, "PoolKind": kind}).resources["UserPool"]["Properties"]
    assert {"UsernameAttributes", "AliasAttributes"} & {*pool} == {f"{names}Attributes"}


def test_every_trigger_may_be_called_by_this_pool_alone(resources: dict[str, Value]) -> None:
    attached = str(_at(resources, "UserPool.LambdaConfig"))
    triggers = [each for each in DOOR_OF if f":{each}'" in attached]
    assert len(triggers) == 5
    for each in triggers:
        assert resources[f"{each}Permission"]["Properties"] == {
            "Action": "lambda:InvokeFunction",
            "FunctionName": each,
            "Principal": "cognito-idp.amazonaws.com",
            "SourceAccount": ACCOUNT,
            "SourceArn": f"arn:aws:cognito:eu-west-1:{ACCOUNT}:UserPool",
        }


def test_linking_is_attached_to_first_and_later_sign_ins(resources: dict[str, Value]) -> None:
    attached = _at(resources, "UserPool.LambdaConfig")
    assert attached["PostConfirmation"] == attached["PostAuthentication"]
    assert "AccountLinking" in attached["PostConfirmation"]


def test_resources_do_not_wait_for_each_other_in_a_circle(template: dict[str, Value]) -> None:
    needed = {
        name: {*references(resource), resource.get("DependsOn", name)} - {name}
        for name, resource in template["Resources"].items()
    }
    for name in ("OldPoolMigration", *DOOR_OF):  # the Globals
        needed[name].add("DataKey")
    assert [*TopologicalSorter(needed).static_order()]


@pytest.mark.parametrize("function", DOOR_OF)
def test_each_function_has_a_handler_its_own_role_and_a_kept_log(
    resources: dict[str, Value], function: str
) -> None:
    made = resources[function]["Properties"]
    packaged = FUNCTIONS[DOOR_OF[function]]
    assert made["Handler"] == packaged.handler
    assert made["CodeUri"] == f"../build/package/{DOOR_OF[function]}-arm64.zip"
    assert f"{function}Role" in made["Role"]
    assert made["LoggingConfig"] == {"LogGroup": f"{function}Logs"}
    assert _at(resources, f"{function}Logs.RetentionInDays") == 365


def test_what_must_not_be_lost_outlives_the_stack(resources: dict[str, Value]) -> None:
    kept = {name for name, each in resources.items() if each.get("DeletionPolicy") == "Retain"}
    assert kept == {"UserPool", "Table", "DataKey"}
    table = resources["Table"]["Properties"]
    assert table["PointInTimeRecoverySpecification"] == {"PointInTimeRecoveryEnabled": True}
    assert table["TimeToLiveSpecification"] == {"AttributeName": "expires", "Enabled": True}
    assert table["SSESpecification"]["SSEType"] == "KMS"


def test_the_queue_is_as_profile_sync_needs_it(resources: dict[str, Value]) -> None:
    assert _at(resources, "ProfileQueue.VisibilityTimeout") == 6 * _at(
        resources, "ProfileSync.Timeout"
    )
    assert _at(resources, "ProfileQueue.RedrivePolicy.maxReceiveCount") >= 10
    events = _at(resources, "ProfileSync.Events.Changed")
    assert events["Properties"]["FunctionResponseTypes"] == ["ReportBatchItemFailures"]
    assert events["Properties"]["ScalingConfig"] == {"MaximumConcurrency": 2}


def test_no_update_replaces_what_users_and_sessions_hang_on(resources: dict[str, Value]) -> None:
    policy = json.loads((TEMPLATE.parent / "stack-policy.json").read_text())
    allowed, denied = policy["Statement"]
    assert allowed == {"Effect": "Allow", "Action": "Update:*", "Principal": "*", "Resource": "*"}
    assert (denied["Effect"], denied["Principal"]) == ("Deny", "*")
    assert denied["Action"] == ["Update:Replace", "Update:Delete"]
    kept = {name for name, each in resources.items() if each.get("UpdateReplacePolicy") == "Retain"}
    named = {each.removeprefix("LogicalResourceId/") for each in denied["Resource"]}
    assert named == kept | {"AppClient"}


def test_every_function_may_decrypt_its_variables(resources: dict[str, Value]) -> None:
    statements = _at(resources, "DataKey.KeyPolicy.Statement")
    (variables,) = (each for each in statements if each["Sid"] == "Variables")
    roles = {each.removesuffix("Role").rpartition(":")[2] for each in variables["Principal"]["AWS"]}
    assert roles == {*DOOR_OF}
    assert variables["Action"] == "kms:Decrypt"
    assert variables["Condition"] == {
        "StringEquals": {"kms:ViaService": "lambda.eu-west-1.amazonaws.com"}
    }


@pytest.mark.parametrize("section", ["Rules", "Conditions", "Resources"])
def test_no_two_things_of_the_template_have_one_name(
    template: dict[str, Value], section: str
) -> None:
    assert not {*template[section]} & {*template["Parameters"]}


ALARMS: Final = {
    "MisconfiguredAlarm": "misconfigured",
    "MigrationFailureAlarm": "user_migration.authenticate",
    "TriggerDurationAlarm": "Duration",
    "TriggerCrashAlarm": "failures",
    "DeadLetterAlarm": "ProfileDeadLetters",
    "RepairAlarm": "account_linking.postponed",
}


@pytest.mark.parametrize("alarm", ALARMS)
def test_operators_hear_of_what_needs_them(resources: dict[str, Value], alarm: str) -> None:
    made = resources[alarm]["Properties"]
    assert ALARMS[alarm] in str(made)
    assert made["AlarmActions"] == ["Alarms"]
    assert made["TreatMissingData"] == "notBreaching"


def test_two_stacks_of_one_account_do_not_share_their_alarms(template: dict[str, Value]) -> None:
    alarms = {
        name: each["Properties"]
        for name, each in Stack(template).resources.items()
        if each["Type"] == "AWS::CloudWatch::Alarm"
    }
    namespaces = {*re.findall(r"'Namespace': '([^']*)'", str(alarms))}
    assert namespaces == {"AWS/Lambda", "AWS/SQS", "authcore/authcore"}
    for function in DOOR_OF:
        printed = Stack(template).variables(function)["AUTHCORE_METRICS_NAMESPACE"]
        assert printed == "authcore/authcore"


def test_a_trigger_that_dies_is_told_from_one_that_refuses(resources: dict[str, Value]) -> None:
    metrics = _at(resources, "TriggerCrashAlarm.Metrics")
    counted = {each["Id"]: each["MetricStat"]["Metric"] for each in metrics if "MetricStat" in each}
    assert len(counted) <= 10  # what an alarm of CloudWatch takes
    for identifier, metric in counted.items():
        (dimension,) = metric["Dimensions"]
        own = identifier.removesuffix("Errors").removesuffix("Failures")
        function = own[0].upper() + own[1:]
        expected = {"Errors": function, "failures": DOOR_OF[function]}
        assert dimension["Value"] == expected[metric["MetricName"]]
    (expression,) = (each["Expression"] for each in metrics if "Expression" in each)
    assert {*re.findall(r"FILL\((\w+), 0\)", expression)} == {*counted}


def test_every_route_of_the_auth_service_is_reached_but_what_is_for_operators(
    resources: dict[str, Value],
) -> None:
    events = _at(resources, "Web.Events").values()
    reached = [each["Properties"]["Path"].replace("{proxy+}", ".+") for each in events]
    paths = json.loads(OPENAPI.read_text())["paths"]
    left_out = {each for each in paths if not any(re.fullmatch(one, each) for one in reached)}
    assert left_out == {"/metrics", "/openapi.json"}
