"""Every misconfiguration, by the check that finds it."""

import base64
from datetime import timedelta
from typing import Final

from unit.doctor_answers import ACCOUNT
from unit.doctor_old_misconfigurations import OF_THE_OLD_POOL
from unit.doctor_plants import (
    ANOTHER,
    Plant,
    another_client,
    both,
    client,
    clock,
    function,
    lacking,
    mapping,
    own,
    policy,
    pool,
    provider,
    rules,
    schema,
    site,
    trigger,
    variable,
    without,
)
from unit.doctor_world import (
    AUTH,
    DOMAIN,
    SECRET_ARN,
    arn_of,
)


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
    **OF_THE_OLD_POOL,
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
    "trigger_observes": [
        own("MIGRATION_MODE", "observe"),
        *(
            function(name, Environment={"Variables": {f"AUTHCORE_{mode}_MODE": "observe"}})
            for name, mode in (("account_linking", "LINKING"), ("pre_sign_up", "PRE_SIGN_UP"))
        ),
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
    "guard_observes": [variable("GUARD_MODE", "observe")],
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
