"""Moves people into the pool at the moment they prove who they are to the legacy system."""

import re
from collections.abc import Mapping
from typing import Final, Literal

import attrs

from authcore.domain.errors import (
    ConfigurationError,
    CredentialsRejectedError,
    UnavailableError,
)
from authcore.domain.model.accounts import Credentials, LegacyAccount
from authcore.ports.audit import AuditEvent, AuditLog
from authcore.ports.legacy_accounts import LegacyAccounts


_CUSTOM: Final = r"custom:legacy_[a-z0-9_]{1,13}"

_MAY_BECOME: Final[Mapping[str, re.Pattern[str]]] = {
    "email": re.compile("email"),
    "display_name": re.compile("name|nickname"),
    "username": re.compile(f"nickname|{_CUSTOM}"),
    "legacy_uid": re.compile(_CUSTOM),
}
"""Which Cognito attributes each legacy field may fill: never a role, a group or a verified flag."""


@attrs.frozen
class MigratedUser:
    """
    Somebody the pool shall create.

    Attributes:
        attributes: Cognito attributes by name; holds no ``username``: the pool keeps what was
            typed.  ``email_verified`` is there only as ``"true"``.
        keeps_password: True if the password was proven and stays valid; False if the user must
            choose a new one.
    """

    attributes: Mapping[str, str] = attrs.field(repr=False)
    keeps_password: bool


class UserMigration:
    """Decides who may be created in the pool, and with which attributes."""

    def __init__(
        self, *, accounts: LegacyAccounts, audit: AuditLog, attributes: Mapping[str, str]
    ) -> None:
        """
        Migrate from *accounts*.

        Args:
            accounts: The legacy user table.

            audit: Learns of every decision; the only place where "no" and "no answer" of the
                legacy system, or two kinds of "no", can be told apart by an operator.

            attributes: Cognito attribute to legacy field (``email``, ``display_name``,
                ``username``, ``legacy_uid``).

        Raises:
            ConfigurationError: An attribute that a legacy field may not fill.
        """
        _check(attributes)
        self._accounts = accounts
        self._audit = audit
        self._attributes = attributes

    def authenticate(self, credentials: Credentials) -> MigratedUser | None:
        """
        The user whose password this is; None if there is no such user or it is not.

        Raises:
            LegacyUnavailableError: The legacy system gave no answer worth trusting.
        """
        action = "user_migration.authenticate"
        try:
            account = self._accounts.authenticate(credentials)
        except CredentialsRejectedError as error:
            self._note(action, "rejected", error.code)
            return None
        except UnavailableError as error:
            self._note(action, "unavailable", error.code)
            raise
        return self._accepted(action, account, keeps_password=True)

    def forgot_password(self, username: str) -> MigratedUser | None:
        """
        The user who is to choose a new password; None if there is none who can.

        Somebody whose address the legacy system did not verify is left where they are: no code
        could reach them, and once in the pool their old password would no longer let them in.

        Raises:
            LegacyUnavailableError: The legacy system gave no answer worth trusting.
        """
        action = "user_migration.forgot_password"
        try:
            account = self._accounts.find(username)
        except UnavailableError as error:
            self._note(action, "unavailable", error.code)
            raise
        if account is None:
            self._note(action, "rejected", "account_not_found")
            return None
        if "email_verified" not in self._mapped(account):
            self._note(action, "rejected", "email_not_verified", account.legacy_uid)
            return None
        return self._accepted(action, account, keeps_password=False)

    def _accepted(
        self, action: str, account: LegacyAccount, *, keeps_password: bool
    ) -> MigratedUser:
        self._note(action, "accepted", "ok", account.legacy_uid)
        return MigratedUser(self._mapped(account), keeps_password)

    def _note(
        self,
        action: str,
        outcome: Literal["accepted", "rejected", "unavailable"],
        reason: str,
        legacy_uid: str | None = None,
    ) -> None:
        self._audit.record(AuditEvent(action, outcome, reason, legacy_uid=legacy_uid))

    def _mapped(self, account: LegacyAccount) -> dict[str, str]:
        fields = {
            "email": account.email,
            "display_name": account.display_name,
            "username": account.username,
            "legacy_uid": account.legacy_uid,
        }
        mapped = {
            name: value
            for name, field in self._attributes.items()
            if (value := fields[field]) is not None
        }
        if "email" in mapped and account.email_verified:
            mapped["email_verified"] = "true"
        return mapped


def _check(attributes: Mapping[str, str]) -> None:
    wrong = [
        f"the attribute {name!r} may not be filled from the legacy field {field!r}"
        for name, field in attributes.items()
        if field not in _MAY_BECOME or not _MAY_BECOME[field].fullmatch(name)
    ]
    if wrong:
        raise ConfigurationError(wrong)
