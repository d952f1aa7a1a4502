"""``/auth/check`` admits users of the configured groups and roles only."""

from typing import Any

import pytest

from doors.live_web_world import DUE, LiveWebWorld
from unit.asgi_calls import PROGRAM, Answer


def sign_in_as(world: LiveWebWorld, *groups: str) -> None:
    asked = world.begin()
    tokens = world.tokens(nonce=asked["nonce"], **{"cognito:groups": list(groups)})
    world.visit(world.issue(asked, tokens))


def check(world: LiveWebWorld, **more: Any) -> Answer:
    return world.visit("/auth/check", headers=[PROGRAM], **more)


NEEDS: dict[str, dict[str, str]] = {
    "all groups": {"GUARD_GROUPS": "admins editors"},
    "any group": {"GUARD_GROUPS": "admins editors", "GUARD_GROUPS_MATCH": "any"},
    "all roles": {"GUARD_ROLES": "writer reader"},
    "any role": {"GUARD_ROLES": "writer reader", "GUARD_ROLES_MATCH": "any"},
    "both": {"GUARD_GROUPS": "staff", "GUARD_ROLES": "writer"},
}
ROLES = {"USER_ROLES": "admins=writer editors=reader"}


@pytest.mark.parametrize(
    ("needs", "groups", "is_admitted"),
    [
        ("all groups", ["editors", "admins"], True),
        ("all groups", ["editors"], False),
        ("any group", ["editors"], True),
        ("any group", ["Editors"], False),
        ("all roles", ["admins", "editors"], True),
        ("all roles", ["admins"], False),
        ("all roles", ["writer", "reader"], False),
        ("any role", ["admins"], True),
        ("any role", ["staff"], False),
        ("both", ["staff", "admins"], True),
        ("both", ["admins"], False),
        ("both", [], False),
    ],
)
def test_a_user_needs_what_the_settings_require(
    needs: str, groups: list[str], is_admitted: bool
) -> None:
    world = LiveWebWorld(**NEEDS[needs], **ROLES)
    sign_in_as(world, *groups)

    answer = check(world)

    if is_admitted:
        assert (answer.status, answer.header("x-auth-login")) == (200, "cognito")
    else:
        assert (answer.status, answer.json) == (403, {"reason": "group_required"})
        assert answer.header("x-auth-reason") == "group_required"
        assert answer.header("x-auth-login") is None


def test_a_refusal_is_recorded_with_what_was_required_and_counted() -> None:
    world = LiveWebWorld(**NEEDS["any group"])
    sign_in_as(world, "readers")

    check(world)

    event = world.audit.events[-1]
    assert (event.action, event.outcome, event.reason) == (
        *("guard.user", "rejected"),
        "group_required",
    )
    assert event.detail == "groups any_of admins editors"
    assert event.subject
    counts = world.container.counter().counts()  # type: ignore[attr-defined]
    assert counts["guard.user", "rejected", "group_required"] == 1


def test_a_user_of_the_old_login_has_no_groups() -> None:
    world = LiveWebWorld(**NEEDS["any group"])
    world.sign_in_to_legacy()

    assert check(world).status == 403


def test_without_a_session_the_answer_is_a_sign_in() -> None:
    assert check(LiveWebWorld(**NEEDS["any group"])).status == 401


def test_a_refused_user_keeps_the_session_that_was_refreshed() -> None:
    world = LiveWebWorld(**NEEDS["any group"])
    sign_in_as(world, "readers")
    world.clock.advance(DUE)

    answer = check(world)

    assert answer.status == 403
    assert answer.all("set-cookie")
    assert answer.header("x-auth-set-cookie-0") == answer.all("set-cookie")[0]


def test_other_routes_require_no_groups() -> None:
    world = LiveWebWorld(**NEEDS["any group"])
    sign_in_as(world, "readers")

    assert world.visit("/auth/session").json["user"]["groups"] == ["readers"]


@pytest.mark.parametrize("variable", ["GUARD_GROUPS", "GUARD_ROLES"])
def test_a_redirect_never_answers_a_user_who_is_signed_in(variable: str) -> None:
    """The sign-in would return at once, and so in a circle."""
    world = LiveWebWorld(**{variable: "admins"}, USER_ROLES="x=admins", WEB_CHECK_REDIRECTS="on")
    sign_in_as(world, "readers")

    answer = world.visit(
        "/auth/check", headers=[("accept", "text/html"), ("x-forwarded-method", "GET")]
    )

    assert (answer.status, answer.header("location")) == (403, None)
