"""Base of the adapters of a pool's admin API."""

from typing import TYPE_CHECKING


if TYPE_CHECKING:
    from types_boto3_cognito_idp import CognitoIdentityProviderClient


class PoolAdapter:
    """Calls the admin API for one pool."""

    def __init__(self, *, client: "CognitoIdentityProviderClient", user_pool_id: str) -> None:
        """
        Bind the API to one pool.

        Args:
            client: From ``cognito_client``, which bounds its calls and its log.

            user_pool_id: Id of the pool.
        """
        self._client = client
        self._user_pool_id = user_pool_id
