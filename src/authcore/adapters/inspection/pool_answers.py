"""Cognito's descriptions of a pool and of an app client, in terms of the domain."""

from datetime import timedelta
from typing import Final, get_args

from authcore.adapters.inspection.described import Described
from authcore.domain.model.pool_settings import (
    LAMBDA_NAMES,
    AttributeKind,
    AttributeSettings,
    ClientSettings,
    PasswordRules,
    PoolSettings,
)


DEFAULT_LENGTH: Final = 2_048

_VERSIONED: Final = {
    "PreTokenGenerationConfig": "pre_token_generation",
    "InboundFederation": "inbound_federation",
}
"""Members of LambdaConfig that hold a structure; where both are there, they count."""

_CLASSES: Final = {
    "RequireLowercase": "lower",
    "RequireUppercase": "upper",
    "RequireNumbers": "digit",
    "RequireSymbols": "symbol",
}
_UNITS: Final = {"seconds": 1, "minutes": 60, "hours": 3_600, "days": 86_400}


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
        remembers_devices=bool(pool.structure("DeviceConfiguration").names()),
        auto_verified=frozenset(pool.texts("AutoVerifiedAttributes")),
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
        min_length=limits.number("MinLength", 0),
        is_required=described.flag("Required", default=False),
        kind=_kind(described.text("AttributeDataType", "String")),
    )


def _kind(named: str) -> AttributeKind:
    return next((kind for kind in get_args(AttributeKind) if kind == named), "String")


def _triggers(config: Described) -> dict[str, str]:
    plain = {
        ours: config.text(name)
        for ours, name in LAMBDA_NAMES.items()
        if name not in _VERSIONED and config.has(name)
    }
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
