"""Moves users into the pool when they prove their password to the legacy system."""

from collections.abc import Mapping

import attrs

from authcore.domain.errors import ConfigurationError, RejectedError, UnavailableError
from authcore.domain.model.account_attributes import (
    MAX_ATTRIBUTE_LENGTH,
    email_problem,
    map_fields,
    mapped_attributes,
    mapping_problems,
)
from authcore.domain.model.accounts import Credentials, LegacyAccount, PoolKind
from authcore.domain.model.audit import AuditEvent
from authcore.domain.model.link_proofs import LinkProofs
from authcore.domain.model.passwords import PasswordPolicy
from authcore.domain.model.usernames import LEGACY_LINKED, fold_name, pool_username
from authcore.ports.audit import AuditLog
from authcore.ports.legacy_accounts import LegacyAccounts


@attrs.frozen
class MigratedUser:
    """
    A user for the pool to create.

    Attributes:
        attributes: Cognito attributes by name.  ``email_verified`` is there only as ``"true"``,
            ``username`` only where the user typed an alias; otherwise the pool keeps what was
            typed.  The address is always the legacy system's, never what was typed.
        keeps_password: True if the password was proven and stays valid; False if the user must
            choose a new one.
    """

    attributes: Mapping[str, str] = attrs.field(repr=False)
    keeps_password: bool


@attrs.frozen(kw_only=True, repr=False, eq=False)
class UserMigration:
    """
    Decides which users the pool may create, and with which attributes.

    An account that knows its Cognito id has a pool user, under any name: it is not migrated again,
    or one person would be two users, each with a password of its own.  Until the link is written
    this holds because an account has exactly one name in the pool.

    Args:
        accounts: The legacy user table.

        audit: Records every decision; the only place where an operator can distinguish a refusal
            of the legacy system from an outage, and the kinds of refusals from each other.

        attributes: Cognito attribute to legacy field (``email``, ``display_name``, ``username``,
            ``legacy_uid``).

        pool: How users name themselves at the pool; ``username`` by default.

        case_sensitive: Whether user names that differ in letter case alone are two in the pool;
            True by default.  Where they are one, the pool's events may hold them in lower case
            however they were typed.

        passwords: A proven password that it does not accept must be replaced at once, unless no
            code could reach the user; None, the default, keeps every password.

        proofs: Vouches for the account, so that linking believes it; None, the default, where no
            link is proven.

        resets_in_legacy: Whether users who have not moved reset their passwords in the legacy
            system; by default the pool takes them and sends the code.

    Raises:
        ConfigurationError: An attribute that a legacy field may not fill, or no ``email`` for a
            pool that needs it.
    """

    accounts: LegacyAccounts
    audit: AuditLog
    attributes: Mapping[str, str]
    pool: PoolKind = "username"
    case_sensitive: bool = True
    passwords: PasswordPolicy | None = None
    proofs: LinkProofs | None = None
    resets_in_legacy: bool = False

    def __attrs_post_init__(self) -> None:
        problems = [
            *mapping_problems(self.attributes),
            *filter(None, [email_problem(self.attributes, self.pool)]),
        ]
        if problems:
            raise ConfigurationError(problems)

    def authenticate(self, credentials: Credentials) -> MigratedUser | None:
        """
        Return the user whose password this is; None for an unknown user or a wrong password.

        A user whom no code can reach moves all the same and is recorded as ``ok_unreachable``, or
        as ``weak_password_kept`` where only that keeps a weak password.

        Raises:
            LegacyUnavailableError: The legacy system gave no answer worth trusting.
        """
        action = "user_migration.authenticate"
        try:
            account = self.accounts.authenticate(credentials)
        except (RejectedError, UnavailableError) as error:
            self.audit.record(AuditEvent.of(action, error))
            if isinstance(error, UnavailableError):
                raise
            return None
        weak = self.passwords is not None and not self.passwords.accepts(credentials.password)
        reachable = "email_verified" in mapped_attributes(self.attributes, account)
        return self._decide(
            action,
            credentials.username,
            account,
            keeps_password=not (weak and reachable),
            reason=_reason(weak=weak, reachable=reachable),
        )

    def forgot_password(self, username: str) -> MigratedUser | None:
        """
        Return the user who must choose a new password; None if no user can.

        A user whose address the legacy system did not verify is not migrated: no code could reach
        them, and once they are in the pool their old password would no longer work.  With
        *resets_in_legacy* no user is, and the legacy system is not called.

        Raises:
            LegacyUnavailableError: The legacy system gave no answer worth trusting.
        """
        action = "user_migration.forgot_password"
        if self.resets_in_legacy:
            self.audit.record(AuditEvent(action, "rejected", "resets_in_legacy"))
            return None
        try:
            account = self.accounts.find(username)
        except (RejectedError, UnavailableError) as error:
            self.audit.record(AuditEvent.of(action, error))
            if isinstance(error, UnavailableError):
                raise
            return None
        if account is None:
            self.audit.record(AuditEvent(action, "rejected", "account_not_found"))
            return None
        return self._decide(action, username, account, keeps_password=False)

    def _decide(
        self,
        action: str,
        typed: str,
        account: LegacyAccount,
        *,
        keeps_password: bool,
        reason: str = "ok",
    ) -> MigratedUser | None:
        legacy_uid = account.legacy_uid
        attributes = mapped_attributes(self.attributes, account)
        refusal = self._refusal(typed, account, attributes)
        if refusal is None and not keeps_password and "email_verified" not in attributes:
            refusal = "email_not_verified"
        if refusal is not None:
            self.audit.record(AuditEvent(action, "rejected", refusal, legacy_uid=legacy_uid))
            return None
        if any(
            len(value) > MAX_ATTRIBUTE_LENGTH
            for value in map_fields(self.attributes, account).values()
        ):
            self.audit.record(
                AuditEvent(
                    "user_migration.attributes", "rejected", "too_long", legacy_uid=legacy_uid
                )
            )
        self.audit.record(AuditEvent(action, "accepted", reason, legacy_uid=legacy_uid))
        if self._is_alias(typed):
            attributes["username"] = pool_username(account)
        if self.proofs is not None:
            attributes[LEGACY_LINKED] = self.proofs.vouch(account)
        return MigratedUser(attributes, keeps_password)

    def _refusal(
        self, typed: str, account: LegacyAccount, attributes: Mapping[str, str]
    ) -> str | None:
        """Say why no user is created for *account* under the *typed* name; None if one is."""
        if account.locked:
            return "account_locked"
        if account.cognito_id is not None:
            return "already_linked"
        if self.pool == "email" or self._is_alias(typed):
            return self._address_refusal(typed, attributes)
        name = account.username if self.pool == "username" else pool_username(account)
        return None if self._fold_case(typed) == self._fold_case(name) else "username_differs"

    def _address_refusal(self, typed: str, attributes: Mapping[str, str]) -> str | None:
        """
        Say why the pool could not find the user under the address *typed*; None if it can.

        See: Amazon Cognito "Migrate user Lambda trigger", ``userAttributes``.
        """
        if not _same_but_for_case(typed, attributes.get("email")):
            return "email_differs"
        if self.pool == "alias" and "email_verified" not in attributes:
            return "email_not_verified"
        return None

    def _fold_case(self, name: str) -> str:
        return fold_name(name, is_case_sensitive=self.case_sensitive)

    def _is_alias(self, typed: str) -> bool:
        return self.pool == "alias" and "@" in typed


def _reason(*, weak: bool, reachable: bool) -> str:
    """Say how a user moves who proved their password."""
    if reachable:
        return "ok"
    return "weak_password_kept" if weak else "ok_unreachable"


def _same_but_for_case(typed: str, email: str | None) -> bool:
    """
    Whether *typed* may mean *email* to the pool and to the legacy system.

    Ignores ASCII case only.  This proves nothing about the owner: only *email* itself is ever
    verified.
    """
    return email is not None and typed.isascii() and typed.lower() == email.lower()
