"""The users of a Cognito pool, page by page."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from authcore.adapters.cognito.error_translation import LISTING_USERS, translate_errors
from authcore.adapters.cognito.limits import MAX_PAGE
from authcore.adapters.cognito.pool_adapter import PoolAdapter
from authcore.adapters.cognito.user_description import read_user_description, require_cognitos_own
from authcore.domain.errors import ProviderUnavailableError
from authcore.domain.model.directory import DirectoryPage
from authcore.ports.user_directory import DirectoryListing


if TYPE_CHECKING:
    from types_boto3_cognito_idp.type_defs import ListUsersRequestTypeDef


class CognitoDirectoryListing(PoolAdapter, DirectoryListing):
    """
    Lists users with ListUsers: 60 users per call, at most 30 calls a second per account and region.

    Listing does not make users active in Cognito's bill.
    """

    def users(self, after: str | None = None) -> DirectoryPage:
        """See the port."""
        return self.users_matching(None, after)

    def users_matching(self, filter_expression: str | None, after: str | None) -> DirectoryPage:
        """
        A page of the users who match *filter_expression*; of all users if it is None.

        Raises:
            ProviderUnavailableError: Throttled, down, or no usable answer.

        See: Amazon Cognito ListUsers.
        """
        request: ListUsersRequestTypeDef = {"UserPoolId": self._user_pool_id, "Limit": MAX_PAGE}
        if filter_expression is not None:
            request["Filter"] = filter_expression
        if after is not None:
            request["PaginationToken"] = after
        with translate_errors(LISTING_USERS):
            listed = self._client.list_users(**request)
        require_cognitos_own(listed["ResponseMetadata"])
        return _page(listed)


def _page(listed: Mapping[str, Any]) -> DirectoryPage:
    found, following = listed.get("Users"), listed.get("PaginationToken")
    if found is None or len(found) > MAX_PAGE or not isinstance(following, str | None):
        raise ProviderUnavailableError("Cognito lists users incorrectly", detail="answer page")
    return DirectoryPage(
        tuple(read_user_description(each, "Attributes") for each in found), following
    )
