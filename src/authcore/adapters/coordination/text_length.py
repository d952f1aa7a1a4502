"""The size limit of the SealedStore port, checked before anything is sent."""

from authcore.domain.errors import SessionTooLargeError
from authcore.ports.session_stores import MAX_TEXT_LENGTH


def check_length(text: str) -> None:
    """
    Refuse a text that is too long for the port.

    Raises:
        SessionTooLargeError: More than MAX_TEXT_LENGTH characters.
    """
    if len(text) > MAX_TEXT_LENGTH:
        raise SessionTooLargeError(f"more than {MAX_TEXT_LENGTH} characters are not kept")
