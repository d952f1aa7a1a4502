"""Moves people into the pool at the moment they prove who they are to the legacy system."""

import hashlib
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

MAX_ATTRIBUTE_LENGTH: Final = 2048
"""
Characters of one value.  A longer one is left out: a part of a name or address is another one.

See: Amazon Cognito "Quotas", "Working with user attributes".
"""

_PLAIN_ID: Final = re.compile(r"[A-Za-z0-9_-]{1,64}")


@attrs.frozen
class MigratedUser:
    """
    Somebody the pool shall create.

    Attributes:
        attributes: Cognito attributes by name.  ``email_verified`` is there only as ``"true"``,
            ``username`` only where an alias was typed; otherwise the pool keeps what was typed.
            The address is always the legacy system's, never what was typed.
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
        wrong = [*mapping_problems(attributes), *filter(None, [email_problem(attributes, pool)])]
        if wrong:
            raise ConfigurationError(wrong)
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
        weak = self._passwords is not None and not self._passwords.accepts(credentials.password)
        reachable = "email_verified" in self._mapped(account)
        return self._accepted(
            action,
            credentials.username,
            account,
            keeps_password=not (weak and reachable),
            reason="weak_password_kept" if weak and not reachable else "ok",
        )

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
        self,
        action: str,
        typed: str,
        account: LegacyAccount,
        *,
        keeps_password: bool,
        reason: str = "ok",
    ) -> MigratedUser | None:
        attributes = self._mapped(account)
        refusal = self._refusal(typed, attributes)
        if refusal is not None:
            self._note(action, "rejected", refusal, account.legacy_uid)
            return None
        if any(len(value) > MAX_ATTRIBUTE_LENGTH for value in self._wanted(account).values()):
            self._note("user_migration.attributes", "rejected", "too_long", account.legacy_uid)
        self._note(action, "accepted", reason, account.legacy_uid)
        if self._is_alias(typed):
            attributes["username"] = _own_name(account.legacy_uid)
        return MigratedUser(attributes, keeps_password)

    def _refusal(self, typed: str, attributes: Mapping[str, str]) -> str | None:
        """
        Why a pool of this kind could not find the user under what was *typed*; None if it can.

        See: Amazon Cognito "Migrate user Lambda trigger", ``userAttributes``.
        """
        if self._pool != "email" and not self._is_alias(typed):
            return None
        if not _same_but_for_case(typed, attributes.get("email")):
            return "email_differs"
        if self._pool == "alias" and "email_verified" not in attributes:
            return "email_not_verified"
        return None

    def _is_alias(self, typed: str) -> bool:
        return self._pool == "alias" and "@" in typed

    def _note(
        self,
        action: str,
        outcome: Literal["accepted", "rejected", "unavailable"],
        reason: str,
        legacy_uid: str | None = None,
    ) -> None:
        self._audit.record(AuditEvent(action, outcome, reason, legacy_uid=legacy_uid))

    def _mapped(self, account: LegacyAccount) -> dict[str, str]:
        wanted = self._wanted(account).items()
        mapped = {name: value for name, value in wanted if len(value) <= MAX_ATTRIBUTE_LENGTH}
        if "email" in mapped and account.email_verified:
            mapped["email_verified"] = "true"
        return mapped

    def _wanted(self, account: LegacyAccount) -> dict[str, str]:
        fields = {
            "email": account.email,
            "display_name": account.display_name,
            "username": account.username,
            "legacy_uid": account.legacy_uid,
        }
        return {
            name: value
            for name, field in self._attributes.items()
            if (value := fields[field]) is not None
        }


def _same_but_for_case(typed: str, email: str | None) -> bool:
    """
    Whether pool and legacy system may both have meant *email* by *typed*.

    ASCII case only: to mean somebody is not to be them, and only *email* itself is ever verified.
    """
    return email is not None and typed.isascii() and typed.lower() == email.lower()


def _own_name(legacy_uid: str) -> str:
    """A user name that nobody types: not shaped like an address, one for each *legacy_uid*."""
    if _PLAIN_ID.fullmatch(legacy_uid):
        return f"legacy-{legacy_uid}"
    return f"legacy-{hashlib.sha256(legacy_uid.encode()).hexdigest()}"


def mapping_problems(attributes: Mapping[str, str]) -> list[str]:
    """Which of *attributes*, Cognito attribute to legacy field, may not be; one sentence each."""
    return [
        f"the attribute {name!r} may not be filled from the legacy field {field!r}"
        for name, field in attributes.items()
        if field not in _MAY_BECOME or not _MAY_BECOME[field].fullmatch(name)
    ]


def email_problem(attributes: Mapping[str, str], pool: PoolKind) -> str | None:
    """What a pool that knows people by their addresses misses in *attributes*; None if nothing."""
    if pool == "username" or attributes.get("email") == "email":
        return None
    return f"a pool of kind {pool!r} needs the attribute 'email' from the field 'email'"
