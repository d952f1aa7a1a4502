"""``DescribeUserPool``, ``DescribeUserPoolClient`` and ``ListUserPoolClients``."""

from collections.abc import Mapping

import attrs

from authcore_local.cognito.app_client_secrets import AppClientSecrets
from authcore_local.cognito.config import MachineClient, PoolConfig, SchemaAttribute
from authcore_local.cognito.config_rules import host_of
from authcore_local.cognito.idp_api.authentication import check_client, check_pool
from authcore_local.cognito.idp_api.function_descriptions import FunctionDescriptions
from authcore_local.cognito.idp_api.idp_endpoint import Input
from authcore_local.cognito.user_pool.users import UserStore


@attrs.frozen(kw_only=True, eq=False, repr=False)
class PoolDescription:
    """Describes what this pool knows; members of Amazon's that it does not know are absent."""

    config: PoolConfig
    secrets: AppClientSecrets
    users: UserStore
    functions: FunctionDescriptions

    def pool(self, given: Input) -> Mapping[str, object]:
        """``DescribeUserPool``."""
        config = self.config
        check_pool(config, given)
        factors = ["PASSWORD", *sorted(config.first_factors)]
        described = {
            "Id": config.pool_id,
            "Name": config.pool_name,
            "Arn": self.functions.pool_arn,
            "LambdaConfig": self.functions.lambda_config(),
            "DeletionProtection": "INACTIVE",
            "CustomDomain": host_of(config.domain),
            "IssuerConfiguration": {"Type": "ORIGINAL"},
            "MfaConfiguration": config.mfa,
            "EstimatedNumberOfUsers": len(self.users.all_users()),
            **_names(config),
            "AutoVerifiedAttributes": sorted(config.auto_verified),
            "UsernameConfiguration": {"CaseSensitive": config.case_sensitive},
            "AdminCreateUserConfig": {"AllowAdminCreateUserOnly": not config.self_sign_up},
            "SchemaAttributes": [_schema(each) for each in config.schema.values()],
            "Policies": {"SignInPolicy": {"AllowedFirstAuthFactors": factors}},
        }
        return {"UserPool": described}

    def client(self, given: Input) -> Mapping[str, object]:
        """``DescribeUserPoolClient``."""
        config = self.config
        check_pool(config, given)
        for machine in config.machine_clients:
            if machine.client_id == given.text("ClientId", longest=128):
                return {"UserPoolClient": _machine(config, machine)}
        check_client(config, given)
        described = {
            "UserPoolId": config.pool_id,
            "ClientId": config.client_id,
            "ClientName": config.client_id,
            **self._secret(),
            **_flows(config),
            **_lifetimes(config),
        }
        return {"UserPoolClient": described}

    def clients(self, given: Input) -> Mapping[str, object]:
        """``ListUserPoolClients``; there are never so many that a second page is needed."""
        config = self.config
        check_pool(config, given)
        ids = (config.client_id, *(each.client_id for each in config.machine_clients))
        listed = [
            {"ClientId": each, "UserPoolId": config.pool_id, "ClientName": each} for each in ids
        ]
        return {"UserPoolClients": listed}

    def _secret(self) -> dict[str, str]:
        secrets = self.secrets.active()
        if not secrets:
            return {}
        published = {"ClientSecretArn": self.secrets.arn} if self.config.publishes_secret else {}
        return {"ClientSecret": secrets[-1], **published}


def _machine(config: PoolConfig, client: MachineClient) -> dict[str, object]:
    return {
        "UserPoolId": config.pool_id,
        "ClientId": client.client_id,
        "ClientName": client.client_id,
        "ClientSecret": client.client_secrets[-1],
        "ExplicitAuthFlows": [],
        "AllowedOAuthFlows": ["client_credentials"],
        "AllowedOAuthFlowsUserPoolClient": True,
        "AllowedOAuthScopes": list(client.scopes),
        "EnableTokenRevocation": True,
    }


def _names(config: PoolConfig) -> dict[str, list[str]]:
    """Return what users sign in with, beside user names."""
    member = {"email": "UsernameAttributes", "alias": "AliasAttributes"}.get(config.sign_in_names)
    return {} if member is None else {member: ["email"]}


def _schema(attribute: SchemaAttribute) -> dict[str, object]:
    return {
        "Name": attribute.name,
        "AttributeDataType": "String",
        "Mutable": attribute.mutable,
        "Required": False,
        "StringAttributeConstraints": {"MaxLength": str(attribute.max_length)},
    }


def _flows(config: PoolConfig) -> dict[str, object]:
    writable = sorted(config.client_writable)
    return {
        "ExplicitAuthFlows": sorted(config.enabled_flows),
        "SupportedIdentityProviders": ["COGNITO", *config.identity_providers],
        "CallbackURLs": list(config.callback_urls),
        "LogoutURLs": list(config.logout_urls),
        "AllowedOAuthFlows": ["code"],
        "AllowedOAuthFlowsUserPoolClient": True,
        "AllowedOAuthScopes": list(config.scopes),
        **({} if config.write_attributes is None else {"WriteAttributes": writable}),
        "PreventUserExistenceErrors": config.prevent_user_existence_errors,
        "EnableTokenRevocation": True,
    }


def _lifetimes(config: PoolConfig) -> dict[str, object]:
    tokens = {
        "AccessToken": config.access_token_lifetime,
        "IdToken": config.id_token_lifetime,
        "RefreshToken": config.refresh_token_lifetime,
    }
    return {
        "AuthSessionValidity": int(config.auth_session_validity.total_seconds()) // 60,
        "TokenValidityUnits": dict.fromkeys(tokens, "seconds"),
        **{f"{name}Validity": int(each.total_seconds()) for name, each in tokens.items()},
        "RefreshTokenRotation": {
            "Feature": "ENABLED" if config.refresh_token_rotation else "DISABLED",
            "RetryGracePeriodSeconds": int(config.retry_grace_period.total_seconds()),
        },
    }
