"""``authcore sessions end``: an administrator ends what a user has on every device."""

import io
from collections.abc import Mapping
from datetime import timedelta
from typing import Final

import attrs
import pytest

from authcore.domain.model.usernames import LEGACY_UID
from authcore.domain.model.validator_settings import MAX_LEEWAY
from authcore.domain.services.sessions.sign_out_everywhere import LONGEST_SESSION, SignOutEverywhere
from authcore.testing.fakes.audit import InMemoryAuditLog
from authcore.testing.fakes.revocation import InMemoryRevocationList
from authcore.testing.fakes.system import FrozenClock
from authcore.testing.fakes.user_directory import InMemoryUserDirectory, InMemoryUserSessions
from authcore_cli.admin_wiring import SessionTools
from authcore_cli.app import run
from authcore_cli.process import CommandContext
from authcore_cli.sessions_commands import NO_CALL, NO_LIST, TOKENS_STAY_VALID


VARIABLES: Final = {
    "AUTHCORE_COGNITO_REGION": "eu-west-1",
    "AUTHCORE_COGNITO_USER_POOL_ID": "eu-west-1_Ab12Cd34",
    "AUTHCORE_COGNITO_CLIENT_ID": "client",
}


LEEWAY: Final = timedelta(seconds=10)


class World:
    """A pool in which anna is signed in twice."""

    def __init__(self) -> None:
        self.clock = FrozenClock()
        self.directory = InMemoryUserDirectory()
        self.subject = self.directory.add("anna").subject
        self.sessions = InMemoryUserSessions(self.directory)
        self.sessions.begin("anna")
        self.sessions.begin("anna")
        self.revocations = InMemoryRevocationList(self.clock)
        self.audit = InMemoryAuditLog()

    def end(self, *arguments: str, at_once: bool = True) -> tuple[int, str, str]:
        return self.run("end", *arguments, at_once=at_once)

    def run(self, command: str, *arguments: str, at_once: bool = True) -> tuple[int, str, str]:
        def tools(_: Mapping[str, str]) -> SessionTools:
            everywhere = SignOutEverywhere(
                directory=self.directory,
                sessions=self.sessions,
                revocations=self.revocations if at_once else None,
                leeway=LEEWAY,
                clock=self.clock,
                audit=self.audit,
            )
            return SessionTools(everywhere=everywhere, at_once=at_once)

        changed = attrs.evolve(context(), session_tools=tools)
        return ran(*arguments, context=changed, command=command)


def context(environment: Mapping[str, str] = VARIABLES) -> CommandContext:
    return CommandContext(environment, io.StringIO(), io.StringIO(), io.StringIO())


def ran(*arguments: str, context: CommandContext, command: str = "end") -> tuple[int, str, str]:
    status = run(["sessions", command, *arguments], context)
    out, err = context.stdout, context.stderr
    assert isinstance(out, io.StringIO)
    assert isinstance(err, io.StringIO)
    return status, out.getvalue(), err.getvalue()


def test_all_sessions_of_the_user_end_and_the_user_is_named_by_its_sub() -> None:
    # RF-08
    world = World()

    status, out, err = world.end("anna")

    assert status == 0
    assert out == f"all Cognito sessions of {world.subject} have ended\n"
    assert TOKENS_STAY_VALID not in err
    assert world.sessions.open == {}
    assert world.revocations.users[world.subject][0] == world.clock.now() + LEEWAY
    assert [(e.action, e.outcome, e.subject) for e in world.audit.events] == [
        ("sign_out.everywhere", "accepted", world.subject)
    ]


def test_where_no_list_is_shared_it_is_said_that_tokens_live_on() -> None:
    world = World()

    status, _, err = world.end("anna", at_once=False)

    assert status == 0
    assert err.startswith(f"authcore: {TOKENS_STAY_VALID}\n")
    assert world.sessions.open == {}


def test_the_legacy_account_whose_sessions_remain_is_named_and_until_when_they_are_refused() -> (
    None
):
    # RF-08
    world = World()
    world.directory.set_attributes("anna", {LEGACY_UID: "1847"})

    _, _, err = world.end("anna")

    until = (world.clock.now() + LONGEST_SESSION + MAX_LEEWAY).strftime("%Y-%m-%d %H:%M UTC")
    assert err == (
        f"authcore: sessions of the old login at legacy account 1847 have not ended: {NO_CALL}; "
        f"until {until} the doors that read the table refuse them, if the legacy system stores "
        f"{world.subject} at the account\n"
    )
    assert world.revocations.is_user_revoked(world.subject)
    assert [event.legacy_uid for event in world.audit.events] == ["1847"]


def test_where_no_list_is_shared_the_old_login_goes_on_and_the_operator_reads_so() -> None:
    _, _, err = World().end("anna", at_once=False)

    assert "a legacy account that names this user, if there is one, have not ended" in err
    assert "meanwhile they are admitted everywhere: no revocation list is shared" in err


def test_a_legacy_id_in_the_pool_does_not_steer_the_terminal() -> None:
    world = World()
    world.directory.set_attributes("anna", {LEGACY_UID: "\x1b[2J"})

    assert "\x1b" not in world.end("anna")[2]


def test_nobody_is_a_no() -> None:
    world = World()

    status, out, err = world.end("bob")

    assert (status, out) == (1, "")
    assert err == "authcore: account_not_found: the pool has no such user\n"
    assert len(world.sessions.open) == 2


def test_without_an_answer_nobody_is_told_that_it_is_done() -> None:
    world = World()
    world.revocations.unavailable = True

    status, out, err = world.end("anna")

    assert (status, out) == (3, "")
    assert "coordination_unavailable" in err


@pytest.mark.parametrize("arguments", [(), ("anna", "bob"), ("--all",)])
def test_one_user_is_named(arguments: tuple[str, ...]) -> None:
    world = World()

    status, _, err = world.end(*arguments)

    assert status == 2
    assert err
    assert len(world.sessions.open) == 2


def test_all_settings_that_are_missing_are_named_at_once() -> None:
    variables = {"AUTHCORE_REVOCATIONS_KEPT_IN": "table"}

    status, _, err = ran("anna", context=context(variables))

    assert status == 2
    for name in (*VARIABLES, "AUTHCORE_STORE_TABLE"):
        assert f"{name} is missing" in err


def test_an_administrator_allows_the_old_login_again() -> None:
    # RF-08
    world = World()
    world.end("anna")

    status, out, _ = world.run("allow", "anna")

    assert (status, out) == (
        0,
        f"sessions of the old login of {world.subject} are admitted again\n",
    )
    assert not world.revocations.is_user_revoked(world.subject)
    assert world.revocations.is_user_revoked(world.subject, signed_in_at=world.clock.now())
    assert world.audit.events[-1].action == "sign_out.allow"


def test_where_no_list_is_shared_there_is_nothing_to_allow() -> None:
    status, out, err = World().run("allow", "anna", at_once=False)

    assert (status, out) == (0, "")
    assert NO_LIST in err


def test_nobody_unknown_is_allowed_anything() -> None:
    assert World().run("allow", "berta")[0] == 1
