"""Users of the Cognito pool."""

from collections.abc import Mapping
from datetime import datetime

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
        created_at: When the pool made the user; None (the default) where it does not say.  Not
            compared.  Aware.
        modified_at: When the user was last changed; a sign-in need not change it.  Otherwise as
            *created_at*.
        has_mfa: Whether the user has a second factor; a listing does not say, and False is the
            default.  Not compared.
    """

    username: str
    subject: str
    enabled: bool
    status: str
    attributes: Mapping[str, str] = attrs.field(repr=False)
    found_by_subject: bool = attrs.field(default=False, eq=False, repr=False)
    created_at: datetime | None = attrs.field(default=None, eq=False)
    modified_at: datetime | None = attrs.field(default=None, eq=False)
    has_mfa: bool = attrs.field(default=False, eq=False, repr=False)


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
