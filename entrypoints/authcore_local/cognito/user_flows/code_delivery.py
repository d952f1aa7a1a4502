"""``CodeDeliveryDetails``: where a code was sent, without the address."""

import hashlib
from typing import Final


_LETTERS: Final = "abcdefghijklmnopqrstuvwxyz"


def delivery_details(username: str, address: str | None) -> dict[str, str]:
    """
    Return the details of a mail to *address*.

    Without one they are made up from *username*, the same each time, so that a caller does not
    learn that there is no such user.
    """
    return {
        "Destination": mask(address or _made_up(username)),
        "DeliveryMedium": "EMAIL",
        "AttributeName": "email",
    }


def mask(address: str) -> str:
    """Return the first letters of *address*, e.g. ``a***@e***``."""
    local, _, domain = address.partition("@")
    return f"{local[:1]}***@{domain[:1]}***"


def _made_up(username: str) -> str:
    first, second, *_ = hashlib.sha256(username.encode()).digest()
    return f"{_LETTERS[first % 26]}@{_LETTERS[second % 26]}"
