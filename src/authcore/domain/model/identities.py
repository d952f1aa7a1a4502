"""
``identities``: the accounts at providers that sign a pool user in.

Cognito writes them as JSON text in ``AdminGetUser`` and as a list in ID tokens, where the members
``primary`` and ``dateCreated`` are text.

See: Amazon Cognito "Linking federated users to an existing user profile", "ID token".
"""

import json
from collections.abc import Mapping, Sequence
from typing import Final

from authcore.domain.errors import ProviderUnavailableError
from authcore.domain.model.directory import DirectoryUser, ExternalIdentity


EXTERNAL: Final = "EXTERNAL_PROVIDER"
"""UserStatus of an external user, who exists only through a provider."""

MAX_IDENTITIES_LENGTH: Final = 8192
"""Characters of JSON; five identities, Cognito's maximum, need about a thousand."""

Listed = Sequence[Mapping[str, object]]


def is_native(user: DirectoryUser) -> bool:
    """
    Whether *user* signed up in the pool itself: without identities, or with linked ones only.

    An external user keeps its ``primary`` identity even after an administrator set a password,
    which removes the status EXTERNAL_PROVIDER.

    Raises:
        ProviderUnavailableError: The ``identities`` are not a list of identities.
    """
    return user.status != EXTERNAL and are_linked_later(_identities(user))


def signs_in_as(user: DirectoryUser, identity: ExternalIdentity) -> bool:
    """
    Whether *identity* signs in as *user*.

    Raises:
        ProviderUnavailableError: The ``identities`` are not a list of identities.
    """
    return any(
        (each.get("providerName"), each.get("userId")) == (identity.provider_name, identity.user_id)
        for each in _identities(user)
    )


def identity_that_made(user: DirectoryUser) -> ExternalIdentity | None:
    """
    The identity whose first sign-in created *user*; None for native users.

    Raises:
        ProviderUnavailableError: The ``identities`` are not a list of identities.
    """
    return primary_identity(_identities(user))


def _identities(user: DirectoryUser) -> Listed:
    listed = read_identities(user.attributes.get("identities", "[]"))
    if listed is None:
        raise ProviderUnavailableError(
            "Cognito describes a user's identities incorrectly", detail="answer identities"
        )
    return listed


def read_identities(listed: object) -> Listed | None:
    """Read ``identities``, JSON text or a list already; None if it is no list of objects."""
    if isinstance(listed, str):
        listed = _parse(listed)
    if not isinstance(listed, list) or not all(isinstance(each, dict) for each in listed):
        return None
    return listed


def _parse(text: str) -> object:
    if len(text) > MAX_IDENTITIES_LENGTH:
        return None
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None


def are_linked_later(listed: Listed) -> bool:
    """Whether no identity in *listed* made its user: each was linked to a native user."""
    return all(
        primary is False or primary == "false"
        for primary in (identity.get("primary") for identity in listed)
    )


def primary_identity(listed: Listed) -> ExternalIdentity | None:
    """The identity in *listed* that made its user; None unless there is exactly one, with names."""
    primary = [each for each in listed if _is_true(each.get("primary"))]
    if len(primary) != 1:
        return None
    provider, user_id = primary[0].get("providerName"), primary[0].get("userId")
    if not (isinstance(provider, str) and isinstance(user_id, str) and provider and user_id):
        return None
    return ExternalIdentity(provider, user_id)


def _is_true(value: object) -> bool:
    return value is True or value == "true"
