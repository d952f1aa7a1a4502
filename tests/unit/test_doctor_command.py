"""``authcore doctor`` and ``authcore keys new``, as commands."""

import io
import json
from collections.abc import Mapping
from typing import Any

import attrs
import pytest

from authcore.domain.services.doctor.fresh_keys import fresh_keys
from authcore.domain.services.doctor.reading import OnPart
from authcore.domain.services.doctor.weak_keys import weakness
from authcore.testing.fakes.system import FrozenClock
from authcore.wiring.inspected_settings import load_settings, secrets_of
from authcore.wiring.inspection import OpenExamination
from authcore_cli.app import run
from authcore_cli.doctor_output import PATIENCE, TerminalDoctorOutput
from authcore_cli.process import CommandContext
from unit.doctor_world import ENVIRONMENT, World


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def doctor(world: World, *arguments: str, out: io.StringIO | None = None) -> tuple[int, str, str]:
    out, err = out or io.StringIO(), io.StringIO()
    closed: list[str] = []

    class Connection:
        def close(self) -> None:
            closed.append("closed")

    def examination(environment: Mapping[str, str], on_part: OnPart) -> OpenExamination:
        world.environment = dict(environment)
        made = world.examination()
        made = attrs.evolve(made, reader=attrs.evolve(made.reader, on_part=on_part))
        return OpenExamination(examination=made, connections=(Connection(),))

    context = CommandContext(
        world.environment, io.StringIO(), out, err, clock=FrozenClock(), examination=examination
    )
    status = run(["doctor", *arguments], context)
    assert closed == ["closed"] or status == 2
    return status, out.getvalue(), err.getvalue()


def test_a_clean_deployment_has_status_0() -> None:
    status, out, err = doctor(World(), "--json")

    assert status == 0
    assert json.loads(out)["findings"] == []
    assert json.loads(out)["complete"] is True
    assert err == ""


def test_a_finding_has_status_1_and_says_what_to_do() -> None:
    world = World()
    world.client["PreventUserExistenceErrors"] = "LEGACY"

    status, out, _ = doctor(world, "--json")

    (finding,) = json.loads(out)["findings"]
    assert status == 1
    assert finding["id"] == "cognito_user_pool_client_prevent_user_existence_errors"
    assert "update-user-pool-client" in finding["mend"]
    assert finding["see"].startswith("docs/")


def test_what_could_not_be_read_alone_has_status_3() -> None:
    world = World()
    world.refused["DescribeTable"] = "AccessDeniedException"

    status, out, _ = doctor(world)

    assert status == 3
    assert json.loads(out)["complete"] is False


def test_a_terminal_gets_one_paragraph_a_finding() -> None:
    world = World()
    world.pool["DeletionProtection"] = "INACTIVE\x1b[2J"

    status, out, _ = doctor(world, out=Terminal())

    assert status == 1
    assert "cognito_user_pool_deletion_protection_enabled" in out
    assert "mend: aws cognito-idp" in out
    assert "1 finding, " in out


def test_what_aws_answers_reaches_a_terminal_without_control_characters() -> None:
    world = World()
    world.domain["Status"] = "FAILED\x1b[2J"

    _, out, _ = doctor(world, out=Terminal())

    assert "\\x1b" in out
    assert "\x1b[2J" not in out


def test_a_terminal_shows_what_is_read_after_two_seconds() -> None:
    clock, out = FrozenClock(), Terminal()
    context = CommandContext({}, io.StringIO(), out, io.StringIO(), clock=clock)
    output = TerminalDoctorOutput(context)

    output.on_part("pool")
    assert out.getvalue() == ""
    clock.advance(PATIENCE)
    output.on_part("app clients\x1b[2J")
    output.on_end()

    assert "reading app clients" in out.getvalue()
    assert "\x1b[2J" not in out.getvalue()


def test_an_unknown_check_is_wrong_usage() -> None:
    status, _, err = doctor(World(), "--only", "links_not_writeable")

    assert status == 2
    assert "did you mean links_not_writable?" in err


def test_wrong_settings_are_all_named() -> None:
    world = World()
    world.environment |= {"AUTHCORE_COGNITO_REGION": "Ireland", "AUTHCORE_DOCTOR_PHASE": "later"}

    status, _, err = doctor(world)

    assert status == 2
    assert "AUTHCORE_COGNITO_REGION" in err
    assert "AUTHCORE_DOCTOR_PHASE" in err


@pytest.mark.parametrize(
    "text", ["user_migration", "nothing=arn:aws:lambda:eu-west-1:123456789012:function:f", "x=y"]
)
def test_a_wrong_list_of_functions_is_named(text: str) -> None:
    world = World()
    world.environment["AUTHCORE_DOCTOR_FUNCTIONS"] = text

    status, _, err = doctor(world)

    assert status == 2
    assert "AUTHCORE_DOCTOR_FUNCTIONS is wrong" in err


def keys(*arguments: str) -> str:
    out = io.StringIO()
    status = run(["keys", "new", *arguments], CommandContext({}, io.StringIO(), out, io.StringIO()))
    assert status == 0
    return out.getvalue()


def made() -> dict[str, str]:
    found: dict[str, Any] = json.loads(keys("--json"))
    return found


def test_new_keys_are_what_their_settings_take_and_not_weak() -> None:
    environment = {**ENVIRONMENT, **made()}

    secrets = [each.get() for each in secrets_of(load_settings(environment))]

    assert len(secrets) == 6
    assert all(weakness(value) is None for secret in secrets for value in secret.values)


def test_new_keys_differ_and_are_made_again_each_time() -> None:
    first, second = made(), made()

    assert not {*first.values()} & {*second.values()}
    assert len({*first.values()}) == len(first)


def test_the_guards_key_is_its_callers() -> None:
    lines = dict(line.split("=", 1) for line in keys("--caller", "cms").splitlines())

    assert lines["AUTHCORE_VERIFY_CALLER_KEYS"] == f"cms={lines['AUTHCORE_GUARD_CALLER_KEY']}"


def test_a_wrong_name_of_a_caller_is_wrong_usage() -> None:
    err = io.StringIO()
    context = CommandContext({}, io.StringIO(), io.StringIO(), err)

    assert run(["keys", "new", "--caller", "CMS,"], context) == 2


@pytest.mark.parametrize(
    "key",
    [
        b"short",
        bytes(32),
        bytes(range(32)),
        bytes(range(0, 64, 2)),
        b"ab" * 20,
        b"change-me-change-me-change-me-now",
        b"Y2hhbmdlbWVjaGFuZ2VtZWNoYW5nZW1lY2hhbmdlbWU=",
        b"abcdefghijklmnopqrstuvwxyzabcdef",
        b"your-key-goes-here-0123456789abc",
    ],
)
def test_a_key_that_can_be_guessed_is_weak(key: bytes) -> None:
    assert weakness(key)


def test_many_fresh_keys_are_not_weak() -> None:
    from unit.doctor_world import _Digests

    entropy = _Digests()
    for _ in range(200):
        values = fresh_keys(entropy, caller="app", legacy_caller="legacy").values()
        assert not any(weakness(each.encode()) for each in values)


def test_several_checks_can_be_left_out() -> None:
    world = World()
    world.client["PreventUserExistenceErrors"] = "LEGACY"
    world.pool["DeletionProtection"] = "INACTIVE"
    left_out = (
        "--except",
        "cognito_user_pool_client_prevent_user_existence_errors",
        "--except",
        "cognito_user_pool_deletion_protection_enabled",
    )

    status, out, _ = doctor(world, *left_out)

    assert status == 0
    assert {*left_out} - {"--except"} <= {*json.loads(out)["not_asked"]}
