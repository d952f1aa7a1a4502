"""A secret in a file, as Docker and Kubernetes mount it."""

from collections.abc import Sequence
from pathlib import Path
from typing import Final

from authcore.adapters.error_classes import error_class
from authcore.domain.errors import SecretMisconfiguredError, SecretUnavailableError
from authcore.ports.secrets import MAX_SECRET_BYTES, SecretSource


_OPERATORS: Final = (FileNotFoundError, PermissionError, IsADirectoryError, NotADirectoryError)


class FileSecretSource(SecretSource):
    """
    Reads a file whole.  Line breaks at its end are no part of the secret.

    Replace the file by renaming another one over it: half a text is refused only where its form
    shows that it is half.
    """

    __slots__ = ("_path",)

    def __init__(self, path: str) -> None:
        """Read the file at *path*."""
        self._path = Path(path)

    def read(self) -> Sequence[str]:
        """See the port."""
        try:
            with self._path.open("rb") as file:
                octets = file.read(MAX_SECRET_BYTES + 1)
        except _OPERATORS as error:
            raise _unusable_file(error_class(type(error).__name__)) from None
        except OSError as error:
            raise SecretUnavailableError(
                "the file of a secret cannot be read", detail=error_class(type(error).__name__)
            ) from None
        if len(octets) > MAX_SECRET_BYTES:
            raise _unusable_file("content size")
        try:
            text = octets.decode().rstrip("\r\n")
        except UnicodeDecodeError:
            raise _unusable_file("content encoding") from None
        if not text:
            raise _unusable_file("content empty")
        return (text,)


def _unusable_file(detail: str) -> SecretMisconfiguredError:
    return SecretMisconfiguredError("the file of a secret is not usable", detail=detail)
