"""A deployment on AWS, as its describing calls answer; every test changes one thing of it."""

import base64
import copy
import hashlib
import json
from collections.abc import Mapping
from typing import Any, Final

import attrs

from authcore.adapters.cognito.provisioned_limits import CognitoProvisionedLimits
from authcore.adapters.inspection.functions import LambdaFunctionInspection
from authcore.adapters.inspection.pool import CognitoPoolInspection
from authcore.adapters.inspection.tables import DynamoDbTableInspection
from authcore.domain.errors import ProviderUnavailableError
from authcore.domain.model.checks import Report
from authcore.domain.model.surroundings import SiteAnswer
from authcore.domain.services.doctor.examination import Examination
from authcore.domain.services.doctor.fresh_keys import fresh_keys
from authcore.domain.services.doctor.reading import DeploymentReader
from authcore.ports.inspection import SiteInspection
from authcore.ports.system import Entropy
from authcore.testing.fakes.system import FrozenClock
from authcore.wiring.inspected_old_pool import old_pool_inspection
from authcore.wiring.inspected_settings import load_settings, plan_of, secrets_of
from unit.doctor_answers import ACCOUNT, answer_or_refuse, refusal
from unit.doctor_old_pool import OldPool


POOL_ID: Final = "eu-west-1_Ab12Cd34"
CLIENT_ID: Final = "4f5u7n3k2q1z"
POOL_ARN: Final = f"arn:aws:cognito-idp:eu-west-1:{ACCOUNT}:userpool/{POOL_ID}"
SECRET: Final = "canary-client-secret-0123456789"
SECRET_ARN: Final = f"arn:aws:secretsmanager:eu-west-1:{ACCOUNT}:secret:cognito/{CLIENT_ID}"
AUTH: Final = "https://auth.example.com"
APP: Final = "https://cms.example.com"
DOMAIN: Final = "https://demo.auth.eu-west-1.amazoncognito.com"
TRIGGERS: Final = {
    "UserMigration": "user_migration",
    "PreSignUp": "pre_sign_up",
    "PostConfirmation": "account_linking",
    "PostAuthentication": "account_linking",
    "PreTokenGeneration": "pre_token_generation",
}


def arn_of(function: str) -> str:
    return f"arn:aws:lambda:eu-west-1:{ACCOUNT}:function:{function.replace('_', '-')}"


class _Digests(Entropy):
    """Tokens that look random, the same in every run."""

    def __init__(self) -> None:
        self._made = 0

    def token(self) -> str:
        self._made += 1
        digest = hashlib.sha256(f"of the doctor's world {self._made}".encode()).digest()
        return base64.urlsafe_b64encode(digest).decode().rstrip("=")


KEYS: Final = fresh_keys(_Digests(), caller="cms", legacy_caller="legacy")

ENVIRONMENT: Final[Mapping[str, str]] = {
    **KEYS,
    "AUTHCORE_COGNITO_REGION": "eu-west-1",
    "AUTHCORE_COGNITO_USER_POOL_ID": POOL_ID,
    "AUTHCORE_COGNITO_CLIENT_ID": CLIENT_ID,
    "AUTHCORE_SIGN_IN_DOMAIN_URL": DOMAIN,
    "AUTHCORE_SIGN_IN_CLIENT_SECRET": SECRET,
    "AUTHCORE_SIGN_IN_CALLBACK_URL": f"{AUTH}/auth/signin/callback",
    "AUTHCORE_SIGN_IN_PROVIDERS": "Google Facebook",
    "AUTHCORE_SIGN_IN_REDIRECTS": APP,
    "AUTHCORE_SIGN_IN_DEFAULT_REDIRECT": f"{APP}/",
    "AUTHCORE_SIGN_OUT_TARGETS": f"{APP}/bye",
    "AUTHCORE_COOKIE_DOMAIN": "example.com",
    "AUTHCORE_GUARD_SIGNIN_URL": f"{AUTH}/auth/signin",
    "AUTHCORE_GUARD_APP_URL": APP,
    "AUTHCORE_GUARD_REFRESH": "service",
    "AUTHCORE_GUARD_RESPONSE_BUDGET": "16384",
    "AUTHCORE_LEGACY_URL": "https://legacy.example.com",
    "AUTHCORE_MIGRATION_CASE_SENSITIVE": "off",
    "AUTHCORE_LINKING_EMAIL_PROVIDERS": "Google Cognito",
    "AUTHCORE_STORE_TABLE": "authcore",
    "AUTHCORE_DOCTOR_FUNCTIONS": f"user_migration={arn_of('user_migration')}",
}

_POOL: Final = {
    "Id": POOL_ID,
    "Arn": POOL_ARN,
    "DeletionProtection": "ACTIVE",
    "MfaConfiguration": "OPTIONAL",
    "UsernameConfiguration": {"CaseSensitive": False},
    "AdminCreateUserConfig": {"AllowAdminCreateUserOnly": False},
    "SchemaAttributes": [
        {"Name": "sub", "Mutable": False, "StringAttributeConstraints": {"MaxLength": "2048"}},
        {"Name": "email", "Mutable": True},
        {"Name": "email_verified", "Mutable": True, "AttributeDataType": "Boolean"},
        {"Name": "name", "Mutable": True},
        {"Name": "custom:legacy_uid", "Mutable": True, "StringAttributeConstraints": {}},
        {"Name": "custom:legacy_linked", "Mutable": True},
    ],
    "LambdaConfig": {name: arn_of(function) for name, function in TRIGGERS.items()},
    "Policies": {
        "PasswordPolicy": {
            "MinimumLength": 14,
            "RequireLowercase": True,
            "RequireUppercase": True,
            "RequireNumbers": True,
            "RequireSymbols": True,
            "TemporaryPasswordValidityDays": 7,
        }
    },
    "UserPoolAddOns": {"AdvancedSecurityMode": "AUDIT"},
    "AccountRecoverySetting": {
        "RecoveryMechanisms": [{"Name": "verified_email", "Priority": 1}],
    },
    "IssuerConfiguration": {"Type": "ORIGINAL"},
}
_CLIENT: Final = {
    "UserPoolId": POOL_ID,
    "ClientId": CLIENT_ID,
    "ClientSecret": SECRET,
    "ExplicitAuthFlows": ["ALLOW_USER_PASSWORD_AUTH"],
    "SupportedIdentityProviders": ["COGNITO", "Google", "Facebook"],
    "CallbackURLs": [f"{AUTH}/auth/signin/callback"],
    "LogoutURLs": [f"{APP}/bye"],
    "AllowedOAuthFlows": ["code"],
    "AllowedOAuthFlowsUserPoolClient": True,
    "AllowedOAuthScopes": ["openid", "email", "profile"],
    "ReadAttributes": ["email", "email_verified", "name", "custom:legacy_uid"],
    "WriteAttributes": ["email", "name"],
    "PreventUserExistenceErrors": "ENABLED",
    "EnableTokenRevocation": True,
    "RefreshTokenRotation": {"Feature": "ENABLED", "RetryGracePeriodSeconds": 30},
    "AccessTokenValidity": 60,
    "RefreshTokenValidity": 30,
    "TokenValidityUnits": {"AccessToken": "minutes", "RefreshToken": "days"},
}
_MACHINE: Final = {
    "ClientId": "machine",
    "AllowedOAuthFlows": ["client_credentials"],
    "AllowedOAuthFlowsUserPoolClient": True,
}
_PROVIDERS: Final = {
    "Google": {
        "ProviderName": "Google",
        "ProviderType": "Google",
        "ProviderDetails": {"authorize_scopes": "openid email profile"},
        "AttributeMapping": {"email": "email", "email_verified": "email_verified", "name": "name"},
    },
    "Facebook": {
        "ProviderName": "Facebook",
        "ProviderType": "Facebook",
        "ProviderDetails": {"authorize_scopes": "public_profile,email"},
        "AttributeMapping": {"email": "email", "name": "name", "username": "id"},
    },
}
_TABLE: Final = {
    "TableStatus": "ACTIVE",
    "KeySchema": [{"AttributeName": "pk", "KeyType": "HASH"}],
    "AttributeDefinitions": [{"AttributeName": "pk", "AttributeType": "S"}],
}


def _function(name: str) -> dict[str, Any]:
    return {
        "Handler": f"authcore_lambda.{name}.handler",
        "Role": f"arn:aws:iam::{ACCOUNT}:role/{name}",
        "Timeout": 5,
        "State": "Active",
        "LastUpdateStatus": "Successful",
        "Environment": {
            "Variables": {
                "AUTHCORE_COGNITO_USER_POOL_ID": POOL_ID,
                "AUTHCORE_MIGRATION_CASE_SENSITIVE": "off",
                "OTHER": "canary-of-function",
            }
        },
    }


def _policy() -> dict[str, Any]:
    return {
        "Effect": "Allow",
        "Principal": {"Service": "cognito-idp.amazonaws.com"},
        "Action": "lambda:InvokeFunction",
        "Condition": {"ArnLike": {"AWS:SourceArn": POOL_ARN}},
    }


class Sites(SiteInspection):
    """Answers of auth service, application and key set, by question; None gives no answer."""

    def __init__(self, clock: FrozenClock) -> None:
        self.clock = clock
        authorize = (
            f"{DOMAIN}/oauth2/authorize?client_id={CLIENT_ID}"
            f"&redirect_uri={AUTH}/auth/signin/callback&state=x"
        )
        to_sign_in = {"location": f"{AUTH}/auth/signin?redirect={APP}/"}
        keys = json.dumps({"keys": [{"kty": "RSA", "kid": kid} for kid in ("one", "two")]})
        self.answers: dict[str, tuple[int, dict[str, str], bytes] | None] = {
            "keys": (200, {}, keys.encode()),
            "ready": (200, {}, b""),
            "session": (401, {"cache-control": "no-store"}, b""),
            "session with cookies": (401, {"cache-control": "no-store"}, b""),
            "sign-in": (302, {"location": authorize}, b""),
            "long sign-in": (302, {"location": authorize}, b""),
            "app": (302, to_sign_in, b""),
            "app with cookies": (302, to_sign_in, b""),
        }

    def look(self, url: str, headers: Mapping[str, str] | None = None) -> SiteAnswer:
        answer = self.answers[self._question(url, headers or {})]
        if answer is None:
            raise ProviderUnavailableError("no answer", detail="read timeout")
        status, found, body = answer
        now = self.clock.now()
        return SiteAnswer(
            status=status, headers=found, body=body, asked_at=now, answered_at=now, dated=now
        )

    def _question(self, url: str, headers: Mapping[str, str]) -> str:
        ending = " with cookies" if "cookie" in headers else ""
        if url.endswith("/jwks.json"):
            return "keys"
        if url.endswith("/readyz"):
            return "ready"
        if "/auth/session" in url:
            return f"session{ending}"
        if "/auth/signin" in url:
            return "long sign-in" if len(url) > 2_000 else "sign-in"
        return f"app{ending}"


@attrs.define
class World:
    """
    The deployment.

    Attributes:
        environment: ``AUTHCORE_*`` variables.
        refused: Error class, by name of the operation that is answered with it.
        old_pool: Read where the variables name it; by default they do not.
    """

    environment: dict[str, str] = attrs.field(factory=lambda: dict(ENVIRONMENT))
    pool: dict[str, Any] = attrs.field(factory=lambda: copy.deepcopy(_POOL))
    client: dict[str, Any] = attrs.field(factory=lambda: copy.deepcopy(_CLIENT))
    others: list[dict[str, Any]] = attrs.field(factory=lambda: [copy.deepcopy(_MACHINE)])
    old_pool: OldPool = attrs.field(factory=OldPool)
    domain: dict[str, Any] = attrs.field(
        factory=lambda: {"UserPoolId": POOL_ID, "Status": "ACTIVE"}
    )
    providers: dict[str, Any] = attrs.field(factory=lambda: copy.deepcopy(_PROVIDERS))
    risks: dict[str, Any] = attrs.field(factory=dict)
    web_acl: dict[str, Any] = attrs.field(factory=lambda: {"WebACL": {"Name": "in front"}})
    limit: Any = 25
    functions: dict[str, Any] = attrs.field(
        factory=lambda: {arn_of(name): _function(name) for name in {*TRIGGERS.values()}}
    )
    policies: dict[str, Any] = attrs.field(
        factory=lambda: {arn_of(name): _policy() for name in {*TRIGGERS.values()}}
    )
    table: dict[str, Any] | None = attrs.field(factory=lambda: copy.deepcopy(_TABLE))
    ttl: dict[str, Any] = attrs.field(
        factory=lambda: {"TimeToLiveStatus": "ENABLED", "AttributeName": "expires"}
    )
    sites: Sites = attrs.field(factory=lambda: Sites(FrozenClock()))
    tells_secret_arn: bool = True
    domain_names: set[str] = attrs.field(factory=lambda: {"demo", "login.example.com"})
    refused: dict[str, str] = attrs.field(factory=dict)
    parts: list[str] = attrs.field(factory=list)

    def function(self, name: str) -> dict[str, Any]:
        """The configuration of a function of authcore's."""
        found: dict[str, Any] = self.functions[arn_of(name)]
        return found

    def examination(self) -> Examination:
        """From the variables, by the wiring of production."""
        settings = load_settings(self.environment)
        aws: Any = _Aws(self)
        plan = plan_of(settings)
        reader = DeploymentReader(
            plan=plan,
            secrets=tuple(secrets_of(settings)),
            pool=CognitoPoolInspection(
                client=aws,
                firewall=aws,
                user_pool_id=POOL_ID,
                tells_secret_arn=self.tells_secret_arn,
            ),
            old_pool=old_pool_inspection(self.old_pool, plan),
            limits=CognitoProvisionedLimits(client=aws),
            functions=LambdaFunctionInspection(aws),
            tables=DynamoDbTableInspection(aws),
            sites=self.sites,
            clock=self.sites.clock,
            on_part=self.parts.append,
        )
        return Examination(reader=reader)

    def move(self, domain: str) -> None:
        """Put auth service and application below *domain*."""
        named = json.dumps([self.environment, self.client]).replace("example.com", domain)
        self.environment, self.client = json.loads(named)
        for name, answer in self.sites.answers.items():
            if answer and "location" in answer[1]:
                location = answer[1]["location"].replace("example.com", domain)
                self.sites.answers[name] = (answer[0], {"location": location}, answer[2])

    def report(self) -> Report:
        """Of every check."""
        return self.examination().report()

    def found(self) -> set[str]:
        """Ids of the findings."""
        return {each.id for each in self.report().findings}


class _Aws:
    """The describing operations, as boto3's clients have them."""

    def __init__(self, world: World) -> None:
        self._world = world

    def describe_user_pool(self, **_: str) -> Any:
        return self._say("DescribeUserPool", UserPool=self._world.pool)

    def list_user_pool_clients(self, **_: object) -> Any:
        clients = [self._world.client, *self._world.others]
        return self._say(
            "ListUserPoolClients", UserPoolClients=[{"ClientId": c["ClientId"]} for c in clients]
        )

    def describe_user_pool_client(self, **given: str) -> Any:
        clients = [self._world.client, *self._world.others]
        (found,) = [each for each in clients if each["ClientId"] == given["ClientId"]]
        return self._say("DescribeUserPoolClient", UserPoolClient=found)

    def describe_user_pool_domain(self, **given: str) -> Any:
        found = self._world.domain if given["Domain"] in self._world.domain_names else {}
        return self._say("DescribeUserPoolDomain", DomainDescription=found)

    def list_identity_providers(self, **_: object) -> Any:
        providers = [{"ProviderName": name} for name in self._world.providers]
        return self._say("ListIdentityProviders", Providers=providers)

    def describe_identity_provider(self, **given: str) -> Any:
        found = self._world.providers[given["ProviderName"]]
        return self._say("DescribeIdentityProvider", IdentityProvider=found)

    def describe_risk_configuration(self, **_: str) -> Any:
        return self._say("DescribeRiskConfiguration", RiskConfiguration=self._world.risks)

    def get_web_acl_for_resource(self, **_: str) -> Any:
        return self._say("GetWebACLForResource", **self._world.web_acl)

    def get_provisioned_limit(self, **_: object) -> Any:
        limit = {"ProvisionedLimitValue": self._world.limit}
        return self._say("GetProvisionedLimit", Limit=limit)

    def get_function_configuration(self, **given: str) -> Any:
        if given["FunctionName"] not in self._world.functions:
            raise refusal("ResourceNotFoundException")
        found = self._world.functions[given["FunctionName"]]
        return self._say("GetFunctionConfiguration", **found)

    def get_policy(self, **given: str) -> Any:
        if given["FunctionName"] not in self._world.policies:
            raise refusal("ResourceNotFoundException")
        policy = {"Statement": [self._world.policies[given["FunctionName"]]]}
        return self._say("GetPolicy", Policy=json.dumps(policy))

    def describe_table(self, **_: str) -> Any:
        if self._world.table is None:
            raise refusal("ResourceNotFoundException")
        return self._say("DescribeTable", Table=self._world.table)

    def describe_time_to_live(self, **_: str) -> Any:
        return self._say("DescribeTimeToLive", TimeToLiveDescription=self._world.ttl)

    def _say(self, operation: str, **members: Any) -> Any:
        return answer_or_refuse(operation, self._world.refused, members)
