"""How pool users become Django users, from the site's settings."""

from collections.abc import Callable, Collection, Mapping
from typing import Any

import attrs
from django.conf import settings
from django.contrib.auth import get_user_model
from django.core.exceptions import FieldDoesNotExist
from django.utils.module_loading import import_string

from authcore.domain.errors import ConfigurationError
from authcore.domain.model.session import User


def pool_username(user: User) -> str:
    """Return the pool's user name, or ``sub`` where the token has none."""
    return user.username or user.subject or ""


@attrs.frozen(kw_only=True)
class UserRules:
    """
    What the site's settings say; see the package.

    Attributes:
        username: Makes the username of a new user.
        groups: Names of managed Django groups by names of groups of the pool.
        flags: Groups of the pool by the field of the user model that follows from them.
        legacy_key: Field of the user model that holds the legacy id; None for none.
    """

    username: Callable[[User], str] = pool_username
    groups: Mapping[str, str] = attrs.field(factory=dict)
    flags: Mapping[str, frozenset[str]] = attrs.field(factory=dict)
    legacy_key: str | None = None

    @property
    def managed(self) -> frozenset[str]:
        """Names of the Django groups that follow from the pool."""
        return frozenset(self.groups.values())

    def groups_of(self, user: User) -> frozenset[str]:
        """Names of the managed Django groups that *user* is in."""
        return frozenset(self.groups[name] for name in user.groups if name in self.groups)

    def flags_of(self, user: User) -> Mapping[str, bool]:
        """Values of the managed flags of *user*."""
        return {flag: not groups.isdisjoint(user.groups) for flag, groups in self.flags.items()}


def user_rules() -> UserRules:
    """
    Read the site's settings.

    Raises:
        ConfigurationError: Names each setting that is wrong.
    """
    problems = [*_names_problems(), *_key_problems()]
    if problems:
        raise ConfigurationError(problems)
    named = _setting("AUTHCORE_USERNAMES")
    groups = _setting("AUTHCORE_GROUPS") or {}
    flags = {"is_staff": "AUTHCORE_STAFF_GROUPS", "is_superuser": "AUTHCORE_SUPERUSER_GROUPS"}
    return UserRules(
        username=import_string(named) if named else pool_username,
        groups=dict(groups) if isinstance(groups, Mapping) else {name: name for name in groups},
        flags={
            flag: frozenset(_setting(name))
            for flag, name in flags.items()
            if _setting(name) is not None
        },
        legacy_key=_setting("AUTHCORE_LEGACY_KEY"),
    )


def _setting(name: str) -> Any:
    return getattr(settings, name, None)


def _names_problems() -> list[str]:
    """A text in place of a list would make groups of its letters."""
    names = ("AUTHCORE_GROUPS", "AUTHCORE_STAFF_GROUPS", "AUTHCORE_SUPERUSER_GROUPS")
    return [
        f"settings.{name} must be a list of names"
        for name in names
        if _setting(name) is not None and not _are_names(_setting(name))
    ]


def _are_names(found: object) -> bool:
    if isinstance(found, str) or not isinstance(found, Collection):
        return False
    names = [*found, *found.values()] if isinstance(found, Mapping) else found
    return all(isinstance(name, str) and name for name in names)


def _key_problems() -> list[str]:
    """A key that several users may share would hand out accounts of others."""
    key = _setting("AUTHCORE_LEGACY_KEY")
    if key is None or key == "pk":
        return []
    try:
        field: Any = get_user_model()._meta.get_field(key)  # noqa: SLF001 - documented: Django "Model _meta API"
        if field.unique:
            return []
    except FieldDoesNotExist:
        pass
    return ["settings.AUTHCORE_LEGACY_KEY must name a unique field of the user model"]
