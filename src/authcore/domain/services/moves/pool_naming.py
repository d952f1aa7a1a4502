"""How users of one pool are named, and which of their values only one user can have."""

import re
from collections.abc import Mapping
from typing import Final

import attrs

from authcore.domain.errors import ConfigurationError
from authcore.domain.model.accounts import LegacyAccount, PoolKind
from authcore.domain.model.emails import canonical_email
from authcore.domain.model.pool_settings import PoolSettings
from authcore.domain.model.usernames import (
    fold_name,
    is_derived_name,
    is_pool_name,
    pool_username,
)


_PHONE: Final = re.compile(r"\+[0-9]+")


@attrs.frozen(kw_only=True)
class PoolNaming:
    """
    The rules of one pool about names.

    Attributes:
        kind: What users sign in with.
        is_case_sensitive: Whether names that differ in letter case are two.
        aliases: Attributes that are alternatives to the user name.
    """

    kind: PoolKind
    is_case_sensitive: bool
    aliases: frozenset[str] = frozenset()

    @classmethod
    def of(
        cls, pool: PoolSettings, *, said_kind: PoolKind, said_case_sensitive: bool
    ) -> "PoolNaming":
        """
        Read the rules of *pool*, which must be what the settings say.

        Args:
            pool: As Cognito describes it.

            said_kind: ``AUTHCORE_MIGRATION_POOL``, by which the migration trigger names users, too.

            said_case_sensitive: ``AUTHCORE_MIGRATION_CASE_SENSITIVE``.

        Raises:
            ConfigurationError: The settings describe another pool, or users sign in with telephone
                numbers alone.
        """
        kind = _kind(pool)
        problems = []
        if kind != said_kind:
            problems.append(
                f"AUTHCORE_MIGRATION_POOL is {said_kind}, and the pool is of kind {kind}"
            )
        if pool.is_case_sensitive != said_case_sensitive:
            said = "on" if said_case_sensitive else "off"
            problems.append(
                f"AUTHCORE_MIGRATION_CASE_SENSITIVE is {said}, and the pool is set up otherwise"
            )
        if problems:
            raise ConfigurationError(problems)
        return cls(kind=kind, is_case_sensitive=pool.is_case_sensitive, aliases=pool.aliases)

    def username(self, account: LegacyAccount) -> str | None:
        """
        Return what Cognito gets as ``Username`` for *account*; None where it takes no such name.

        In a pool of addresses this is the address, whose owner the caller must have checked.

        See: Amazon Cognito AdminCreateUser, "Customizing sign-in attributes".
        """
        if self.kind == "email":
            return account.email if canonical_email(account.email or "") else None
        name = pool_username(account) if self.kind == "alias" else account.username
        if not is_pool_name(name) or ("phone_number" in self.aliases and _PHONE.fullmatch(name)):
            return None
        return name

    def takes_preferred(self, name: str) -> bool:
        """
        Whether the pool can take *name* as ``preferred_username``, an empty one included.

        As an alias it must not look like one of another kind, nor like a name that is derived from
        a legacy id: a person who types their own address would be taken for its bearer.
        """
        if "preferred_username" not in self.aliases:
            return True
        looks_like_phone = "phone_number" in self.aliases and _PHONE.fullmatch(name)
        is_another = "email" in self.aliases and ("@" in name or is_derived_name(name))
        return not looks_like_phone and not is_another

    def claims(self, username: str | None, attributes: Mapping[str, str]) -> tuple[str, ...]:
        """
        List what no second user may have beside the user *username*, in the form to compare.

        A verified address counts in every pool, and without letter case: whether two spellings are
        one mailbox only its server knows, and a person must not become two users.

        Args:
            username: Of a user, or of one to create; None for a row that has no name for the pool.

            attributes: Of that user.

        Returns:
            Each claim once: ``name:…``, ``email:…``, ``phone:…``, ``uid:…``.
        """
        claims = []
        if username is not None and self.kind != "email":
            claims.append(f"name:{self._fold(username)}")
        if "preferred_username" in self.aliases and "preferred_username" in attributes:
            claims.append(f"name:{self._fold(attributes['preferred_username'])}")
        if "email" in attributes and attributes.get("email_verified") == "true":
            claims.append(f"email:{attributes['email'].lower()}")
        if "phone_number" in attributes and attributes.get("phone_number_verified") == "true":
            claims.append(f"phone:{attributes['phone_number']}")
        return tuple(dict.fromkeys(claims))

    def _fold(self, name: str) -> str:
        return fold_name(name, is_case_sensitive=self.is_case_sensitive)


def _kind(pool: PoolSettings) -> PoolKind:
    if "email" in pool.sign_in_names:
        return "email"
    if pool.sign_in_names:
        raise ConfigurationError(
            ["users of this pool sign in with telephone numbers alone: authcore moves none there"]
        )
    return "alias" if "email" in pool.aliases else "username"
