"""
The user of a trigger event as the domain knows people.

See: Amazon Cognito "Customizing user pool workflows with Lambda triggers", "Identity federation".
"""

import json
import re
from collections.abc import Mapping, Sequence
from typing import Any, ClassVar, Final

from authcore.domain.errors import UnavailableError
from authcore.domain.model.directory import ExternalIdentity
from authcore.domain.model.linking import PoolAccount
from authcore_lambda.events.types import Event


MAX_IDENTITIES_LENGTH: Final = 8192
"""Characters of JSON; five identities, Cognito's maximum, need about a thousand."""


MAX_IDENTITIES: Final = 20


STATUS: Final = "cognito:user_status"


EXTERNAL: Final = "EXTERNAL_PROVIDER"


STATUSES: Final = frozenset(
    ("CONFIRMED", EXTERNAL, "FORCE_CHANGE_PASSWORD", "RESET_REQUIRED", "UNCONFIRMED")
)
"""Of users who may sign in or be confirmed.  With any other, addresses prove nothing."""


_POOL_ID: Final = re.compile(r"[a-z0-9-]{1,32}_[A-Za-z0-9]{1,55}")


_ID: Final = re.compile(r"[!-~]{1,128}")


class EventUnreadableError(UnavailableError):
    """The event does not say who it is about, or says it in a way that leaves room for guessing."""

    code: ClassVar[str] = "event_unreadable"


def pool_id_in(event: Mapping[str, Any]) -> str:
    """
    ``userPoolId``.

    Raises:
        EventUnreadableError: Absent, or not shaped like ``eu-west-1_Ab12Cd34``.
    """
    pool_id = text(event, "userPoolId")
    if pool_id is None or not _POOL_ID.fullmatch(pool_id):
        raise EventUnreadableError("the event names no user pool")
    return pool_id


def account_in(event: Mapping[str, Any]) -> PoolAccount:
    """
    Who signs in, or has just been confirmed.

    Raises:
        EventUnreadableError: No user name or ``sub``, or identities that leave open whether the
            user is native and, if not, who they are; an e-mail address or another identity must
            not stand in for that.
    """
    held = attributes(event)
    username, subject = text(event, "userName"), text(held, SUBJECT)
    if username is None or subject is None or not _ID.fullmatch(subject):
        raise EventUnreadableError("the event names no user")
    return PoolAccount(
        username=username,
        subject=subject,
        email=text(held, "email"),
        email_verified=_is_email_verified(held),
        name=text(held, "name"),
        identity=_identity(held),
        legacy_uid=text(held, LEGACY_UID),
        linked_uid=text(held, LEGACY_LINKED),
    )


def identities_in(held: Mapping[str, Any]) -> Sequence[Mapping[str, Any]]:
    """
    The members of ``identities``, JSON text or a list already.

    Raises:
        EventUnreadableError: It is something else.

    See: Amazon Cognito "AdminGetUser", where it is text, and "ID token", where it is a list.
    """
    listed = held.get("identities")
    if listed is None or listed == "":
        return ()
    if isinstance(listed, str):
        listed = _parsed(listed)
    if not isinstance(listed, list) or not all(isinstance(each, dict) for each in listed):
        raise EventUnreadableError("the identities are not a list of objects")
    if len(listed) > MAX_IDENTITIES:
        raise EventUnreadableError("there are more identities than a user can have")
    return listed


def _parsed(listed: str) -> object:
    if len(listed) > MAX_IDENTITIES_LENGTH:
        raise EventUnreadableError("the identities are longer than they can be")
    try:
        return json.loads(listed)
    except (ValueError, RecursionError):
        raise EventUnreadableError("the identities are not JSON") from None


def _is_email_verified(held: Mapping[str, Any]) -> bool:
    """
    Whether the pool vouches for the address.

    Where the status is missing the identities may be too: then nobody can tell who verified it.
    """
    status = held.get(STATUS)
    known = isinstance(status, str) and status in STATUSES
    return known and is_true(held.get("email_verified"))


def _identity(held: Mapping[str, Any]) -> ExternalIdentity | None:
    """
    None for native users: those whose every identity was linked to them later.

    See: ``described_users.is_native``, which judges users whom the pool's admin API describes.
    """
    listed = identities_in(held)
    primary = [each for each in listed if is_true(each.get("primary"))]
    linked = [each for each in listed if is_false(each.get("primary"))]
    is_external = held.get(STATUS) == EXTERNAL or bool(primary)
    if len(primary) + len(linked) != len(listed) or len(primary) != is_external:
        raise EventUnreadableError("identities that leave open who this is")
    return _external(primary[0]) if primary else None


def _external(member: Mapping[str, Any]) -> ExternalIdentity:
    provider_name, user_id = text(member, "providerName"), text(member, "userId")
    if provider_name is None or user_id is None:
        raise EventUnreadableError("an identity without provider or id")
    return ExternalIdentity(
        provider_name=provider_name,
        user_id=user_id,
        provider_type=text(member, "providerType"),
        issuer=text(member, "issuer"),
    )


_NOBODY: Final = "TokenGeneration_ClientCredentials"


_LATER: Final = frozenset(("TokenGeneration_RefreshTokens",))
"""By then the event holds the attribute, if the user has it."""


def is_for_people(event: Event) -> bool:
    """Whether this is a person's token, and not a program's."""
    source = text(event, "triggerSource") or ""
    return source.startswith("TokenGeneration_") and source != _NOBODY


def may_need_a_link(event: Event) -> bool:
    """Whether this is the sign-in of somebody whom *event* does not show as linked."""
    if text(event, "triggerSource") in _LATER:
        return False
    if text(event, "userName") is None or text(attributes(event), SUBJECT) is None:
        return False
    try:
        return not account_in(event).is_linked
    except EventUnreadableError:
        return True


def is_unlinked_native(event: Event) -> bool:
    """True also where nobody can say: that is a link which fails."""
    try:
        person = account_in(event)
    except EventUnreadableError:
        return True
    return person.identity is None and not person.is_linked


NOTHING: Final[Mapping[str, Any]] = {}


SUBJECT: Final = "sub"


LEGACY_UID: Final = "custom:legacy_uid"


LEGACY_LINKED: Final = "custom:legacy_linked"


def mapping(members: object, name: str) -> Mapping[str, Any]:
    """The object *name* of *members*; an empty one where there is none."""
    value = members.get(name) if isinstance(members, dict) else None
    return value if isinstance(value, dict) else NOTHING


def text(members: object, name: str) -> str | None:
    """The text *name* of *members*; None where there is none, or an empty one."""
    value = members.get(name) if isinstance(members, dict) else None
    return value if isinstance(value, str) and value else None


def attributes(event: object) -> Mapping[str, Any]:
    """``request.userAttributes``: what the pool says of the user."""
    return mapping(mapping(event, "request"), "userAttributes")


def is_true(value: object) -> bool:
    """Whether *value* is ``true`` or ``"true"``: Cognito sends both, and nothing else counts."""
    return value is True or value == "true"


def is_false(value: object) -> bool:
    """Whether *value* is ``false`` or ``"false"``; 0 and what is absent are not."""
    return value is False or value == "false"
