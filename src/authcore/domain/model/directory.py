"""Users of the Cognito pool."""

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
        found_by_subject: Whether the pool found the user by ``sub``; by default False.  Not
            compared: it is of the search, not of the user.
    """

    username: str
    subject: str
    enabled: bool
    status: str
    attributes: Mapping[str, str] = attrs.field(repr=False)
    found_by_subject: bool = attrs.field(default=False, eq=False, repr=False)


@attrs.frozen
class ExternalIdentity:
    """
    A user's identity at a social or enterprise provider.

    Attributes:
        provider_name: As the pool names the provider, letter case kept, e.g. ``Google``.
        user_id: The provider's id of the user, without prefix, letter case kept.
        provider_type: E.g. ``Google``, ``SAML``; None where the pool names none.
        issuer: The provider's issuer; None for social providers.
    """

    provider_name: str
    user_id: str = attrs.field(repr=False)
    provider_type: str | None = None
    issuer: str | None = None


@attrs.frozen
class DirectoryPage:
    """
    One page of users of the pool.

    Attributes:
        users: At most 60.
        next: Cursor of the next page; None on the last.
    """

    users: tuple[DirectoryUser, ...]
    next: str | None
