"""
Predict what migration and linking would do, and change nothing.

The services decide as ever, with parts that only read.  What the legacy system or the pool would
refuse at the write itself is not predicted.
"""

from collections.abc import Callable, Mapping
from typing import Final

import attrs

from authcore.domain.model.accounts import LegacyAccount
from authcore.domain.model.directory import DirectoryUser, ExternalIdentity
from authcore.domain.model.linking import AccountMatches, AccountQuery, NewLegacyAccount
from authcore.domain.services.accounts.account_linking import AccountLinking
from authcore.domain.services.accounts.native_linking import NativeLinking
from authcore.domain.services.accounts.old_pool_linking import OldPoolLinking
from authcore.ports.legacy_links import LegacyLinks
from authcore.ports.user_directory import ProviderLinks, UserDirectory


NEW: Final = "new"
"""In place of the id of an account that would be created."""


@attrs.frozen(eq=False, repr=False)
class _UnchangedLinks(LegacyLinks):
    links: LegacyLinks

    def match(self, query: AccountQuery) -> AccountMatches:
        return self.links.match(query)

    def create(self, account: NewLegacyAccount, *, idempotency_key: str) -> LegacyAccount:  # noqa: ARG002 - of the port
        """Return the account as the legacy system would, and create nothing."""
        return _account(NEW, account.cognito_id)

    def attach_cognito_id(
        self,
        legacy_uid: str,
        cognito_id: str,
        *,
        reset_access: bool,  # noqa: ARG002 - of the port
    ) -> LegacyAccount:
        """Return the account as the legacy system would, and attach nothing."""
        return _account(legacy_uid, cognito_id)


@attrs.frozen(eq=False, repr=False)
class UnchangedDirectory(UserDirectory):
    """A directory that is read, and not written to."""

    directory: UserDirectory

    def find(self, username: str) -> DirectoryUser | None:
        """See the port."""
        return self.directory.find(username)

    def set_attributes(self, username: str, attributes: Mapping[str, str]) -> None:
        """Write nothing."""

    def delete_user(self, username: str) -> None:
        """Delete nothing."""


@attrs.frozen(eq=False, repr=False)
class _UnchangedProviderLinks(ProviderLinks):
    links: ProviderLinks

    def native_users_with(self, email: str) -> tuple[DirectoryUser, ...]:
        return self.links.native_users_with(email)

    def link_provider(self, username: str, identity: ExternalIdentity) -> None:
        """Link nothing."""


def predict_linking(linking: AccountLinking) -> AccountLinking:
    """
    Return a service that decides as *linking* does, and writes nothing.

    It takes no lease and remembers no create, with any policy: nothing is created.
    """
    return attrs.evolve(
        linking,
        links=_UnchangedLinks(linking.links),
        directory=UnchangedDirectory(linking.directory),
        policy=attrs.evolve(linking.policy, creation="unique"),
    )


def predict_old_pool_linking(linking: OldPoolLinking) -> OldPoolLinking:
    """Return a service that decides as *linking* does, and writes to neither pool."""
    return attrs.evolve(
        linking,
        old=UnchangedDirectory(linking.old),
        directory=UnchangedDirectory(linking.directory),
    )


def predict_native_linking(linking: NativeLinking) -> NativeLinking:
    """Return a service that decides as *linking* does, and links nothing."""
    opened: Callable[[], ProviderLinks] = linking.links
    return attrs.evolve(linking, links=lambda: _UnchangedProviderLinks(opened()))


def _account(legacy_uid: str, cognito_id: str) -> LegacyAccount:
    return LegacyAccount(
        legacy_uid=legacy_uid,
        username=legacy_uid,
        email=None,
        email_verified=False,
        display_name=None,
        cognito_id=cognito_id,
    )
