"""Which attributes of a pool user follow from a legacy account."""

import re
from collections.abc import Mapping
from typing import Final

from authcore.domain.model.accounts import LegacyAccount, PoolKind
from authcore.domain.model.usernames import MIGRATED_ATTRIBUTE


_MAY_BECOME: Final[Mapping[str, re.Pattern[str]]] = {
    "email": re.compile("email"),
    "display_name": re.compile("name|nickname"),
    "username": re.compile(f"nickname|{MIGRATED_ATTRIBUTE}"),
    "legacy_uid": re.compile(MIGRATED_ATTRIBUTE),
}
"""Which Cognito attributes each legacy field may fill: never a role, a group or a verified flag."""

MAX_ATTRIBUTE_LENGTH: Final = 2048
"""
Characters of one value.  A longer one is left out: a truncated name or address would be wrong.

See: Amazon Cognito "Quotas", "Working with user attributes".
"""


def mapped_attributes(mapping: Mapping[str, str], account: LegacyAccount) -> dict[str, str]:
    """
    Return the attributes of *account*, without values that are too long for any pool.

    ``email_verified`` is there only as ``"true"``, beside the address that the account verified.

    Args:
        mapping: Cognito attribute to legacy field.

        account: The account.
    """
    wanted = map_fields(mapping, account).items()
    mapped = {name: value for name, value in wanted if len(value) <= MAX_ATTRIBUTE_LENGTH}
    if "email" in mapped and account.email_verified:
        mapped["email_verified"] = "true"
    return mapped


def map_fields(mapping: Mapping[str, str], account: LegacyAccount) -> dict[str, str]:
    """Return the fields of *account* that have a value, by Cognito attribute, of any length."""
    fields = {
        "email": account.email,
        "display_name": account.display_name,
        "username": account.username,
        "legacy_uid": account.legacy_uid,
    }
    return {name: value for name, field in mapping.items() if (value := fields[field]) is not None}


def mapping_problems(attributes: Mapping[str, str]) -> list[str]:
    """Return one sentence for each pair of *attributes* (Cognito: legacy) that is not allowed."""
    return [
        f"the attribute {name!r} may not be filled from the legacy field {field!r}"
        for name, field in attributes.items()
        if field not in _MAY_BECOME or not _MAY_BECOME[field].fullmatch(name)
    ]


def email_problem(attributes: Mapping[str, str], pool: PoolKind) -> str | None:
    """Say what *attributes* lack for a pool of addresses; None if nothing."""
    if pool == "username" or attributes.get("email") == "email":
        return None
    return f"a pool of kind {pool!r} needs the attribute 'email' from the field 'email'"
