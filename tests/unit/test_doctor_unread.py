"""What cannot be read, in time or at all, is a finding and never good."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any, Final

import attrs
import pytest

from authcore.domain.errors import ProviderUnavailableError
from authcore.domain.model.checks import UNREAD
from authcore.domain.services.doctor.reading import MAX_DURATION, MAX_PART, OUT_OF_TIME
from support.gate import sampled
from unit.doctor_old_misconfigurations import OF_THE_OLD_POOL
from unit.doctor_plants import Plant, both, from_old_pool, function, old, site, variable
from unit.doctor_world import World, arn_of


OPERATIONS: Final = [
    "DescribeUserPool",
    "ListUserPoolClients",
    "DescribeUserPoolClient",
    "DescribeUserPoolDomain",
    "ListIdentityProviders",
    "DescribeIdentityProvider",
    "DescribeRiskConfiguration",
    "GetWebACLForResource",
    "GetProvisionedLimit",
    "GetFunctionConfiguration",
    "GetPolicy",
    "DescribeTable",
    "DescribeTimeToLive",
]
GARBAGE: Final[list[Any]] = [None, 7, "text", [], {"": {}}, [[]], -1, 10**30, True]


@pytest.mark.parametrize("kind", ["AccessDeniedException", "InternalErrorException"])
@pytest.mark.parametrize("operation", OPERATIONS)
def test_what_cannot_be_read_is_a_finding_and_never_good(operation: str, kind: str) -> None:
    world = World()
    world.refused[operation] = kind

    report = world.report()

    assert {each.id for each in report.findings} == {UNREAD}
    assert all(kind in each.evidence for each in report.findings)
    assert report.skipped
    assert not {*report.skipped} & {*report.passed}
    assert not report.is_complete
    assert "canary" not in repr(report)


@pytest.mark.parametrize("kind", ["AccessDeniedException", "ResourceNotFoundException"])
@pytest.mark.parametrize(
    ("operation", "part"),
    [
        ("DescribeUserPool", "old pool"),
        ("ListUserPoolClients", "app clients of the old pool"),
        ("DescribeUserPoolClient", "app clients of the old pool"),
    ],
)
def test_an_old_pool_that_cannot_be_read_is_a_finding_and_never_good(
    operation: str, part: str, kind: str
) -> None:
    world = World()
    from_old_pool(world)
    world.old_pool.refused[operation] = kind

    report = world.report()

    assert [each.evidence for each in report.findings] == [f"{part} could not be read: {kind}"]
    assert report.skipped
    assert {*report.skipped} < {*OF_THE_OLD_POOL}
    assert report.findings[0].mend.startswith("give the operator deploy/policies/doctor.json")


def test_what_a_migration_function_does_that_cannot_be_read_is_not_good() -> None:
    world = World()
    both(from_old_pool, old("pool", MfaConfiguration="ON"))(world)
    world.refused["GetFunctionConfiguration"] = "AccessDeniedException"

    report = world.report()

    assert {"old_pool_kind", "old_pool_second_factors"} <= {*report.skipped}


@pytest.mark.parametrize("garbage", sampled(GARBAGE, of=4))
@pytest.mark.parametrize("part", ["pool", "client", "application"])
def test_garbage_of_the_old_pool_ends_with_no_traceback(part: str, garbage: Any) -> None:
    for member in getattr(World().old_pool, part):
        world = World()
        both(from_old_pool, old(part, **{member: garbage} if member != "ClientId" else {}))(world)

        assert "canary" not in repr(world.report())


@pytest.mark.parametrize(
    ("unread", "spoil", "found"),
    [
        (
            lambda world: world.functions[arn_of("user_migration")].update(Timeout="canary"),
            function("pre_sign_up", Timeout=3),
            "trigger_timeouts",
        ),
        (
            variable("VERIFY_CALLER_KEYS_FILE", "/gone"),
            variable("LEGACY_API_KEY", "legacy"),
            "keys_strong",
        ),
        (
            site("session", None),
            site("app with cookies", (431, {}, b"")),
            "request_heads_pass",
        ),
    ],
)
def test_one_part_that_cannot_be_read_hides_no_fault_of_another(
    unread: Plant, spoil: Plant, found: str
) -> None:
    world = World()
    world.environment.pop("AUTHCORE_VERIFY_CALLER_KEYS")
    both(unread, spoil)(world)

    assert world.found() == {UNREAD, found}


def test_what_depends_on_a_site_that_does_not_answer_has_not_passed() -> None:
    world = World()
    both(site("session", None), site("app", None))(world)

    report = world.report()

    assert "request_heads_pass" in report.skipped


@pytest.mark.parametrize("question", ["keys", "ready", "session", "sign-in", "app"])
def test_a_site_that_does_not_answer_is_a_finding(question: str) -> None:
    world = World()
    world.sites.answers[question] = None

    assert UNREAD in world.found()


@pytest.mark.parametrize("garbage", sampled(GARBAGE, of=4))
@pytest.mark.parametrize(
    "place", ["pool", "client", "domain", "providers", "functions", "table", "risks", "limit"]
)
def test_garbage_ends_with_a_finding_and_no_traceback(place: str, garbage: Any) -> None:
    for member in _members(place):
        world = World()
        _spoil(world, place, member, garbage)

        report = world.report()

        assert "canary" not in repr(report)


def _members(place: str) -> list[str]:
    found = getattr(World(), place)
    if place == "providers":
        return [*found["Google"]]
    if place == "functions":
        return [*found[arn_of("user_migration")]]
    return [*found] if isinstance(found, dict) and found else [""]


def _spoil(world: World, place: str, member: str, garbage: Any) -> None:
    found = getattr(world, place)
    if place == "providers":
        found["Google"][member] = garbage if member != "ProviderName" else "Google"
    elif place == "functions":
        found[arn_of("user_migration")][member] = garbage
    elif member and not (place == "client" and member == "ClientId"):
        found[member] = garbage
    elif place in ("risks", "limit"):
        setattr(world, place, garbage)


def test_each_part_is_told_before_it_is_read() -> None:
    world = World()

    world.report()

    assert world.parts[0] == "pool"
    assert {"app clients", "table authcore", "keys of the pool"} <= {*world.parts}


@pytest.mark.parametrize(
    ("plant", "mend"),
    [
        (site("app", None), "make sure that it runs"),
        (
            lambda world: world.refused.update(DescribeTable="AccessDeniedException"),
            "give the operator deploy/policies/doctor.json",
        ),
    ],
)
def test_the_command_for_an_unread_part_fits_its_failure(plant: Plant, mend: str) -> None:
    world = World()
    plant(world)

    (finding,) = world.report().findings

    assert finding.id == UNREAD
    assert finding.mend.startswith(mend)


def test_what_is_not_read_in_time_is_unread() -> None:
    world = World()
    examination = world.examination()
    world.sites.clock.advance(MAX_DURATION + timedelta(seconds=1))

    report = examination.report()

    assert {each.id for each in report.findings} == {UNREAD}
    assert all(OUT_OF_TIME in each.evidence for each in report.findings)


def test_a_part_that_takes_too_long_is_given_up() -> None:
    limits: list[timedelta] = []

    def limit(within: timedelta, read: Callable[[], Any]) -> Any:
        limits.append(within)
        if world.parts[-1] == "pool":
            world.sites.clock.advance(MAX_DURATION - timedelta(seconds=5))
            raise ProviderUnavailableError("no complete answer", detail=OUT_OF_TIME)
        return read()

    world = World()
    examination = world.examination()
    report = attrs.evolve(
        examination, reader=attrs.evolve(examination.reader, limit=limit)
    ).report()

    assert [each.evidence for each in report.findings] == [f"pool could not be read: {OUT_OF_TIME}"]
    assert {*limits} == {MAX_PART, timedelta(seconds=5)}
