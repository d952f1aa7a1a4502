"""Groups, roles and configured claims through every guard."""

from collections.abc import Callable
from typing import Any, Final

import pytest

from authcore.domain.model.audit import Outcome
from authcore.domain.model.session import User
from authcore.domain.model.user_mapping import UserMapping
from authcore.domain.services.sessions.session_guard import SessionGuard
from authcore.domain.services.sessions.user_check import ACTION
from authcore_guard import asgi
from authcore_guard.container import guard_container
from doors import frameworks
from doors.door_world import environment_for
from doors.frameworks import DOORS, GuardedRequest
from doors.guard_world import GuardWorld
from doors.world import DoorWorld
from unit.asgi_calls import PAGE, open_websocket
from unit.session_world import ACCOUNT, DUE


REFUSED: Final[tuple[str, Outcome, str]] = (ACTION, "rejected", "group_required")


class MappedWorld(DoorWorld):
    """Its users have claims and roles."""

    def session_guard(self, **changes: Any) -> SessionGuard:
        users = UserMapping(claims=("tier", "teams"), roles={"editors": ("writer",)})
        return super().session_guard(users=users, **changes)


@pytest.fixture
def world() -> MappedWorld:
    return MappedWorld()


@pytest.fixture(params=DOORS)
def door(request: pytest.FixtureRequest) -> Callable[[DoorWorld], GuardedRequest]:
    return DOORS[request.param]


def signed_in(world: DoorWorld, *groups: str, **claims: object) -> str:
    return world.cookies(world.sign_in(**{"cognito:groups": list(groups), **claims}))


def refusals(world: DoorWorld) -> int:
    return world.counter.counts[REFUSED]


def test_a_user_without_the_group_is_refused_and_never_sent_to_sign_in(
    world: MappedWorld, door: Callable[[DoorWorld], GuardedRequest]
) -> None:
    world.request_guard = world.request_guard.require_group("admins", "editors")
    visit = door(world)

    program, browser = (
        visit(signed_in(world, "editors"), **more) for more in ({}, {"headers": (PAGE,)})
    )

    assert (program.status, program.json) == (403, {"reason": "group_required"})
    assert (browser.status, browser.header("location")) == (403, None)
    for answer in (program, browser):
        assert answer.header("cache-control") == "no-store"
        assert answer.all("set-cookie") == []
    assert refusals(world) == 2
    assert visit(signed_in(world, "editors", "admins")).status == 200
    assert visit("").status == 401
    assert refusals(world) == 2


def test_one_of_several_groups_may_be_enough(
    world: MappedWorld, door: Callable[[DoorWorld], GuardedRequest]
) -> None:
    world.request_guard = world.request_guard.require_group("admins", "editors", any_of=True)
    visit = door(world)

    assert visit(signed_in(world, "editors")).status == 200
    assert visit(signed_in(world, "readers")).status == 403


def test_roles_may_be_required_in_place_of_groups(
    world: MappedWorld, door: Callable[[DoorWorld], GuardedRequest]
) -> None:
    world.request_guard = world.request_guard.require_group("writer", among="roles")
    visit = door(world)

    assert visit(signed_in(world, "editors")).status == 200
    assert visit(signed_in(world, "writer")).status == 403


def test_a_legacy_login_has_no_groups(
    world: MappedWorld, door: Callable[[DoorWorld], GuardedRequest]
) -> None:
    world.request_guard = world.request_guard.require_group("editors")

    answer = door(world)(world.legacy.open(ACCOUNT))

    assert (answer.status, answer.json) == (403, {"reason": "group_required"})


def test_a_session_that_was_refreshed_for_a_refused_user_is_not_lost(
    world: MappedWorld, door: Callable[[DoorWorld], GuardedRequest]
) -> None:
    # RF-01
    world.request_guard = world.request_guard.require_group("admins")
    cookies = signed_in(world, "editors")
    world.clock.advance(DUE)

    answer = door(world)(cookies)

    assert answer.status == 403
    assert frameworks.cookie_effect(answer) == "renewed"


@pytest.mark.parametrize("groups", ["editors", {"editors": True}, ["editors\n"], [["editors"]], 7])
def test_only_a_list_of_names_makes_a_member(
    world: MappedWorld, door: Callable[[DoorWorld], GuardedRequest], groups: object
) -> None:
    world.request_guard = world.request_guard.require_group("editors")
    cookies = world.cookies(world.sign_in(**{"cognito:groups": groups}))

    assert door(world)(cookies).status == 403


@pytest.mark.parametrize("name", ["asgi", "wsgi", "flask", "django wsgi", "django asgi"])
def test_public_paths_need_no_group(world: MappedWorld, name: str) -> None:
    world.request_guard = world.request_guard.require_group("admins")
    visit = DOORS[name](world)

    assert visit(signed_in(world, "editors"), target="/about").json["said"] == "4711 cognito"
    assert visit("", target="/about").json == {"said": "nobody"}


def test_the_audit_line_names_the_user_and_what_is_required(world: MappedWorld) -> None:
    seen: list[Any] = []
    guard = world.request_guard.require_group("admins")
    guard.telemetry.subscribe(seen.append)
    world.request_guard = guard

    DOORS["wsgi"](world)(signed_in(world, "editors", sub="sub-jane"))

    [event] = seen
    assert (event.action, event.outcome, event.reason) == REFUSED
    assert (event.subject, event.detail) == ("sub-jane", "groups all_of admins")
    assert guard.telemetry.audit_counts() == {REFUSED: 1}


def test_a_websocket_of_a_refused_user_is_closed_as_forbidden(world: MappedWorld) -> None:
    guard = asgi.Guard(lambda *_: None, world.request_guard.require_group("admins"))  # type: ignore[arg-type]

    answered = open_websocket(guard, "/live", cookies=signed_in(world, "editors"))

    assert answered == [{"type": "websocket.close", "code": 4403}]


def test_users_have_the_configured_claims_through_every_door(
    world: MappedWorld,
    door: Callable[[DoorWorld], GuardedRequest],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    seen: list[User | None] = []

    def described(user: User | None) -> dict[str, str]:
        seen.append(user)
        return {"said": "seen"}

    monkeypatch.setattr(frameworks, "described", described)
    visit = door(world)

    visit(signed_in(world, "editors", tier="gold", teams=[1, {"a": None}], secret="canary"))
    visit(world.legacy.open(ACCOUNT))

    member, legacy = seen
    assert member is not None
    assert member.claims == {"tier": "gold", "teams": [1, {"a": None}]}
    assert member.roles == ("writer",)
    assert "gold" not in repr(member)
    assert isinstance(hash(member), int)
    assert legacy is not None
    assert (legacy.claims, legacy.roles, legacy.pool) == ({}, (), None)


def test_settings_name_groups_roles_and_claims(world: MappedWorld) -> None:
    guarded = GuardWorld(
        GUARD_GROUPS="admins, editors",
        GUARD_GROUPS_MATCH="any",
        USER_CLAIMS="custom:tier",
        USER_ROLES="editors=writer editors=reader admins=writer",
    )
    container = guard_container(
        environment_for(
            guarded.mint,
            GUARD_GROUPS="admins editors",
            GUARD_GROUPS_MATCH="any",
            USER_CLAIMS="custom:tier",
            USER_ROLES="editors=writer editors=reader",
        )
    )
    container.override_providers(clock=guarded.clock)
    guard = container.request_guard()

    assert [str(each) for each in guard._requirements] == ["groups any_of admins editors"]
    mapping = container.session_guard().users
    assert mapping.claims == ("custom:tier",)
    assert mapping.roles == {"editors": ("writer", "reader")}


def test_a_guard_of_one_group_leaves_the_others_as_they_are(world: MappedWorld) -> None:
    world.request_guard.require_group("admins")

    assert DOORS["asgi"](world)(signed_in(world, "editors")).status == 200
