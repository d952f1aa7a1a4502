"""Where secrets are kept."""

from abc import abstractmethod
from collections.abc import Sequence
from typing import Final, Protocol


MAX_SECRET_BYTES: Final = 65_536
"""The longest secret.  See: AWS Secrets Manager "Quotas"."""


class SecretSource(Protocol):
    """Keeps one secret, which an operator or another system may replace at any time."""

    __slots__ = ()

    @abstractmethod
    def read(self) -> Sequence[str]:
        """
        Read the secret once.

        Returns:
            Its current text, and after it the one that this replaced where the source keeps it.

        Raises:
            SecretMisconfiguredError: Permission, name or form is wrong: an operator must act.

            SecretUnavailableError: No answer.
        """
