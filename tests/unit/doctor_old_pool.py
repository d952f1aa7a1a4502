"""The pool that users move from, as its describing calls answer."""

import copy
from collections.abc import Mapping
from typing import Any, Final

import attrs

from unit.doctor_answers import ACCOUNT, answer_or_refuse


OLD_POOL_ID: Final = "eu-central-1_Old12Cd34"
OLD_CLIENT_ID: Final = "9move8of7users"
OLD_SECRET: Final = "canary-old-client-secret-0123456789"
FROM_OLD_POOL: Final[Mapping[str, str]] = {
    "AUTHCORE_OLD_POOL_USER_POOL_ID": OLD_POOL_ID,
    "AUTHCORE_OLD_POOL_CLIENT_ID": OLD_CLIENT_ID,
    "AUTHCORE_OLD_POOL_CLIENT_SECRET": OLD_SECRET,
}
"""The variables of such a move, in place of AUTHCORE_LEGACY_URL."""

_POOL: Final = {
    "Id": OLD_POOL_ID,
    "Arn": f"arn:aws:cognito-idp:eu-central-1:{ACCOUNT}:userpool/{OLD_POOL_ID}",
    "MfaConfiguration": "OPTIONAL",
    "UsernameConfiguration": {"CaseSensitive": False},
    "SchemaAttributes": [
        {"Name": "email", "Mutable": True},
        {"Name": "custom:cognito_id", "Mutable": True, "StringAttributeConstraints": {}},
    ],
}
_CLIENT: Final = {
    "ClientId": OLD_CLIENT_ID,
    "ClientSecret": OLD_SECRET,
    "ExplicitAuthFlows": ["ALLOW_ADMIN_USER_PASSWORD_AUTH"],
    "WriteAttributes": ["email"],
}
_APPLICATION: Final = {
    "ClientId": "application",
    "ExplicitAuthFlows": ["ALLOW_USER_SRP_AUTH", "ALLOW_REFRESH_TOKEN_AUTH"],
    "AllowedOAuthFlows": ["code"],
    "AllowedOAuthFlowsUserPoolClient": True,
    "WriteAttributes": ["email"],
}


@attrs.define
class OldPool:
    """
    The pool.

    Attributes:
        pool: Its settings.
        client: The app client at which the migration function signs users in.
        application: That of the old application.
        refused: Error class, by name of the operation that is answered with it.
    """

    pool: dict[str, Any] = attrs.field(factory=lambda: copy.deepcopy(_POOL))
    client: dict[str, Any] = attrs.field(factory=lambda: copy.deepcopy(_CLIENT))
    application: dict[str, Any] = attrs.field(factory=lambda: copy.deepcopy(_APPLICATION))
    refused: dict[str, str] = attrs.field(factory=dict)

    def describe_user_pool(self, **given: str) -> Any:
        """Answer as boto3's client does."""
        assert given == {"UserPoolId": OLD_POOL_ID}
        return answer_or_refuse("DescribeUserPool", self.refused, {"UserPool": self.pool})

    def list_user_pool_clients(self, **_: object) -> Any:
        """Answer as boto3's client does."""
        ids = [{"ClientId": each["ClientId"]} for each in (self.client, self.application)]
        return answer_or_refuse("ListUserPoolClients", self.refused, {"UserPoolClients": ids})

    def describe_user_pool_client(self, **given: str) -> Any:
        """Answer as boto3's client does."""
        clients = (self.client, self.application)
        (found,) = [each for each in clients if each["ClientId"] == given["ClientId"]]
        return answer_or_refuse("DescribeUserPoolClient", self.refused, {"UserPoolClient": found})
