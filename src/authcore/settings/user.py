"""``AUTHCORE_USER_*``: what applications learn of a user beside the fixed fields."""

from collections.abc import Mapping

import attrs

from authcore.domain.model.groups import MAX_ROLES, is_group_name
from authcore.domain.model.user_mapping import (
    CLAIM_NAME,
    MAX_CLAIM_NAMES,
    NO_ROLES,
    UserMapping,
)
from authcore.settings.parsers import words
from authcore.settings.reader import setting


def claim_names(text: str) -> tuple[str, ...]:
    """Parse names of claims."""
    found = words(text)
    if not all(map(CLAIM_NAME.fullmatch, found)) or len(set(found)) < len(found):
        raise ValueError("must be names of claims in ASCII, each once")
    if len(found) > MAX_CLAIM_NAMES:
        raise ValueError(f"must be at most {MAX_CLAIM_NAMES} names")
    return found


def group_roles(text: str) -> Mapping[str, tuple[str, ...]]:
    """Parse ``group=role`` pairs; a group may have several roles, and a role several groups."""
    found = [word.rpartition("=") for word in words(text)]
    if not all(is_group_name(group) and is_group_name(role) for group, _, role in found):
        raise ValueError("must be pairs like editors=editor")
    if len(set(found)) < len(found) or len(found) > MAX_ROLES:
        raise ValueError(f"must be at most {MAX_ROLES} pairs, each once")
    roles: dict[str, tuple[str, ...]] = {}
    for group, _, role in found:
        roles[group] = (*roles.get(group, ()), role)
    return roles


@attrs.frozen(kw_only=True, eq=False)
class UserSettings:
    """Claims and roles of users."""

    claims: tuple[str, ...] = setting(
        claim_names,
        "list of claim names",
        "claims of the ID token that applications see as `user.claims`",
        default=(),
    )
    roles: Mapping[str, tuple[str, ...]] = setting(
        group_roles,
        "list of group=role pairs",
        "roles that follow from the groups of the pool, as `user.roles`",
        default=NO_ROLES,
    )


def user_mapping(settings: UserSettings) -> UserMapping:
    """Build the mapping that *settings* describe."""
    return UserMapping(claims=settings.claims, roles=settings.roles)
