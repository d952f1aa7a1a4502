"""The names of migrated users in the pool, and of the attributes that hold their legacy ids."""

import hashlib
import re
import unicodedata
from typing import Final

from authcore.domain.model.accounts import LegacyAccount


LEGACY_UID: Final = "custom:legacy_uid"
"""The user's id in the legacy system; migration and linking write it."""

LEGACY_LINKED: Final = "custom:legacy_linked"
"""What authcore states about the link, under its keys: see LinkProofs.  No app client needs it."""

MOVED_TO: Final = "custom:cognito_id"
"""In an old pool: the ``sub`` of the user of the new pool whom the user there has become."""

LINK_REFUSAL_CLAIM: Final = "authcore_link"
"""
Claim of an ID token whose user was refused a legacy account: ``link_taken``.

A pool user with the same verified address has the account; the user may connect the two.
"""

MIGRATED_ATTRIBUTE: Final = r"custom:legacy_(?!linked\Z)[a-z0-9_]{1,13}"
"""Custom attributes that migration may fill, as a pattern: all but ``custom:legacy_linked``."""

MAX_POOL_NAME_LENGTH: Final = 128

_OURS: Final = "legacy-"
_ASCII_NAME: Final = re.compile(r"[!-~]{1,128}")
_PLAIN_ID: Final = re.compile(r"[A-Za-z0-9_-]{1,64}")


def pool_username(account: LegacyAccount) -> str:
    """
    The user name of *account* in a pool with aliases.

    The legacy user name where the pool accepts it: a user who first signed in with the address is
    then found by the user name, too.  Otherwise a name derived from the legacy id, which users do
    not type.
    """
    if _can_be_a_name(account.username):
        return account.username
    if _PLAIN_ID.fullmatch(account.legacy_uid):
        return f"{_OURS}{account.legacy_uid}"
    return f"{_OURS}{hashlib.sha256(account.legacy_uid.encode()).hexdigest()}"


def fold_name(name: str, *, is_case_sensitive: bool) -> str:
    """
    Return *name* as the pool compares it.

    See: Amazon Cognito "User pool case sensitivity".
    """
    return name if is_case_sensitive else name.lower()


def is_pool_name(text: str) -> bool:
    """
    Whether *text* consists of characters that a pool accepts in user names, and not of too many.

    See: Amazon Cognito "AdminCreateUser", ``Username``: letters, marks, symbols, numbers and
    punctuation.
    """
    return bool(_ASCII_NAME.fullmatch(text)) or (
        0 < len(text) <= MAX_POOL_NAME_LENGTH
        and all(unicodedata.category(character)[0] in "LMSNP" for character in text)
    )


def is_derived_name(text: str) -> bool:
    """Whether *text* has the form of a name that ``pool_username`` derives from a legacy id."""
    return text.casefold().startswith(_OURS)


def _can_be_a_name(text: str) -> bool:
    """
    Whether a pool with aliases accepts *text*, and ``pool_username`` cannot have derived it.

    See: Amazon Cognito "AdminCreateUser", ``Username``: not shaped like an e-mail address where
    addresses are aliases.
    """
    return is_pool_name(text) and "@" not in text and not is_derived_name(text)
