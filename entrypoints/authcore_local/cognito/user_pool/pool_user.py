"""A user profile."""

from collections.abc import Mapping
from datetime import datetime
from typing import Literal

import attrs

from authcore_local.cognito.config import Mfa
from authcore_local.cognito.user_pool.identities import Identity, as_attribute
from authcore_local.cognito.user_pool.passkeys import Passkey
from authcore_local.cognito.user_pool.pool_passwords import PasswordHash
from authcore_local.cognito.user_pool.software_tokens import SoftwareToken


UserStatus = Literal[
    "UNCONFIRMED", "CONFIRMED", "FORCE_CHANGE_PASSWORD", "RESET_REQUIRED", "EXTERNAL_PROVIDER"
]


@attrs.frozen(kw_only=True)
class PoolUser:
    """
    A user profile.

    Attributes:
        username: As it was when the user was created.
        subject: ``sub``; never changes.
        password: None until one is set.
        status: Cognito's UserStatus.
        enabled: False while an administrator has disabled the user.
        attributes: Without ``sub`` and ``identities``; every value is text.
        identities: At most MAX_IDENTITIES.
        groups: Names.
        mfa: The second factors that are active.
        preferred_mfa: The one that is asked first.
        software_token: Of the user's authenticator app, once it is verified.
        offered_token: Of an app that is not verified yet.
        passkeys: At most MAX_PASSKEYS.
        created_at: Aware, UTC.
        modified_at: Aware, UTC.
    """

    username: str = attrs.field(repr=False)
    subject: str
    password: PasswordHash | None = attrs.field(repr=False)
    status: UserStatus
    enabled: bool = True
    attributes: Mapping[str, str] = attrs.field(repr=False)
    identities: tuple[Identity, ...] = ()
    groups: tuple[str, ...] = ()
    mfa: frozenset[Mfa] = frozenset()
    preferred_mfa: Mfa | None = None
    software_token: SoftwareToken | None = attrs.field(default=None, repr=False)
    offered_token: SoftwareToken | None = attrs.field(default=None, repr=False)
    passkeys: tuple[Passkey, ...] = attrs.field(default=(), repr=False)
    created_at: datetime
    modified_at: datetime

    @property
    def is_external(self) -> bool:
        """Whether a federated sign-in created the profile, even if it has a password now."""
        return self.status == "EXTERNAL_PROVIDER" or any(each.primary for each in self.identities)

    @property
    def verified_email(self) -> str | None:
        """The address that codes may be sent to."""
        is_verified = self.attributes.get("email_verified") == "true"
        return self.attributes.get("email") if is_verified else None

    def all_attributes(self) -> dict[str, str]:
        """Return the attributes with ``sub``, and ``identities`` as JSON, as in API and events."""
        linked = {"identities": as_attribute(self.identities)} if self.identities else {}
        return {"sub": self.subject, **self.attributes, **linked}
