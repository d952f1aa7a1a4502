"""The request rates that Cognito grants the account."""

from typing import TYPE_CHECKING, Final

from authcore.adapters.cognito.error_translation import READING_A_LIMIT, translate_errors
from authcore.adapters.cognito.user_description import require_cognitos_own
from authcore.domain.errors import ProviderUnavailableError
from authcore.ports.user_directory import ProvisionedLimits, RateCategory


if TYPE_CHECKING:
    from types_boto3_cognito_idp import CognitoIdentityProviderClient


MAX_RATE: Final = 10_000
"""Calls a second; a higher number is no answer of Cognito."""


class CognitoProvisionedLimits(ProvisionedLimits):
    """Calls GetProvisionedLimit, which needs a permission of its own and no pool."""

    def __init__(self, *, client: "CognitoIdentityProviderClient") -> None:
        """
        Bind the API.

        Args:
            client: From ``cognito_client``.
        """
        self._client = client

    def per_second(self, category: RateCategory) -> int:
        """See the port."""
        with translate_errors(READING_A_LIMIT):
            found = self._client.get_provisioned_limit(
                LimitDefinition={
                    "LimitClass": "API_CATEGORY",
                    "Attributes": {"Category": category},
                }
            )
        require_cognitos_own(found["ResponseMetadata"])
        rate: object = found.get("Limit", {}).get("ProvisionedLimitValue")
        if type(rate) is not int or not 1 <= rate <= MAX_RATE:
            raise ProviderUnavailableError("Cognito tells no usable limit", detail="answer limit")
        return rate
