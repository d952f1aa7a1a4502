"""A user of the legacy system, as in all answers of the legacy HTTP API."""

import re
import unicodedata
from typing import Final

from authcore.adapters.legacy.contract_json import off_contract, text, text_or_none
from authcore.domain.model.accounts import LegacyAccount


MAX_ID_LENGTH: Final = 64
"""Characters of a ``userid`` or ``cognito_id``."""

MAX_IDENTITY_LENGTH: Final = 256
"""Characters of a provider's user id."""

MAX_USERNAME_LENGTH: Final = 128
"""Characters; Cognito's limit."""

MAX_EMAIL_LENGTH: Final = 254
"""Characters.  See: RFC 5321 §4.5.3.1.3."""

MAX_DISPLAY_NAME_LENGTH: Final = 100
"""Characters."""

_MEMBERS: Final = frozenset(
    {"userid", "username", "display_name", "email", "email_verified", "cognito_id", "locked"}
)
_EMAIL: Final = re.compile(r"[^@\s]+@[^@\s]+")


def account_in(user: object) -> LegacyAccount:
    """
    The account that *user* describes.

    Raises:
        LegacyUnavailableError: *user* has other members, or a member has another type or size.
    """
    if not isinstance(user, dict) or user.keys() != _MEMBERS:
        off_contract("a user with other members", "user")
    for flag in ("email_verified", "locked"):
        if not isinstance(user[flag], bool):
            off_contract("email_verified or locked is no boolean", flag)
    email = text_or_none(user, "email", MAX_EMAIL_LENGTH)
    if email is not None and not is_address(email):
        off_contract("email is no address", "email")
    return LegacyAccount(
        legacy_uid=text(user, "userid", MAX_ID_LENGTH),
        username=text(user, "username", MAX_USERNAME_LENGTH),
        email=email,
        email_verified=user["email_verified"],
        display_name=text_or_none(user, "display_name", MAX_DISPLAY_NAME_LENGTH),
        cognito_id=text_or_none(user, "cognito_id", MAX_ID_LENGTH),
        locked=user["locked"],
    )


def open_account_in(user: object) -> LegacyAccount:
    """
    Like ``account_in``, for an account that the legacy system has just opened or changed.

    Raises:
        LegacyUnavailableError: Also if *user* is locked, which is a contradiction.
    """
    account = account_in(user)
    return off_contract("a locked account that was used", "locked") if account.locked else account


def is_address(email: str) -> bool:
    """Whether *email* has the form of an address.  For comparisons see ``emails``."""
    return _EMAIL.fullmatch(email) is not None


def is_same_name(asked: str, answered: str | None) -> bool:
    """Whether both names are equal except for letter case and compatibility forms."""
    return answered is not None and _fold(asked) == _fold(answered)


def _fold(name: str) -> str:
    return unicodedata.normalize("NFKC", name).casefold()
