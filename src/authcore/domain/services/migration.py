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
from authcore.domain.model.accounts import Credentials, LegacyAccount, PoolKind
from authcore.domain.model.passwords import PasswordPolicy
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
        attributes: Cognito attributes by name.  ``email_verified`` is there only as ``"true"``,
            ``username`` only where an alias was typed; otherwise the pool keeps what was typed.
        keeps_password: True if the password was proven and stays valid; False if the user must
            choose a new one.
    """

    attributes: Mapping[str, str] = attrs.field(repr=False)
    keeps_password: bool


class UserMigration:
    """Decides who may be created in the pool, and with which attributes."""

    def __init__(
        self,
        *,
        accounts: LegacyAccounts,
        audit: AuditLog,
        attributes: Mapping[str, str],
        pool: PoolKind = "username",
        passwords: PasswordPolicy | None = None,
    ) -> None:
        """
        Migrate from *accounts*.

        Args:
            accounts: The legacy user table.

            audit: Learns of every decision; the only place where "no" and "no answer" of the
                legacy system, or two kinds of "no", can be told apart by an operator.

            attributes: Cognito attribute to legacy field (``email``, ``display_name``,
                ``username``, ``legacy_uid``).

            pool: How people name themselves at the pool.

            passwords: A proven password that it does not accept must be replaced at once, unless
                no code could reach the user; None keeps every password.

        Raises:
            ConfigurationError: An attribute that a legacy field may not fill, or no ``email`` for a
                pool that needs it.
        """
        _check(attributes, pool)
        self._pool = pool
        self._passwords = passwords
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
        strong = self._passwords is None or self._passwords.accepts(credentials.password)
        return self._accepted(action, credentials.username, account, keeps_password=strong)

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
        return self._accepted(action, username, account, keeps_password=False)

    def _accepted(
        self, action: str, typed: str, account: LegacyAccount, *, keeps_password: bool
    ) -> MigratedUser | None:
        attributes = self._named(typed, self._mapped(account), account)
        if isinstance(attributes, str):
            self._note(action, "rejected", attributes, account.legacy_uid)
            return None
        reachable = "email_verified" in attributes
        reason = "ok" if keeps_password or reachable else "weak_password_kept"
        self._note(action, "accepted", reason, account.legacy_uid)
        return MigratedUser(attributes, keeps_password or not reachable)

    def _named(
        self, typed: str, mapped: dict[str, str], account: LegacyAccount
    ) -> dict[str, str] | str:
        """
        *mapped* so that a pool of this kind finds the user under what was *typed*, or why not.

        See: Amazon Cognito "Migrate user Lambda trigger", ``userAttributes``.
        """
        typed_email = typed.lower() == mapped.get("email", "").lower() and typed.isascii()
        if self._pool == "email" and not typed_email:
            return "email_differs"
        if self._pool == "alias" and typed_email:
            if "email_verified" not in mapped:
                return "email_not_verified"
            return {**mapped, "email": typed, "username": f"legacy-{account.legacy_uid}"}
        return mapped

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


def _check(attributes: Mapping[str, str], pool: PoolKind) -> None:
    wrong = [
        f"the attribute {name!r} may not be filled from the legacy field {field!r}"
        for name, field in attributes.items()
        if field not in _MAY_BECOME or not _MAY_BECOME[field].fullmatch(name)
    ]
    if pool != "username" and attributes.get("email") != "email":
        wrong.append(f"a pool of kind {pool!r} needs the attribute 'email' from the field 'email'")
    if wrong:
        raise ConfigurationError(wrong)
