"""deploy/template.yaml has what the system needs, and nothing that authcore would not take."""

import json
import re
from graphlib import TopologicalSorter
from typing import Final

import attrs
import pytest

from authcore.settings import describe_variables, load
from authcore_cli.entrypoints import DOORS, DoorName
from deploy.stack import ACCOUNT, REQUIRED, TEMPLATE, Stack, Value, read_template, references
from lambda_zips.functions import FUNCTIONS


DOOR_OF: Final[dict[str, DoorName]] = {
    "UserMigration": "user-migration",
    "AccountLinking": "account-linking",
    "PreSignUp": "pre-sign-up",
    "PreTokenGeneration": "pre-token-generation",
    "InboundFederation": "inbound-federation",
    "ProfileSync": "profile-sync",
    "Web": "web-function",
}
PROVIDERS: Final = {
    "GoogleSecretArn": "arn:aws:secretsmanager:eu-west-1:123456789012:secret:google-abcdef",
    "FacebookSecretArn": "arn:aws:secretsmanager:eu-west-1:123456789012:secret:facebook-abcdef",
}
UNGROUPED: Final = {"AUTHCORE_LOG_FORMAT", "AUTHCORE_METRICS_FORMAT"}
"""Variables that every process reads before its settings."""

GIVEN: Final = {
    "usual": {},
    "providers": PROVIDERS,
    "own login host": {
        "LoginHost": "login.example.com",
        "LoginCertificateArn": REQUIRED["AuthCertificateArn"].replace("eu-west-1", "us-east-1"),
    },
    "leases": {"LinkingCreation": "lease", "LinkingEmailProviders": "Google Cognito"},
    "managed secret": {"ManagedClientSecretArn": PROVIDERS["GoogleSecretArn"]},
    "callers": {"CallerKeysSecretArn": PROVIDERS["GoogleSecretArn"]},
    "both logins": {"LegacySessionsCookie": "session", "MigrationResets": "legacy"},
}
"""Parameters beside the required ones."""


@pytest.fixture(scope="module")
def template() -> dict[str, Value]:
    return read_template()


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


@pytest.mark.parametrize("given", GIVEN)
@pytest.mark.parametrize("function", DOOR_OF)
def test_each_function_starts_with_the_settings_of_the_template(
    template: dict[str, Value], function: str, given: str
) -> None:
    variables = Stack(template, {**REQUIRED, **GIVEN[given]}).variables(function)
    keys = "A" * 43 + "="
    resolved = {
        name: keys if value.startswith("{{resolve:secretsmanager:") else value
        for name, value in variables.items()
    }
    load(DOORS[DOOR_OF[function]]().settings, resolved)


@pytest.mark.parametrize("function", DOOR_OF)
def test_each_variable_of_a_function_is_one_that_it_reads(
    template: dict[str, Value], function: str
) -> None:
    settings = DOORS[DOOR_OF[function]]().settings
    read = {each for name, about, _ in describe_variables(settings) for each in about.names(name)}
    assert {*Stack(template).variables(function)} <= read | UNGROUPED


@pytest.mark.parametrize("given", GIVEN)
def test_outputs_are_the_settings_of_auth_service_and_guards(
    template: dict[str, Value], given: str
) -> None:
    outputs = Stack(template, {**REQUIRED, **GIVEN[given]}).outputs
    settings = {name: text for name, text in outputs.items() if name.startswith("AUTHCORE_")}
    load(DOORS["web"]().settings, settings)
    load(
        DOORS["guard"]().settings,
        {**settings, "AUTHCORE_GUARD_APP_URL": "https://cms.example.com"},
    )


def test_each_output_of_a_setting_is_read_by_auth_service_or_guards(
    template: dict[str, Value],
) -> None:
    doors = [DOORS[door]().settings for door in ("web", "guard")]
    read = {
        each
        for settings in doors
        for name, about, _ in describe_variables(settings)
        for each in about.names(name)
    }
    named = [name for name in Stack(template).outputs if name.startswith("AUTHCORE_")]
    assert {*named} <= read
    assert len(named) == len({*named})


def test_no_output_says_a_secret(template: dict[str, Value]) -> None:
    for door in ("web", "guard"):
        settings = DOORS[door]().settings
        secret = {name for name, about, _ in describe_variables(settings) if about.secret}
        assert not secret & {*Stack(template).outputs}


def test_no_parameter_takes_a_secret(template: dict[str, Value]) -> None:
    named = [each for each in template["Parameters"] if re.search("Secret|Key", each)]
    allowed = {"LinkProofKeysVersion"}
    assert all(each.endswith("Arn") or each in allowed for each in named)


def test_a_parameter_without_default_is_missed_by_its_name(template: dict[str, Value]) -> None:
    declared = template["Parameters"]
    assert {name for name in declared if "Default" not in declared[name]} == {*REQUIRED}


def test_each_parameter_says_its_name_when_it_is_wrong(template: dict[str, Value]) -> None:
    for name, declared in template["Parameters"].items():
        assert declared["ConstraintDescription"].startswith(f"{name} must be ")
        assert {"AllowedPattern", "AllowedValues", "MinValue"} & {*declared}


def test_the_example_has_every_parameter_that_must_be_given(template: dict[str, Value]) -> None:
    example = json.loads(TEMPLATE.with_name("parameters.json").read_text())["Parameters"]
    assert {*REQUIRED} <= {*example} <= {*template["Parameters"]}
    for name, text in example.items():
        declared = template["Parameters"][name]
        pattern = declared.get("AllowedPattern") or "|".join(declared["AllowedValues"])
        assert all(re.fullmatch(pattern, each) for each in text.split(",")), name


WRONG: Final = [
    ("AuthHost", ("", "https://auth-api.example.com", "localhost", "Auth-Api.example.com")),
    ("AuthCertificateArn", ("", "arn:aws:iam::123456789012:server-certificate/x")),
    ("CookieDomain", ("", ".example.com", "com", "example.com/")),
    ("Redirects", ("", "http://cms.example.com", "https://cms.example.com/", "*")),
    ("DefaultRedirect", ("", "https://cms.example.com", "http://cms.example.com/", "/articles")),
    ("SignOutTargets", ("", "https://cms.example.com", "javascript:alert(1)")),
    ("DomainPrefix", ("", "my-cognito-login", "Upper", "-a", "a" * 64)),
    ("CookieKeysSecretArn", ("", "cookie-keys", "A" * 43 + "=")),
    ("LinkProofKeysSecretArn", ("", "arn:aws:ssm:eu-west-1:123456789012:parameter/x")),
    ("LegacyApiKeySecretArn", ("", "a-key-in-plain-text")),
    ("LegacyUrl", ("", "http://cms.example.com", "cms.example.com")),
    ("GoogleSecretArn", ("GOCSPX-secret",)),
    ("LinkingEmailProviders", ("Google,Facebook", " ")),
    ("LegacySessionsCookie", ("a cookie",)),
]


@pytest.mark.parametrize(("name", "values"), WRONG)
def test_a_wrong_parameter_is_refused_before_anything_is_made(
    template: dict[str, Value], name: str, values: tuple[str, ...]
) -> None:
    pattern = template["Parameters"][name]["AllowedPattern"]
    assert not [each for each in values if re.fullmatch(pattern, each)]
    assert all(re.fullmatch(pattern, each) for each in REQUIRED.get(name, "").split(","))


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
    for name in DOOR_OF:  # the Globals
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


ALARMS: Final = {
    "MisconfiguredAlarm": "misconfigured",
    "MigrationFailureAlarm": "user_migration.authenticate",
    "TriggerDurationAlarm": "Duration",
    "DeadLetterAlarm": "ProfileDeadLetters",
    "RepairAlarm": "account_linking.postponed",
}


@pytest.mark.parametrize("alarm", ALARMS)
def test_operators_hear_of_what_needs_them(resources: dict[str, Value], alarm: str) -> None:
    made = resources[alarm]["Properties"]
    assert ALARMS[alarm] in str(made)
    assert made["AlarmActions"] == ["Alarms"]
    assert made["TreatMissingData"] == "notBreaching"


def test_required_settings_have_no_default(template: dict[str, Value]) -> None:
    for door in ("web", "guard"):
        required = {
            name
            for name, _, default in describe_variables(DOORS[door]().settings)
            if default is attrs.NOTHING
        }
        given = {name.removesuffix("_ARN") for name in Stack(template).outputs}
        assert required - given <= {"AUTHCORE_GUARD_APP_URL"}


def test_terraform_gives_functions_the_variables_of_the_template(
    template: dict[str, Value],
) -> None:
    text = "".join(path.read_text() for path in TEMPLATE.parent.glob("terraform/*.tf"))
    stack = Stack(template)
    given = {name for function in DOOR_OF for name in stack.variables(function)}
    named = {*re.findall(r"AUTHCORE_\w+", text)} - {"AUTHCORE_GUARD_SIGNIN_URL"}
    assert given - named == {"AUTHCORE_VERIFY_CALLER_KEYS_ARN"}
    described = {"AUTHCORE_COOKIE_KEYS", "AUTHCORE_LEGACY_API_KEY"}
    assert named - given == described
