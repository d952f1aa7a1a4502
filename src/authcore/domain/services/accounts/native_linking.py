"""Links a new external user to the one native user with the same verified address."""

import re
from collections.abc import Callable
from typing import Final

import attrs

from authcore.domain.errors import RejectedError, UnavailableError
from authcore.domain.model.audit import AuditEvent
from authcore.domain.model.directory import DirectoryUser, ExternalIdentity
from authcore.domain.model.emails import canonical_email
from authcore.ports.audit import AuditLog
from authcore.ports.user_directory import ProviderLinks


ACTION: Final = "native.link"

_EXTERNAL_NAME: Final = re.compile(r"(?P<provider>[^_]{1,32})_(?P<user_id>[0-9]{1,64})")


@attrs.frozen(kw_only=True, repr=False, eq=False)
class NativeLinking:
    """
    Links a new external user, if that is safe.

    Args:
        links: Opens the external identities of the pool's users, for the first newcomer who may be
            linked.

        providers: Providers whose verified e-mail addresses are trusted, as the pool calls them.

        audit: Learns of every link, and of every link that was not made although the address fits.
    """

    _links: Callable[[], ProviderLinks]
    _providers: frozenset[str]
    _audit: AuditLog

    def link(self, username: str | None, verified_email: str | None) -> None:
        """
        Link the external user *username* to the owner of *verified_email*.

        Never raises one of our errors: the newcomer signs up all the same, as a user of their own.

        Args:
            username: As the pool makes it up, of provider and id.

            verified_email: The address that the provider vouches for; None where it does not.
        """
        identity = newcomer(username, self._providers)
        email = canonical_email(verified_email) if verified_email is not None else None
        if identity is None or email is None:
            return
        try:
            event = self._link(identity, email)
        except (RejectedError, UnavailableError) as error:
            event = AuditEvent.of(ACTION, error)
        if event is not None:
            self._audit.record(event)

    def _link(self, identity: ExternalIdentity, email: str) -> AuditEvent | None:
        links = self._links()
        candidates = links.native_users_with(email)
        if not candidates:
            return None
        if len(candidates) > 1 or not _owns(candidates[0], email):
            return AuditEvent(ACTION, "rejected", "link_unverified")
        links.link_provider(candidates[0].username, identity)
        return AuditEvent.of(ACTION, None, subject=candidates[0].subject)


def newcomer(username: str | None, providers: frozenset[str]) -> ExternalIdentity | None:
    """
    Who the external user *username* is; None where the name does not say for certain.

    This trigger's events name provider and id in the user name only, in lower case in pools that
    ignore case.  So an id is taken only if it has no letters, as Google's and Facebook's: then
    nothing was lost.  And the name is taken only if it has one ``_``: of several, any may be the
    one between the two, as provider ``Okta_Corp`` and id ``123``, or ``Okta`` and ``Corp_123``.
    """
    parts = _EXTERNAL_NAME.fullmatch(username or "")
    if parts is None:
        return None
    meant = [name for name in providers if name.lower() == parts["provider"].lower()]
    return ExternalIdentity(meant[0], parts["user_id"]) if len(meant) == 1 else None


def _owns(user: DirectoryUser, email: str) -> bool:
    """Whether *user* proved to be reachable at *email* and may sign in."""
    return (
        user.enabled
        and user.status == "CONFIRMED"
        and user.attributes.get("email_verified") == "true"
        and canonical_email(user.attributes.get("email", "")) == email
    )
