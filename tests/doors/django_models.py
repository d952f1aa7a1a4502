"""Django's models, once the tests' Django is configured: an import before that fails."""

# ruff: noqa: E402

from doors.frameworks import configure_django


configure_django()

from django.contrib import admin
from django.contrib.auth.models import Group, Permission
from django.contrib.auth.models import User as DjangoUser
from django.contrib.sessions.models import Session

from authcore_guard.django_users import old_login
from authcore_guard.django_users.models import PoolUser
from authcore_guard.django_users.user_records import UserRecords


__all__ = [
    "DjangoUser",
    "Group",
    "Permission",
    "PoolUser",
    "Session",
    "UserRecords",
    "admin",
    "old_login",
]
