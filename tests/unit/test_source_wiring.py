"""The source that the settings name, and what is missing where they do not suffice."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Final

import attrs
import pytest

from authcore.adapters.cognito.user_source import CognitoUserSource
from authcore.adapters.legacy.user_source import LegacyUserSource
from authcore.adapters.sources.files import FileUserSource
from authcore.adapters.sources.sql import SqlUserSource
from authcore.domain.errors import ConfigurationError
from authcore.settings import load
from authcore.testing.contracts.user_source import SOURCE_ACCOUNTS
from authcore.testing.fakes.system import FrozenClock, RecordedPause
from authcore.wiring.sources import OpenSource, SourceGroups, SourceTools, open_source
from support.source_files import QUERY, write_csv, write_sqlite


LEGACY: Final = {
    "LEGACY_URL": "https://legacy.example.com",
    "LEGACY_API_KEY": "canary-api-key",
}
POOL: Final = {"SOURCE_KIND": "pool", "OLD_POOL_USER_POOL_ID": "eu-west-1_Old123456"}
SQL: Final = {
    "SOURCE_KIND": "sql",
    "SOURCE_SQL_URL": "postgresql://reader:canary@db.example.com/users?password=canary",
    "SOURCE_SQL_QUERY": QUERY,
}


@pytest.fixture(autouse=True)
def _role(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "test")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "test")


def opened(given: Mapping[str, str]) -> OpenSource:
    clock = FrozenClock()
    tools = SourceTools(clock=clock, pause=RecordedPause(clock))
    groups = load(SourceGroups, {f"AUTHCORE_{name}": value for name, value in given.items()})
    return open_source(groups, tools)


def test_the_legacy_api_is_read_unless_the_settings_say_otherwise() -> None:
    found = opened(LEGACY)

    assert isinstance(found.users, LegacyUserSource)
    assert found.name == "legacy https://legacy.example.com"
    found.close()


def test_a_pool_is_read_where_the_settings_say_so() -> None:
    found = opened(POOL)

    assert isinstance(found.users, CognitoUserSource)
    assert found.name == "pool eu-west-1_Old123456"
    found.close()


def test_a_query_is_read_where_the_settings_say_so(tmp_path: Path) -> None:
    path = write_sqlite(tmp_path / "users.db", SOURCE_ACCOUNTS)

    found = opened({**SQL, "SOURCE_SQL_URL": f"sqlite:///{path}"})

    assert isinstance(found.users, SqlUserSource)
    assert found.name == "sql sqlite"
    assert found.users.count() == len(SOURCE_ACCOUNTS)


def test_url_and_query_may_be_in_files(tmp_path: Path) -> None:
    path = write_sqlite(tmp_path / "users.db", SOURCE_ACCOUNTS)
    (tmp_path / "url").write_text(f"sqlite:///{path}\n", encoding="utf-8")
    (tmp_path / "query.sql").write_text(f"{QUERY}\nWHERE locked = 0;\n", encoding="utf-8")

    found = opened(
        {
            "SOURCE_KIND": "sql",
            "SOURCE_SQL_URL_FILE": str(tmp_path / "url"),
            "SOURCE_SQL_QUERY_FILE": str(tmp_path / "query.sql"),
        }
    )

    assert found.users.count() == sum(not account.locked for account in SOURCE_ACCOUNTS)


def test_a_file_is_read_where_the_settings_say_so(tmp_path: Path) -> None:
    path = write_csv(tmp_path / "users.csv", SOURCE_ACCOUNTS)

    found = opened({"SOURCE_KIND": "file", "SOURCE_FILE": str(path)})

    assert isinstance(found.users, FileUserSource)
    assert found.name == "file users.csv"
    assert sum(len(page.users) for page in found.users.pages()) == len(SOURCE_ACCOUNTS)


@pytest.mark.parametrize(
    ("given", "missing"),
    [
        ({}, "AUTHCORE_LEGACY_URL and AUTHCORE_LEGACY_API_KEY"),
        ({"LEGACY_URL": "https://legacy.example.com"}, "AUTHCORE_LEGACY_API_KEY"),
        ({**LEGACY, "SOURCE_KIND": "sql"}, "AUTHCORE_SOURCE_SQL_URL and AUTHCORE_SOURCE_SQL_QUERY"),
        ({**LEGACY, "SOURCE_KIND": "file"}, "AUTHCORE_SOURCE_FILE"),
        ({**LEGACY, "SOURCE_KIND": "pool"}, "AUTHCORE_OLD_POOL_USER_POOL_ID"),
    ],
)
def test_what_a_kind_needs_is_named(given: Mapping[str, str], missing: str) -> None:
    with pytest.raises(ConfigurationError) as caught:
        opened(given)
    (problem,) = caught.value.problems
    assert problem.startswith(f"{missing} must be set")


@pytest.mark.parametrize(
    "wrong",
    [
        {"SOURCE_KIND": "ldap"},
        {"SOURCE_SQL_URL": "mysql://user:canary@host/users"},
        {"SOURCE_SQL_URL": "postgresql://canary words"},
        {"SOURCE_SQL_QUERY": " "},
        {"SOURCE_SQL_QUERY": "canary" * 11_000},
        {"SOURCE_SQL_TIMEOUT": "0"},
        {"SOURCE_FILE": "users.xlsx"},
        {"SOURCE_ATTRIBUTES": "email"},
        {"SOURCE_ATTRIBUTES": "name name"},
        {"SOURCE_ATTRIBUTES": "custom:legacy_uid"},
        {"SOURCE_ATTRIBUTES": "phone_number_verified"},
        {"SOURCE_PAGES_PER_SECOND": "0"},
        {"OLD_POOL_USER_POOL_ID": "Old123456"},
    ],
)
def test_a_wrong_value_is_named_and_no_secret_shown(wrong: Mapping[str, str]) -> None:
    (name,) = wrong

    with pytest.raises(ConfigurationError) as caught:
        opened({**LEGACY, **wrong})
    assert f"AUTHCORE_{name} is wrong" in str(caught.value)
    assert "canary" not in str(caught.value)


def test_a_second_statement_in_a_query_stops_the_command_at_its_start() -> None:
    with pytest.raises(ConfigurationError, match="without a semicolon"):
        opened({**SQL, "SOURCE_SQL_QUERY": f"{QUERY}; DELETE FROM users"})


def test_a_source_shows_no_secret() -> None:
    for given in (LEGACY, SQL, POOL):
        assert "canary" not in json.dumps([repr(opened(given)), opened(given).name])


@pytest.mark.parametrize(
    ("given", "change"),
    [
        (LEGACY, {"LEGACY_URL": "https://other.example.com"}),
        (SQL, {"SOURCE_SQL_QUERY": f"{QUERY} WHERE true"}),
        (SQL, {"SOURCE_SQL_URL": "postgresql://reader:canary@other.example.com/users"}),
        (POOL, {"OLD_POOL_USER_POOL_ID": "eu-west-1_Other1234"}),
        (POOL, {"SOURCE_ATTRIBUTES": "name"}),
    ],
)
def test_the_fingerprint_is_another_one_where_something_else_is_read(
    given: Mapping[str, str], change: Mapping[str, str]
) -> None:
    assert opened(given).fingerprint == opened(given).fingerprint
    assert opened({**given, **change}).fingerprint != opened(given).fingerprint


@pytest.mark.parametrize(
    ("given", "change"),
    [
        (LEGACY, {"LEGACY_API_KEY": "canary-another-key"}),
        (LEGACY, {"SOURCE_PAGES_PER_SECOND": "3"}),
        (SQL, {"SOURCE_SQL_URL": SQL["SOURCE_SQL_URL"].replace("canary", "fresh")}),
        (SQL, {"SOURCE_SQL_TIMEOUT": "9"}),
    ],
)
def test_the_fingerprint_outlives_a_new_secret_and_another_pace(
    given: Mapping[str, str], change: Mapping[str, str]
) -> None:
    assert opened({**given, **change}).fingerprint == opened(given).fingerprint


def test_another_file_has_another_fingerprint(tmp_path: Path) -> None:
    one = write_csv(tmp_path / "one.csv", SOURCE_ACCOUNTS)
    two = write_csv(tmp_path / "two.csv", [attrs.evolve(SOURCE_ACCOUNTS[0], locked=False)])

    found = [opened({"SOURCE_KIND": "file", "SOURCE_FILE": str(path)}) for path in (one, one, two)]

    assert len({each.fingerprint for each in found}) == 2
