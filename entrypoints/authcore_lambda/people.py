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
from authcore_lambda.members import LEGACY_UID, SUBJECT, attributes, is_true, text


MAX_IDENTITIES_LENGTH: Final = 8192
"""Characters of JSON; five identities, Cognito's maximum, need about a thousand."""

MAX_IDENTITIES: Final = 20

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
        EventUnreadableError: No user name or ``sub``, or an external user whose identity cannot be
            read; an e-mail address or another identity must not stand in for it.
    """
    held = attributes(event)
    username, subject = text(event, "userName"), text(held, SUBJECT)
    if username is None or subject is None or not _ID.fullmatch(subject):
        raise EventUnreadableError("the event names no user")
    return PoolAccount(
        username=username,
        subject=subject,
        email=text(held, "email"),
        email_verified=is_true(held.get("email_verified")),
        name=text(held, "name"),
        identity=_identity(held),
        legacy_uid=text(held, LEGACY_UID),
    )


def identities_in(held: Mapping[str, Any]) -> Sequence[Mapping[str, Any]]:
    """
    The members of ``identities``, JSON text or a list already.

    Raises:
        EventUnreadableError: It is something else.

    See: Amazon Cognito "AdminGetUser", where it is text, and "ID token", where it is a list.
    """
    listed = held.get("identities")
    if isinstance(listed, str) and listed:
        listed = _parsed(listed)
    if not listed and not isinstance(listed, dict):
        return ()
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


def _identity(held: Mapping[str, Any]) -> ExternalIdentity | None:
    """None for native users, also for those whom external identities were linked to later."""
    listed = identities_in(held)
    is_external = held.get("cognito:user_status") == "EXTERNAL_PROVIDER"
    primary = [each for each in listed if is_true(each.get("primary"))]
    if len(primary) > 1 or (is_external and not listed):
        raise EventUnreadableError("an external user whose identity is not clear")
    if primary or is_external:
        return _external([*primary, *listed][0])
    return None


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
