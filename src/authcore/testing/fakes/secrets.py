"""A secret in memory."""

from collections.abc import Sequence

from authcore.domain.errors import SecretMisconfiguredError, SecretUnavailableError
from authcore.ports.secrets import SecretSource


class InMemorySecretSource(SecretSource):
    """
    Keeps one secret.

    Attributes:
        texts: What a read returns.
        available: Set to False for an outage.
        permitted: Set to False for a missing permission.
        reads: How many there were.
    """

    def __init__(self, *texts: str) -> None:
        self.texts: Sequence[str] = texts
        self.available = True
        self.permitted = True
        self.reads: int = 0

    def read(self) -> Sequence[str]:
        """See the port."""
        self.reads += 1
        if not self.available:
            raise SecretUnavailableError("the source does not answer", detail="connect refused")
        if not self.permitted:
            raise SecretMisconfiguredError("no permission", detail="AccessDeniedException")
        return (*self.texts,)
