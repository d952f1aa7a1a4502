"""A database of its own for tests of Django users."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from django.core.management import call_command
from django.db import connections

from doors.django_models import DjangoUser, Group, Session
from doors.frameworks import django_site
from doors.world import DoorWorld


@contextmanager
def migrated_database(folder: Path) -> Iterator[None]:
    """Let Django use a file in *folder*, which all threads share, with all tables."""
    django_site(DoorWorld(), [])
    own = connections.settings["default"]
    before = own["NAME"]
    connections["default"].close()
    own["NAME"] = str(folder / "users.sqlite3")
    del connections["default"]
    try:
        call_command("migrate", verbosity=0)
        yield
    finally:
        connections["default"].close()
        own["NAME"] = before
        del connections["default"]


def empty_tables() -> None:
    """No users, groups and sessions."""
    for model in (Session, DjangoUser, Group):
        model._default_manager.all().delete()
