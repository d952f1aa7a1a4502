"""Links a new external user to the one native user with the same verified address."""

import re
from collections.abc import Callable
from typing import Final

import attrs

from authcore.domain.errors import RejectedError, UnavailableError
from authcore.domain.model.audit import AuditEvent
from authcore.domain.model.directory import DirectoryUser, ExternalIdentity
from authcore.domain.model.emails import canonical_email
from authcore.domain.model.provider_names import is_same_provider
from authcore.ports.audit import AuditLog
from authcore.ports.user_directory import ProviderLinks


ACTION: Final = "native.link"

_EXTERNAL_NAME: Final = re.compile(r"(?P<provider>[^_]{1,32})_(?P<user_id>[0-9]{1,64})")


@attrs.frozen(kw_only=True, repr=False, eq=False)
class NativeLinking:
    """
    Links a new external user, if that is safe.

    Args:
        links: Opens the external identities of the pool's users; called only for a newcomer who
            may be linked.

        providers: Providers whose verified e-mail addresses are trusted.  Compared without letter
            case; in a pool that ignores letter case they must be spelled as the pool spells them,
            because its user names do not tell.

        audit: Records every link, and every link that was not made although the address fits.
    """

    links: Callable[[], ProviderLinks]
    providers: frozenset[str]
    audit: AuditLog

    def link(self, username: str | None, verified_email: str | None) -> None:
        """
        Link the external user *username* to the owner of *verified_email*.

        Never raises one of our errors: a newcomer who is not linked signs up as a user of their
        own.

        Args:
            username: As the pool composes it of provider and id.

            verified_email: The address that the provider vouches for; None where it does not.
        """
        identity = read_identity(username, self.providers)
        email = canonical_email(verified_email) if verified_email is not None else None
        if identity is None or email is None:
            return
        try:
            event = self._link(identity, email)
        except (RejectedError, UnavailableError) as error:
            event = AuditEvent.of(ACTION, error)
        if event is not None:
            self.audit.record(event)

    def _link(self, identity: ExternalIdentity, email: str) -> AuditEvent | None:
        links = self.links()
        candidates = links.native_users_with(email)
        if not candidates:
            return None
        if len(candidates) > 1 or not _owns(candidates[0], email):
            return AuditEvent(ACTION, "rejected", "link_unverified")
        links.link_provider(candidates[0].username, identity)
        return AuditEvent.of(ACTION, None, subject=candidates[0].subject)


def read_identity(username: str | None, providers: frozenset[str]) -> ExternalIdentity | None:
    """
    Read the identity of the external user *username*; None where the name leaves a doubt.

    The events of this trigger give provider and id in the user name only, in lower case in pools
    that ignore case.  So an id counts only if it has no letters, as Google's and Facebook's: then
    nothing was lost.  And the name counts only if it has one ``_``: any of several may be the one
    between the two, as in provider ``Okta_Corp`` and id ``123``, or ``Okta`` and ``Corp_123``.
    """
    parts = _EXTERNAL_NAME.fullmatch(username or "")
    if parts is None:
        return None
    named = [name for name in providers if is_same_provider(name, parts["provider"])]
    if len(named) != 1:
        return None
    return ExternalIdentity(_pool_spelling(parts["provider"], named[0]), parts["user_id"])


def _pool_spelling(prefix: str, configured: str) -> str:
    """
    Return the provider's name as the pool spells it, as far as a user name's *prefix* tells.

    A capital shows that the pool keeps letter case, and so the prefix is the name.  A prefix in
    lower case is the name only in such a pool; *configured* must be right then.
    """
    return configured if prefix.islower() or not prefix.isascii() else prefix


def _owns(user: DirectoryUser, email: str) -> bool:
    """Whether the pool verified *email* for *user*, and *user* may sign in."""
    return (
        user.enabled
        and user.status == "CONFIRMED"
        and user.attributes.get("email_verified") == "true"
        and canonical_email(user.attributes.get("email", "")) == email
    )
