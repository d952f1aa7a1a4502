"""Looking up a session of Django's own login changes nothing in it."""

from collections.abc import Iterator

import pytest
from django.conf import settings
from django.test import Client, override_settings

from doors.django_database import empty_tables, migrated_database
from doors.django_models import DjangoUser, PoolUser, Session, old_login


@pytest.fixture(scope="module", autouse=True)
def database(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    with migrated_database(tmp_path_factory.mktemp("django")):
        yield


@pytest.fixture
def session_key() -> Iterator[str]:
    client = Client()
    owner = DjangoUser.objects.create_user("jane")
    client.force_login(owner, "django.contrib.auth.backends.ModelBackend")
    yield client.cookies[settings.SESSION_COOKIE_NAME].value
    empty_tables()


def test_a_new_secret_key_ends_no_session_that_is_looked_up(session_key: str) -> None:
    """Django moves such a session to another key, which only its own response could tell."""
    rotated = {"SECRET_KEY": "new", "SECRET_KEY_FALLBACKS": [settings.SECRET_KEY]}

    with override_settings(**rotated):
        for _ in range(2):
            account = old_login.look_up(session_key)
            assert account is not None
            assert account.username == "jane"
    assert [each.session_key for each in Session.objects.all()] == [session_key]


def test_a_session_of_another_password_is_none_and_stays_as_it_is(session_key: str) -> None:
    DjangoUser.objects.update(password="another")

    assert old_login.look_up(session_key) is None
    assert Session.objects.count() == 1


@pytest.mark.parametrize("key", ["", "x", "guessed-" * 5, "' OR 1=1 --", "\x00", "é" * 40])
def test_what_is_no_session_finds_nobody_and_makes_nothing(key: str) -> None:
    assert old_login.look_up(key) is None
    assert Session.objects.count() == 0


def test_of_the_users_of_two_pools_the_one_in_use_is_asked_about(session_key: str) -> None:
    """By it a guard finds out that an administrator has ended the sessions of the user."""
    # RF-06
    user = DjangoUser.objects.get()
    PoolUser.objects.create(pool="former", subject="sub-1", user=user, stated_at=1.0)
    PoolUser.objects.create(pool="in-use", subject="sub-2", user=user, stated_at=2.0)

    account = old_login.look_up(session_key)

    assert account is not None
    assert account.cognito_id == "sub-2"
