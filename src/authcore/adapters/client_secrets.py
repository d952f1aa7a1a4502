"""The secrets of the app client: fixed, or read again."""

from collections.abc import Collection, Sequence
from typing import Protocol

from authcore.domain.errors import (
    ConfigurationError,
    ProviderMisconfiguredNotReachedError,
    ProviderNotReachedError,
    SecretMisconfiguredError,
    SecretUnavailableError,
)
from authcore.ports.client_secrets import MAX_SECRETS, ClientSecrets


class _Experience:
    """Remembers the secret that was accepted last, and the one that was refused since."""

    __slots__ = ("_accepted", "_refused")

    def __init__(self) -> None:
        self._accepted = ""
        self._refused = ""

    def note(self, secret: str, *, accepted: bool) -> None:
        if accepted:
            self._accepted, self._refused = secret, ""
        else:
            self._refused = secret

    def sort(self, secrets: Collection[str]) -> Sequence[str]:
        if len(secrets) == 1:
            return (*secrets,)
        return sorted(secrets, key=lambda each: (each == self._refused, each != self._accepted))


class FixedClientSecrets(ClientSecrets):
    """One secret, or two while one replaces the other; they last as long as the process."""

    __slots__ = ("_experience", "_secrets")

    def __init__(self, secrets: Sequence[str]) -> None:
        """
        Know *secrets*, the newest first.

        Raises:
            ConfigurationError: There is none, or more than MAX_SECRETS, or one twice.
        """
        if not 1 <= len({*secrets}) == len(secrets) <= MAX_SECRETS or not all(secrets):
            raise ConfigurationError([f"an app client has 1 to {MAX_SECRETS} different secrets"])
        self._secrets = tuple(secrets)
        self._experience = _Experience()

    def active(self) -> Sequence[str]:
        """See the port."""
        return self._experience.sort(self._secrets)

    def report(self, secret: str, *, accepted: bool) -> None:
        """See the port."""
        self._experience.note(secret, accepted=accepted)

    def read_again(self, refused: Collection[str]) -> Sequence[str]:
        """See the port.  Nothing is read."""
        return [each for each in self.active() if each not in refused]


class Rereadable(Protocol):
    """The part of RereadSecret that is used here."""

    def get(self) -> tuple[str, ...]:
        """The secrets, the newest first; or SecretUnavailableError."""

    def read_again(self, seen: tuple[str, ...]) -> tuple[str, ...]:
        """The same, after a read."""


class RereadClientSecrets(ClientSecrets):
    """Secrets that another system rotates, such as Cognito itself."""

    __slots__ = ("_experience", "_secret")

    def __init__(self, secret: Rereadable) -> None:
        """Know what *secret*, a RereadSecret, holds."""
        self._secret = secret
        self._experience = _Experience()

    def active(self) -> Sequence[str]:
        """See the port."""
        return self._experience.sort(self._read_active())

    def report(self, secret: str, *, accepted: bool) -> None:
        """See the port."""
        self._experience.note(secret, accepted=accepted)

    def read_again(self, refused: Collection[str]) -> Sequence[str]:
        """See the port.  The bound is that of RereadSecret."""
        known = self._read_active()
        if not {*known} - {*refused}:
            known = self._secret.read_again(known)
        return [each for each in self._experience.sort(known) if each not in refused]

    def _read_active(self) -> tuple[str, ...]:
        try:
            return self._secret.get()
        except SecretMisconfiguredError as error:
            raise ProviderMisconfiguredNotReachedError(str(error), detail=error.detail) from None
        except SecretUnavailableError as error:
            raise ProviderNotReachedError(str(error), detail=error.detail) from None


def client_secrets(given: str | ClientSecrets) -> ClientSecrets:
    """Make the secrets of an application that passes one secret as a text."""
    return FixedClientSecrets((given,)) if isinstance(given, str) else given
