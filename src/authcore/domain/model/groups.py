"""Groups and roles: what a user needs beside a session, and which roles follow from groups."""

from collections.abc import Collection, Iterable, Mapping
from typing import Final, Literal, TypeAlias

import attrs

from authcore.domain.errors import ConfigurationError


MAX_GROUP_NAME: Final = 128
"""Characters.  See: Amazon Cognito API, ``GroupType.GroupName``."""

MAX_GROUPS: Final = 100
"""Names in one requirement."""

MAX_ROLES: Final = 256
"""Pairs of group and role."""

Among: TypeAlias = Literal["groups", "roles"]


def _names(names: Iterable[str]) -> tuple[str, ...]:
    """*names* as a tuple; a single text is none: its letters would be taken for names."""
    return () if isinstance(names, str) else tuple(names)


@attrs.frozen(kw_only=True)
class Requirement:
    """
    Groups or roles that a user must have.

    Attributes:
        names: 1 to MAX_GROUPS names, compared character by character.
        any_of: Whether one of *names* is enough; by default the user needs all of them.
        among: Whether *names* are ``groups`` of the pool (the default) or ``roles``.

    Raises:
        ConfigurationError: No names, too many, or one that no group can have.
    """

    names: tuple[str, ...] = attrs.field(converter=_names)
    any_of: bool = False
    among: Among = "groups"

    def __attrs_post_init__(self) -> None:
        if problem := names_problem(self.names):
            raise ConfigurationError([f"required {self.among} {problem}"])

    def is_met_by(self, *, groups: Collection[str], roles: Collection[str]) -> bool:
        """Whether a user with *groups* and *roles* has what is required."""
        held = groups if self.among == "groups" else roles
        return (any if self.any_of else all)(name in held for name in self.names)

    def __str__(self) -> str:
        """Name the requirement for the audit log, e.g. ``groups any_of editors admins``."""
        return " ".join((self.among, "any_of" if self.any_of else "all_of", *self.names))


def requirement(*names: str, any_of: bool = False, among: Among = "groups") -> Requirement:
    """
    Require *names*; see Requirement.

    Raises:
        ConfigurationError: No names, too many, or one that no group can have.
    """
    return Requirement(names=names, any_of=any_of, among=among)


def names_problem(names: Collection[object]) -> str | None:
    """Say what is wrong with *names* of required groups or roles; None where nothing is."""
    if not 1 <= len(names) <= MAX_GROUPS:
        return f"must be 1 to {MAX_GROUPS} names"
    if not all(isinstance(name, str) and is_group_name(name) for name in names):
        return f"must be names of 1 to {MAX_GROUP_NAME} characters without white space"
    return None


def is_group_name(name: str) -> bool:
    """Whether a group of a pool can have this *name*; Cognito allows no white space in it."""
    return (
        0 < len(name) <= MAX_GROUP_NAME and name.isprintable() and not any(map(str.isspace, name))
    )


def roles_of(groups: Collection[str], roles: Mapping[str, tuple[str, ...]]) -> tuple[str, ...]:
    """
    List the roles that follow from *groups*, each once, in the order of *roles*.

    Args:
        groups: Of one user.

        roles: Roles by group.
    """
    found = (role for group, given in roles.items() if group in groups for role in given)
    return tuple(dict.fromkeys(found))
