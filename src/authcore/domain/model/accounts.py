"""The same person as the legacy system and as Cognito know them."""

from collections.abc import Mapping
from typing import Literal

import attrs


PoolKind = Literal["username", "email", "alias"]
"""
How people name themselves at a pool.

``username``: by a name of the pool's own.  ``email``: by their address, and the pool makes up a
name (``UsernameAttributes``).  ``alias``: by either (``AliasAttributes``).
"""


@attrs.frozen
class Credentials:
    """
    What somebody typed.  Never trimmed, folded or normalised.

    Attributes:
        username: As typed; may be an e-mail address.
        password: As typed, byte for byte.
    """

    username: str = attrs.field(repr=False)
    password: str = attrs.field(repr=False)


@attrs.frozen
class LegacyAccount:
    """
    A row of the legacy system's user table.

    Attributes:
        legacy_uid: Its primary key there, as text.
        username: The legacy login name.
        email: As stored there; None where there is none.
        email_verified: True only if the legacy system itself verified *email*.
        display_name: For greeting people.
        cognito_id: The Cognito ``sub`` the legacy system knows, if any.
    """

    legacy_uid: str
    username: str = attrs.field(repr=False)
    email: str | None = attrs.field(repr=False)
    email_verified: bool
    display_name: str | None = attrs.field(repr=False)
    cognito_id: str | None = None


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
class PoolAccount:
    """
    Somebody who signs in, as a trigger's event shows them.

    Attributes:
        username: The pool's own user name.
        subject: ``sub``.
        email: As the pool holds it.
        email_verified: Whether the pool vouches for it: ``true`` or ``"true"``, nothing else.
        name: Display name.
        identity: The primary external identity; None for native users.
        legacy_uid: ``custom:legacy_uid``; None until linked.
    """

    username: str
    subject: str
    email: str | None = attrs.field(repr=False)
    email_verified: bool
    name: str | None = attrs.field(repr=False)
    identity: ExternalIdentity | None
    legacy_uid: str | None


@attrs.frozen
class AccountQuery:
    """
    Ways in which a legacy account may be the one of a pool user; asked in one call.

    Attributes:
        cognito_id: ``sub``.
        identity: None for native users.
        email: In canonical form, only where linking by it is allowed; otherwise None.
    """

    cognito_id: str
    identity: ExternalIdentity | None
    email: str | None = attrs.field(repr=False)


@attrs.frozen
class AccountMatches:
    """
    Which legacy account each way of an AccountQuery leads to.

    Attributes:
        by_cognito_id: Attached to this Cognito user already.
        by_identity: Has this identity at the same provider.
        by_email: The one account with this e-mail address, verified there or not.
    """

    by_cognito_id: LegacyAccount | None = None
    by_identity: LegacyAccount | None = None
    by_email: LegacyAccount | None = None


@attrs.frozen
class NewLegacyAccount:
    """
    A legacy account to be created for a pool user, attached from its first moment.

    Attributes:
        cognito_id: ``sub``; the unique external id.
        identity: None for native users.
        username: A wish; the legacy system may choose another.
        email: None where there is none.
        email_verified: Whether the pool vouches for *email*.
        display_name: For greeting people.
    """

    cognito_id: str
    identity: ExternalIdentity | None
    username: str = attrs.field(repr=False)
    email: str | None = attrs.field(repr=False)
    email_verified: bool
    display_name: str | None = attrs.field(repr=False)
