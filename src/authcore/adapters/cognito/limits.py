"""Limits of Cognito; values beyond them are never sent.  See: Amazon Cognito "Quotas"."""

import re
import unicodedata
from collections.abc import Mapping
from typing import Final


MAX_USERNAME_LENGTH: Final = 128
MAX_ATTRIBUTES: Final = 50
MAX_ATTRIBUTE_NAME_LENGTH: Final = 32
MAX_ATTRIBUTE_VALUE_LENGTH: Final = 2048
MAX_PROVIDER_NAME_LENGTH: Final = 32
MAX_IDENTITIES: Final = 5
MAX_PASSWORD_LENGTH: Final = 256
MAX_PAGE: Final = 60
MAX_FILTER_LENGTH: Final = 256


_SUBJECT: Final = re.compile(r"[0-9A-Za-z-]{1,64}")


def can_be_subject(text: str) -> bool:
    """Whether *text* can be a ``sub``: a UUID; anything else has no place in a filter."""
    return _SUBJECT.fullmatch(text) is not None


def can_be_username(text: str) -> bool:
    """Whether *text* can be a user name: letters, marks, symbols, numbers, punctuation."""
    return 1 <= len(text) <= MAX_USERNAME_LENGTH and all(
        unicodedata.category(character)[0] in "LMSNP" for character in text
    )


def can_be_password(text: str) -> bool:
    """
    Whether *text* can be a permanent password: 1 to 256 characters in one line.

    Blanks may stand within, where a pool's policy counts them as symbols, and not at an end.
    """
    return (
        1 <= len(text) <= MAX_PASSWORD_LENGTH
        and text == text.strip()
        and text.splitlines() == [text]
        and not any(unicodedata.category(character) == "Cs" for character in text)
    )


def can_be_attributes(attributes: Mapping[str, str]) -> bool:
    """Whether *attributes* fit one call: at most 50, names to 32 and values to 2048 characters."""
    return len(attributes) <= MAX_ATTRIBUTES and all(
        1 <= len(name) <= MAX_ATTRIBUTE_NAME_LENGTH and _can_be_value(value)
        for name, value in attributes.items()
    )


def can_be_identity(provider_name: str, user_id: str) -> bool:
    """Whether both can be parts of a user name, which the sign-in with a provider creates."""
    return len(provider_name) <= MAX_PROVIDER_NAME_LENGTH and all(
        can_be_username(text) for text in (provider_name, user_id)
    )


def _can_be_value(value: str) -> bool:
    return len(value) <= MAX_ATTRIBUTE_VALUE_LENGTH and not any(
        unicodedata.category(character) == "Cs" for character in value
    )
