"""Accounts of the legacy system, and the credentials that open them."""

from datetime import datetime
from typing import Final, Literal

import attrs


PoolKind = Literal["username", "email", "alias"]
"""
What users of a pool sign in with.

``username``: a user name.  ``email``: the e-mail address; the pool generates the user name
(``UsernameAttributes``).  ``alias``: either (``AliasAttributes``).
"""


MAX_PROFILES: Final = 100
"""Accounts that are read at once."""


@attrs.frozen
class Credentials:
    """
    What a user typed.  Never trimmed, folded or normalised.

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
        legacy_uid: Its primary key, as text.
        username: The legacy login name.
        email: As stored there; None where there is none.
        email_verified: True only if the legacy system itself verified *email*.
        display_name: For greetings.
        cognito_id: The Cognito ``sub`` that the legacy system stores; None by default.
        locked: True if the account may not be used at all; by default False.
        signed_in_at: When the session began that the account was found by; None (the default) where
            the legacy system does not say, or the account was found otherwise.  Aware, UTC.  Not
            compared: it is of the session, not of the account.
    """

    legacy_uid: str
    username: str = attrs.field(repr=False)
    email: str | None = attrs.field(repr=False)
    email_verified: bool
    display_name: str | None = attrs.field(repr=False)
    cognito_id: str | None = None
    locked: bool = False
    signed_in_at: datetime | None = attrs.field(default=None, eq=False)


@attrs.frozen
class DeletedAccount:
    """
    What the legacy system remembers of an account that it deleted.

    Attributes:
        legacy_uid: Its primary key, never used again.
        cognito_id: The Cognito ``sub`` that it stored; None where it stored none.
    """

    legacy_uid: str
    cognito_id: str | None


@attrs.frozen
class AccountPage:
    """
    One page of legacy accounts.

    Attributes:
        accounts: At most 100.
        next: Cursor of the next page; None on the last.
    """

    accounts: tuple[LegacyAccount, ...]
    next: str | None
