"""Which attributes a source may carry into the pool beside the account itself."""

import re
from typing import Final


PHONE: Final = "phone_number"
PHONE_VERIFIED: Final = "phone_number_verified"
PREFERRED: Final = "preferred_username"

STANDARD: Final = frozenset(
    {
        *("address", "birthdate", "family_name", "gender", "given_name", "locale", "middle_name"),
        *("name", "nickname", PHONE, "picture", "preferred_username", "profile", "website"),
        "zoneinfo",
    }
)
"""
Standard attributes of a pool, but for those that follow from the account, and ``updated_at``: a
column of this name is mostly about the row.  See: OpenID Connect Core §5.1.
"""

MAX_ATTRIBUTES: Final = 50
"""Of one user."""

MAX_ATTRIBUTE_LENGTH: Final = 2048
"""Characters.  See: Amazon Cognito "Quotas"."""

_CUSTOM: Final = re.compile(r"custom:(?!legacy_)[!-~]{1,20}")


def is_carried(name: str) -> bool:
    """
    Whether a source may carry the attribute *name*.

    Not ``phone_number_verified``, which comes with ``phone_number``, and not ``custom:legacy_*``,
    which authcore writes itself.
    """
    return name in STANDARD or _CUSTOM.fullmatch(name) is not None
