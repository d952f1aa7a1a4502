"""Creates users of a Cognito pool, through its admin API."""

from authcore.adapters.cognito.error_translation import CREATING_A_USER, translate_errors
from authcore.adapters.cognito.limits import can_be_attributes, can_be_username
from authcore.adapters.cognito.pool_adapter import PoolAdapter
from authcore.adapters.cognito.user_description import read_user_description, require_cognitos_own
from authcore.domain.errors import AttributesRejectedError, ProviderUnavailableError
from authcore.domain.model.directory import DirectoryUser
from authcore.domain.model.moves import NewPoolUser
from authcore.domain.model.usernames import LEGACY_LINKED, LEGACY_UID
from authcore.ports.user_creation import UserCreation


class CognitoUserCreation(PoolAdapter, UserCreation):
    """
    Calls AdminCreateUser: at most 50 calls a second per account and region, sign-ups included.

    In Cognito's bill a created user is active in that month.
    """

    def create_user(self, user: NewPoolUser) -> DirectoryUser:
        """See the port."""
        if not can_be_username(user.username) or not can_be_attributes(user.attributes):
            raise AttributesRejectedError("no user can have this name, or these attributes")
        with translate_errors(CREATING_A_USER):
            created = self._client.admin_create_user(
                UserPoolId=self._user_pool_id,
                Username=user.username,
                UserAttributes=[
                    {"Name": name, "Value": value} for name, value in user.attributes.items()
                ],
                MessageAction="SUPPRESS",
                ForceAliasCreation=False,
            )
        require_cognitos_own(created["ResponseMetadata"])
        stored = read_user_description(created.get("User", {}), "Attributes")
        _require_same(user, stored)
        return stored


def _require_same(user: NewPoolUser, stored: DirectoryUser) -> None:
    """Refuse an answer about another user; the attributes of ours are stored as they are sent."""
    for name in (LEGACY_UID, LEGACY_LINKED):
        if stored.attributes.get(name) != user.attributes.get(name):
            raise ProviderUnavailableError(
                "Cognito describes another user; this one may exist now", detail="answer user"
            )
