"""What applications learn of a user beside the fixed fields: configured claims, and roles."""

import re
from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

import attrs

from authcore.domain.model.groups import roles_of


MAX_CLAIM_NAMES: Final = 32
"""Configured claims."""

CLAIM_NAME: Final = re.compile(r"[!-+\--~]{1,128}")
"""Printable ASCII without the comma, which separates list entries."""

NO_ROLES: Final[Mapping[str, tuple[str, ...]]] = MappingProxyType({})


@attrs.frozen(kw_only=True)
class UserMapping:
    """
    How claims and groups of an ID token become claims and roles of a User.

    Attributes:
        claims: Names of the claims that applications see; none by default.
        roles: Roles by group; none by default.
        pool: The pool whose users have legacy accounts and roles here; None (the default) where
            there is one pool only.  Another pool can have any text in ``custom:legacy_uid``, and
            groups of the same names.
    """

    claims: tuple[str, ...] = ()
    roles: Mapping[str, tuple[str, ...]] = NO_ROLES
    pool: str | None = None

    def is_foreign(self, pool: str) -> bool:
        """Whether users of *pool* have neither legacy accounts nor roles here."""
        return self.pool not in (None, pool)

    def claims_of(self, signed: Mapping[str, object]) -> Mapping[str, object]:
        """
        Copy the configured claims that *signed* has.

        A copy, because verified tokens are cached: an application that changes a value in it
        would change the claims of later requests.
        """
        return {name: copy_json(signed[name]) for name in self.claims if name in signed}

    def roles_of(self, groups: tuple[str, ...]) -> tuple[str, ...]:
        """List the roles of a user in *groups*."""
        return roles_of(groups, self.roles) if self.roles and groups else ()


PLAIN: Final = UserMapping()
"""No claims, no roles."""


def copy_json(value: object) -> object:
    """Copy a JSON value, all lists and objects in it included."""
    if isinstance(value, dict):
        return {name: copy_json(member) for name, member in value.items()}
    if isinstance(value, list):
        return [copy_json(entry) for entry in value]
    return value
