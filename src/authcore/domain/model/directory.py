"""People as the Cognito pool knows them."""

from collections.abc import Mapping

import attrs


@attrs.frozen
class DirectoryUser:
    """
    A user of the Cognito pool.

    Attributes:
        username: The pool's own user name.
        subject: ``sub``.
        enabled: False once an administrator disabled the user.
        status: Cognito's UserStatus, e.g. ``CONFIRMED``.
        attributes: All attributes, by name, values as text.
    """

    username: str
    subject: str
    enabled: bool
    status: str
    attributes: Mapping[str, str] = attrs.field(repr=False)


@attrs.frozen
class ExternalIdentity:
    """
    Who somebody is at a social or enterprise provider.

    Attributes:
        provider_name: As the pool calls it, letter case kept, e.g. ``Google``.
        user_id: The provider's own id, without prefix, letter case kept.
        provider_type: E.g. ``Google``, ``SAML``; None where the pool did not say.
        issuer: The provider's issuer; None for social providers.
    """

    provider_name: str
    user_id: str = attrs.field(repr=False)
    provider_type: str | None = None
    issuer: str | None = None


@attrs.frozen
class DirectoryPage:
    """
    Some users of the pool.

    Attributes:
        users: At most 60.
        next: Asks for the following page; None on the last.
    """

    users: tuple[DirectoryUser, ...]
    next: str | None
