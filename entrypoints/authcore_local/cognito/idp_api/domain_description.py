"""``DescribeUserPoolDomain``, and the operations that list and describe identity providers."""

from collections.abc import Mapping
from typing import Final

import attrs

from authcore_local.cognito.app_client_secrets import ACCOUNT
from authcore_local.cognito.config import VERIFYING, PoolConfig, Provider
from authcore_local.cognito.config_rules import host_of
from authcore_local.cognito.errors import CognitoError
from authcore_local.cognito.idp_api.authentication import check_pool
from authcore_local.cognito.idp_api.idp_endpoint import Input, Operation


SCOPES: Final[Mapping[Provider, str]] = {
    "Google": "openid email profile",
    "Facebook": "public_profile,email",
    "SignInWithApple": "email name",
}


@attrs.frozen(kw_only=True, eq=False, repr=False)
class DomainDescription:
    """Describes the pool's one domain and its providers, whose pages are local."""

    config: PoolConfig

    def operations(self) -> Mapping[str, Operation]:
        """By name."""
        return {
            "DescribeUserPoolDomain": self.domain,
            "ListIdentityProviders": self.providers,
            "DescribeIdentityProvider": self.provider,
            "GetUserPoolMfaConfig": self.mfa,
            "DescribeRiskConfiguration": self.risks,
        }

    def domain(self, given: Input) -> Mapping[str, object]:
        """``DescribeUserPoolDomain``: empty for another name, as at Amazon's."""
        if given.text("Domain") != host_of(self.config.domain):
            return {"DomainDescription": {}}
        described = {
            "UserPoolId": self.config.pool_id,
            "AWSAccountId": ACCOUNT,
            "Domain": host_of(self.config.domain),
            "Status": "ACTIVE",
        }
        return {"DomainDescription": described}

    def providers(self, given: Input) -> Mapping[str, object]:
        """``ListIdentityProviders``."""
        check_pool(self.config, given)
        names = self.config.identity_providers
        return {"Providers": [{"ProviderName": name, "ProviderType": name} for name in names]}

    def provider(self, given: Input) -> Mapping[str, object]:
        """``DescribeIdentityProvider``."""
        check_pool(self.config, given)
        name = given.text("ProviderName", longest=32)
        for each in self.config.identity_providers:
            if each == name:
                return {"IdentityProvider": self._describe(each)}
        raise CognitoError("ResourceNotFoundException", f"Identity provider {name} does not exist.")

    def mfa(self, given: Input) -> Mapping[str, object]:
        """``GetUserPoolMfaConfig``."""
        check_pool(self.config, given)
        return {
            "SoftwareTokenMfaConfiguration": {"Enabled": self.config.mfa != "OFF"},
            "MfaConfiguration": self.config.mfa,
            "WebAuthnConfiguration": {"RelyingPartyId": self.config.relying_party_id},
        }

    def risks(self, given: Input) -> Mapping[str, object]:
        """``DescribeRiskConfiguration``: this pool has no threat protection."""
        check_pool(self.config, given)
        raise CognitoError("UserPoolAddOnNotEnabledException", "Threat protection is not enabled.")

    def _describe(self, provider: Provider) -> Mapping[str, object]:
        verified = {"email_verified": "email_verified"} if provider in VERIFYING else {}
        return {
            "UserPoolId": self.config.pool_id,
            "ProviderName": provider,
            "ProviderType": provider,
            "ProviderDetails": {"authorize_scopes": SCOPES[provider]},
            "AttributeMapping": {"email": "email", "name": "name", **verified},
        }
