"""Each misconfiguration of a deployment is found and named, and a clean one has none."""

import base64
import json
import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any, Final

import attrs
import pytest

from authcore.domain.errors import ProviderUnavailableError
from authcore.domain.model.checks import UNREAD
from authcore.domain.services.doctor.reading import MAX_DURATION, MAX_PART, OUT_OF_TIME
from authcore.domain.services.doctor.registry import CHECKS
from authcore_cli.terminal_text import MAX_SHOWN
from support.gate import sampled
from unit.doctor_world import (
    ACCOUNT,
    AUTH,
    CLIENT_ID,
    DOMAIN,
    POOL_ARN,
    SECRET_ARN,
    World,
    arn_of,
)


Plant = Callable[[World], object]
ANOTHER: Final = "https://another.example.com"


def variable(name: str, value: str) -> Plant:
    return lambda world: world.environment.update({f"AUTHCORE_{name}": value})


def pool(**members: Any) -> Plant:
    return lambda world: world.pool.update(members)


def client(**members: Any) -> Plant:
    return lambda world: world.client.update(members)


def without(member: str) -> Plant:
    return lambda world: world.client.pop(member)


def site(question: str, answer: tuple[int, dict[str, str], bytes] | None) -> Plant:
    return lambda world: world.sites.answers.update({question: answer})


def schema(name: str, **members: Any) -> Plant:
    def plant(world: World) -> None:
        for each in world.pool["SchemaAttributes"]:
            if each["Name"] == name:
                each.update(members)

    return plant


def lacking(name: str) -> Plant:
    def plant(world: World) -> None:
        attributes = world.pool["SchemaAttributes"]
        world.pool["SchemaAttributes"] = [each for each in attributes if each["Name"] != name]

    return plant


def trigger(name: str, arn: str | None) -> Plant:
    def plant(world: World) -> None:
        if arn is None:
            del world.pool["LambdaConfig"][name]
        else:
            world.pool["LambdaConfig"][name] = arn

    return plant


def function(name: str, **members: Any) -> Plant:
    return lambda world: world.function(name).update(members)


def own(name: str, value: str) -> Plant:
    """A variable of the migration function."""

    def plant(world: World) -> None:
        variables = world.function("user_migration")["Environment"]["Variables"]
        variables[f"AUTHCORE_{name}"] = value

    return plant


def mapping(provider: str, **claims: str | None) -> Plant:
    def plant(world: World) -> None:
        mapped = world.providers[provider]["AttributeMapping"]
        kept = {**mapped, **{name.replace("__", ":"): claim for name, claim in claims.items()}}
        world.providers[provider]["AttributeMapping"] = {k: v for k, v in kept.items() if v}

    return plant


def provider(name: str, kind: str, scopes: str, /, **mapped: str) -> Plant:
    """One more provider, that no setting and no app client names."""
    described = {
        "ProviderName": name,
        "ProviderType": kind,
        "ProviderDetails": {"authorize_scopes": scopes},
        "AttributeMapping": mapped,
    }
    return lambda world: world.providers.update({name: described})


def another_client(client_id: str, **members: Any) -> Plant:
    safe = {"EnableTokenRevocation": True, "PreventUserExistenceErrors": "ENABLED"}
    return lambda world: world.others.append({"ClientId": client_id, **safe, **members})


def policy(name: str, **members: Any) -> Plant:
    def plant(world: World) -> None:
        kept = {**world.policies[arn_of(name)], **members}
        world.policies[arn_of(name)] = {k: v for k, v in kept.items() if v is not None}

    return plant


def rules(**members: Any) -> Plant:
    return lambda world: world.pool["Policies"]["PasswordPolicy"].update(members)


def both(*plants: Plant) -> Plant:
    def plant(world: World) -> None:
        for each in plants:
            each(world)

    return plant


def clock(ahead: timedelta) -> Plant:
    def plant(world: World) -> None:
        look = world.sites.look

        def late(url: str, headers: Any = None) -> Any:
            answer = look(url, headers)
            dated = answer.dated + ahead if answer.dated else None
            return attrs.evolve(answer, dated=dated)

        object.__setattr__(world.sites, "look", late)

    return plant


MOVED: Final = variable("DOCTOR_PHASE", "moved")
SURE: Final = both(
    pool(MfaConfiguration="ON", UserPoolAddOns={"AdvancedSecurityMode": "ENFORCED"}),
    lambda world: world.risks.update(
        CompromisedCredentialsRiskConfiguration={"Actions": {"EventAction": "BLOCK"}},
        AccountTakeoverRiskConfiguration={
            "Actions": {
                risk: {"EventAction": "BLOCK", "Notify": True}
                for risk in ("LowAction", "MediumAction", "HighAction")
            }
        },
    ),
)
"""What the stricter checks after the migration want."""

WRONG_KEY: Final = base64.b64encode(bytes(range(32))).decode()

PLANTS: Final[dict[str, list[Plant]]] = {
    "custom_attributes_present": [lacking("custom:legacy_uid"), lacking("custom:legacy_linked")],
    "custom_attributes_mutable": [schema("custom:legacy_linked", Mutable=False)],
    "custom_attributes_long": [
        schema("custom:legacy_linked", StringAttributeConstraints={"MaxLength": "64"})
    ],
    "migrated_attributes_present": [
        variable("MIGRATION_ATTRIBUTES", "email=email custom:legacy_name=username")
    ],
    "pool_kind": [
        own("MIGRATION_POOL", "email"),
        pool(
            UsernameAttributes=["email"],
            UserAttributeUpdateSettings={"AttributesRequireVerificationBeforeUpdate": ["email"]},
        ),
    ],
    "letter_case": [
        pool(UsernameConfiguration={"CaseSensitive": True}),
        own("MIGRATION_CASE_SENSITIVE", "on"),
        both(
            function("user_migration", Handler="app.handler"),
            variable("MIGRATION_CASE_SENSITIVE", "on"),
        ),
    ],
    "issuer_accepted": [
        both(
            variable("COGNITO_ISSUER", f"{ANOTHER}/eu-west-1_Ab12Cd34"),
            variable("COGNITO_JWKS_URL", f"{ANOTHER}/jwks.json"),
        )
    ],
    "cognito_user_pool_self_registration_disabled": [trigger("PreSignUp", None)],
    "address_verified_before_change": [
        both(own("MIGRATION_POOL", "alias"), pool(AliasAttributes=["email"]))
    ],
    "devices_not_remembered": [
        both(
            pool(DeviceConfiguration={"ChallengeRequiredOnNewDevice": False}),
            variable("REFRESH_BY", "get_tokens"),
        )
    ],
    "clients_exist": [variable("COGNITO_FURTHER_CLIENT_IDS", "gone")],
    "flow_that_migrates": [
        both(
            client(ExplicitAuthFlows=["ALLOW_USER_SRP_AUTH"]),
            variable("PASSWORD_SIGN_IN", "on"),
            variable("PASSWORD_MIGRATING", "on"),
        )
    ],
    "own_page_flow": [variable("PASSWORD_SIGN_IN", "on")],
    "refresh_flow": [variable("REFRESH_BY", "auth_flow")],
    "rotation_without_refresh_flow": [
        client(ExplicitAuthFlows=["ALLOW_USER_PASSWORD_AUTH", "ALLOW_REFRESH_TOKEN_AUTH"])
    ],
    "rotation_grace": [
        client(RefreshTokenRotation={"Feature": "ENABLED", "RetryGracePeriodSeconds": 0})
    ],
    "code_flow": [
        client(AllowedOAuthFlows=[]),
        client(AllowedOAuthFlowsUserPoolClient=False),
    ],
    "no_implicit_flow": [client(AllowedOAuthFlows=["code", "implicit"])],
    "confidential_client": [without("ClientSecret")],
    "client_secret_current": [variable("SIGN_IN_CLIENT_SECRET", "an-older-secret-0123456789")],
    "client_secret_managed": [
        client(ClientSecretArn=SECRET_ARN),
        both(
            client(ClientSecretArn=SECRET_ARN),
            lambda world: world.environment.pop("AUTHCORE_SIGN_IN_CLIENT_SECRET"),
            variable("SIGN_IN_CLIENT_SECRET_ARN", f"{SECRET_ARN}-older"),
        ),
    ],
    "callback_url_registered": [client(CallbackURLs=[f"{AUTH}/auth/signin/callback/"])],
    "sign_out_urls_registered": [client(LogoutURLs=[])],
    "scopes_allowed": [client(AllowedOAuthScopes=["openid", "email"])],
    "no_self_service_scope": [
        both(
            variable("SIGN_IN_SCOPES", "openid email profile aws.cognito.signin.user.admin"),
            client(
                AllowedOAuthScopes=["openid", "email", "profile", "aws.cognito.signin.user.admin"]
            ),
        )
    ],
    "links_not_writable": [
        without("WriteAttributes"),
        client(WriteAttributes=["email", "name", "custom:legacy_uid"]),
        another_client("mobile"),
        another_client(
            "program",
            AllowedOAuthFlows=["client_credentials"],
            AllowedOAuthFlowsUserPoolClient=True,
            ExplicitAuthFlows=["ALLOW_REFRESH_TOKEN_AUTH", "ALLOW_USER_SRP_AUTH"],
        ),
    ],
    "email_verified_not_writable": [client(WriteAttributes=["email", "name", "email_verified"])],
    "attributes_readable": [
        client(ReadAttributes=["email", "name", "custom:legacy_uid"]),
        client(ReadAttributes=["email", "email_verified"]),
    ],
    "native_users_admitted": [client(SupportedIdentityProviders=["Google", "Facebook"])],
    "cookie_lifetime": [client(RefreshTokenValidity=29)],
    "access_lifetime": [client(AccessTokenValidity=61)],
    "cognito_user_pool_client_prevent_user_existence_errors": [
        client(PreventUserExistenceErrors="LEGACY"),
        without("PreventUserExistenceErrors"),
    ],
    "cognito_user_pool_client_token_revocation_enabled": [client(EnableTokenRevocation=False)],
    "domain_of_pool": [
        lambda world: world.domain.clear(),
        lambda world: world.domain.update(UserPoolId="eu-west-1_Another1"),
    ],
    "domain_active": [lambda world: world.domain.update(Status="FAILED")],
    "providers_exist": [
        variable("SIGN_IN_PROVIDERS", "google Facebook"),
        variable("LINKING_EMAIL_PROVIDERS", "Google Gogle"),
        variable("LINKING_ISSUERS", "Okta=https://okta.example.com"),
    ],
    "providers_of_client": [client(SupportedIdentityProviders=["COGNITO", "Google"])],
    "providers_named": [variable("SIGN_IN_PROVIDERS", "Google")],
    "provider_address_mapped": [mapping("Facebook", email=None)],
    "provider_verification_mapped": [
        mapping("Google", email_verified=None),
        variable("LINKING_EMAIL_PROVIDERS", "Google Facebook"),
    ],
    "provider_writes_no_links": [mapping("Google", custom__legacy_uid="sub")],
    "provider_mapping_writable": [mapping("Google", picture="picture")],
    "provider_scopes": [
        lambda world: world.providers["Google"].update(
            ProviderDetails={"authorize_scopes": "openid profile"}
        ),
        provider("SignInWithApple", "SignInWithApple", "name", email="email"),
        provider("LoginWithAmazon", "LoginWithAmazon", "postal_code", email="email"),
        provider("Okta", "OIDC", "openid profile", email="email"),
    ],
    "user_migration_attached": [trigger("UserMigration", None)],
    "post_confirmation_attached": [trigger("PostConfirmation", None)],
    "post_authentication_attached": [trigger("PostAuthentication", None)],
    "pre_token_generation_attached": [trigger("PreTokenGeneration", None)],
    "trigger_functions_exist": [
        lambda world: world.functions.pop(arn_of("account_linking")),
        lambda world: world.functions.pop(arn_of("user_migration")),
    ],
    "trigger_functions_expected": [
        both(
            variable("DOCTOR_FUNCTIONS", f"pre_sign_up={arn_of('pre_sign_up')}"),
            trigger("PreSignUp", None),
            pool(AdminCreateUserConfig={"AllowAdminCreateUserOnly": True}),
        ),
        variable("DOCTOR_FUNCTIONS", f"user_migration={arn_of('user_migration')}:live"),
    ],
    "trigger_handlers": [
        trigger("PostAuthentication", arn_of("pre_sign_up")),
        function("pre_token_generation", Handler="authcore_lambda.account_linking.handler"),
    ],
    "trigger_permissions": [
        lambda world: world.policies.pop(arn_of("user_migration")),
        policy("pre_sign_up", Effect="Deny"),
        policy(
            "account_linking",
            Condition={
                "ArnLike": {
                    "AWS:SourceArn": f"arn:aws:cognito-idp:eu-west-1:{ACCOUNT}:userpool/another"
                }
            },
        ),
        policy("account_linking", Condition={"IpAddress": {"aws:SourceIp": "10.0.0.0/8"}}),
    ],
    "trigger_permissions_bound": [
        policy("user_migration", Condition=None),
        policy("user_migration", Condition={"ArnLike": {"AWS:SourceArn": "*"}}),
        policy(
            "user_migration",
            Condition={"ArnLike": {"AWS:SourceArn": "arn:aws:cognito-idp:*:*:userpool/*"}},
        ),
    ],
    "trigger_timeouts": [function("user_migration", Timeout=3)],
    "trigger_functions_active": [
        function("pre_sign_up", State="Inactive"),
        function("pre_sign_up", LastUpdateStatus="Failed"),
    ],
    "trigger_roles": [function("pre_sign_up", Role=f"arn:aws:iam::{ACCOUNT}:role/user_migration")],
    "trigger_functions_of_pool": [
        function(
            "account_linking",
            Environment={"Variables": {"AUTHCORE_COGNITO_USER_POOL_ID": "eu-west-1_Another1"}},
        )
    ],
    "keys_published": [
        site("keys", (404, {}, b"")),
        site("keys", (200, {}, b"<html>")),
        site("keys", (200, {}, b"[" * 100_000)),
        site("keys", (200, {}, b'{"keys": [{"kty": "RSA", "kid": "one"}, 7, {"kid": []}]}')),
    ],
    "clock": [clock(timedelta(seconds=60)), clock(timedelta(seconds=-60))],
    "auth_service_ready": [site("ready", (503, {}, b""))],
    "session_refused": [
        both(
            site("session", (200, {"cache-control": "no-store"}, b"")),
            site("session with cookies", (200, {"cache-control": "no-store"}, b"")),
        )
    ],
    "session_not_stored": [site("session", (401, {"cache-control": "max-age=60"}, b""))],
    "sign_in_leads_to_pool": [
        both(
            site("sign-in", (302, {"location": f"{ANOTHER}/oauth2/authorize"}, b"")),
        ),
        both(
            site("sign-in", (302, {"location": f"{DOMAIN}/oauth2/authorize?client_id=x"}, b"")),
        ),
        both(site("sign-in", (404, {}, b"")), site("long sign-in", (404, {}, b""))),
    ],
    "response_heads_pass": [site("long sign-in", (502, {}, b"")), site("long sign-in", None)],
    "response_budget": [variable("GUARD_RESPONSE_BUDGET", "4096")],
    "request_heads_pass": [
        site("session with cookies", (400, {}, b"")),
        site("session with cookies", None),
        site("app with cookies", (431, {}, b"")),
    ],
    "application_answers": [
        both(site("app", (500, {}, b"")), site("app with cookies", (500, {}, b"")))
    ],
    "application_guarded": [
        both(site("app", (200, {}, b"")), site("app with cookies", (200, {}, b""))),
        site("app", (302, {"location": f"{ANOTHER}/login"}, b"")),
    ],
    "application_signs_in_here": [
        both(
            variable("GUARD_SIGNIN_URL", "https://login.example.com/auth/signin"),
            site("app", (401, {}, b"")),
            site("app with cookies", (401, {}, b"")),
        )
    ],
    "application_returned_to": [
        both(
            variable("SIGN_IN_REDIRECTS", "https://www.example.com"),
            variable("SIGN_IN_DEFAULT_REDIRECT", "https://www.example.com/"),
        )
    ],
    "cookie_domain_covers": [variable("COOKIE_DOMAIN", "example.org")],
    "cookie_domain_owned": [lambda world: world.move("co.uk")],
    "keys_strong": [
        variable("COOKIE_KEYS", WRONG_KEY),
        variable("LINK_PROOF_KEYS", base64.b64encode(b"change-me-please-change-me-soon!").decode()),
        variable("LEGACY_API_KEY", "legacy"),
        variable("VERIFY_CALLER_KEYS", "cms=" + "a" * 40),
        variable("OLD_LOGIN_CALLER_KEYS", "cms=your-key-0123456789-abcdefghijkl"),
    ],
    "keys_distinct": [
        lambda world: world.environment.update(
            AUTHCORE_LINK_PROOF_KEYS=world.environment["AUTHCORE_COOKIE_KEYS"]
        )
    ],
    "table_exists": [
        lambda world: setattr(world, "table", None),
        lambda world: world.table and world.table.update(TableStatus="DELETING"),
    ],
    "table_key": [
        lambda world: (
            world.table
            and world.table["KeySchema"].append({"AttributeName": "sk", "KeyType": "RANGE"})
        )
    ],
    "table_expiry": [lambda world: world.ttl.update(TimeToLiveStatus="DISABLED")],
    "sync_pace": [variable("SYNC_WRITES_PER_SECOND", "26")],
    "quota_of_writes": [lambda world: setattr(world, "limit", 10)],
    "cognito_user_pool_deletion_protection_enabled": [pool(DeletionProtection="INACTIVE")],
    "cognito_user_pool_mfa_enabled": [
        pool(MfaConfiguration="OFF"),
        both(SURE, MOVED, pool(MfaConfiguration="OPTIONAL")),
    ],
    "cognito_user_pool_password_policy_minimum_length_14": [rules(MinimumLength=8)],
    "cognito_user_pool_password_policy_lowercase": [rules(RequireLowercase=False)],
    "cognito_user_pool_password_policy_uppercase": [rules(RequireUppercase=False)],
    "cognito_user_pool_password_policy_number": [rules(RequireNumbers=False)],
    "cognito_user_pool_password_policy_symbol": [rules(RequireSymbols=False)],
    "cognito_user_pool_temporary_password_expiration": [rules(TemporaryPasswordValidityDays=30)],
    "cognito_user_pool_advanced_security_enabled": [
        pool(UserPoolAddOns={"AdvancedSecurityMode": "OFF"}),
        both(SURE, MOVED, pool(UserPoolAddOns={"AdvancedSecurityMode": "AUDIT"})),
    ],
    "cognito_user_pool_blocks_compromised_credentials_sign_in_attempts": [
        both(
            SURE,
            MOVED,
            lambda world: world.risks.pop("CompromisedCredentialsRiskConfiguration"),
        )
    ],
    "cognito_user_pool_blocks_potential_malicious_sign_in_attempts": [
        both(SURE, MOVED, lambda world: world.risks.pop("AccountTakeoverRiskConfiguration"))
    ],
    "cognito_user_pool_waf_acl_attached": [lambda world: world.web_acl.clear()],
    "cognito_user_pool_account_recovery_sms_not_preferred": [
        pool(
            AccountRecoverySetting={
                "RecoveryMechanisms": [
                    {"Name": "verified_email", "Priority": 2},
                    {"Name": "verified_phone_number", "Priority": 1},
                ]
            }
        )
    ],
}
"""What is wrong with the deployment, by the check that must find it, and no other."""

CASES: Final = [
    pytest.param(found, plant, id=f"{found}-{number}")
    for found, plants in PLANTS.items()
    for number, plant in enumerate(plants)
]


def test_a_clean_deployment_passes_every_check() -> None:
    report = World().report()

    assert report.findings == ()
    assert {*report.passed} == {check.id for check in CHECKS}
    assert report.is_complete


@pytest.mark.parametrize(("check", "plant"), CASES)
def test_a_misconfiguration_is_found_and_named(check: str, plant: Plant) -> None:
    world = World()
    plant(world)

    findings = world.report().findings

    assert {each.id for each in findings} == {check}
    assert not [each for each in findings if re.search(r"\{[a-z_]+\}", each.mend)]
    assert max(len(each.mend) for each in findings) <= MAX_SHOWN


def test_every_check_has_a_misconfiguration_that_it_finds() -> None:
    assert PLANTS.keys() == {check.id for check in CHECKS}
    assert len(CASES) >= 40


def test_a_botocore_that_leaves_the_secrets_arn_out_makes_no_check_pass() -> None:
    world = World()
    world.tells_secret_arn = False

    report = world.report()

    assert report.findings == ()
    assert "client_secret_managed" in report.not_asked


def test_a_pool_without_threat_protection_can_be_read() -> None:
    world = World()
    world.refused["DescribeRiskConfiguration"] = "UserPoolAddOnNotEnabledException"

    assert world.found() == set()


def test_after_the_migration_the_stricter_checks_can_be_met() -> None:
    world = World()
    both(SURE, MOVED, trigger("UserMigration", None))(world)

    assert world.found() == set()


def test_a_wildcard_callback_of_another_client_is_no_client_of_this_one() -> None:
    world = World()
    variable("COGNITO_CLIENT_ID", "gone")(world)
    world.sites.answers["sign-in"] = (302, {"location": f"{DOMAIN}/x?client_id=gone"}, b"")

    report = world.report()

    assert "clients_exist" in {each.id for each in report.findings}
    assert "callback_url_registered" in report.not_asked


OPERATIONS: Final = [
    "DescribeUserPool",
    "ListUserPoolClients",
    "DescribeUserPoolClient",
    "DescribeUserPoolDomain",
    "ListIdentityProviders",
    "DescribeIdentityProvider",
    "DescribeRiskConfiguration",
    "GetWebACLForResource",
    "GetProvisionedLimit",
    "GetFunctionConfiguration",
    "GetPolicy",
    "DescribeTable",
    "DescribeTimeToLive",
]


@pytest.mark.parametrize("kind", ["AccessDeniedException", "InternalErrorException"])
@pytest.mark.parametrize("operation", OPERATIONS)
def test_what_cannot_be_read_is_a_finding_and_never_good(operation: str, kind: str) -> None:
    world = World()
    world.refused[operation] = kind

    report = world.report()

    assert {each.id for each in report.findings} == {UNREAD}
    assert all(kind in each.evidence for each in report.findings)
    assert report.skipped
    assert not {*report.skipped} & {*report.passed}
    assert not report.is_complete
    assert "canary" not in repr(report)


@pytest.mark.parametrize(
    ("unread", "spoil", "found"),
    [
        (
            lambda world: world.functions[arn_of("user_migration")].update(Timeout="canary"),
            function("pre_sign_up", Timeout=3),
            "trigger_timeouts",
        ),
        (
            variable("VERIFY_CALLER_KEYS_FILE", "/gone"),
            variable("LEGACY_API_KEY", "legacy"),
            "keys_strong",
        ),
        (
            site("session", None),
            site("app with cookies", (431, {}, b"")),
            "request_heads_pass",
        ),
    ],
)
def test_one_part_that_cannot_be_read_hides_no_fault_of_another(
    unread: Plant, spoil: Plant, found: str
) -> None:
    world = World()
    world.environment.pop("AUTHCORE_VERIFY_CALLER_KEYS")
    both(unread, spoil)(world)

    assert world.found() == {UNREAD, found}


def test_what_depends_on_a_site_that_does_not_answer_has_not_passed() -> None:
    world = World()
    both(site("session", None), site("app", None))(world)

    report = world.report()

    assert "request_heads_pass" in report.skipped


@pytest.mark.parametrize("question", ["keys", "ready", "session", "sign-in", "app"])
def test_a_site_that_does_not_answer_is_a_finding(question: str) -> None:
    world = World()
    world.sites.answers[question] = None

    assert UNREAD in world.found()


GARBAGE: Final[list[Any]] = [None, 7, "text", [], {"": {}}, [[]], -1, 10**30, True]


@pytest.mark.parametrize("garbage", sampled(GARBAGE, of=4))
@pytest.mark.parametrize(
    "place", ["pool", "client", "domain", "providers", "functions", "table", "risks", "limit"]
)
def test_garbage_ends_with_a_finding_and_no_traceback(place: str, garbage: Any) -> None:
    for member in _members(place):
        world = World()
        _spoil(world, place, member, garbage)

        report = world.report()

        assert "canary" not in repr(report)


def _members(place: str) -> list[str]:
    found = getattr(World(), place)
    if place == "providers":
        return [*found["Google"]]
    if place == "functions":
        return [*found[arn_of("user_migration")]]
    return [*found] if isinstance(found, dict) and found else [""]


def _spoil(world: World, place: str, member: str, garbage: Any) -> None:
    found = getattr(world, place)
    if place == "providers":
        found["Google"][member] = garbage if member != "ProviderName" else "Google"
    elif place == "functions":
        found[arn_of("user_migration")][member] = garbage
    elif member and not (place == "client" and member == "ClientId"):
        found[member] = garbage
    elif place in ("risks", "limit"):
        setattr(world, place, garbage)


@pytest.mark.parametrize(
    "check", ["keys_strong", "keys_distinct", "client_secret_current", "trigger_functions_of_pool"]
)
def test_no_secret_is_in_a_report_or_in_what_was_read(check: str) -> None:
    # SP-11
    world = World()
    PLANTS[check][0](world)
    examination = world.examination()

    everything = repr((examination.reader.read(), examination.report(), examination.plan))

    secrets = [
        text.partition("=")[2] or text
        for name, text in world.environment.items()
        if name.endswith(("_KEY", "_KEYS", "_SECRET"))
    ]
    assert len(secrets) >= 6
    assert [each for each in [*secrets, "canary"] if each in everything] == []


def test_a_command_names_this_deployment() -> None:
    world = World()
    without("WriteAttributes")(world)

    (finding,) = world.report().findings

    assert f"--client-id {CLIENT_ID}" in finding.mend
    assert "{" + "pool}" not in finding.mend
    assert finding.severity == "critical"


def test_a_command_names_the_app_client_that_is_wrong_and_not_the_browsers() -> None:
    world = World()
    world.others.append(
        {
            "ClientId": "mobile",
            "PreventUserExistenceErrors": "ENABLED",
            "EnableTokenRevocation": True,
        }
    )

    (finding,) = world.report().findings

    assert finding.evidence.startswith("mobile ")
    assert "--client-id mobile " in finding.mend
    assert CLIENT_ID not in finding.mend


def test_a_command_allows_the_flow_that_the_settings_name() -> None:
    world = World()
    both(variable("PASSWORD_SIGN_IN", "on"), variable("PASSWORD_FLOW", "USER_SRP_AUTH"))(world)

    (finding,) = world.report().findings

    assert '+= ["ALLOW_USER_SRP_AUTH"]' in finding.mend


def test_a_command_names_the_function_and_the_pool() -> None:
    world = World()
    policy("user_migration", Condition=None)(world)

    (finding,) = world.report().findings

    assert arn_of("user_migration") in finding.mend
    assert POOL_ARN in finding.mend


def test_a_name_that_a_shell_would_obey_is_in_no_command() -> None:
    world = World()
    world.providers["Google"] |= {"ProviderName": "G'; rm -rf ~ #", "AttributeMapping": {}}

    mends = [each.mend for each in world.report().findings]

    assert mends
    assert not any("rm -rf" in each for each in mends)


def test_only_and_except_choose_checks() -> None:
    world = World()
    both(without("WriteAttributes"), trigger("UserMigration", None))(world)

    only = world.examination().report(only=["links_not_writable"])
    rest = world.examination().report(without=["links_not_writable"])

    assert [each.id for each in only.findings] == ["links_not_writable"]
    assert [each.id for each in rest.findings] == ["user_migration_attached"]
    assert "links_not_writable" in rest.not_asked


def test_the_worst_findings_come_first_and_what_is_unread_last() -> None:
    world = World()
    both(client(AccessTokenValidity=61), without("WriteAttributes"))(world)
    world.refused["DescribeTable"] = "AccessDeniedException"

    assert [each.id for each in world.report().findings] == [
        "links_not_writable",
        "access_lifetime",
        UNREAD,
    ]


def test_a_guards_variables_alone_are_enough() -> None:
    world = World()
    kept = ("COGNITO", "GUARD", "COOKIE", "MIGRATION", "LEGACY")
    world.environment = {
        name: value for name, value in world.environment.items() if name.split("_")[1] in kept
    }

    report = world.report()

    assert report.findings == ()
    assert "callback_url_registered" in report.not_asked
    assert "application_guarded" in report.passed


def test_the_migration_functions_own_variables_count_and_not_the_operators() -> None:
    world = World()
    del world.environment["AUTHCORE_MIGRATION_CASE_SENSITIVE"]

    assert world.found() == set()


def test_what_the_migration_function_reads_is_not_guessed() -> None:
    world = World()
    world.pool["LambdaConfig"]["UserMigration"] = arn_of("other")
    function_of_a_team = {**world.function("user_migration"), "Handler": "app.handler"}
    world.functions[arn_of("other")] = function_of_a_team
    world.policies[arn_of("other")] = world.policies[arn_of("user_migration")]
    del world.environment["AUTHCORE_MIGRATION_CASE_SENSITIVE"]
    del world.environment["AUTHCORE_DOCTOR_FUNCTIONS"]

    report = world.report()

    assert report.findings == ()
    assert {"letter_case", "pool_kind"} <= {*report.not_asked}


def test_an_application_that_leads_to_a_page_of_its_own_is_not_judged() -> None:
    world = World()
    for question in ("app", "app with cookies"):
        world.sites.answers[question] = (302, {"location": "/en/"}, b"")

    report = world.report()

    assert report.findings == ()
    assert "application_guarded" in report.not_asked


def test_a_key_set_from_a_cache_says_nothing_about_the_clock() -> None:
    world = World()
    clock(timedelta(hours=-1))(world)
    status, _, body = world.sites.answers["keys"] or (0, {}, b"")
    world.sites.answers["keys"] = (status, {"age": "3600"}, body)

    assert world.found() == set()


def test_a_key_in_secrets_manager_is_not_read() -> None:
    world = World()
    del world.environment["AUTHCORE_COOKIE_KEYS"]
    variable("COOKIE_KEYS_ARN", SECRET_ARN)(world)

    assert world.found() == set()


def test_a_key_in_a_file_that_is_gone_is_a_finding(tmp_path: Any) -> None:
    world = World()
    del world.environment["AUTHCORE_COOKIE_KEYS"]
    variable("COOKIE_KEYS_FILE", str(tmp_path / "gone"))(world)

    (finding,) = world.report().findings

    assert finding.id == UNREAD
    assert "AUTHCORE_COOKIE_KEYS_FILE" in finding.evidence
    assert finding.mend.startswith("name a file")


def test_a_weak_key_in_a_file_is_found(tmp_path: Any) -> None:
    world = World()
    del world.environment["AUTHCORE_COOKIE_KEYS"]
    (tmp_path / "keys").write_text(WRONG_KEY)
    variable("COOKIE_KEYS_FILE", str(tmp_path / "keys"))(world)

    assert world.found() == {"keys_strong"}


def test_each_part_is_told_before_it_is_read() -> None:
    world = World()

    world.report()

    assert world.parts[0] == "pool"
    assert {"app clients", "table authcore", "keys of the pool"} <= {*world.parts}


@pytest.mark.parametrize(
    ("plant", "mend"),
    [
        (site("app", None), "make sure that it runs"),
        (
            lambda world: world.refused.update(DescribeTable="AccessDeniedException"),
            "give the operator deploy/policies/doctor.json",
        ),
    ],
)
def test_the_command_for_an_unread_part_fits_its_failure(plant: Plant, mend: str) -> None:
    world = World()
    plant(world)

    (finding,) = world.report().findings

    assert finding.id == UNREAD
    assert finding.mend.startswith(mend)


def test_what_is_not_read_in_time_is_unread() -> None:
    world = World()
    examination = world.examination()
    world.sites.clock.advance(MAX_DURATION + timedelta(seconds=1))

    report = examination.report()

    assert {each.id for each in report.findings} == {UNREAD}
    assert all(OUT_OF_TIME in each.evidence for each in report.findings)


def test_a_part_that_takes_too_long_is_given_up() -> None:
    limits: list[timedelta] = []

    def limit(within: timedelta, read: Callable[[], Any]) -> Any:
        limits.append(within)
        if world.parts[-1] == "pool":
            world.sites.clock.advance(MAX_DURATION - timedelta(seconds=5))
            raise ProviderUnavailableError("no complete answer", detail=OUT_OF_TIME)
        return read()

    world = World()
    examination = world.examination()
    report = attrs.evolve(
        examination, reader=attrs.evolve(examination.reader, limit=limit)
    ).report()

    assert [each.evidence for each in report.findings] == [f"pool could not be read: {OUT_OF_TIME}"]
    assert {*limits} == {MAX_PART, timedelta(seconds=5)}


def test_a_custom_domain_is_looked_up_whole() -> None:
    world = World()
    variable("SIGN_IN_DOMAIN_URL", "https://login.example.com")(world)
    location = world.sites.answers["sign-in"]
    assert location
    moved = {"location": location[1]["location"].replace(DOMAIN, "https://login.example.com")}
    world.sites.answers["sign-in"] = (302, moved, b"")

    assert world.found() == set()


def test_the_questions_ids_and_anchors_are_complete() -> None:
    assert len({check.id for check in CHECKS}) == len(CHECKS)
    for check in CHECKS:
        assert check.question.endswith("?"), check.id
        assert check.why.endswith("."), check.id
        assert check.mend, check.id
        assert json.dumps(check.mend)
