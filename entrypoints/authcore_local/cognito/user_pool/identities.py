"""Identities of a pool user at Google, Facebook and Apple, and their two wire formats."""

import json
from collections.abc import Iterable
from datetime import datetime
from typing import Final

import attrs


MAX_IDENTITIES: Final = 5


@attrs.frozen
class Identity:
    """
    An account at a provider that signs a pool user in.

    Attributes:
        provider: The pool's name for it, letter case kept.
        user_id: The provider's own, letter case kept.
        primary: True for the identity that a federated profile was made for.
        created_at: Aware, UTC.
    """

    provider: str
    user_id: str = attrs.field(repr=False)
    primary: bool
    created_at: datetime

    @property
    def key(self) -> tuple[str, str]:
        """Unique among all users."""
        return self.provider, self.user_id


def as_attribute(identities: Iterable[Identity]) -> str:
    """Format ``identities`` for events and AdminGetUser: JSON, times in milliseconds."""
    return json.dumps([_members(identity) for identity in identities], separators=(",", ":"))


def as_claim(identities: Iterable[Identity]) -> list[dict[str, object]]:
    """Format ``identities`` for ID tokens: ``primary`` and ``dateCreated`` are text."""
    as_text = {"primary", "dateCreated"}
    return [
        {
            name: json.dumps(value) if name in as_text else value
            for name, value in _members(identity).items()
        }
        for identity in identities
    ]


def _members(identity: Identity) -> dict[str, object]:
    return {
        "userId": identity.user_id,
        "providerName": identity.provider,
        "providerType": identity.provider,
        "issuer": None,
        "primary": identity.primary,
        "dateCreated": int(identity.created_at.timestamp() * 1000),
    }
