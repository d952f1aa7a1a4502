"""The roots of the tree, to which every other error belongs."""

from collections.abc import Sequence
from datetime import timedelta
from typing import ClassVar


class AuthcoreError(Exception):
    """
    Base class of all errors of authcore; never raised itself.

    Attributes:
        detail: The cause in fixed words, e.g. ``AccessDeniedException``, ``contract email`` or
            ``connect refused``; None, the default, where the code says all.
    """

    code: ClassVar[str] = "authcore_error"

    def __init__(self, message: str = "", *, detail: str | None = None) -> None:
        self.detail = detail
        super().__init__(message)


class ConfigurationError(AuthcoreError):
    """
    The settings are unusable.  Raised at start-up; names all problems at once.

    Attributes:
        problems: One sentence per problem, secrets masked.
    """

    code: ClassVar[str] = "configuration"

    def __init__(self, problems: Sequence[str]) -> None:
        self.problems: tuple[str, ...] = tuple(problems)
        super().__init__("; ".join(self.problems))


class RejectedError(AuthcoreError):
    """A refusal.  Retrying cannot help."""

    code: ClassVar[str] = "rejected"


class UnavailableError(AuthcoreError):
    """
    No usable answer.  A later attempt may succeed.

    Attributes:
        retry_after: How long to wait; None, the default, when unknown.
    """

    code: ClassVar[str] = "unavailable"

    def __init__(
        self, message: str, *, retry_after: timedelta | None = None, detail: str | None = None
    ) -> None:
        self.retry_after = retry_after
        super().__init__(message, detail=detail)


class MisconfiguredError(UnavailableError):
    """No usable answer until an operator acts: a permission, a key, a name or a clock is wrong."""

    code: ClassVar[str] = "misconfigured"
