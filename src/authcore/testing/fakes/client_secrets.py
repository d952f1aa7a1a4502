"""The secrets of an app client in memory."""

from collections.abc import Collection, Sequence

from authcore.domain.errors import ProviderNotReachedError
from authcore.ports.client_secrets import ClientSecrets


class InMemoryClientSecrets(ClientSecrets):
    """
    Knows the secrets that were read last.

    Attributes:
        published: What the next read finds; the newest first.
        available: Set to False for an outage of the source.
        reads: How many reads there were after a refusal.
        reported: What was reported, in order.
    """

    def __init__(self, *published: str) -> None:
        self.published: Sequence[str] = published
        self.available = True
        self.reads: int = 0
        self.reported: list[tuple[str, bool]] = []
        self._known: Sequence[str] = ()
        self._accepted = ""
        self._refused = ""

    def active(self) -> Sequence[str]:
        """See the port."""
        if not self._known:
            if not self.available:
                raise ProviderNotReachedError("the client secret cannot be read")
            self._known = self.published
        return sorted(self._known, key=lambda each: (each == self._refused, each != self._accepted))

    def report(self, secret: str, *, accepted: bool) -> None:
        """See the port."""
        self.reported.append((secret, accepted))
        self._accepted = secret if accepted else self._accepted
        self._refused = "" if accepted else secret

    def read_again(self, refused: Collection[str]) -> Sequence[str]:
        """See the port."""
        if not {*self.active()} - {*refused}:
            self.reads += 1
            self._known = self.published if self.available else self._known
        return [each for each in self.active() if each not in refused]
