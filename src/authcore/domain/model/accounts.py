"""The same person as the legacy system and as Cognito know them."""

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
        locked: True if nobody may sign in with it, whatever they prove.
    """

    legacy_uid: str
    username: str = attrs.field(repr=False)
    email: str | None = attrs.field(repr=False)
    email_verified: bool
    display_name: str | None = attrs.field(repr=False)
    cognito_id: str | None = None
    locked: bool = False


@attrs.frozen
class AccountPage:
    """
    Some legacy accounts.

    Attributes:
        accounts: At most 100.
        next: Asks for the following page; None on the last.
    """

    accounts: tuple[LegacyAccount, ...]
    next: str | None
