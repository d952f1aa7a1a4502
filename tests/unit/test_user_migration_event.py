"""The user migration event, in and out."""

import copy
import json
import logging
from datetime import timedelta

import attrs
import pytest

from authcore.domain.errors import ConfigurationError
from authcore.domain.model.accounts import Credentials, LegacyAccount, PoolKind
from authcore.domain.model.passwords import PasswordPolicy
from authcore.domain.services.accounts.user_migration import UserMigration
from authcore.ports.legacy_accounts import LegacyAccounts
from authcore.testing.fakes.audit import InMemoryAuditLog
from authcore.testing.fakes.legacy_accounts import InMemoryLegacyAccounts
from authcore_lambda import user_migration
from authcore_lambda.deadlines import deadline
from authcore_lambda.deadlines.deadline import ANSWER_MARGIN, NO_TIME, Deadline
from authcore_lambda.events.types import OUTAGE_TEXT, Event
from authcore_lambda.user_migration import (
    MigrationUnavailableError,
    UserMigrationTrigger,
    build_handler,
)
from unit.trigger_world import shows_nothing_of_its_cause
from unit.user_migration_world import BUDGET, EMMA, MAPPING, PASSWORD, legacy_accounts, trigger_on


def event(
    source: str = "UserMigration_Authentication",
    *,
    username: str = "emma",
    password: str | None = PASSWORD,
) -> Event:
    request: dict[str, object] = {"validationData": None, "clientMetadata": None}
    if password is not None:
        request["password"] = password
    return {
        "version": "1",
        "triggerSource": source,
        "region": "eu-west-1",
        "userPoolId": "eu-west-1_Example",
        "userName": username,
        "callerContext": {"awsSdkVersion": "aws-sdk-unknown-unknown", "clientId": "1example2"},
        "request": request,
        "response": {"userAttributes": None, "finalUserStatus": None},
    }


def forgotten(username: str = "emma") -> Event:
    return event("UserMigration_ForgotPassword", username=username, password=None)


class Context:
    """Lambda's context with this much time left."""

    def __init__(self, milliseconds: int) -> None:
        self._milliseconds = milliseconds

    def get_remaining_time_in_millis(self) -> int:
        return self._milliseconds


@pytest.fixture(name="accounts", scope="module")
def _accounts() -> InMemoryLegacyAccounts:
    return legacy_accounts()


@pytest.fixture(name="trigger", scope="module")
def _trigger(accounts: InMemoryLegacyAccounts) -> UserMigrationTrigger:
    return trigger_on(accounts)


def test_a_proven_password_creates_a_confirmed_user(trigger: UserMigrationTrigger) -> None:
    asked = event()

    answered = trigger(copy.deepcopy(asked), None)

    assert answered == {
        **asked,
        "response": {
            "userAttributes": {
                "email": "emma@hartfield.example",
                "email_verified": "true",
                "name": "Emma Woodhouse",
                "custom:legacy_uid": "1815",
            },
            "finalUserStatus": "CONFIRMED",
            "messageAction": "SUPPRESS",
            "desiredDeliveryMediums": ["EMAIL"],
            "forceAliasCreation": False,
        },
    }


def test_the_answer_is_json_with_strings_only(trigger: UserMigrationTrigger) -> None:
    answered = json.loads(json.dumps(trigger(event(), None)))

    assert all(isinstance(v, str) for v in answered["response"]["userAttributes"].values())


def test_a_forgotten_password_creates_a_user_without_a_final_status(
    trigger: UserMigrationTrigger,
) -> None:
    """Any final status but CONFIRMED makes Cognito fail; left out means RESET_REQUIRED."""
    # MG-04
    response = trigger(forgotten(), None)["response"]

    assert "finalUserStatus" not in response
    assert response["messageAction"] == "SUPPRESS"
    assert response["userAttributes"]["email_verified"] == "true"


def test_a_weak_password_creates_a_user_without_a_final_status(
    accounts: InMemoryLegacyAccounts,
) -> None:
    """Cognito does not hold migrated passwords against its policy; left out means reset."""
    trigger = trigger_on(accounts, passwords=PasswordPolicy(len(PASSWORD) + 1))

    response = trigger(event(), None)["response"]

    assert "finalUserStatus" not in response
    assert response["userAttributes"]["custom:legacy_uid"] == "1815"


@pytest.mark.parametrize(
    ("pool", "typed", "username"),
    [
        ("username", "emma", None),
        ("email", "emma@hartfield.example", None),
        ("alias", "emma", None),
        ("alias", "emma@hartfield.example", "emma"),
    ],
)
def test_a_user_name_is_given_only_where_an_alias_was_typed(
    accounts: InMemoryLegacyAccounts, pool: PoolKind, typed: str, username: str | None
) -> None:
    """Anywhere else Cognito takes what was typed, or makes one up."""
    for asked in (event(username=typed), forgotten(typed)):
        given = trigger_on(accounts, pool)(asked, None)["response"]["userAttributes"]

        assert given.get("username") == username
        assert (given["email"], given["email_verified"]) == ("emma@hartfield.example", "true")


@pytest.mark.parametrize("pool", ["email", "alias"])
@pytest.mark.parametrize("source", ["", "UserMigration_ForgotPassword"])
def test_whom_a_pool_could_not_find_again_gets_the_event_as_it_came(
    pool: PoolKind, source: str
) -> None:
    # MG-03
    accounts = InMemoryLegacyAccounts()
    accounts.add(attrs.evolve(EMMA, username="george@hartfield.example"), PASSWORD)
    trigger = trigger_on(accounts, pool)
    name = "george@hartfield.example"
    asked = event(username=name) if not source else forgotten(name)

    assert trigger(asked, None) == asked


@pytest.mark.parametrize(
    "asked",
    [
        event(password="wrong"),
        event(password=""),
        event(username="nobody"),
        forgotten("nobody"),
        forgotten("george"),
        event(username="emma@hartfield.example"),
        forgotten("emma@hartfield.example"),
        event(username="harriet"),
        forgotten("harriet"),
        event(username="robert"),
        forgotten("robert"),
    ],
    ids=[
        "wrong",
        "empty",
        "unknown",
        "forgotten by nobody",
        "forgotten, unreachable",
        "another name",
        "forgotten by another name",
        "linked",
        "forgotten, linked",
        "locked",
        "forgotten, locked",
    ],
)
def test_every_no_is_the_event_as_it_came(trigger: UserMigrationTrigger, asked: Event) -> None:
    # MG-03
    assert trigger(asked, None) == asked


@pytest.mark.parametrize(
    "source",
    ["", "PreSignUp_SignUp", "UserMigration_", "usermigration_authentication", "TokenGeneration"],
)
def test_another_trigger_source_is_left_alone(trigger: UserMigrationTrigger, source: str) -> None:
    # LT-03
    assert trigger(event(source), None) == event(source)


@pytest.mark.parametrize(
    "planted",
    [
        {"userName": "emma", "username": "emma", "legacy_uid": "1815"},
        {"email": "emma@hartfield.example", "email_verified": "true"},
        {"custom:legacy_uid": "1815"},
    ],
)
@pytest.mark.parametrize("member", ["validationData", "clientMetadata", "userAttributes"])
def test_what_the_client_can_set_decides_nothing(
    trigger: UserMigrationTrigger, member: str, planted: dict[str, str]
) -> None:
    # LT-07
    asked = event(username="george", password="Donwell-Abbey")
    asked["request"][member] = planted

    answered = trigger(asked, None)

    assert answered["response"]["userAttributes"] == {
        "name": "Emma Woodhouse",
        "custom:legacy_uid": "1776",
    }


def test_an_outage_raises_one_fixed_sentence() -> None:
    accounts = InMemoryLegacyAccounts()
    accounts.go_down()

    for asked in (event(), forgotten()):
        with pytest.raises(MigrationUnavailableError, match=f"^{OUTAGE_TEXT}$") as raised:
            trigger_on(accounts)(asked, None)
        assert shows_nothing_of_its_cause(raised.value)


def test_a_fault_of_our_own_shows_nobody_its_text(caplog: pytest.LogCaptureFixture) -> None:
    # MG-02
    class Faulty(InMemoryLegacyAccounts):
        def authenticate(self, credentials: Credentials) -> LegacyAccount:
            raise RuntimeError(credentials.password)

    with caplog.at_level(logging.DEBUG), pytest.raises(MigrationUnavailableError) as raised:
        trigger_on(Faulty())(event(), None)

    assert str(raised.value) == OUTAGE_TEXT
    assert shows_nothing_of_its_cause(raised.value)
    assert "RuntimeError at authenticate" in caplog.text
    assert "canary" not in caplog.text


def test_overlapping_and_repeated_events_are_answered_alike(
    trigger: UserMigrationTrigger,
) -> None:
    # LT-02
    answers = [trigger(event(), None) for _ in range(5)]

    assert answers == [answers[0]] * 5


def test_a_warm_container_keeps_nothing_of_the_previous_user(
    trigger: UserMigrationTrigger,
) -> None:
    # LT-05
    for turn in range(1000):
        emma = trigger(event(), None)["response"]["userAttributes"]
        george = trigger(event(username="george", password="Donwell-Abbey"), None)
        wrong = trigger(event(username="emma", password=f"wrong-{turn}"), None)

        assert emma["custom:legacy_uid"] == "1815"
        assert george["response"]["userAttributes"] == {
            "name": "Emma Woodhouse",
            "custom:legacy_uid": "1776",
        }
        assert wrong["response"]["userAttributes"] is None


@pytest.mark.parametrize(
    ("context", "started", "given"),
    [
        (None, 100.0, BUDGET),
        (Context(30_000), 100.0, BUDGET),
        (Context(1500), 100.0, timedelta(milliseconds=1500)),
        (Context(30_000), 98.0, timedelta(seconds=2)),
        (Context(100), 100.0, timedelta(milliseconds=100)),
        (Context(30_000), 90.0, timedelta(seconds=-6)),
    ],
)
def test_the_legacy_call_gets_what_is_left_of_the_budget_and_of_the_function(
    monkeypatch: pytest.MonkeyPatch, context: Context | None, started: float, given: timedelta
) -> None:
    # LT-01
    monkeypatch.setattr(deadline, "monotonic", lambda: 100.0)
    asked: list[timedelta] = []

    def accounts(left: timedelta) -> LegacyAccounts:
        asked.append(left)
        return InMemoryLegacyAccounts()

    def migration(time: Deadline, _: object) -> UserMigration:
        return UserMigration(
            accounts=accounts(time.remaining(NO_TIME)),
            audit=InMemoryAuditLog(),
            attributes=MAPPING,
        )

    trigger = UserMigrationTrigger(migration=migration, budget=BUDGET)
    trigger(event(), context, started=started)

    assert asked[-1] == given - ANSWER_MARGIN


# --- settings --------------------------------------------------------------------------------


def test_every_wrong_setting_is_named_at_once() -> None:
    with pytest.raises(ConfigurationError) as refused:
        build_handler({"AUTHCORE_LEGACY_URL": "http://legacy.example"})

    problems = " ".join(refused.value.problems)
    assert "AUTHCORE_LEGACY_URL" in problems
    assert "AUTHCORE_LEGACY_API_KEY" in problems


def test_a_mapping_that_gives_away_roles_does_not_start() -> None:
    # MG-06
    with pytest.raises(ConfigurationError):
        build_handler(
            {
                "AUTHCORE_LEGACY_URL": "https://legacy.example",
                "AUTHCORE_LEGACY_API_KEY": "key",
                "AUTHCORE_MIGRATION_ATTRIBUTES": "email=email custom:role=display_name",
            }
        )


def test_a_function_without_settings_answers_the_fixed_sentence_and_logs_the_reason(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setenv("AUTHCORE_LEGACY_URL", "x")

    with caplog.at_level(logging.DEBUG), pytest.raises(MigrationUnavailableError):
        user_migration.handler(event(), None)

    assert "AUTHCORE_LEGACY_API_KEY is missing" in caplog.text
    assert "canary" not in caplog.text
