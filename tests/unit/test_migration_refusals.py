"""Which refusal of a migration is told, and what is noted of it."""

from typing import Any

import attrs
import pytest

from authcore.domain.errors import (
    AccountLockedError,
    AccountMismatchError,
    AccountNotFoundError,
    CredentialsRejectedError,
    LegacyUnavailableError,
    RejectedError,
)
from authcore.domain.model.accounts import Credentials, LegacyAccount
from authcore.domain.model.passwords import PasswordPolicy
from authcore.domain.services.accounts.user_migration import MigratedUser, UserMigration
from authcore.testing.fakes.audit import InMemoryAuditLog
from authcore.testing.fakes.legacy_accounts import InMemoryLegacyAccounts
from unit.migration_world import EMMA, MAPPING, RIGHT


UNVERIFIED = attrs.evolve(EMMA, email_verified=False)


class Answering(InMemoryLegacyAccounts):
    """Answers every look-up and every password with *answer*."""

    def __init__(self, answer: LegacyAccount | Exception | None) -> None:
        super().__init__()
        self._answer = answer

    def find(self, username: str) -> LegacyAccount | None:
        if isinstance(self._answer, Exception):
            raise self._answer
        return self._answer

    def authenticate(self, credentials: Credentials) -> LegacyAccount:
        found = self.find(credentials.username)
        assert found is not None
        return found


class World:
    def __init__(self, answer: LegacyAccount | Exception | None, **choices: Any) -> None:
        self.audit = InMemoryAuditLog()
        self.migration = UserMigration(
            accounts=Answering(answer), audit=self.audit, attributes=MAPPING, **choices
        )

    @property
    def noted(self) -> list[tuple[str, str, str, str | None]]:
        return [
            (event.action.partition(".")[2], event.outcome, event.reason, event.legacy_uid)
            for event in self.audit.events
        ]


@pytest.mark.parametrize(
    "refusal",
    [AccountNotFoundError("none"), AccountLockedError("locked"), AccountMismatchError("other")],
    ids=lambda e: e.code,
)
def test_a_forgotten_password_that_the_legacy_system_refuses_is_audited(
    refusal: RejectedError,
) -> None:
    world = World(refusal)
    assert world.migration.forgot_password("emma") is None
    assert world.noted == [("forgot_password", "rejected", refusal.code, None)]


def test_a_forgotten_password_of_an_unknown_name_is_audited() -> None:
    world = World(None)
    assert world.migration.forgot_password("emma") is None
    assert world.noted == [("forgot_password", "rejected", "account_not_found", None)]


@pytest.mark.parametrize(
    ("account", "typed", "reason"),
    [
        (UNVERIFIED, "emma", "email_not_verified"),
        (attrs.evolve(EMMA, locked=True), "emma", "account_locked"),
        (attrs.evolve(EMMA, cognito_id="sub-emma"), "emma", "already_linked"),
        (EMMA, "harriet", "username_differs"),
        (attrs.evolve(UNVERIFIED, locked=True), "emma", "account_locked"),
        (attrs.evolve(UNVERIFIED, cognito_id="sub-emma"), "emma", "already_linked"),
        (UNVERIFIED, "harriet", "username_differs"),
        (attrs.evolve(EMMA, locked=True, cognito_id="sub-emma"), "harriet", "account_locked"),
    ],
)
def test_the_first_refusal_of_a_forgotten_password_is_the_one_that_is_audited(
    account: LegacyAccount, typed: str, reason: str
) -> None:
    world = World(account)
    assert world.migration.forgot_password(typed) is None
    assert world.noted == [("forgot_password", "rejected", reason, "1815")]


def test_a_forgotten_password_without_an_answer_is_audited_as_an_outage() -> None:
    world = World(LegacyUnavailableError("down"))
    with pytest.raises(LegacyUnavailableError):
        world.migration.forgot_password("emma")
    assert world.noted == [("forgot_password", "unavailable", "legacy_unavailable", None)]


def test_a_wrong_password_and_an_outage_are_audited_as_what_they_are() -> None:
    wrong = World(CredentialsRejectedError("wrong"))
    assert wrong.migration.authenticate(RIGHT) is None
    assert wrong.noted == [("authenticate", "rejected", CredentialsRejectedError.code, None)]

    down = World(LegacyUnavailableError("down"))
    with pytest.raises(LegacyUnavailableError):
        down.migration.authenticate(RIGHT)
    assert down.noted == [("authenticate", "unavailable", "legacy_unavailable", None)]


@pytest.mark.parametrize("case_sensitive", [True, False])
def test_names_that_differ_in_more_than_letter_case_are_two(*, case_sensitive: bool) -> None:
    """In lower case, not in upper case: ``ß`` is not ``SS``, and an i without its dot no I."""
    for stored, typed in (("strasse", "straße"), ("emine", "em\u0131ne")):
        world = World(attrs.evolve(EMMA, username=stored), case_sensitive=case_sensitive)
        assert world.migration.authenticate(Credentials(typed, RIGHT.password)) is None
        assert [reason for *_, reason, _ in world.noted] == ["username_differs"]


@pytest.mark.parametrize(("case_sensitive", "migrated"), [(True, False), (False, True)])
def test_letter_case_tells_names_apart_only_where_the_pool_tells_them_apart(
    *, case_sensitive: bool, migrated: bool
) -> None:
    world = World(EMMA, case_sensitive=case_sensitive)
    user = world.migration.authenticate(Credentials("EMMA", RIGHT.password))
    assert (user is not None) is migrated


@pytest.mark.parametrize(
    ("account", "password", "keeps", "reason"),
    [
        (EMMA, "short", False, "ok"),
        (EMMA, "long enough for it", True, "ok"),
        (UNVERIFIED, "short", True, "weak_password_kept"),
        (UNVERIFIED, "long enough for it", True, "ok_unreachable"),
    ],
)
def test_a_weak_password_is_replaced_where_a_code_can_reach_the_user(
    account: LegacyAccount, password: str, reason: str, *, keeps: bool
) -> None:
    world = World(account, passwords=PasswordPolicy(min_length=12, classes=frozenset()))
    user = world.migration.authenticate(Credentials("emma", password))
    assert isinstance(user, MigratedUser)
    assert user.keeps_password is keeps
    assert world.noted == [("authenticate", "accepted", reason, "1815")]


def test_without_a_policy_every_proven_password_is_kept() -> None:
    world = World(EMMA)
    user = world.migration.authenticate(Credentials("emma", "x"))
    assert user is not None
    assert user.keeps_password


def test_a_value_that_is_too_long_is_left_out_and_audited() -> None:
    # MG-06
    for length, kept in ((2048, True), (2049, False)):
        world = World(attrs.evolve(EMMA, display_name="x" * length))
        user = world.migration.authenticate(RIGHT)
        assert user is not None
        assert ("name" in user.attributes) is kept
        long = [] if kept else [("attributes", "rejected", "too_long", "1815")]
        assert world.noted == [*long, ("authenticate", "accepted", "ok", "1815")]
