"""A Cognito user pool, read through its admin API."""

from collections.abc import Iterator
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final

from authcore.adapters.inspection.described import Described, call, call_or_none
from authcore.domain.errors import ProviderUnavailableError
from authcore.domain.model.pool_settings import (
    AttributeSettings,
    ClientSettings,
    DomainSettings,
    PasswordRules,
    PoolSettings,
    ProviderSettings,
    ThreatSettings,
)
from authcore.ports.inspection import PoolInspection


if TYPE_CHECKING:
    from types_boto3_cognito_idp import CognitoIdentityProviderClient

MAX_PAGE: Final = 60
MAX_PAGES: Final = 4
"""Of app clients, and of providers; a pool with more is not read."""

DEFAULT_LENGTH: Final = 2_048
NO_SUCH: Final = "ResourceNotFoundException"

_TRIGGERS: Final = {
    "UserMigration": "user_migration",
    "PreSignUp": "pre_sign_up",
    "PostConfirmation": "post_confirmation",
    "PostAuthentication": "post_authentication",
    "PreTokenGeneration": "pre_token_generation",
}
_VERSIONED: Final = {
    "PreTokenGenerationConfig": "pre_token_generation",
    "InboundFederation": "inbound_federation",
}
"""Members of LambdaConfig that hold a structure."""

_CLASSES: Final = {
    "RequireLowercase": "lower",
    "RequireUppercase": "upper",
    "RequireNumbers": "digit",
    "RequireSymbols": "symbol",
}
_UNITS: Final = {"seconds": 1, "minutes": 60, "hours": 3_600, "days": 86_400}
_RISKS: Final = ("LowAction", "MediumAction", "HighAction")


class CognitoPoolInspection(PoolInspection):
    """Calls the describing and listing operations of a pool, and GetWebACLForResource."""

    def __init__(
        self, *, client: "CognitoIdentityProviderClient", firewall: Any, user_pool_id: str
    ) -> None:
        """
        Bind the APIs to one pool.

        Args:
            client: From ``cognito_client``.

            firewall: Client of AWS WAF, from ``aws_client``.

            user_pool_id: Id of the pool.
        """
        self._client = client
        self._firewall = firewall
        self._pool = user_pool_id

    def pool(self) -> PoolSettings:
        """See the port."""
        found = call(self._client.describe_user_pool, "pool", UserPoolId=self._pool)
        return pool_settings(found.structure("UserPool"))

    def clients(self) -> tuple[ClientSettings, ...]:
        """See the port."""
        return tuple(
            self._describe_client(each.text("ClientId"))
            for page in self._pages(self._client.list_user_pool_clients)
            for each in page.structures("UserPoolClients")
        )

    def domain(self, name: str) -> DomainSettings | None:
        """See the port."""
        operation = self._client.describe_user_pool_domain
        found = call_or_none(operation, "domain", NO_SUCH, Domain=name)
        described = found.structure("DomainDescription") if found else None
        if described is None or not described.has("UserPoolId"):
            return None
        return DomainSettings(
            pool_id=described.text("UserPoolId"), status=described.text("Status", "")
        )

    def providers(self) -> tuple[ProviderSettings, ...]:
        """See the port."""
        return tuple(
            self._describe_provider(each.text("ProviderName"))
            for page in self._pages(self._client.list_identity_providers)
            for each in page.structures("Providers")
        )

    def threats(self) -> ThreatSettings:
        """See the port."""
        operation = self._client.describe_risk_configuration
        found = call(operation, "threats", UserPoolId=self._pool).structure("RiskConfiguration")
        stolen = found.structure("CompromisedCredentialsRiskConfiguration").structure("Actions")
        takeover = found.structure("AccountTakeoverRiskConfiguration").structure("Actions")
        actions = {
            risk: takeover.structure(risk).text("EventAction", "")
            for risk in _RISKS
            if takeover.has(risk)
        }
        return ThreatSettings(
            blocks_compromised=stolen.text("EventAction", "") == "BLOCK", takeover_actions=actions
        )

    def has_web_acl(self, pool_arn: str) -> bool:
        """See the port."""
        operation = self._firewall.get_web_acl_for_resource
        return call(operation, "web ACL", ResourceArn=pool_arn).has("WebACL")

    def _describe_client(self, client_id: str) -> ClientSettings:
        operation = self._client.describe_user_pool_client
        found = call(operation, "app client", UserPoolId=self._pool, ClientId=client_id)
        return client_settings(found.structure("UserPoolClient"))

    def _describe_provider(self, name: str) -> ProviderSettings:
        operation = self._client.describe_identity_provider
        found = call(operation, "provider", UserPoolId=self._pool, ProviderName=name)
        described = found.structure("IdentityProvider")
        scopes = described.map_of_texts("ProviderDetails").get("authorize_scopes", "")
        return ProviderSettings(
            name=described.text("ProviderName"),
            kind=described.text("ProviderType"),
            mapping=described.map_of_texts("AttributeMapping"),
            scopes=frozenset(scopes.replace(",", " ").split()),
        )

    def _pages(self, operation: Any) -> Iterator[Described]:
        request: dict[str, Any] = {"UserPoolId": self._pool, "MaxResults": MAX_PAGE}
        for _ in range(MAX_PAGES):
            page = call(operation, "list", **request)
            yield page
            after = page.text_or_none("NextToken")
            if after is None:
                return
            request["NextToken"] = after
        raise ProviderUnavailableError("there are too many to read", detail="too many")


def pool_settings(pool: Described) -> PoolSettings:
    """Read ``UserPoolType``."""
    recovery = pool.structure("AccountRecoverySetting").structures("RecoveryMechanisms")
    updates = pool.structure("UserAttributeUpdateSettings")
    return PoolSettings(
        arn=pool.text("Arn"),
        issuer_type=pool.structure("IssuerConfiguration").text("Type", "ORIGINAL"),
        is_case_sensitive=pool.structure("UsernameConfiguration").flag(
            "CaseSensitive", default=True
        ),
        sign_in_names=frozenset(pool.texts("UsernameAttributes")),
        aliases=frozenset(pool.texts("AliasAttributes")),
        attributes={
            each.text("Name"): _attribute(each) for each in pool.structures("SchemaAttributes")
        },
        triggers=_triggers(pool.structure("LambdaConfig")),
        has_open_sign_up=not pool.structure("AdminCreateUserConfig").flag(
            "AllowAdminCreateUserOnly", default=False
        ),
        is_protected=pool.text("DeletionProtection", "INACTIVE") == "ACTIVE",
        mfa=pool.text("MfaConfiguration", "OFF"),
        password_rules=_password_rules(pool.structure("Policies")),
        threat_mode=pool.structure("UserPoolAddOns").text("AdvancedSecurityMode", "OFF"),
        recovery=tuple(
            each.text("Name")
            for each in sorted(recovery, key=lambda each: each.number("Priority", 0))
        ),
        verified_first=frozenset(updates.texts("AttributesRequireVerificationBeforeUpdate")),
    )


def client_settings(client: Described) -> ClientSettings:
    """Read ``UserPoolClientType``."""
    rotation = client.structure("RefreshTokenRotation")
    may_use_oauth = client.flag("AllowedOAuthFlowsUserPoolClient", default=False)
    return ClientSettings(
        client_id=client.text("ClientId"),
        secret=client.text_or_none("ClientSecret"),
        secret_arn=client.text_or_none("ClientSecretArn"),
        flows=frozenset(client.texts("ExplicitAuthFlows")),
        grants=frozenset(client.texts("AllowedOAuthFlows") if may_use_oauth else ()),
        scopes=frozenset(client.texts("AllowedOAuthScopes")),
        callback_urls=client.texts("CallbackURLs"),
        logout_urls=client.texts("LogoutURLs"),
        providers=frozenset(client.texts("SupportedIdentityProviders")),
        readable=client.texts_or_none("ReadAttributes"),
        writable=client.texts_or_none("WriteAttributes"),
        hides_users=client.text("PreventUserExistenceErrors", "LEGACY") == "ENABLED",
        revokes=client.flag("EnableTokenRevocation", default=False),
        is_rotating=rotation.text("Feature", "DISABLED") == "ENABLED",
        grace=timedelta(seconds=rotation.number("RetryGracePeriodSeconds", 0)),
        access_lifetime=_lifetime(client, "AccessToken", 1, "hours"),
        refresh_lifetime=_lifetime(client, "RefreshToken", 30, "days"),
    )


def _attribute(described: Described) -> AttributeSettings:
    limits = described.structure("StringAttributeConstraints")
    return AttributeSettings(
        is_mutable=described.flag("Mutable", default=False),
        max_length=limits.number("MaxLength", DEFAULT_LENGTH),
    )


def _triggers(config: Described) -> dict[str, str]:
    plain = {ours: config.text(name) for name, ours in _TRIGGERS.items() if config.has(name)}
    versioned = {
        ours: config.structure(name).text("LambdaArn")
        for name, ours in _VERSIONED.items()
        if config.has(name)
    }
    return {**plain, **versioned}


def _password_rules(policies: Described) -> PasswordRules | None:
    if not policies.has("PasswordPolicy"):
        return None
    policy = policies.structure("PasswordPolicy")
    return PasswordRules(
        min_length=policy.number("MinimumLength", 0),
        classes=frozenset(
            ours for name, ours in _CLASSES.items() if policy.flag(name, default=False)
        ),
        temporary_days=policy.number("TemporaryPasswordValidityDays", 7),
    )


def _lifetime(client: Described, token: str, default: int, unit: str) -> timedelta:
    named = client.structure("TokenValidityUnits").text(token, unit)
    found = client.number(f"{token}Validity", 0) or default
    seconds = _UNITS.get(named, 1) * found
    return timedelta(seconds=seconds)
