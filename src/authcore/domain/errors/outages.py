"""No usable answer of another system; retry later, or after an operator acted."""

from typing import ClassVar

from authcore.domain.errors.base import MisconfiguredError, UnavailableError


class KeySourceUnavailableError(UnavailableError):
    """The issuer's signing keys cannot be read, and those in memory are too old."""

    code: ClassVar[str] = "keys_unavailable"


class KeySourceMisconfiguredError(KeySourceUnavailableError, MisconfiguredError):
    """The issuer has no keys where the settings say: pool id, region or URL is wrong."""

    code: ClassVar[str] = "keys_misconfigured"


class ProviderUnavailableError(UnavailableError):
    """Cognito gave no usable answer."""

    code: ClassVar[str] = "provider_unavailable"


class ProviderNotReachedError(ProviderUnavailableError):
    """
    Nothing was sent to Cognito, so nothing happened there.

    The same outage for operators, hence the same code.
    """


class ProviderMisconfiguredError(ProviderUnavailableError, MisconfiguredError):
    """Cognito refuses every such call: permission, pool, attribute or clock is wrong."""

    code: ClassVar[str] = "provider_misconfigured"


class ProviderMisconfiguredNotReachedError(ProviderMisconfiguredError, ProviderNotReachedError):
    """
    Nothing was sent to Cognito, and nothing will be until an operator acts.

    The same cause for operators, hence the same code.
    """


class ClientMisconfiguredError(ProviderMisconfiguredError):
    """
    Cognito refuses the app client: its id, its secret, or the kind of request.

    It says nothing about the code or the token that was sent, so that no session ends.
    """

    code: ClassVar[str] = "login_client"


class AttributesMissingError(ProviderMisconfiguredError):
    """
    The pool's schema lacks attributes that authcore writes, or they are too short.

    The same cause for operators, hence the same code.
    """


class RefreshNotDueError(ProviderUnavailableError):
    """The auth service finds the session still valid, and did not refresh it."""

    code: ClassVar[str] = "refresh_not_due"


class LegacyUnavailableError(UnavailableError):
    """The legacy system gave no usable answer."""

    code: ClassVar[str] = "legacy_unavailable"


class LegacyNotReachedError(LegacyUnavailableError):
    """
    Nothing was sent to the legacy system, so nothing happened there.

    The same outage for operators, hence the same code.
    """


class LegacyMisconfiguredError(LegacyUnavailableError, MisconfiguredError):
    """The legacy system refuses every call: the API key is wrong."""

    code: ClassVar[str] = "legacy_misconfigured"


class LegacyMisconfiguredNotReachedError(LegacyMisconfiguredError, LegacyNotReachedError):
    """
    The legacy system refused the call before it did anything.

    The same cause for operators, hence the same code.
    """


class LeaseHeldError(UnavailableError):
    """Another holder has the lease."""

    code: ClassVar[str] = "lease_held"


class CoordinationUnavailableError(UnavailableError):
    """The store of leases, one-time keys and sessions gave no usable answer."""

    code: ClassVar[str] = "coordination_unavailable"


class CoordinationMisconfiguredError(CoordinationUnavailableError, MisconfiguredError):
    """The store refuses every such call: permission, table, key schema or clock is wrong."""

    code: ClassVar[str] = "coordination_misconfigured"


class TooManyAttemptsError(UnavailableError):
    """
    A user, or an address, made as many attempts as are allowed for now.

    Nothing was checked: the error says nothing about a password or a code.
    """

    code: ClassVar[str] = "too_many_attempts"


class SecretUnavailableError(UnavailableError):
    """A secret cannot be read, and no earlier value of it is known."""

    code: ClassVar[str] = "secret_unavailable"


class SecretMisconfiguredError(SecretUnavailableError, MisconfiguredError):
    """A secret cannot be read until an operator acts: permission, name or content is wrong."""

    code: ClassVar[str] = "secret_misconfigured"
