"""Find, make and update the Django users of pool users."""

from collections.abc import Mapping
from typing import Any, Final

import attrs
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group
from django.core.exceptions import FieldDoesNotExist, ValidationError
from django.db import IntegrityError, transaction

from authcore.domain.errors import AccountTakenError, UserInactiveError
from authcore.domain.model.session import User
from authcore_guard.django_users.models import PoolUser
from authcore_guard.django_users.user_rules import UserRules


MAX_ATTEMPTS: Final = 3
"""With the site's username, with ``sub``, and once more after a simultaneous request."""


@attrs.frozen
class UserRecords:
    """
    The Django users of pool users.

    Attributes:
        rules: Of the site.
    """

    rules: UserRules

    def record_of(self, user: User) -> Any:
        """
        Return the Django user of *user*: made at the first request, updated where it differs.

        None for a user of the old login whom ``AUTHCORE_LEGACY_KEY`` does not find.

        Raises:
            UserInactiveError: The Django user is not active.

            AccountTakenError: The legacy account belongs to another user of the pool.
        """
        if user.login == "legacy":
            return _active(self._existing(user))
        known = self._find(user) or self._first_known(user)
        record = _active(known.user)
        self._update(known, record, user)
        return record

    def _find(self, user: User) -> PoolUser | None:
        found = PoolUser.objects.select_related("user")
        return found.filter(pool=user.pool or "", subject=user.subject or "").first()

    def _first_known(self, user: User) -> PoolUser:
        """Attach *user* to a new Django user, or to that of the same legacy account."""
        for attempt in range(MAX_ATTEMPTS):
            try:
                with transaction.atomic():
                    record = self._existing(user) or self._new(user, attempt)
                    return PoolUser.objects.create(
                        pool=user.pool or "", subject=user.subject or "", user=record
                    )
            except IntegrityError:
                if known := self._find(user):  # made by a simultaneous request
                    return known
                if attempt == MAX_ATTEMPTS - 1 and self._existing(user) is None:
                    raise  # the site's user model needs more than a username: no refusal of ours
        raise AccountTakenError(
            "the Django user belongs to another user of the pool", legacy_uid=user.legacy_uid
        )

    def _existing(self, user: User) -> Any:
        """The Django user of the legacy account of *user*."""
        key, uid = self.rules.legacy_key, user.legacy_uid
        if not key or not uid:
            return None
        try:
            found = get_user_model()._default_manager.filter(**{key: uid}).first()  # noqa: SLF001 - documented
        except (ValueError, ValidationError):  # no value of that field
            return None
        return found if found is not None and _is_exactly(getattr(found, key), uid) else None

    def _new(self, user: User, attempt: int) -> Any:
        """
        Save a new user without a password.

        Raises:
            IntegrityError: The username is taken.  No existing user is taken over by its name.
        """
        model: Any = get_user_model()
        name = self.rules.username(user) if attempt == 0 else user.subject or ""
        limit: int | None = _field(model, model.USERNAME_FIELD).max_length
        if not name or (limit is not None and len(name) > limit):
            name = user.subject or ""
        record = model(**{model.USERNAME_FIELD: model.normalize_username(name)})
        record.set_unusable_password()
        record.save(force_insert=True)
        return record

    def _update(self, known: PoolUser, record: Any, user: User) -> None:
        stated_at = user.stated_at or 0.0
        if stated_at < known.stated_at:
            return
        if stated_at == known.stated_at and not any(self._changes(record, user)):
            return
        with transaction.atomic():
            newest = PoolUser.objects.select_for_update().filter(
                pk=known.pk, stated_at__lte=stated_at
            )
            if newest.update(stated_at=stated_at):
                record.refresh_from_db()  # an older token may have been applied meanwhile
                changes, added, removed = self._changes(record, user)
                _save(record, changes)
                _set_groups(record, added, removed)

    def _changes(
        self, record: Any, user: User
    ) -> tuple[Mapping[str, object], frozenset[str], frozenset[str]]:
        """Fields that differ, and names of the managed groups to add and to remove."""
        fields = {**_changed_profile(record, user), **self._changed_flags(record, user)}
        return fields, *self._changed_groups(record, user)

    def _changed_flags(self, record: Any, user: User) -> Mapping[str, bool]:
        flags = self.rules.flags_of(user)
        return {
            flag: value
            for flag, value in flags.items()
            if _field(type(record), flag) is not None and getattr(record, flag) != value
        }

    def _changed_groups(self, record: Any, user: User) -> tuple[frozenset[str], frozenset[str]]:
        """Names of the managed groups to add and to remove."""
        managed = self.rules.managed
        if not managed:
            return frozenset(), frozenset()
        held = record.groups.filter(name__in=managed).values_list("name", flat=True)
        wanted, given = self.rules.groups_of(user), frozenset(held)
        return wanted - given, given - wanted


def _is_exactly(value: object, uid: str) -> bool:
    """
    Whether *value* is written *uid*.

    Django reads ``1_0`` and Arabic digits as numbers, and some databases ignore case.
    """
    return str(value) == uid if isinstance(value, int | str) else True


def _active(record: Any) -> Any:
    if record is not None and not record.is_active:
        raise UserInactiveError("the Django user is not active")
    return record


def _changed_profile(record: Any, user: User) -> Mapping[str, str]:
    """
    Fields whose value differs: the verified e-mail address, and the display name.

    An address that the pool did not verify is not stored: sites send password resets there, or
    find users by it.  What the token does not state stays as it is.
    """
    email = user.email if user.email_verified else None
    stated = {record.get_email_field_name(): email, "first_name": user.name}
    changes = {}
    for name, value in stated.items():
        field = _field(type(record), name)
        if value and field is not None and not field.unique:
            changes[name] = value[: field.max_length]
    return {name: value for name, value in changes.items() if getattr(record, name) != value}


def _field(model: Any, name: str) -> Any:
    try:
        return model._meta.get_field(name)  # noqa: SLF001 - documented: Django "Model _meta API"
    except FieldDoesNotExist:
        return None


def _save(record: Any, changes: Mapping[str, object]) -> None:
    if changes:
        for name, value in changes.items():
            setattr(record, name, value)
        record.save(update_fields=list(changes))


def _set_groups(record: Any, added: frozenset[str], removed: frozenset[str]) -> None:
    if added:
        record.groups.add(*(Group.objects.get_or_create(name=name)[0] for name in sorted(added)))
    if removed:
        record.groups.remove(*Group.objects.filter(name__in=removed))
