"""Links between external identities and the users of a Cognito pool."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

from authcore.adapters.cognito.directory_listing import CognitoDirectoryListing
from authcore.adapters.cognito.error_translation import LINKING_A_PROVIDER, translate_errors
from authcore.adapters.cognito.limits import MAX_FILTER_LENGTH, can_be_identity, can_be_username
from authcore.adapters.cognito.pool_adapter import PoolAdapter
from authcore.adapters.cognito.user_description import require_cognitos_own
from authcore.adapters.cognito.user_directory import CognitoUserDirectory
from authcore.domain.errors import AccountNotFoundError, LinkRejectedError, ProviderUnavailableError
from authcore.domain.model.directory import DirectoryUser, ExternalIdentity
from authcore.domain.model.identities import is_native, signs_in_as
from authcore.ports.user_directory import ProviderLinks


if TYPE_CHECKING:
    from types_boto3_cognito_idp import CognitoIdentityProviderClient

MAX_PAGES: Final = 5
"""Maximum number of pages of users with one address; more of them count as no usable answer."""

_PREFIX_LENGTH: Final = 100


class CognitoProviderLinks(PoolAdapter, ProviderLinks):
    """
    Finds users with ListUsers and links identities with AdminLinkProviderForUser.

    Cognito gives the same error for a link that exists already and for an identity of another user,
    and is known to create a link although it reports an error.  So after a refusal the user is read
    again, and a link that is found there counts as success.
    """

    def __init__(self, *, client: "CognitoIdentityProviderClient", user_pool_id: str) -> None:
        """See the base class."""
        super().__init__(client=client, user_pool_id=user_pool_id)
        self._listing = CognitoDirectoryListing(client=client, user_pool_id=user_pool_id)
        self._directory = CognitoUserDirectory(client=client, user_pool_id=user_pool_id)

    def native_users_with(self, email: str) -> tuple[DirectoryUser, ...]:
        """See the port."""
        found = self._candidates(email)
        return tuple(
            user for user in found if user.attributes.get("email") == email and is_native(user)
        )

    def _candidates(self, email: str) -> Iterator[DirectoryUser]:
        after = None
        for _ in range(MAX_PAGES):
            page = self._listing.users_matching(_email_filter(email), after)
            yield from page.users
            if page.next is None:
                return
            after = page.next
        raise ProviderUnavailableError("too many users have the address", detail="too many users")

    def link_provider(self, username: str, identity: ExternalIdentity) -> None:
        """See the port."""
        if not can_be_username(username):
            raise AccountNotFoundError("no user can have this name")
        if not can_be_identity(identity.provider_name, identity.user_id):
            raise LinkRejectedError("no user of a provider can have this id")
        try:
            self._link(username, identity)
        except LinkRejectedError:
            if not self._is_linked(username, identity):
                raise

    def _link(self, username: str, identity: ExternalIdentity) -> None:
        with translate_errors(LINKING_A_PROVIDER):
            linked = self._client.admin_link_provider_for_user(
                UserPoolId=self._user_pool_id,
                DestinationUser={"ProviderName": "Cognito", "ProviderAttributeValue": username},
                SourceUser={
                    "ProviderName": identity.provider_name,
                    "ProviderAttributeName": "Cognito_Subject",
                    "ProviderAttributeValue": identity.user_id,
                },
            )
        require_cognitos_own(linked["ResponseMetadata"])

    def _is_linked(self, username: str, identity: ExternalIdentity) -> bool:
        user = self._directory.find(username)
        return user is not None and signs_in_as(user, identity)


def _email_filter(email: str) -> str:
    """A filter for users with this address; for one that is too long, for users with its prefix."""
    exact = f'email = "{_escape(email)}"'
    if len(exact) <= MAX_FILTER_LENGTH:
        return exact
    return f'email ^= "{_escape(email[:_PREFIX_LENGTH])}"'


def _escape(text: str) -> str:
    return text.replace("\\", "\\\\").replace('"', '\\"')
