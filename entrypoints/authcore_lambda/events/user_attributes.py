"""
``request.userAttributes`` of a trigger event: what the pool holds of the user.

See: Amazon Cognito "Customizing user pool workflows with Lambda triggers", "Identity federation".
"""

import json
from collections.abc import Mapping
from typing import Any, ClassVar, Final, TypeVar

import attrs

from authcore.domain.errors import UnavailableError
from authcore.domain.model.directory import DirectoryUser, ExternalIdentity
from authcore.domain.model.usernames import LEGACY_LINKED, LEGACY_UID
from authcore_lambda.events.json_members import is_false, is_true, text


MAX_IDENTITIES_LENGTH: Final = 8192
"""Characters of JSON; five identities, Cognito's maximum, need about a thousand."""

MAX_IDENTITIES: Final = 20

STATUS: Final = "cognito:user_status"

EXTERNAL: Final = "EXTERNAL_PROVIDER"

STATUSES: Final = frozenset(
    ("CONFIRMED", EXTERNAL, "FORCE_CHANGE_PASSWORD", "RESET_REQUIRED", "UNCONFIRMED")
)
"""Of users who may sign in or be confirmed.  With any other, addresses prove nothing."""

_OURS: Final = frozenset((LEGACY_UID, LEGACY_LINKED))

Value = TypeVar("Value")


class EventUnreadableError(UnavailableError):
    """
    The event does not name its user, or names them in a way that leaves room for guessing.

    Kept in place of a part that cannot be read, until that part is needed.
    """

    code: ClassVar[str] = "event_unreadable"


def require_readable(value: Value | EventUnreadableError) -> Value:
    """Return *value*, or raise the error in its place."""
    if isinstance(value, EventUnreadableError):
        raise value
    return value


@attrs.frozen(kw_only=True, eq=False, repr=False)
class ListedIdentity:
    """
    One member of ``identities``.

    Attributes:
        provider_name: None where it is missing or no text, as for the texts below.
        user_id: The provider's own id.
        provider_type: E.g. ``Google``.
        issuer: Of SAML and OIDC providers.
        primary: Whether the provider's sign-in made the user, False for an identity that was linked
            later; None where the event says neither.
    """

    provider_name: str | None
    user_id: str | None
    provider_type: str | None
    issuer: str | None
    primary: bool | None


@attrs.frozen(kw_only=True, eq=False, repr=False)
class UserAttributes:
    """
    The attributes that the triggers need, each None where it is missing, empty or no text.

    Attributes:
        held: All of them as they came.
        subject: ``sub``, of any shape.
        email: As the pool holds it.
        email_is_marked: ``email_verified`` is ``true`` or ``"true"``, nothing else.
        preferred_username: An alias in some pools.
        name: Display name.
        status: ``cognito:user_status``.
        identities: As text or list, read once.
        legacy_uid: ``custom:legacy_uid``.
        statement: ``custom:legacy_linked``.
    """

    held: Mapping[str, Any]
    subject: str | None
    email: str | None
    email_is_marked: bool
    preferred_username: str | None
    name: str | None
    status: str | None
    identities: tuple[ListedIdentity, ...] | EventUnreadableError
    legacy_uid: str | None
    statement: str | None

    @classmethod
    def read(cls, held: Mapping[str, Any]) -> "UserAttributes":
        """Read *held*.  Never raises."""
        return cls(
            held=held,
            subject=text(held, "sub"),
            email=text(held, "email"),
            email_is_marked=is_true(held.get("email_verified")),
            preferred_username=text(held, "preferred_username"),
            name=text(held, "name"),
            status=text(held, STATUS),
            identities=_read_identities(held.get("identities")),
            legacy_uid=text(held, LEGACY_UID),
            statement=text(held, LEGACY_LINKED),
        )

    def apply(self, user: DirectoryUser) -> "UserAttributes":
        """
        Read what the pool holds of *user* now.

        Attributes that it does not name stay, but for those of the link: they may be taken away.
        """
        emptied = dict.fromkeys(_OURS, "")
        return UserAttributes.read({**self.held, **emptied, **user.attributes, STATUS: user.status})

    @property
    def claims_legacy_id(self) -> bool:
        """Whether there is an attribute that only migration and linking write, of any value."""
        return not self.held.keys().isdisjoint(_OURS)

    @property
    def is_email_verified(self) -> bool:
        """
        Whether the pool vouches for the address.

        Where the status is missing the identities may be too: then nothing says who verified it.
        """
        return self.status in STATUSES and self.email_is_marked

    @property
    def identity(self) -> ExternalIdentity | EventUnreadableError | None:
        """
        The primary external identity; None for native users: those whose every identity was linked
        to them later.

        See: ``identities.is_native``, which reads users whom the pool's admin API describes.
        """
        if isinstance(self.identities, EventUnreadableError):
            return self.identities
        primary = [each for each in self.identities if each.primary]
        is_external = self.status == EXTERNAL or bool(primary)
        is_unclear = any(each.primary is None for each in self.identities)
        if is_unclear or len(primary) != is_external:
            return EventUnreadableError("identities that leave open who this is")
        return _external_identity(primary[0]) if primary else None

    @property
    def providers(self) -> frozenset[str] | None:
        """In lower case; None where the identities do not say, and it may be any."""
        if isinstance(self.identities, EventUnreadableError):
            return None
        names = [each.provider_name for each in self.identities]
        if None in names or (not names and self.status == EXTERNAL):
            return None
        return frozenset(name.lower() for name in names if name)


def _external_identity(member: ListedIdentity) -> ExternalIdentity | EventUnreadableError:
    if member.provider_name is None or member.user_id is None:
        return EventUnreadableError("an identity without provider or id")
    return ExternalIdentity(
        provider_name=member.provider_name,
        user_id=member.user_id,
        provider_type=member.provider_type,
        issuer=member.issuer,
    )


def _read_identities(listed: object) -> tuple[ListedIdentity, ...] | EventUnreadableError:
    """
    Read the members of ``identities``, JSON text or a list already.

    See: Amazon Cognito "AdminGetUser", where it is text, and "ID token", where it is a list.
    """
    if listed is None or listed == "":
        return ()
    if isinstance(listed, str):
        if len(listed) > MAX_IDENTITIES_LENGTH:
            return EventUnreadableError("the identities are longer than they can be")
        try:
            listed = json.loads(listed)
        except (ValueError, RecursionError):
            return EventUnreadableError("the identities are not JSON")
    if not isinstance(listed, list) or not all(isinstance(each, dict) for each in listed):
        return EventUnreadableError("the identities are not a list of objects")
    if len(listed) > MAX_IDENTITIES:
        return EventUnreadableError("there are more identities than a user can have")
    return tuple(map(_read_identity, listed))


def _read_identity(member: Mapping[str, Any]) -> ListedIdentity:
    primary = member.get("primary")
    return ListedIdentity(
        provider_name=text(member, "providerName"),
        user_id=text(member, "userId"),
        provider_type=text(member, "providerType"),
        issuer=text(member, "issuer"),
        primary=True if is_true(primary) else False if is_false(primary) else None,
    )
