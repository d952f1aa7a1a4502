"""What a legacy account says about its pool user, and what has to be written to make it true."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final, Literal

import attrs

from authcore.domain.model.accounts import DeletedAccount, LegacyAccount
from authcore.domain.model.directory import DirectoryUser


ProfileField = Literal["email", "name"]
"""
A field with one owner.  ``email``: the address, and whether it is verified.  ``name``: the name for
greetings.  No other attribute of a pool user is ever written: neither ``sub`` nor roles nor
``custom:legacy_*``.
"""

LockRule = Literal["disable", "follow", "keep"]
"""
What a lock in the legacy system does to the pool user.

``disable``: a locked account's user is disabled; only an administrator enables.  ``follow``: the
user is also enabled when the account is not locked, even if an administrator disabled the user.
``keep``: nothing.
"""

DeletionRule = Literal["disable", "delete", "keep"]
"""What the deletion of a legacy account does to the pool user."""

SyncStatus = Literal["not_linked", "unchanged", "updated", "disabled", "enabled", "deleted"]
"""
``not_linked``: the account names no pool user.  ``unchanged``: nothing had to be written.  The
others name the most far-reaching write.
"""

ENABLED: Final = "enabled"
"""Stands for the user's status among the names of what is written."""


_ADDRESS: Final = ("email", "email_verified")


@attrs.frozen(kw_only=True)
class ProfilePolicy:
    """
    Owners of fields, and what locks and deletions do.

    Attributes:
        fields: Owned by the legacy system: the pool user's values follow it; by default all.  The
            pool owns the others.
        on_lock: See LockRule; by default ``disable``.
        on_deletion: See DeletionRule; by default ``disable``.
    """

    fields: frozenset[ProfileField] = frozenset({"email", "name"})
    on_lock: LockRule = "disable"
    on_deletion: DeletionRule = "disable"


@attrs.frozen(kw_only=True)
class ProfileChange:
    """
    What is written to a pool user.

    Attributes:
        attributes: By name; an empty value deletes.  Written in one call.
        enabled: False to disable, True to enable the user; None to leave it.
        deletes: Whether the user is deleted; then nothing else is written.
    """

    attributes: Mapping[str, str] = attrs.field(default=MappingProxyType({}), repr=False)
    enabled: bool | None = None
    deletes: bool = False

    @property
    def fields(self) -> tuple[Mapping[str, str], ...]:
        """The attributes of each field that changes: an address comes with its verification."""
        names = (name for name in self.attributes if name not in _ADDRESS)
        address = {name: self.attributes[name] for name in _ADDRESS if name in self.attributes}
        return (*filter(None, [address]), *({name: self.attributes[name]} for name in names))

    @property
    def written(self) -> tuple[str, ...]:
        """Names of what is written, never a value; empty if nothing is."""
        return (*sorted(self.attributes), *((ENABLED,) if self.enabled is not None else ()))

    @property
    def status(self) -> SyncStatus:
        """The status of a sync that makes this change."""
        if self.deletes:
            return "deleted"
        if self.enabled is not None:
            return "enabled" if self.enabled else "disabled"
        return "updated" if self.attributes else "unchanged"


@attrs.frozen
class SyncResult:
    """
    What a sync did.

    Attributes:
        legacy_uid: The account.
        status: See SyncStatus.
        written: Names of the attributes that were written, and ``enabled``; never a value.
        subject: ``sub`` of the pool user; None where the account names none.
    """

    legacy_uid: str
    status: SyncStatus
    written: tuple[str, ...] = ()
    subject: str | None = None


def change_for(
    account: LegacyAccount | DeletedAccount, user: DirectoryUser, policy: ProfilePolicy
) -> ProfileChange:
    """Return what has to be written to *user* so that it agrees with *account*."""
    if isinstance(account, DeletedAccount):
        return _after_deletion(user, policy.on_deletion)
    return ProfileChange(
        attributes=_attributes(account, user.attributes, policy.fields),
        enabled=_choose_enabled(account, user, policy.on_lock),
    )


def _after_deletion(user: DirectoryUser, rule: DeletionRule) -> ProfileChange:
    if rule == "delete":
        return ProfileChange(deletes=True)
    return ProfileChange(enabled=False if rule == "disable" and user.enabled else None)


def _choose_enabled(account: LegacyAccount, user: DirectoryUser, rule: LockRule) -> bool | None:
    if account.locked and user.enabled and rule != "keep":
        return False
    return True if rule == "follow" and not account.locked and not user.enabled else None


def _attributes(
    account: LegacyAccount, held: Mapping[str, str], fields: frozenset[ProfileField]
) -> Mapping[str, str]:
    wanted: dict[str, str] = {}
    if "email" in fields:
        wanted |= _email(account, held)
    if "name" in fields and held.get("name", "") != (account.display_name or ""):
        wanted["name"] = account.display_name or ""
    return wanted


def _email(account: LegacyAccount, held: Mapping[str, str]) -> Mapping[str, str]:
    """
    Return the address and whether it is verified, always together; or that there is none.

    An address that stays is never made unverified: the pool may have verified it itself.

    See: Amazon Cognito AdminUpdateUserAttributes (a new address is unverified unless the same call
    says otherwise).
    """
    email = account.email or ""
    is_verified = account.email_verified and email != ""
    is_same = held.get("email", "") == email
    if is_same and (not is_verified or held.get("email_verified") == "true"):
        return {}
    if not email:
        return {"email": ""}  # reported: "Email is required to verify/un-verify an email"
    return {"email": email, "email_verified": "true" if is_verified else "false"}
