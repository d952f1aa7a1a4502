"""Access tokens that an app client gets for itself, without a user."""

import re
from collections.abc import Collection
from datetime import timedelta
from typing import Final

import attrs


MAX_SCOPES: Final = 50
"""How many scopes an app client can have.  See: Amazon Cognito "Quotas"."""

MAX_SCOPE_LENGTH: Final = 512
"""Characters: of a resource server's identifier and a scope's name, 256 each at most."""

_SCOPE: Final = re.compile(rf"[\x21\x23-\x5b\x5d-\x7e]{{1,{MAX_SCOPE_LENGTH}}}")
"""See: RFC 6749 §3.3, ``scope-token``."""


@attrs.frozen
class MachineToken:
    """
    An access token of an app client, as issued.

    Attributes:
        access_token: Compact JWT.
        lifetime: From the moment of the answer to the expiry; more than 0.
    """

    access_token: str = attrs.field(repr=False)
    lifetime: timedelta


def can_be_scopes(scopes: Collection[str]) -> bool:
    """Whether *scopes* can be requested: at most 50 scope tokens; others are never sent."""
    return len(scopes) <= MAX_SCOPES and all(_SCOPE.fullmatch(scope) for scope in scopes)
