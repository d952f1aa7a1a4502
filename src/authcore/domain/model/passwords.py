"""Password policy of a user pool."""

import re
from collections.abc import Mapping
from typing import Final, Literal

import attrs


MAX_PASSWORD_LENGTH: Final = 256
"""Characters.  See: Amazon Cognito "Quotas"."""

MIGRATION_OFF: Final[Mapping[str, str]] = {"authcore_migration": "off"}
"""
``ClientMetadata`` of a sign-in that creates no user: the user migration function obeys it.

Any client can send it, and keeps its own user from moving by it.
"""

CharacterClass = Literal["lower", "upper", "digit", "symbol"]

_HOLDS: Final[Mapping[CharacterClass, str]] = {
    "lower": "[a-z]",
    "upper": "[A-Z]",
    "digit": "[0-9]",
    "symbol": r"[\^$*.\[\]{}()?\"!@#%&/\\,><':;|_~`=+-]|(?<!^) (?!$)",
}


@attrs.frozen
class PasswordPolicy:
    """
    A pool's password policy, which Cognito does not apply to migrated users.

    Attributes:
        min_length: Characters; Cognito allows 6 to 99.
        classes: Character classes of which the password must hold at least one character each; by
            default none.

    See: Amazon Cognito "Adding user pool password requirements".
    """

    min_length: int
    classes: frozenset[CharacterClass] = frozenset()

    def accepts(self, password: str) -> bool:
        """Whether a user of the pool could choose *password*."""
        return len(password) >= self.min_length and all(
            re.search(_HOLDS[name], password) for name in self.classes
        )
