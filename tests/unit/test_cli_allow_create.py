"""``authcore links allow-create``: what a person lets happen after having looked."""

import io
from collections.abc import Mapping
from datetime import timedelta
from typing import Final

import attrs
import pytest

from authcore.domain.errors import CoordinationUnavailableError
from authcore.domain.services.accounts.account_creation import create_key
from authcore.testing.fakes.audit import InMemoryAuditLog
from authcore.testing.fakes.coordination import InMemoryReplayCache
from authcore.testing.fakes.system import FrozenClock
from authcore_cli.admin_wiring import PendingCreates
from authcore_cli.app import run
from authcore_cli.process import CommandContext


ISSUER: Final = "https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_Ab12Cd34"
SUBJECT: Final = "5f3c1a52-9c1b-4d0e-8f1a-000000000001"
VARIABLES: Final = {
    "AUTHCORE_COGNITO_REGION": "eu-west-1",
    "AUTHCORE_COGNITO_USER_POOL_ID": "eu-west-1_Ab12Cd34",
    "AUTHCORE_COGNITO_CLIENT_ID": "client",
    "AUTHCORE_LINKING_CREATION": "once",
    "AUTHCORE_LINKING_TABLE": "links",
}


class Unreachable(InMemoryReplayCache):
    def forget(self, key: str) -> bool:
        raise CoordinationUnavailableError("the table gives no answer", detail="read timeout")


class World:
    """A user whose account was begun to be created."""

    def __init__(self, memory: type[InMemoryReplayCache] = InMemoryReplayCache) -> None:
        self.intents = memory(FrozenClock())
        self.intents.first_time(create_key(ISSUER, SUBJECT), timedelta(days=3650))
        self.audit = InMemoryAuditLog()

    def allow_create(self, *arguments: str) -> tuple[int, str, str]:
        def pending_creates(_: Mapping[str, str]) -> PendingCreates:
            return PendingCreates(self.intents, ISSUER, self.audit)

        return ran(*arguments, context=attrs.evolve(nowhere(), pending_creates=pending_creates))

    def remembers(self, subject: str = SUBJECT) -> bool:
        return not self.intents.first_time(create_key(ISSUER, subject), timedelta(1))


def nowhere(environment: Mapping[str, str] = VARIABLES) -> CommandContext:
    return CommandContext(environment, io.StringIO(), io.StringIO(), io.StringIO())


def ran(*arguments: str, context: CommandContext) -> tuple[int, str, str]:
    status = run(["links", "allow-create", *arguments], context)
    out, err = context.stdout, context.stderr
    assert isinstance(out, io.StringIO)
    assert isinstance(err, io.StringIO)
    return status, out.getvalue(), err.getvalue()


def test_the_begun_create_of_this_user_is_forgotten_and_it_is_recorded() -> None:
    # AL-07, AL-08
    world = World()

    status, out, err = world.allow_create(SUBJECT)

    assert (status, err) == (0, "")
    assert "may create a legacy account" in out
    assert not world.remembers()
    assert [(e.action, e.outcome, e.subject) for e in world.audit.events] == [
        ("links.allow_create", "accepted", SUBJECT)
    ]


def test_of_another_user_nothing_is_forgotten() -> None:
    # AL-07
    world = World()

    status, out, err = world.allow_create(SUBJECT.replace("1", "2"))

    assert (status, out) == (1, "")
    assert "no create is remembered" in err
    assert world.remembers()
    assert world.audit.events == []


def test_without_an_answer_nobody_is_told_that_it_is_done() -> None:
    # AL-07, AL-08
    world = World(Unreachable)

    status, out, err = world.allow_create(SUBJECT)

    assert (status, out) == (3, "")
    assert "coordination_unavailable" in err
    assert [(e.action, e.outcome, e.subject, e.detail) for e in world.audit.events] == [
        ("links.allow_create", "unavailable", SUBJECT, "read timeout")
    ]


@pytest.mark.parametrize("subject", ["", "a b", "ä", "--all", "x" * 129])
def test_what_is_no_sub_is_wrong_usage(subject: str) -> None:
    world = World()

    status, _, err = world.allow_create(subject)

    assert status == 2
    assert err
    assert world.remembers()


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        ({"AUTHCORE_LINKING_CREATION": "lease"}, "AUTHCORE_LINKING_CREATION is not once"),
        ({"AUTHCORE_LINKING_CREATION": ""}, "AUTHCORE_LINKING_CREATION is not once"),
        ({"AUTHCORE_LINKING_TABLE": ""}, "AUTHCORE_LINKING_TABLE is missing"),
        ({"AUTHCORE_COGNITO_USER_POOL_ID": ""}, "AUTHCORE_COGNITO_USER_POOL_ID is missing"),
    ],
)
def test_settings_under_which_nothing_can_be_remembered_are_refused(
    changes: dict[str, str], problem: str
) -> None:
    status, _, err = ran(SUBJECT, context=nowhere({**VARIABLES, **changes}))

    assert status == 2
    assert problem in err
