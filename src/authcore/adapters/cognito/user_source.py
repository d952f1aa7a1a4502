"""
All users of another pool, as a source of users to move.

An external user has no password and no account of its own: the user signs in with the provider in
the new pool, where linking finds the account, so an import would make a second user for one person.
"""

from collections.abc import Callable, Collection, Iterator, Mapping
from typing import TYPE_CHECKING, Final, NoReturn

import attrs

from authcore.adapters.cognito.error_translation import LISTING_USERS, translate_errors
from authcore.adapters.cognito.user_description import require_cognitos_own
from authcore.domain.errors import ConfigurationError, ProviderUnavailableError
from authcore.domain.model.accounts import LegacyAccount
from authcore.domain.model.carried_attributes import PHONE, PHONE_VERIFIED
from authcore.domain.model.directory import DirectoryPage, DirectoryUser
from authcore.domain.model.endless_pages import PageTrail
from authcore.domain.model.identities import is_native, read_identities
from authcore.domain.model.moves import SourcePage, SourceUser, UnreadableRow
from authcore.domain.services.accounts.retrying import Retrier
from authcore.ports.user_directory import DirectoryListing
from authcore.ports.user_source import UserSource


if TYPE_CHECKING:
    from types_boto3_cognito_idp import CognitoIdentityProviderClient

DEFAULT_ATTRIBUTES: Final = ("name", "given_name", "family_name", PHONE)

USABLE_STATUS: Final = frozenset({"CONFIRMED", "FORCE_CHANGE_PASSWORD", "RESET_REQUIRED"})
"""Of users whom a sign-up or an administrator confirmed."""

_CLAIMS_NOTHING: Final = frozenset({"user_external", "user_never_confirmed"})
"""
Users whose name and address others may have: one has no name of their own, and any stranger can
sign up under any name that is free and never confirm it.
"""


class CognitoUserSource(UserSource):
    """
    Reads ListUsers page by page; a page that gets no answer is asked for again.

    A disabled user is a locked account.  The id of an account is the user's ``sub``.
    """

    __slots__ = ("_attributes", "_estimate", "_listing", "_retrier")

    def __init__(
        self,
        *,
        listing: DirectoryListing,
        retrier: Retrier,
        attributes: Collection[str] = DEFAULT_ATTRIBUTES,
        estimate: Callable[[], int | None] = lambda: None,
    ) -> None:
        """
        Read *listing*.

        Args:
            listing: All users of the pool, at most 60 a page.

            retrier: Keeps the pace, and repeats.

            attributes: To carry, by name; by default DEFAULT_ATTRIBUTES.

            estimate: Tells about how many users there are; by default that is not known.
        """
        self._listing = listing
        self._retrier = retrier
        self._attributes = tuple(attributes)
        self._estimate = estimate

    def pages(self, after: str | None = None) -> Iterator[SourcePage]:
        """
        See the port.

        Raises:
            ConfigurationError: Cognito does not know the place *after* any more.
        """
        trail = PageTrail()
        while True:
            page = self._retrier.call(lambda: self._ask(after))  # noqa: B023 - called at once
            after = page.next
            if after is not None and not trail.leads_on(after):
                _refuse_circle()
            yield self._read(page)
            if after is None:
                return

    def count(self) -> int | None:
        """Return Cognito's estimate; None where it gives none: a progress bar stops no move."""
        try:
            return self._estimate()
        except ProviderUnavailableError:
            return None

    def _ask(self, after: str | None) -> DirectoryPage:
        """See: Amazon Cognito ListUsers, ``PaginationToken``: valid for one hour."""
        try:
            return self._listing.users(after)
        except ProviderUnavailableError as error:
            if after is None or error.detail != "InvalidParameterException":
                raise
            raise ConfigurationError(
                ["the other pool does not know the place in its list any more: begin a new run"]
            ) from None

    def _read(self, page: DirectoryPage) -> SourcePage:
        users: list[SourceUser] = []
        unreadable: list[UnreadableRow] = []
        for user in page.users:
            reason = _refusal(user)
            if reason is None:
                users.append(self._source_user(user))
            else:
                unreadable.append(self._unreadable_row(user, reason))
        return SourcePage(tuple(users), tuple(unreadable), page.next)

    def _unreadable_row(self, user: DirectoryUser, reason: str) -> UnreadableRow:
        row = UnreadableRow(f"user {user.subject}", reason)
        if reason in _CLAIMS_NOTHING:
            return row
        told = self._source_user(user)
        return attrs.evolve(row, account=told.account, attributes=told.attributes)

    def _source_user(self, user: DirectoryUser) -> SourceUser:
        return SourceUser(_account(user), _select_held(user.attributes, self._attributes))


def estimate_users(client: "CognitoIdentityProviderClient", user_pool_id: str) -> int | None:
    """
    Return about how many users the pool has; None where Cognito does not say.

    Raises:
        ProviderUnavailableError: No usable answer.

    See: Amazon Cognito DescribeUserPool, ``EstimatedNumberOfUsers``.
    """
    with translate_errors(LISTING_USERS):
        found = client.describe_user_pool(UserPoolId=user_pool_id)
    require_cognitos_own(found["ResponseMetadata"])
    number: object = found["UserPool"].get("EstimatedNumberOfUsers")
    return number if type(number) is int and number >= 0 else None


def _account(user: DirectoryUser) -> LegacyAccount:
    email = user.attributes.get("email") or None
    return LegacyAccount(
        legacy_uid=user.subject,
        username=user.username,
        email=email,
        email_verified=email is not None and _is_verified(user),
        display_name=user.attributes.get("name") or None,
        locked=not user.enabled,
    )


def _select_held(held: Mapping[str, str], names: Collection[str]) -> Mapping[str, str]:
    carried = {name: held[name] for name in names if held.get(name)}
    if PHONE in carried and held.get(PHONE_VERIFIED) == "true":
        carried[PHONE_VERIFIED] = "true"
    return carried


def _refusal(user: DirectoryUser) -> str | None:
    """Return the code that says why *user* cannot be moved; None for a user who can."""
    try:
        external = not is_native(user)
    except ProviderUnavailableError:
        return "row_unreadable"
    if external:
        return "user_external"
    if user.status == "UNCONFIRMED":
        return "user_never_confirmed"
    if user.status not in USABLE_STATUS:
        return "user_status"
    if read_identities(user.attributes.get("identities", "[]")) and not _is_verified(user):
        return "user_linked_unverified"
    return None


def _is_verified(user: DirectoryUser) -> bool:
    """Whether the pool verified the address, by which the new pool links a provider's sign-in."""
    return bool(user.attributes.get("email")) and user.attributes.get("email_verified") == "true"


def _refuse_circle() -> NoReturn:
    raise ProviderUnavailableError(
        "the pages of the other pool lead back to an earlier one", detail="answer page"
    )
