"""Configured claims, roles and the whole payload, as the auth service answers them."""

import json
from typing import Any

import pytest

from authcore.adapters.base64url import decode
from authcore.domain.model.session import User
from authcore_web.response.user import MAX_HEADER_VALUE, identity_headers
from doors.live_web_world import JANE, LiveWebWorld
from doors.test_web_verify import members_of, verify
from unit.asgi_calls import Answer, call


MAPPED = {
    "USER_CLAIMS": "given_name custom:tier teams",
    "USER_ROLES": "editors=writer editors=r\u00e9dacteur",
}
HOSTILE = "x\r\nX-Auth-Login: legacy\r\n\r\n\u2028\x00\U0001f600"


@pytest.fixture
def world() -> LiveWebWorld:
    return LiveWebWorld(**MAPPED)


def sign_in_as(world: LiveWebWorld, **claims: object) -> None:
    asked = world.begin()
    world.visit(world.issue(asked, world.tokens(nonce=asked["nonce"], **claims)))


def claims_in(answer: Answer) -> Any:
    return json.loads(decode((answer.header("x-auth-claims") or "").encode()))


def test_a_proxy_gets_the_claims_as_one_header(world: LiveWebWorld) -> None:
    sign_in_as(world, given_name="Zo\u00eb", teams=["a", {"b": 1}], family_name="canary")

    answer = world.visit("/auth/check")

    assert claims_in(answer) == {"given_name": "Zo\u00eb", "teams": ["a", {"b": 1}]}
    assert answer.header("x-auth-roles") == "writer,r%C3%A9dacteur"


def test_no_value_of_a_claim_makes_another_header(world: LiveWebWorld) -> None:
    sign_in_as(world, given_name=HOSTILE)

    answer = world.visit("/auth/check")

    assert claims_in(answer) == {"given_name": HOSTILE}
    assert answer.header("x-auth-login") == "cognito"


def test_claims_that_do_not_fit_are_left_out_as_a_whole(world: LiveWebWorld) -> None:
    """Empty, and not `{}`: an application can tell unknown claims from none."""
    sign_in_as(world, given_name="a" * MAX_HEADER_VALUE)

    assert world.visit("/auth/check").header("x-auth-claims") == ""


def test_the_header_is_there_for_users_without_claims_too(world: LiveWebWorld) -> None:
    """Or a proxy would pass on what a client made up."""
    header = world.legacy.open(JANE)

    answer = call(world.app, "/auth/check", cookies=header)

    assert answer.header("x-auth-claims") == "e30"
    assert answer.header("x-auth-roles") == ""


def test_verify_and_session_answer_with_the_claims(world: LiveWebWorld) -> None:
    sign_in_as(world, given_name="Ada", **{"custom:tier": "gold"})

    session = world.visit("/auth/session").json["user"]
    verified = verify(world, members_of(world.tokens(**{"custom:tier": 7}))).json["user"]

    assert session["claims"] == {"given_name": "Ada", "custom:tier": "gold"}
    assert verified["claims"] == {"custom:tier": 7}
    assert verified["roles"] == ["writer", "r\u00e9dacteur"]


def test_verify_gives_the_whole_payload_where_the_setting_says_so() -> None:
    world = LiveWebWorld(VERIFY_PAYLOAD="on")
    tokens = world.tokens(**{"custom:tier": "gold"})

    answer = verify(world, members_of(tokens)).json

    validated = world.container.validator().verify_id_token(tokens.id_token)
    assert answer["payload"] == validated.claims
    assert answer["payload"]["custom:tier"] == "gold"
    assert answer["user"]["subject"] == answer["payload"]["sub"]


def test_by_default_verify_gives_no_payload(world: LiveWebWorld) -> None:
    assert "payload" not in verify(world, members_of(world.tokens())).json


def test_a_refused_token_has_no_payload() -> None:
    world = LiveWebWorld(VERIFY_PAYLOAD="on")
    answer = verify(world, {**members_of(world.tokens()), "id_token": world.mint.access()}).json

    assert answer.keys() == {"verified", "reason"}


def test_every_identity_header_is_visible_ascii() -> None:
    user = User(
        subject=HOSTILE,
        username=HOSTILE,
        name=HOSTILE,
        email=None,
        email_verified=False,
        legacy_uid=HOSTILE,
        groups=(HOSTILE,),
        roles=(HOSTILE,),
        claims={HOSTILE: HOSTILE},
    )
    for value in identity_headers(user).values():
        assert all("!" <= character <= "~" for character in value)
